"""Decisions about tests and steps: begin, run, confirm, finish, skip, end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui.drill import exact
from thunes_tui.drill.checks import awaited, waiting
from thunes_tui.drill.closing import close_test, end_phase, start_phase
from thunes_tui.drill.decision import unconfirmed_prerequisites, words_of
from thunes_tui.drill.deviations import note_late_step
from thunes_tui.drill.draft import Draft, Refusal, short
from thunes_tui.drill.effects import AskGuard, RunInShell, TakeBaseline
from thunes_tui.drill.model import TestState
from thunes_tui.drill.printed import Output, looks
from thunes_tui.drill.settle import settle_rest, settle_step
from thunes_tui.drill.starts import is_awaited, launched
from thunes_tui.drill.step_state import digest as digest  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.drill.step_state import text_of, waits_for
from thunes_tui.drill.transitions import (
    check_one,
    check_open,
    check_proven,
    check_running,
    check_shell,
    check_step,
    check_test,
)
from thunes_tui.drill.venue import is_down
from thunes_tui.events import steps
from thunes_tui.runbook.model import Step, Test

CONFIRMED = "!"


def asked_for(step: str, attempt: int) -> str:
    """One attempt's name, for the guard and its token."""
    return f"{step}#{attempt}"


def start_test(draft: Draft, intent: intents.StartTest) -> None:
    check_open(draft.state)
    test = draft.test(intent.test)
    state = draft.state.tests[test.id]
    check_test(state, "start")
    if draft.state.phases["preparation"].started is None:
        raise Refusal("the preparation has not begun")
    running = draft.state.running_test
    if running is not None:
        raise Refusal(f"Test {running.number} is running: end it first")
    if not is_down(draft.state.guard_reasons):
        check_proven(draft.state)  # an exchange that was down may be back: each step asks the guard anew
    end_phase(draft, "preparation")
    if draft.state.phases["tests"].started is None:
        note_prerequisites(draft)
    start_phase(draft, "tests")
    note_test_order(draft, test, state)
    draft.emit(steps.TestStarted(test.id, state.attempt + 1))
    draft.want(TakeBaseline(test.id))


def note_prerequisites(draft: Draft) -> None:
    """What nobody confirmed before the first test is on record; a rehearsal has nobody who could."""
    unconfirmed = unconfirmed_prerequisites(draft.state)
    if unconfirmed and draft.state.mode == "drill":
        draft.emit(steps.FindingNoted(words_of(draft.state, unconfirmed), source="prerequisites"))


def note_test_order(draft: Draft, test: Test, known: TestState) -> None:
    """On record, and before the attempt begins: how a test is come to says nothing of how it is followed."""
    if known.attempt > 0:
        text = f"Test {test.number} attempted again after {known.verdict or known.status}"
        draft.emit(steps.DeviationNoted(text, "", test.id, "", sensed=True))
    earlier = [t for t in draft.state.plan if t.number < test.number]
    skipped_over = [t for t in earlier if draft.state.tests[t.id].status == "pending"]
    if skipped_over:
        text = f"Test {test.number} begun before Test {skipped_over[0].number}"
        draft.emit(steps.DeviationNoted(text, "", test.id, "", sensed=True))


def end_test(draft: Draft, intent: intents.EndTest) -> None:
    """Settle what is still open, then judge."""
    check_open(draft.state)
    test = draft.test(intent.test)
    check_test(draft.state.tests[test.id], "end")
    busy = [s.id for s in test.steps if draft.state.steps[s.id].status in ("requested", "running")]
    if busy:
        raise Refusal(f"step {short(busy[0])} is running")
    if is_awaited(draft.state, test):
        raise Refusal(f"step {short(draft.state.start.step)} is waited for: is the bot alive and healthy?")
    for criterion in waiting(draft.state, test):
        if criterion.check is not None:
            raise Refusal(f"a check still waits: {awaited(criterion.check)} for {criterion.text}")
    close_test(draft, test, "the test ended")


def skip_test(draft: Draft, intent: intents.SkipTest) -> None:
    check_open(draft.state)
    test = draft.test(intent.test)
    check_test(draft.state.tests[test.id], "skip")
    if not intent.reason.strip():
        raise Refusal("skipping a test needs a reason")
    if not draft.state.preflight.passed:
        raise Refusal("the pre-flight has not passed")
    draft.emit(steps.TestSkipped(test.id, intent.reason))


def run_step(draft: Draft, intent: intents.RunStep) -> None:
    """A step with a command is requested, and starts when the guard has answered.

    Flags are for display: what they do not see goes through the guard all the same.
    """
    check_open(draft.state)
    step, test = running_step_of(draft, intent.step)
    known = draft.state.steps[step.id]
    check_step(known, "again" if intent.again else "run")
    check_one(draft.state, test, step.id)
    text = text_of(step, known)
    sha256 = digest(text)
    if intent.sha256 and intent.sha256 != sha256:
        raise Refusal("what was shown is not what would run: leave and open the console again")
    why = waits_for(step, known)
    if why and draft.state.mode != "rehearse":
        raise Refusal(why)
    if text:
        check_shell(draft.state)  # whether testnet is proven, the guard is asked anew for every step
    note_order(draft, step, again=known.status != "pending")
    attempt = known.attempt + 1
    if not text:
        draft.emit(steps.StepStarted(step.id, attempt, "", "", by_hand=True))
        return
    note_edited(draft, step)
    draft.emit(steps.StepRequested(step.id, attempt, sha256))
    if why:
        draft.emit(steps.StepAborted(step.id, attempt, f"{why}, and nobody is here to do it"))
        settle_rest(draft, test)
    else:
        draft.want(AskGuard(asked_for(step.id, attempt), text))


def running_step_of(draft: Draft, item: str) -> tuple[Step, Test]:
    """A step of the running test; those of another are not to be touched."""
    step = draft.step(item)
    test = draft.test(step.id)
    if draft.state.tests[test.id].status != "running":
        raise Refusal(f"Test {test.number} is not running")
    return step, test


def note_order(draft: Draft, step: Step, *, again: bool) -> None:
    """Order and repetition are deviations that the console senses by itself."""
    test = draft.test(step.id)
    if again:
        text = f"step {short(step.id)} attempted again"
        draft.emit(steps.DeviationNoted(text, "", test.id, step.id, sensed=True))
        return
    before = test.steps[: test.steps.index(step)]
    left_out = [s for s in before if draft.state.steps[s.id].status == "pending"]
    if left_out:
        text = f"step {short(step.id)} begun before step {short(left_out[0].id)}"
        draft.emit(steps.DeviationNoted(text, "", test.id, step.id, sensed=True))


def note_edited(draft: Draft, step: Step) -> None:
    """Before it runs: what a person has changed in it."""
    changes = draft.state.steps[step.id].changes
    if changes:
        text = f"step {short(step.id)} edited before running: {changes}"
        draft.emit(steps.DeviationNoted(text, "", draft.test(step.id).id, step.id, sensed=True))


def launch(draft: Draft, step: Step, attempt: int, token: str) -> None:
    """Intent before effect: the event is on disk before the shell sees a byte."""
    text = text_of(step, draft.state.steps[step.id])
    draft.emit(steps.StepStarted(step.id, attempt, digest(text), token, output=draft.state.shell.output))
    launched(draft, step, attempt)
    wanted = looks(draft.test(step.id), step)
    draft.want(RunInShell(short(step.id), text, asked_for(step.id, attempt), token, wanted))


def confirm_step(draft: Draft, intent: intents.ConfirmStep) -> None:
    """The typed name of the target; the guard is asked once more, right before the effect."""
    check_open(draft.state)
    step, _test = running_step_of(draft, intent.step)
    known = draft.state.steps[step.id]
    check_step(known, "confirm")
    if not known.confirm or intent.typed != known.confirm:
        raise Refusal(f"the step is confirmed by typing {known.confirm}")
    if intent.exact:
        exact.begin(draft, step)
        return
    check_shell(draft.state)
    text = text_of(step, known)
    draft.emit(steps.StepRequested(step.id, known.attempt, digest(text)))
    draft.want(AskGuard(asked_for(step.id, known.attempt) + CONFIRMED, text))


def finish_step(draft: Draft, intent: intents.FinishStep) -> None:
    """Also on hold: what runs is left alone, and so is who does it."""
    check_running(draft.state)
    step, _test = running_step_of(draft, intent.step)
    known = draft.state.steps[step.id]
    check_step(known, "finish")
    if not known.by_hand:
        raise Refusal(f"step {short(step.id)} ends when its command ends")
    draft.emit(steps.StepEnded(step.id, known.attempt, None))
    note_late_step(draft, step)
    settle_step(draft, step, Output())


def skip_step(draft: Draft, intent: intents.SkipStep) -> None:
    check_open(draft.state)
    step, test = running_step_of(draft, intent.step)
    if not intent.reason.strip():
        raise Refusal("skipping a step needs a reason")
    check_step(draft.state.steps[step.id], "skip")
    draft.emit(steps.StepSkipped(step.id, intent.reason))
    text = f"step {short(step.id)} skipped"
    draft.emit(steps.DeviationNoted(text, intent.reason, test.id, step.id, sensed=True))
    settle_rest(draft, test)


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    intents.StartTest: start_test,
    intents.EndTest: end_test,
    intents.SkipTest: skip_test,
    intents.RunStep: run_step,
    intents.ConfirmStep: confirm_step,
    intents.FinishStep: finish_step,
    intents.SkipStep: skip_step,
}
