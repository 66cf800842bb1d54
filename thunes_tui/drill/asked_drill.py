"""Decisions about the drill as a whole: pre-flight, preparation, documentation, ending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui.drill.closing import close_test, end_phase, start_phase
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.draft import Draft, Refusal
from thunes_tui.drill.effects import AskGuard, CloseShell, RunInShell, SenseSections, StopServer
from thunes_tui.drill.left_safe import look_around
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.transitions import check_open, check_proven, check_running, check_shell
from thunes_tui.events import drill, steps

PREFLIGHT = "preflight"
POSITION = "position"
WANTED = "No open position: a small one is created with the seed's command"


def run_preflight(draft: Draft, _intent: intents.RunPreflight) -> None:
    """Both the native sections and the project's own script; there is no override."""
    check_open(draft.state)
    if draft.state.preflight.running:
        raise Refusal("the pre-flight is running")
    running = draft.state.running_test
    if running is not None:
        raise Refusal(f"Test {running.number} is running: its shell is not for the pre-flight")
    check_shell(draft.state)
    start_phase(draft, "preflight")
    run = draft.state.preflight.run + 1
    draft.emit(drill.PreflightStarted(run))
    draft.want(AskGuard(PREFLIGHT))
    draft.want(SenseSections(run))
    draft.want(RunInShell(PREFLIGHT, draft.state.paths.get("preflight_command", "")))


def tick_prerequisite(draft: Draft, intent: intents.TickPrerequisite) -> None:
    check_open(draft.state)
    if not 1 <= intent.number <= len(draft.state.prerequisites):
        raise Refusal(f"there is no prerequisite {intent.number}")
    draft.emit(drill.PrerequisiteTicked(intent.number, intent.ticked))


def start_preparation(draft: Draft, _intent: intents.StartPreparation) -> None:
    check_open(draft.state)
    if not draft.state.preflight.passed:
        raise Refusal("the pre-flight has not passed: mend what failed and run it again with r")
    if draft.state.phases["preparation"].started is not None:
        raise Refusal("the preparation has begun already")
    start_phase(draft, "preparation")


def create_position(draft: Draft, _intent: intents.CreatePosition) -> None:
    """The seed's way out when there is nothing to test: on the record, with the profile's command.

    It trades: the guard is asked first, and its answer runs it (`seen_position`).
    """
    check_open(draft.state)
    if draft.state.positions:
        raise Refusal("there is an open position already")
    check_proven(draft.state)
    check_shell(draft.state)
    draft.emit(steps.NoteAdded(WANTED))
    command = draft.state.paths.get("position_command", "")
    draft.want(AskGuard(f"{POSITION}#{times_wanted(draft.state)}", command))


def times_wanted(state: DrillState) -> int:
    """How often a position was asked for: the number of the newest request."""
    return sum(remark.kind == "note" and remark.text == WANTED for remark in state.remarks)


def start_documentation(draft: Draft, _intent: intents.StartDocumentation) -> None:
    check_open(draft.state)
    if draft.state.phases["documentation"].started is not None:
        raise Refusal("the documentation has begun already")
    still = [t for t in draft.state.plan if draft.state.tests[t.id].status in ("pending", "running")]
    if still:
        raise Refusal(f"Test {still[0].number} has not ended")
    end_phase(draft, "tests")
    start_phase(draft, "documentation")


def end_drill(draft: Draft, intent: intents.EndDrill) -> None:
    """Decide by the seed's matrix and close the drill; the bot and the shell's jobs stay as they are."""
    check_running(draft.state)
    running = draft.state.running_test
    if draft.state.stops.abort.status == "stopping" or draft.state.stops.undo.status:
        raise Refusal("what runs has not ended yet")
    if not intent.early:
        check_open(draft.state)
        if draft.state.phases["documentation"].started is None:
            raise Refusal("the documentation has not begun")
        if running is not None:
            raise Refusal(f"Test {running.number} is running: end it first")
    elif not intent.reason.strip():
        raise Refusal("an early end needs a reason")
    if intent.reason:
        draft.emit(steps.NoteAdded(f"Ended: {intent.reason}"))
    if running is not None:
        close_test(draft, running, "the drill was ended")
    for phase in ("tests", "documentation"):
        end_phase(draft, phase)
    outcome = decide_outcome(draft.state)
    look_around(draft, "end")  # before the shell is let go of, and on record before who waits for the end
    draft.emit(
        drill.DrillEnded(
            outcome.decision,
            outcome.passed,
            outcome.of,
            outcome.reasons,
            all(ok for _, ok in outcome.successful),
            outcome.is_authorised,
            draft.state.mode == "rehearse",
            outcome.not_verified,
        )
    )
    draft.want(CloseShell())


def stop(draft: Draft, _intent: intents.Stop) -> None:
    draft.want(StopServer())


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    intents.RunPreflight: run_preflight,
    intents.TickPrerequisite: tick_prerequisite,
    intents.StartPreparation: start_preparation,
    intents.CreatePosition: create_position,
    intents.StartDocumentation: start_documentation,
    intents.EndDrill: end_drill,
    intents.Stop: stop,
}
