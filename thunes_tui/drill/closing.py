"""Beginnings and ends that several decisions share: phases, and a test that closes with its verdict."""

from __future__ import annotations

from thunes_tui.drill import starts
from thunes_tui.drill.deviations import note_late_test
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.settle import settle_at_end
from thunes_tui.drill.verdict import of_test
from thunes_tui.events import drill, steps
from thunes_tui.runbook.model import Test


def start_phase(draft: Draft, phase: str) -> None:
    known = draft.state.phases.get(phase)
    if known is None or known.started is None:
        draft.emit(drill.PhaseStarted(phase))


def end_phase(draft: Draft, phase: str) -> None:
    known = draft.state.phases.get(phase)
    if known is not None and known.started is not None and known.ended is None:
        draft.emit(drill.PhaseEnded(phase))


def close_test(draft: Draft, test: Test, why: str) -> None:
    """Whatever was on its way is off, whatever is open is settled, and the verdict is given."""
    for step in test.steps:
        known = draft.state.steps[step.id]
        if known.status in ("requested", "held"):
            draft.emit(steps.StepAborted(step.id, known.attempt, f"{why} before it started"))
        elif known.status == "running" and known.by_hand:
            draft.emit(steps.StepAborted(step.id, known.attempt, f"{why} before it was done"))
        elif known.status == "running":
            draft.emit(steps.StepUnknown(step.id, known.attempt, f"{why} while it ran"))
    if draft.state.start.step.startswith(f"{test.id}."):
        starts.lost(draft, why)
    settle_at_end(draft, test)
    judgement = of_test(draft.state, test)
    draft.emit(steps.TestEnded(test.id, judgement.verdict, judgement.cause))
    note_late_test(draft, test)
