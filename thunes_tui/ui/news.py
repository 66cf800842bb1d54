"""What an update of the link means for the console: the state first, then everything that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thunes_tui.connection import Behind, Closed, Folded, Greeted, Sampled, Snapshot, Update
from thunes_tui.drill.draft import SERVER
from thunes_tui.drill.emergency_catalogue import PROCEDURES
from thunes_tui.drill.next import next_action
from thunes_tui.events.base import Event
from thunes_tui.events.drill import DrillEnded
from thunes_tui.events.emergency import EmergencyItemEnded, EmergencyItemHeld, EmergencySensed
from thunes_tui.events.session import KeysPassed, KeysRequested
from thunes_tui.events.shell import ShellExited
from thunes_tui.events.signals import SignalEnded
from thunes_tui.events.steps import DeviationNoted, IntentRefused, StepHeld
from thunes_tui.events.stops import LeftSafeSensed
from thunes_tui.text import counted
from thunes_tui.ui.deeds import blocks, emergency, stops
from thunes_tui.ui.desk import COMMAND, SHELL, Desk
from thunes_tui.ui.outline.process import done_how
from thunes_tui.ui.panes.base import is_bulk
from thunes_tui.ui.screens.confirm import Confirm
from thunes_tui.ui.screens.emergency import EmergencyScreen
from thunes_tui.ui.screens.left_safe import LeftSafeScreen
from thunes_tui.ui.screens.stop import Stop as StopDialog
from thunes_tui.ui.screens.summary import Summary

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp


OWN_DEED = ("step ", "Test ")
"""How a deviation begins that a key of the console brought about; it is asked for there and then."""


def take(app: ThunesApp, update: Update) -> None:
    """One update, in order."""
    desk = app.desk
    desk.hello = desk.link.hello
    note(app, update)
    if isinstance(update, Folded | Snapshot) and not is_bulk(update):
        app.hands.repeats.offers(offered(desk))
    for pane in app.panes.values():
        pane.take(update)
    if app.bar is not None:
        app.bar.changed()
    passing = isinstance(update, Sampled) and update.sample.replay is None
    if not (passing or is_bulk(update)):
        app.status.changed()
        app.footer.changed()
    app.tabs.changed()
    if isinstance(app.screen, Confirm) and (lapsed(app, app.screen) or not desk.connected):
        app.screen.dismiss(None)
    if isinstance(app.screen, StopDialog):
        app.screen.told()
    if isinstance(app.screen, EmergencyScreen | LeftSafeScreen | Summary) and not (
        passing or is_bulk(update)
    ):
        app.screen.again()
    if isinstance(update, Folded):
        if update.event.DECISION and update.record.data.get("by") != SERVER.name:
            desk.unrefuse()
        react(app, update.event)


def lapsed(app: ThunesApp, dialog: Confirm) -> bool:
    """Whether nothing waits for its word any more."""
    if isinstance(dialog, emergency.ConfirmItem):
        return not dialog.is_held
    return blocks.held_step(app) is None


def note(app: ThunesApp, update: Update) -> None:
    """Where everything is looked up is brought up to date."""
    desk = app.desk
    match update:
        case Folded(state=state) | Snapshot(state=state):
            desk.state = state
        case Sampled(sample=sample) if sample.replay is not None:
            desk.replay = sample.replay
        case Greeted(hello=hello):
            desk.greeted(hello)
        case Behind(count=count):
            desk.say(f"{counted(count, 'line')} not sent to this console: it is catching up")
        case Closed(reason=reason):
            desk.lose(reason)
            app.hands.turn_out()
        case _:
            pass


def offered(desk: Desk) -> object:
    """What Enter would do, to compare."""
    action = next_action(desk.state)
    return action.label, action.intent, action.alternatives


def react(app: ThunesApp, event: Event) -> None:
    """What an event makes the console do by itself; nothing over an open dialog."""
    desk = app.desk
    quiet = len(app.screen_stack) == 1
    match event:
        case IntentRefused(reason=reason, client=client):
            if client in (0, desk.hello.client):  # 0: from before refusals named their client
                app.hands.repeats.refused()
                desk.refuse(reason)
                if isinstance(app.screen, StopDialog):
                    app.screen.refuse(reason)
        case SignalEnded(outcome=outcome, detail=detail) if quiet:
            known = desk.state.signalling
            said = f"{done_how(known)} process {known.pid}: {outcome}{f', {detail}' if detail else ''}"
            desk.say(said, alarming=outcome not in ("dead", "frozen", "running", "left"))
        case KeysRequested(name=name) if desk.role == "driver":
            desk.say(f"{name} asks for the keys: w passes them")
        case KeysPassed(name=name):
            app.hands.turn_out()
            desk.say(f"{name} has the keys now")
        case ShellExited() if app.mode == SHELL:
            app.hands.turn_out()
            desk.say("the shell has ended: O opens a new one", alarming=True)
        case StepHeld() if quiet and desk.role == "driver":
            step = blocks.held_step(app)
            if step is not None:
                blocks.confirm(app, step)
        case DrillEnded() if quiet and desk.role != "replay":
            app.push_screen(Summary(desk))
        case _:
            follow(app, event)


def follow(app: ThunesApp, event: Event) -> None:
    """What asks the driver something, or shows them how the box is left."""
    desk = app.desk
    match event:
        case DeviationNoted(text=text, reason="", sensed=True) if desk.role == "driver":
            idle = app.mode == COMMAND and len(app.screen_stack) == 1
            if idle and text.startswith(OWN_DEED):
                stops.why(app, desk.state.remarks[-1])
            else:
                desk.say(f"{text}: why? D answers, now or later")
        case EmergencySensed(kind=kind) if desk.role == "driver":
            desk.say(f"{PROCEDURES[kind].title}: & opens its checklist", alarming=True)
        case EmergencyItemHeld() if desk.role == "driver":
            emergency.held(app, event)
        case EmergencyItemEnded() if isinstance(app.screen, EmergencyScreen):
            app.screen.moved_on()
        case LeftSafeSensed(when="abort") if desk.role == "driver" and len(app.screen_stack) == 1:
            app.push_screen(LeftSafeScreen(desk))
        case _:
            pass
