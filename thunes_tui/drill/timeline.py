"""Planned against actual, in the form of the seed's timeline template."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.clock import Moment
from thunes_tui.drill.emergency_results import stamps
from thunes_tui.drill.model import DrillState

PREFLIGHT_MIN = 5.0
PREPARATION_MIN = 25.0
GAP_MIN = 5.0
DOCUMENTATION_MIN = 30.0
TEST_MIN = 30.0
"""For a test whose document does not say."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    label: str
    planned_min: float | None
    """Minutes after the start; None for what the plan does not know."""
    actual: Moment | None
    late_min: float | None
    """Minutes behind the plan; negative when ahead, None before it happened."""


def plan(state: DrillState) -> tuple[tuple[str, float], ...]:
    """The stamps that the drill will give, with their minutes after the start."""
    at = PREFLIGHT_MIN
    rows = [("START", 0.0), ("Pre-flight check complete", at)]
    at += PREPARATION_MIN
    rows.append(("Preparation complete, monitors set up", at))
    for test in state.plan:
        at += GAP_MIN
        rows.append((f"Test {test.number} START ({test.title})", at))
        at += test.minutes or TEST_MIN
        rows.append((f"Test {test.number} COMPLETE", at))
    at += GAP_MIN
    rows.append(("Documentation START", at))
    at += DOCUMENTATION_MIN
    rows.append(("Documentation COMPLETE", at))
    rows.append(("DRILL COMPLETE", at + GAP_MIN))
    return tuple(rows)


def rows(state: DrillState) -> tuple[TimelineRow, ...]:
    """Every planned stamp with what became of it, then those that the plan does not know."""
    actual = {stamp.label: stamp.at for stamp in state.stamps}
    start = state.stamps[0].at if state.stamps else None
    planned = plan(state)
    known = [_row(state, label, minutes, actual.get(label), start) for label, minutes in planned]
    labels = {label for label, _ in planned}
    extra = [TimelineRow(s.label, None, s.at, None) for s in state.stamps if s.label not in labels]
    extra += [TimelineRow(label, None, at, None) for label, at in stamps(state)]
    return (*known, *extra)


def _row(
    state: DrillState, label: str, planned: float, actual: Moment | None, start: Moment | None
) -> TimelineRow:
    """Pauses make nothing late."""
    if actual is None or start is None:
        return TimelineRow(label, planned, actual, None)
    late = round(state.stops.lasted(start, actual) / 60 - planned, 1)
    return TimelineRow(label, planned, actual, late)


def pace(state: DrillState, now: Moment) -> str:
    """`2 min ahead`, `on time`, `5 min behind`: by the next planned stamp that is still open."""
    if not state.stamps:
        return "not begun"
    if state.ending is not None:
        now = state.ending.at
    elapsed = state.stops.lasted(state.stamps[0].at, now) / 60
    open_rows = [r for r in rows(state) if r.actual is None and r.planned_min is not None]
    done = [r for r in rows(state) if r.actual is not None and r.planned_min is not None]
    if open_rows and open_rows[0].planned_min is not None and elapsed > open_rows[0].planned_min:
        late = elapsed - open_rows[0].planned_min
    else:
        late = done[-1].late_min or 0.0 if done else 0.0
    minutes = round(abs(late))
    if minutes == 0:
        return "on time"
    return f"{minutes} min {'behind' if late > 0 else 'ahead'}"


def planned_minutes(state: DrillState) -> float:
    """The whole drill's planned minutes."""
    return plan(state)[-1][1]
