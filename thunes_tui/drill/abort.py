"""The abort: one key holds, a typed word ends; what runs is told to end, and the box is looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.asked_drill import PREFLIGHT
from thunes_tui.drill.asked_emergency import line_at_work
from thunes_tui.drill.asked_people import here
from thunes_tui.drill.closing import close_test
from thunes_tui.drill.draft import Draft, Refusal
from thunes_tui.drill.effects import InterruptShell
from thunes_tui.drill.left_safe import look_around
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.stops import Stops
from thunes_tui.drill.transitions import check_running
from thunes_tui.events import steps, stops

WORD = "abort"
"""What is typed."""
OWN = "step "
"""How a line begins that the console typed; what a person runs by hand is theirs to end."""
WHY = "the drill was aborted"


def open_abort(draft: Draft, _intent: intents.OpenAbort) -> None:
    """At once, and again by whoever comes back to it: from here on nothing new begins."""
    check_running(draft.state)
    known = draft.state.stops.abort
    if known.confirmed:
        raise Refusal(f"{known.by} has aborted the drill already")
    if not known.status:
        draft.emit(stops.AbortOpened(here(draft.state)[0]))


def leave_abort(draft: Draft, _intent: intents.LeaveAbort) -> None:
    if draft.state.stops.abort.status != "open":
        raise Refusal("no abort is being confirmed")
    draft.emit(stops.AbortLeft(here(draft.state)[0]))


def abort_drill(draft: Draft, intent: intents.AbortDrill) -> None:
    """What had not started never does; what the person was doing is over; what runs is told to end."""
    check_running(draft.state)
    known = draft.state.stops.abort
    if known.confirmed:
        raise Refusal(f"{known.by} has aborted the drill already")
    if known.status != "open" or intent.typed != WORD:
        raise Refusal(f"the abort is confirmed by typing {WORD}, and by nothing else")
    line = own_line(draft.state)
    draft.emit(stops.DrillAborted(intent.reason.strip() or "no reason given", line))
    test = draft.state.running_test
    for step in test.steps if test is not None else ():
        step_state = draft.state.steps[step.id]
        if step_state.status in ("requested", "held"):
            draft.emit(steps.StepAborted(step.id, step_state.attempt, f"{WHY} before it started"))
        elif step_state.status == "running" and step_state.by_hand:
            draft.emit(steps.StepAborted(step.id, step_state.attempt, f"{WHY} before it was done"))
    if line:
        draft.want(InterruptShell(line))
    else:
        finish(draft)


def own_line(state: DrillState) -> str:
    """The line of the drill that is in the shell, or about to be."""
    running = state.shell.running.strip()
    if running:
        return running if running.startswith(OWN) else ""
    if state.preflight.running:
        return f"{OWN}{PREFLIGHT}"
    test = state.running_test
    for step in test.steps if test is not None else ():
        known = state.steps[step.id]
        typed = not (known.by_hand or known.exact)
        if known.status == "running" and typed:  # its start is not marked yet
            return f"{OWN}{step.id[1:].replace('.S', '.')}"
    return line_at_work(state.emergencies)


def interrupt_told(draft: Draft, told: seen.InterruptTold) -> None:
    """A command that nothing ends is not waited for: it is ABORTED, and stands among the stray jobs."""
    if not draft.state.stops.abort.confirmed:
        return
    waited = draft.state.stops.abort.status == "stopping"
    draft.emit(stops.AbortSignalled(told.signal, told.outcome, told.detail))
    if waited and draft.state.stops.abort.status == "aborted":
        stop_running(draft, f"{WHY}, and it runs on: {told.detail}" if told.outcome == "alive" else WHY)
        finish(draft)


def stopped(draft: Draft, exit_status: int) -> None:
    """The running command's own end, by the shell's mark."""
    if draft.state.stops.abort.status == "stopping":
        draft.emit(stops.AbortSignalled("", "ended", f"exit status {exit_status}"))
        stop_running(draft, f"{WHY} while it ran; it ended with {exit_status}")
        finish(draft)


def stop_running(draft: Draft, why: str) -> None:
    test = draft.state.running_test
    for step in test.steps if test is not None else ():
        known = draft.state.steps[step.id]
        if known.status == "running":
            draft.emit(steps.StepAborted(step.id, known.attempt, why))


def finish(draft: Draft) -> None:
    """The test has its verdict, which what nobody came to makes ABORTED; how the box is left is looked at."""
    test = draft.state.running_test
    if test is not None:
        for step in test.steps:
            if draft.state.steps[step.id].status == "pending":
                draft.emit(steps.StepAborted(step.id, 0, f"{WHY} before it began"))
        close_test(draft, test, WHY)
    look_around(draft, "abort")


def resume_abort(draft: Draft) -> None:
    """A new server: nobody tells the command to end any more, and what it does is for the person to see.

    What the old one had not written of an abort any more is written now.
    """
    known = draft.state.stops
    if known.abort.status == "stopping":
        draft.emit(stops.AbortSignalled("", "alive", "the server died meanwhile; see whether it still runs"))
        finish(draft)
    elif known.abort.confirmed and (draft.state.running_test is not None or not looked_since(known)):
        finish(draft)
    elif known.left_safe.asking:
        look_around(draft, "abort")


def looked_since(known: Stops) -> bool:
    """Whether it was seen how the aborted drill left the box."""
    aborted, looked = known.abort.at, known.left_safe.at
    return aborted is not None and looked is not None and looked.t >= aborted.t


ASKED: dict[type, Callable[[Draft, Any], None]] = {
    intents.OpenAbort: open_abort,
    intents.LeaveAbort: leave_abort,
    intents.AbortDrill: abort_drill,
}
SEEN: dict[type, Callable[[Draft, Any], None]] = {seen.InterruptTold: interrupt_told}
