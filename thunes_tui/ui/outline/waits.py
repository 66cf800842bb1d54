"""The checklist's rows of what a step waits for: a bot that it starts, an alert that is to come."""

from __future__ import annotations

from thunes_tui.clock import Moment
from thunes_tui.drill.checks import AWAITED, awaited, number, step_of
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.starts import in_words
from thunes_tui.runbook.model import Step
from thunes_tui.ui.outline.row import VERDICT_STYLE, Row, text
from thunes_tui.ui.widgets.line import data

WORDS = {"PASS": "started: ", "FAIL": "✗ not started: ", "NOT VERIFIED": "? started: "}


def rows_of(state: DrillState, step: Step, now: Moment) -> list[Row]:
    """Beside what runs: the conditions that it is really waited for."""
    known, start = state.steps[step.id], state.start
    rows = []
    if (start.step, start.attempt) == (step.id, known.attempt):
        if start.awaited:
            until = f": waiting until the bot is alive and healthy, at most {start.most_s:g} s"
            rows.append(text(3, (in_words(state, now), "accent"), (until, "dim")))
        else:
            style = VERDICT_STYLE.get(start.verdict, "warn")
            rows.append(text(3, (WORDS.get(start.verdict, ""), style), data(start.cause, "dim")))
    if known.status == "running" and known.by_hand and known.started is not None:
        rows += _by_hand(state, step, now.since(known.started))
    return rows


def _by_hand(state: DrillState, step: Step, seconds: float) -> list[Row]:
    """What the criteria on a step done by hand wait for, instead of so many seconds."""
    test = next(t for t in state.plan if step in t.steps)
    rows = []
    for criterion in test.criteria:
        check = criterion.check
        if check is None or check.kind not in AWAITED or step_of(test, check) != step:
            continue
        if not state.criteria[criterion.id].verdict:
            most = number(check, "max_s", check.within_s)
            words = f"waiting for {awaited(check)}, at most {most:g} s: "
            rows.append(text(3, data(words, "dim"), (f"{seconds:.0f} s so far", "accent")))
    return rows
