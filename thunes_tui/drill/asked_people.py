"""Decisions about people: remarks, ticks, the hold, and who has the keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui.drill.alerts import alert_seen
from thunes_tui.drill.checks import by_hand
from thunes_tui.drill.draft import Draft, Refusal
from thunes_tui.drill.effects import NewShell, ResizeShell
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.transitions import check_running
from thunes_tui.events import session, shell, steps
from thunes_tui.runbook.model import Criterion

TAKE_OVER = "take over"
SMALLEST = (80, 24)
"""The shell is never smaller; a smaller pane scrolls over it (design 9)."""


def here(state: DrillState) -> tuple[str, str]:
    """Ids of the running test and of its latest begun step, empty when there is none."""
    test = state.running_test
    if test is None:
        return "", ""
    begun = [s.id for s in test.steps if state.steps[s.id].status != "pending"]
    return test.id, begun[-1] if begun else ""


def add_note(draft: Draft, intent: intents.AddNote) -> None:
    if not intent.text.strip():
        raise Refusal("an empty note was not added")
    draft.emit(steps.NoteAdded(intent.text, *here(draft.state)))


def add_deviation(draft: Draft, intent: intents.AddDeviation) -> None:
    if not intent.text.strip():
        raise Refusal("an empty deviation was not added")
    test, step = here(draft.state)
    draft.emit(steps.DeviationNoted(intent.text, intent.reason, test, step))


def add_bookmark(draft: Draft, intent: intents.AddBookmark) -> None:
    place = (intent.source, intent.file, intent.offset)
    if any((one.source, one.file, one.offset) == place for one in draft.state.bookmarks):
        raise Refusal("that line is bookmarked already")
    known = {name: getattr(intent, name) for name in ("file", "device", "inode", "length", "sha256")}
    draft.emit(steps.Bookmarked(intent.source, intent.offset, intent.text, *here(draft.state), **known))


def sign_off(draft: Draft, intent: intents.SignOff) -> None:
    draft.emit(steps.SignedOff(draft.test(intent.test).id, intent.text))


def decide_criterion(draft: Draft, intent: intents.DecideCriterion) -> None:
    """A tick of one's own, or an override with a reason; what was sensed is never erased.

    On hold too, as filling a blank is: it begins nothing.
    """
    check_running(draft.state)
    criterion = draft.criterion(intent.criterion)
    if intent.verdict not in ("PASS", "FAIL", "NOT VERIFIED"):
        raise Refusal(f"{intent.verdict[:20]!r} is not for a person to give: PASS, FAIL or NOT VERIFIED")
    if draft.state.tests[draft.test(criterion.id).id].status != "running":
        raise Refusal("its test is not running")
    why = needs_reason(draft.state, criterion, intent.verdict)
    if why and not intent.reason.strip():
        raise Refusal(why)
    draft.emit(steps.CriterionDecided(criterion.id, intent.verdict, intent.reason))


def needs_reason(state: DrillState, criterion: Criterion, verdict: str) -> str:
    """Why a person's verdict needs its reason on record; empty for a plain tick."""
    known = state.criteria[criterion.id]
    if known.sensed and known.sensed != verdict:
        return f"it was sensed as {known.sensed}: an override needs a reason"
    if not known.sensed and not by_hand(state, criterion):
        return "it is sensed, and nothing was sensed yet: an override needs a reason"
    if verdict == "FAIL":
        return "a FAIL needs its reason"
    if known.decided_by and known.verdict not in ("", verdict):
        return f"{known.decided_by} said {known.verdict}: changing it needs a reason"
    return ""


def fill_field(draft: Draft, intent: intents.FillField) -> None:
    check_running(draft.state)
    draft.emit(steps.FieldFilled(intent.owner, intent.label, intent.value))


def see_alert(draft: Draft, _intent: intents.SeeAlert) -> None:
    """One key, pressed when the phone shows the alert: latency by a person's hand."""
    check_running(draft.state)
    alert_seen(draft)


def hold(draft: Draft, intent: intents.Hold) -> None:
    check_running(draft.state)
    if draft.state.hold:
        raise Refusal(f"{draft.state.held_by} holds the drill already")
    draft.emit(steps.Held(intent.reason))


def release(draft: Draft, intent: intents.Release) -> None:
    """By who set it, or by the driver with a reason once that person is gone."""
    state = draft.state
    if not state.hold:
        raise Refusal("nobody holds the drill")
    if draft.actor.name != state.held_by:
        if any(c.name == state.held_by and c.connected for c in state.clients.values()):
            raise Refusal(f"{state.held_by} set the hold and is here to release it")
        if draft.actor.role != "driver" or not intent.reason.strip():
            raise Refusal(f"{state.held_by} has gone: the driver may release the hold with a reason")
    draft.emit(steps.Released(intent.reason))


def request_keys(draft: Draft, intent: intents.RequestKeys) -> None:
    """Asks the driver; with no driver connected, a typed takeover gets them at once."""
    actor = draft.actor
    if str(actor.client) not in draft.state.clients:
        raise Refusal("this console is not connected any more")
    if actor.role == "driver":
        raise Refusal("you have the keys")
    if draft.state.driver is None:
        if intent.typed != TAKE_OVER:
            raise Refusal(f"no driver is connected: type '{TAKE_OVER}' to take the keys")
        draft.emit(session.KeysPassed(actor.client, actor.name, takeover=True))
        return
    draft.emit(session.KeysRequested(actor.client, actor.name))


def pass_keys(draft: Draft, intent: intents.PassKeys) -> None:
    to = draft.state.clients.get(str(intent.client))
    if to is None or not to.connected:
        raise Refusal("that console is not connected any more")
    if to.role == "driver":
        raise Refusal(f"{to.name} has the keys already")
    draft.emit(session.KeysPassed(to.id, to.name))


def resize(draft: Draft, intent: intents.Resize) -> None:
    cols = min(max(intent.cols, SMALLEST[0]), 500)
    rows = min(max(intent.rows, SMALLEST[1]), 200)
    if (cols, rows) != (draft.state.shell.cols, draft.state.shell.rows):
        draft.emit(shell.ShellResized(cols, rows))
        draft.want(ResizeShell(cols, rows))


def open_shell(draft: Draft, _intent: intents.OpenShell) -> None:
    """After the shell has ended, by `exit` or by a signal; a drill that has ended needs none."""
    check_running(draft.state)
    known = draft.state.shell
    if known.alive:
        raise Refusal("there is a shell already")
    if known.opening:
        raise Refusal("a new shell is being opened")
    draft.emit(shell.ShellRequested(known.pid))
    draft.want(NewShell())


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    intents.AddNote: add_note,
    intents.AddDeviation: add_deviation,
    intents.AddBookmark: add_bookmark,
    intents.SignOff: sign_off,
    intents.DecideCriterion: decide_criterion,
    intents.FillField: fill_field,
    intents.SeeAlert: see_alert,
    intents.Hold: hold,
    intents.Release: release,
    intents.RequestKeys: request_keys,
    intents.PassKeys: pass_keys,
    intents.Resize: resize,
    intents.OpenShell: open_shell,
}
