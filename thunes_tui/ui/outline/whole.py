"""The whole checklist as rows: a pure function of the state, the time and what the person opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from thunes_tui.clock import Moment
from thunes_tui.drill.checks import by_hand
from thunes_tui.drill.model import DrillState, PhaseState
from thunes_tui.runbook.model import Test
from thunes_tui.ui.outline import after, before, brief, emergency, tests
from thunes_tui.ui.outline.row import VERDICT_STYLE, Row, heading, text
from thunes_tui.ui.widgets.line import data

BUSY = ("requested", "held", "running", "unknown", "aborted")


@dataclass(frozen=True, slots=True)
class Opened:
    """What the person unfolded or folded against the usual, and whose evidence is shown."""

    toggled: frozenset[str] = frozenset()
    detailed: frozenset[str] = frozenset()


def outline(
    state: DrillState,
    now: Moment,
    opened: Opened,
    time_of_day: Callable[[int], str],
    *,
    in_brief: bool = False,
) -> list[Row]:
    """`in_brief`: of the running test what matters now, because there is no room for all of it."""
    if state.mode == "watch":
        return [
            text(0, ("Watching: nothing is recorded and there is no drill.", "text")),
            *after.findings(state),
            *after.troubles(state),
        ]
    begun = state.phases.get("tests", PhaseState()).started is not None
    upcoming = current(state)
    open_ones = len(state.ticked) < len(state.prerequisites)
    rows = emergency.rows_for(state) + before.prerequisites(
        state, _flip(not begun and open_ones, "prerequisites", opened)
    )
    flown = _flip(not state.preflight.passed, "preflight", opened)
    rows += before.preflight(state, flown, now, in_brief=in_brief)
    rows += before.preparation(state, now)
    for test in state.plan:
        running = state.tests[test.id].status == "running"
        expanded = _flip(running, test.id, opened)
        if running and expanded and in_brief:
            rows += brief.rows_for(state, test, now, opened.detailed, upcoming)
        else:
            rows += tests.rows_for(state, test, expanded, now, opened.detailed, upcoming)
    rows += before.documentation(state, now) if state.plan else []
    rows += _decision(state) + after.troubles(state) + after.findings(state)
    return rows + after.remarks(state, time_of_day) + after.unplaced(state)


def _flip(usual: bool, name: str, opened: Opened) -> bool:
    return usual != (name in opened.toggled)


def _decision(state: DrillState) -> list[Row]:
    ending = state.ending
    if ending is None:
        return []
    style = {"GO": "good", "CONDITIONAL": "warn"}.get(ending.decision, "bad")
    rows = [
        heading("Decision"),
        text(1, data(ending.decision, style), (f"  {ending.passed} of {ending.of}", "text")),
    ]
    return rows + [text(2, data(reason, VERDICT_STYLE["FAIL"])) for reason in ending.reasons]


def current(state: DrillState) -> str:
    """The id of what comes next: the row that the checklist keeps in view."""
    running = state.running_test
    if running is not None:
        return _within(state, running)
    if not state.preflight.passed:
        return "preflight"
    if state.phases.get("preparation", PhaseState()).started is None:
        return "preparation"
    return next((t.id for t in state.plan if state.tests[t.id].status == "pending"), "documentation")


def _within(state: DrillState, test: Test) -> str:
    """The step that is at work, else the next one, else the first criterion that a person must decide."""
    statuses = [(step.id, state.steps[step.id].status) for step in test.steps]
    found = next((step for step, status in statuses if status in BUSY), "")
    found = found or next((step for step, status in statuses if status == "pending"), "")
    if found:
        return found
    undecided = [c.id for c in test.criteria if not state.criteria[c.id].verdict and by_hand(state, c)]
    return undecided[0] if undecided else test.id
