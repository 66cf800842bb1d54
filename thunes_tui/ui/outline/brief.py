"""The running test where there is no room for all of it: the step at hand, and what is not proven yet."""

from __future__ import annotations

from thunes_tui.clock import Moment
from thunes_tui.drill.checks import step_of
from thunes_tui.drill.draft import short
from thunes_tui.drill.model import DrillState
from thunes_tui.runbook.model import Criterion, Step, Test
from thunes_tui.ui.outline import criteria, tests
from thunes_tui.ui.outline.row import Row, duration, indent
from thunes_tui.ui.widgets.line import Line

PAST = ("done", "skipped")


def rows_for(
    state: DrillState, test: Test, now: Moment, detailed: frozenset[str], upcoming: str
) -> list[Row]:
    """What is behind and what is still to come as a row each, the step at hand in full between them.

    Then every criterion: what failed, what the step at hand is to prove, what is open, what has passed. Once
    no step is left, the criteria come first.
    """
    rows = [tests.test_row(state, test, now)]
    at_hand = [step for step in test.steps if _is_at_hand(state, step, upcoming)]
    behind = [s for s in test.steps if s not in at_hand and state.steps[s.id].status in PAST]
    ahead = [s for s in test.steps if s not in at_hand and s not in behind]
    past = [_folded(state, behind, "✓", "done")] if behind else []
    if at_hand or ahead:
        rows += past
    for step in at_hand:
        rows += tests.step_rows(state, step, now, step.id == upcoming, detailed)
    if ahead:
        rows.append(_folded(state, ahead, "·", "to come"))
    for criterion in sorted(test.criteria, key=lambda c: _urgency(state, test, c, at_hand)):
        rows += criteria.rows_of(state, test, criterion, now, criterion.id in detailed)
    return rows if at_hand or ahead else rows + past


def _is_at_hand(state: DrillState, step: Step, upcoming: str) -> bool:
    """The one that is next or at work, and any that did not end as it should."""
    known = state.steps[step.id]
    failed = known.status == "done" and known.exit not in (0, None)
    awaited = state.start.step == step.id and (state.start.awaited or state.start.verdict == "FAIL")
    return awaited or step.id == upcoming or failed or known.status not in (*PAST, "pending")


def _folded(state: DrillState, steps: list[Step], sign: str, what: str) -> Row:
    first, last = short(steps[0].id), short(steps[-1].id)
    names = first if first == last else f"{first} to {last}"
    known = [state.steps[step.id] for step in steps]
    both = [(s.started, s.ended) for s in known]
    took = sum(state.stops.lasted(start, end) for start, end in both if start is not None and end is not None)
    skipped = sum(s.status == "skipped" for s in known)
    words = f" {names} {what}" + (f", {skipped} of them skipped" if skipped else "")
    left: Line = [indent(1), (sign, "good" if sign == "✓" else "dim"), (words, "dim")]
    return Row(left=left, right=[(duration(took), "dim")] if took else [])


def _urgency(state: DrillState, test: Test, criterion: Criterion, at_hand: list[Step]) -> int:
    known = state.criteria[criterion.id]
    if known.verdict not in ("", "PASS", "VACUOUS"):
        return 0
    if known.verdict:
        return 3
    step = step_of(test, criterion.check) if criterion.check is not None else None
    return 1 if step in at_hand else 2
