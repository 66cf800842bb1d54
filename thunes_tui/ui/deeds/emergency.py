"""What is done in an emergency: open its checklist, do, tick or skip an item, close it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from thunes_tui import intents
from thunes_tui.drill.asked_emergency import text_of
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.emergencies import Emergency
from thunes_tui.drill.emergency_catalogue import PROCEDURES, Item
from thunes_tui.events.emergency import EmergencyItemHeld
from thunes_tui.ui.deeds.deed import Deed
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.outline.emergency import labelled
from thunes_tui.ui.outline.process import name_of
from thunes_tui.ui.screens.choice import Choice
from thunes_tui.ui.screens.confirm import Confirm
from thunes_tui.ui.screens.emergency import EmergencyScreen
from thunes_tui.ui.screens.prompt import Prompt
from thunes_tui.ui.screens.stop import Stop
from thunes_tui.ui.widgets.line import Line, wrapped

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

KEYS = {"mended": "m", "not mended": "n", "workaround": "w", "false alarm": "f"}
ROOM = 15
"""Rows that the confirmation needs beside the block."""
MEANS = {
    "mended": "mended: what comes from now on counts again",
    "not mended": "not mended: what it touches stays NOT VERIFIED",
    "workaround": "workaround: the drill goes on by the log, alerts stay NOT VERIFIED",
    "false alarm": "false alarm: it spoils nothing",
}


class ConfirmItem(Confirm):
    """The same for an item of a checklist."""

    def __init__(self, desk: Desk, known: Emergency, item: Item) -> None:
        held, place = known.item(item.id), PROCEDURES[known.kind].place(item.id)
        command = text_of(desk.state, known, item.id)
        super().__init__(desk, str(place), command, held.victims, held.confirm)
        self._number, self._item = known.number, item

    @property
    def is_held(self) -> bool:
        """Whether the item still waits for its word."""
        known = of_number(self.desk, self._number)
        return known is not None and known.item(self._item.id).status == "held"

    def about(self, width: int, /) -> list[Line]:
        if self._victims:
            return super().about(width)
        return [*wrapped([(self._item.text, "bad")], width), []]

    def head(self, width: int, /) -> list[Line]:
        title: Line = [("Item ", "text"), (self._step, "strong"), (" of the checklist wants", "text")]
        rows = labelled("", self._command.rstrip("\n").split("\n"), "accent", width, 4)
        most = max(3, self.app.size.height - ROOM)
        if len(rows) > most:
            rows = [*rows[:most], [(f"    … {len(rows) - most} more, as shown before", "dialog_dim")]]
        return [title, *rows, []]


def show(app: ThunesApp) -> None:
    app.push_screen(EmergencyScreen(app.desk, act))


def no_drill(app: ThunesApp) -> str:
    return "this is a watch: there is no drill" if app.desk.state.mode == "watch" else ""


def act(name: str, item: str, screen: EmergencyScreen) -> None:
    """What the screen was asked for."""
    ACTS[name](cast("ThunesApp", screen.app), screen, item)


def open_it(app: ThunesApp, screen: EmergencyScreen, _item: str) -> None:
    app.desk.ask(intents.OpenEmergency(screen.kind))


def do(app: ThunesApp, screen: EmergencyScreen, item: str) -> None:
    """Run its block as it is shown, look, signal, or type the word that it waits for."""
    known = screen.known
    if known is None:
        return
    if known.item(item).status == "held":
        confirm(app, known.number, item)
    elif screen.item.how == "stop":
        stop(app, screen.kind)
    else:
        text = text_of(app.desk.state, known, item)
        app.desk.ask(intents.RunEmergencyItem(screen.kind, item, digest(text) if text else ""))


def stop(app: ThunesApp, kind: str) -> None:
    """The stop ladder, with its own dialog where there is a bot to stop."""
    bots, attempt = app.desk.state.bots, app.desk.state.signalling.attempt + 1
    if not app.desk.ask(intents.RunEmergencyItem(kind, "stop")) or not bots:
        return
    dialog = Stop(app.desk, name_of(bots[0]), bots[0].pid, "stop", attempt)

    def left(_word: str | None) -> None:
        if dialog.signalling.status in ("requested", "held") and not dialog.is_over:
            dialog.called_off()

    app.push_screen(dialog, left)


def of_number(desk: Desk, number: int) -> Emergency | None:
    return next((each for each in desk.state.emergencies.active if each.number == number), None)


def confirm(app: ThunesApp, number: int, name: str) -> None:
    """What it would take away, and the word to type."""
    known = of_number(app.desk, number)
    item = PROCEDURES[known.kind].item(name) if known is not None else None
    if known is None or item is None:
        return
    kind = known.kind

    def typed(word: str | None) -> None:
        if word:
            app.desk.ask(intents.ConfirmEmergencyItem(kind, name, word))

    app.push_screen(ConfirmItem(app.desk, known, item), typed)


def held(app: ThunesApp, event: EmergencyItemHeld) -> None:
    """It was asked for from here, and waits for its word."""
    if isinstance(app.screen, EmergencyScreen):
        confirm(app, event.number, event.item)


def tick(app: ThunesApp, screen: EmergencyScreen, item: str) -> None:
    kind, yours = screen.kind, screen.item.how == "person"

    def said(words: str | None) -> None:
        if words is not None:
            app.desk.ask(intents.TickEmergencyItem(kind, item, words))

    title = "What is there to say about it" if yours else "How it was done without the console"
    app.push_screen(Prompt(app.desk, title, screen.item.text, required=not yours), said)


def skip(app: ThunesApp, screen: EmergencyScreen, item: str) -> None:
    kind = screen.kind

    def because(reason: str | None) -> None:
        if reason:
            app.desk.ask(intents.SkipEmergencyItem(kind, item, reason))

    app.push_screen(Prompt(app.desk, "Skip this item because", screen.item.text), because)


def close(app: ThunesApp, screen: EmergencyScreen, _item: str) -> None:
    """How it was left, then why it is called so."""
    kind = screen.kind
    ways = tuple((KEYS[each], MEANS[each], each) for each in PROCEDURES[kind].outcomes)

    def chosen(outcome: str | None) -> None:
        def because(reason: str | None) -> None:
            if reason and outcome:
                app.desk.ask(intents.CloseEmergency(kind, outcome, reason))

        if outcome:
            app.push_screen(Prompt(app.desk, f"{outcome}: why is it so"), because)

    title = f"Close: {PROCEDURES[kind].title}"
    app.push_screen(Choice(app.desk, title, PROCEDURES[kind].rule, ways), chosen)


ACTS = {"open": open_it, "do": do, "tick": tick, "skip": skip, "close": close}
DEEDS = {"emergency": Deed(show, None, no_drill)}
