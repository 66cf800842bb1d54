"""How tests, steps, criteria and remarks change the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.facts import Bookmark
from thunes_tui.drill.fold_drill import stamped
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import (
    CriterionState,
    DrillState,
    Finding,
    Remark,
    StepState,
    TestState,
    as_verdict,
)
from thunes_tui.events import steps
from thunes_tui.runbook.model import Criterion, Test


def _test_of(state: DrillState, item: str) -> Test | None:
    """The test that a step, criterion or test id belongs to."""
    return next((t for t in state.plan if t.id == item.split(".", maxsplit=1)[0]), None)


def _with_test(state: DrillState, test: TestState) -> DrillState:
    return replace(state, tests={**state.tests, test.id: test})


def _with_step(state: DrillState, step: StepState) -> DrillState:
    return replace(state, steps={**state.steps, step.id: step})


def _step(state: DrillState, step: str) -> StepState:
    return state.steps.get(step, StepState(step))


def _fresh(state: DrillState, criteria: tuple[Criterion, ...]) -> DrillState:
    """Criteria forget their verdicts, for another attempt; the journal keeps the earlier ones."""
    return replace(state, criteria={**state.criteria, **{c.id: CriterionState(c.id) for c in criteria}})


def test_started(state: DrillState, event: steps.TestStarted, mark: Mark) -> DrillState:
    """The test runs, with the positions that were open then; another attempt forgets the earlier verdicts."""
    test = _test_of(state, event.test)
    if test is None:
        return state
    after = _with_test(
        state,
        TestState(
            test.id,
            "running",
            event.attempt,
            started=mark.at,
            record=mark.number,
            positions=state.positions,
        ),
    )
    if event.attempt > 1:
        after = replace(
            _fresh(after, test.criteria),
            steps={
                **after.steps,
                **{s.id: _step(state, s.id).anew("pending", _step(state, s.id).attempt) for s in test.steps},
            },
        )
    return stamped(after, f"Test {test.number} START ({test.title})", mark)


def test_ended(state: DrillState, event: steps.TestEnded, mark: Mark) -> DrillState:
    test = _test_of(state, event.test)
    if test is None:
        return state
    ended = replace(
        state.tests[test.id],
        status="ended",
        ended=mark.at,
        verdict=as_verdict(event.verdict),
        cause=event.cause,
    )
    return stamped(_with_test(state, ended), f"Test {test.number} COMPLETE", mark)


def test_skipped(state: DrillState, event: steps.TestSkipped, mark: Mark) -> DrillState:
    test = _test_of(state, event.test)
    if test is None:
        return state
    skipped = TestState(
        test.id, "skipped", started=mark.at, ended=mark.at, verdict="SKIPPED", reason=event.reason
    )
    return stamped(_with_test(state, skipped), f"Test {test.number} SKIPPED", mark)


def step_requested(state: DrillState, event: steps.StepRequested, mark: Mark) -> DrillState:
    before = _step(state, event.step)
    again = before.attempt == event.attempt  # a held step that a person has confirmed
    step = replace(
        before.anew("requested", event.attempt),
        requested=mark.at,
        confirm=before.confirm if again else "",
        victims=before.victims if again else (),
    )
    return _with_step(state, step)


def step_held(state: DrillState, event: steps.StepHeld, _mark: Mark) -> DrillState:
    step = replace(_step(state, event.step), status="held", confirm=event.confirm, victims=event.victims)
    return _with_step(state, step)


def step_started(state: DrillState, event: steps.StepStarted, mark: Mark) -> DrillState:
    before = _step(state, event.step)
    step = replace(
        before.anew("running", event.attempt),
        requested=before.requested,
        started=mark.at,
        by_hand=event.by_hand,
        exact=event.exact,
        output=event.output,
        victims=before.victims,
    )
    test = _test_of(state, event.step)
    if test is None:
        return _with_step(state, step)
    after = _with_step(state, step)
    return _fresh(after, _attempted_anew(after, test, event.step)) if event.attempt > 1 else after


def _attempted_anew(state: DrillState, test: Test, step: str) -> tuple[Criterion, ...]:
    """What another attempt of the step may settle otherwise: all that is bound to it, and of what any step
    of the test may show, all that was sensed and did not pass."""
    position = next((n for n, s in enumerate(test.steps, 1) if s.id == step), -1)
    found = []
    for criterion in test.criteria:
        known, check = state.criteria[criterion.id], criterion.check
        if check is None:
            continue
        any_step = not 0 < check.step <= len(test.steps)
        failed = known.sensed not in ("", "PASS") and not known.decided_by
        if check.step == position or (any_step and failed):
            found.append(criterion)
    return tuple(found)


def step_ended(state: DrillState, event: steps.StepEnded, mark: Mark) -> DrillState:
    step = replace(
        _step(state, event.step),
        status="done",
        ended=mark.at,
        exit=event.exit,
        jobs=event.jobs,
        differences=event.differences,
    )
    return _with_step(state, step)


def step_unknown(state: DrillState, event: steps.StepUnknown, mark: Mark) -> DrillState:
    step = replace(_step(state, event.step), status="unknown", ended=mark.at, reason=event.detail)
    return _with_step(state, step)


def step_skipped(state: DrillState, event: steps.StepSkipped, mark: Mark) -> DrillState:
    step = replace(_step(state, event.step), status="skipped", ended=mark.at, reason=event.reason)
    return _with_step(state, step)


def step_aborted(state: DrillState, event: steps.StepAborted, mark: Mark) -> DrillState:
    step = replace(_step(state, event.step), status="aborted", ended=mark.at, reason=event.reason)
    return _with_step(state, step)


def baseline_taken(state: DrillState, event: steps.BaselineTaken, _mark: Mark) -> DrillState:
    test = state.tests.get(event.test, TestState(event.test))
    return _with_test(state, replace(test, audit_size=event.size, audit_sha256=event.sha256))


def criterion_sensed(state: DrillState, event: steps.CriterionSensed, mark: Mark) -> DrillState:
    before = state.criteria.get(event.criterion, CriterionState(event.criterion))
    verdict = as_verdict(event.verdict)
    after = replace(
        before,
        sensed=verdict,
        verdict=before.verdict if before.decided_by else verdict,
        cause=event.cause,
        evidence=event.evidence,
        at=mark.at,
    )
    return replace(state, criteria={**state.criteria, event.criterion: after})


def criterion_decided(state: DrillState, event: steps.CriterionDecided, mark: Mark) -> DrillState:
    before = state.criteria.get(event.criterion, CriterionState(event.criterion))
    after = replace(
        before,
        verdict=as_verdict(event.verdict),
        decided_by=mark.by,
        reason=event.reason,
        at=mark.at,
    )
    return replace(state, criteria={**state.criteria, event.criterion: after})


def field_filled(state: DrillState, event: steps.FieldFilled, _mark: Mark) -> DrillState:
    return replace(state, fields={**state.fields, f"{event.owner}|{event.label}": event.value})


def _remarked(state: DrillState, kind: str, event: Any, mark: Mark) -> DrillState:
    remark = Remark(
        kind,
        event.text,
        getattr(event, "reason", ""),
        event.test,
        getattr(event, "step", ""),
        mark.by,
        mark.at,
        mark.number,
    )
    return replace(state, remarks=(*state.remarks, remark))


def deviation_noted(state: DrillState, event: steps.DeviationNoted, mark: Mark) -> DrillState:
    return _remarked(state, "deviation", event, mark)


def note_added(state: DrillState, event: steps.NoteAdded, mark: Mark) -> DrillState:
    return _remarked(state, "note", event, mark)


def bookmarked(state: DrillState, event: steps.Bookmarked, mark: Mark) -> DrillState:
    bookmark = Bookmark(
        event.source,
        event.file,
        event.offset,
        event.length,
        event.sha256,
        event.step or event.test,
        mark.number,
    )
    after = _remarked(state, "bookmark", event, mark)
    return replace(after, bookmarks=(*state.bookmarks, bookmark))


def signed_off(state: DrillState, event: steps.SignedOff, mark: Mark) -> DrillState:
    return _remarked(state, "sign-off", event, mark)


def finding_noted(state: DrillState, event: steps.FindingNoted, mark: Mark) -> DrillState:
    finding = Finding(event.text, event.veto, event.test, mark.at, mark.number, event.source)
    return replace(state, findings=(*state.findings, finding))


def held(state: DrillState, event: steps.Held, mark: Mark) -> DrillState:
    return replace(state, hold=event.reason or "no reason given", held_by=mark.by)


def released(state: DrillState, _event: steps.Released, _mark: Mark) -> DrillState:
    return replace(state, hold="", held_by="")


def intent_refused(state: DrillState, event: steps.IntentRefused, _mark: Mark) -> DrillState:
    return replace(state, refusal=event.reason)


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    steps.TestStarted: test_started,
    steps.TestEnded: test_ended,
    steps.TestSkipped: test_skipped,
    steps.StepRequested: step_requested,
    steps.StepHeld: step_held,
    steps.StepStarted: step_started,
    steps.StepEnded: step_ended,
    steps.StepUnknown: step_unknown,
    steps.StepSkipped: step_skipped,
    steps.StepAborted: step_aborted,
    steps.BaselineTaken: baseline_taken,
    steps.CriterionSensed: criterion_sensed,
    steps.CriterionDecided: criterion_decided,
    steps.FieldFilled: field_filled,
    steps.DeviationNoted: deviation_noted,
    steps.NoteAdded: note_added,
    steps.Bookmarked: bookmarked,
    steps.SignedOff: signed_off,
    steps.FindingNoted: finding_noted,
    steps.Held: held,
    steps.Released: released,
    steps.IntentRefused: intent_refused,
}
