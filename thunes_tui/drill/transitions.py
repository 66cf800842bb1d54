"""The transition table: what may be asked of a step, a test or the drill as it stands.

Each row names the statuses in which an action is allowed and what to say when it is not. The only irregular
case is a held step: it starts by its typed confirmation and by nothing else.
"""

from __future__ import annotations

from thunes_tui.drill.draft import Refusal, short
from thunes_tui.drill.emergency_catalogue import in_shell
from thunes_tui.drill.model import ACTIVE, DrillState, StepState, TestState
from thunes_tui.runbook.model import Test

STEP: dict[str, dict[str, str]] = {
    "run": {
        "pending": "",
        "requested": "step {0} is being checked by the guard",
        "held": "step {0} waits for its typed confirmation",
        "running": "step {0} is running",
        "done": "step {0} is done: attempt it again with a",
        "unknown": "nobody knows whether step {0} ended: attempt it again with a, or skip it",
        "skipped": "step {0} was skipped: attempt it again with a",
        "aborted": "step {0} was aborted: attempt it again with a",
    },
    "again": {
        "pending": "",
        "requested": "step {0} is being checked by the guard",
        "held": "step {0} waits for its typed confirmation",
        "running": "step {0} is running",
        "done": "",
        "unknown": "",
        "skipped": "",
        "aborted": "",
    },
    "confirm": {
        "held": "",
        "pending": "step {0} has not been asked for",
        "requested": "step {0} is being checked by the guard",
        "running": "step {0} is running",
        "done": "step {0} is done",
        "unknown": "step {0} is unknown: attempt it again with a",
        "skipped": "step {0} was skipped",
        "aborted": "step {0} was aborted: attempt it again with a",
    },
    "finish": {
        "running": "",
        "pending": "step {0} has not begun",
        "requested": "step {0} is being checked by the guard",
        "held": "step {0} waits for its typed confirmation",
        "done": "step {0} is done already",
        "unknown": "step {0} is unknown: attempt it again with a",
        "skipped": "step {0} was skipped",
        "aborted": "step {0} was aborted",
    },
    "skip": {
        "pending": "",
        "requested": "",
        "held": "",
        "unknown": "",
        "aborted": "",
        "running": "step {0} is running: end it in the shell first",
        "done": "step {0} is done already",
        "skipped": "step {0} is skipped already",
    },
}
TEST: dict[str, dict[str, str]] = {
    "start": {
        "pending": "",
        "ended": "",
        "skipped": "",
        "running": "Test {0} is running already",
    },
    "end": {
        "running": "",
        "pending": "Test {0} has not begun",
        "ended": "Test {0} has ended",
        "skipped": "Test {0} was skipped",
    },
    "skip": {
        "pending": "",
        "running": "Test {0} is running: end it instead",
        "ended": "Test {0} has ended",
        "skipped": "Test {0} was skipped already",
    },
}


def check_step(step: StepState, action: str) -> None:
    """Raises Refusal with the reason when the step's status does not allow the action."""
    why = STEP[action].get(step.status, "step {0} is " + step.status)
    if why:
        raise Refusal(why.format(short(step.id)))


def check_test(test: TestState, action: str) -> None:
    """Raises Refusal with the reason when the test's status does not allow the action."""
    why = TEST[action].get(test.status, "Test {0} is " + test.status)
    if why:
        raise Refusal(why.format(test.id[1:]))


def check_running(state: DrillState) -> None:
    """A watch and a drill that has ended take nothing more."""
    if state.mode == "watch":
        raise Refusal("this is a watch: it has no drill to run")
    if state.ending is not None:
        raise Refusal("the drill has ended")


def check_open(state: DrillState) -> None:
    """Nothing new begins in a drill that has ended, is held, or only watches."""
    check_running(state)
    why = standstill(state)
    if why:
        raise Refusal(why)


def standstill(state: DrillState) -> str:
    """Why nothing new begins: an abort, a pause or a hold; empty while it may."""
    held = f"{state.held_by} holds the drill: {state.hold}" if state.hold else ""
    return state.stops.why or held


def check_one(state: DrillState, test: Test, step: str) -> None:
    """One step at a time: what was typed for the next would run into the one before."""
    for other in test.steps:
        status = state.steps[other.id].status
        if other.id != step and status in ACTIVE:
            raise Refusal(STEP["run"][status].format(short(other.id)))


def check_proven(state: DrillState) -> None:
    """Nothing that acts on the venue begins before testnet is proven."""
    if not state.proven:
        raise Refusal(not_proven(state.guard_reasons))


def not_proven(reasons: tuple[str, ...]) -> str:
    """Why nothing that acts may begin, in one line."""
    return "testnet is not proven: " + ("; ".join(reasons) or "the guard gives no reason")


def no_shell(state: DrillState) -> str:
    """Why there is no prompt; empty while there is a shell."""
    if state.shell.alive:
        return ""
    if state.shell.opening:
        return "a new shell is being opened"
    return "the shell has ended: open a new one first; its variables and environment are gone"


def check_shell(state: DrillState) -> None:
    """A step needs the shell's prompt."""
    if not state.shell.alive:
        raise Refusal(no_shell(state))
    if state.shell.running:
        raise Refusal(f"the shell is busy with: {state.shell.running[:60]} - end that first")
    other = in_shell(state.emergencies)
    if other:
        raise Refusal(f"the shell is busy with: {other}")
