"""The checklist's rows of tests and their steps."""

from __future__ import annotations

from thunes_tui.clock import Moment
from thunes_tui.drill.draft import short
from thunes_tui.drill.ends import exit_words
from thunes_tui.drill.model import DrillState, StepState, TestState
from thunes_tui.runbook.model import Step, Test
from thunes_tui.text import counted
from thunes_tui.ui.outline import ahead, waits
from thunes_tui.ui.outline.criteria import rows_of
from thunes_tui.ui.outline.row import VERDICT_STYLE, Row, glyph, heading, indent, lasted, planned, text
from thunes_tui.ui.widgets.line import Line, Part, data

STEP_SIGN: dict[str, Part] = {
    "pending": ("·", "dim"),
    "requested": ("▸", "accent"),
    "held": ("‖", "warn"),
    "running": ("▸", "accent"),
    "done": ("✓", "good"),
    "unknown": ("?", "warn"),
    "skipped": ("–", "dim"),
    "aborted": ("✗", "bad"),
}


def rows_for(
    state: DrillState, test: Test, expanded: bool, now: Moment, detailed: frozenset[str], upcoming: str
) -> list[Row]:
    """A test's row, and its steps and criteria when it is expanded; `brief.rows_for` where room is short."""
    known = state.tests[test.id]
    rows = [test_row(state, test, now)]
    summary = _summary(state, test, known)
    if summary:
        rows.append(text(2, *summary))
    if not expanded:
        return rows
    for step in test.steps:
        rows += step_rows(state, step, now, step.id == upcoming, detailed)
    if test.criteria:
        rows.append(heading("  Criteria"))
    for criterion in test.criteria:
        rows += rows_of(state, test, criterion, now, criterion.id in detailed)
    return rows


def test_row(state: DrillState, test: Test, now: Moment) -> Row:
    known = state.tests[test.id]
    running = known.status == "running"
    sign: Part = ("▸", "accent") if running else glyph(known.verdict)
    title = data(test.title, "strong" if running else "text" if known.status == "ended" else "dim")
    left: Line = [indent(0), sign, (f" {test.number} ", "text"), title]
    if known.attempt > 1:
        left.append((f" attempt {known.attempt}", "warn"))
    time = lasted(known.started, known.ended, now, state.stops)
    if running:
        return Row(test.id, left, [(time, "accent"), (f" of {planned(test.minutes)}", "dim")], wrap=5)
    if known.status == "pending":
        return Row(test.id, left, [(planned(test.minutes), "dim")], wrap=5)
    return Row(test.id, left, [(f"{time:>7}" if known.status == "ended" else "", "text")], wrap=5)


def _summary(state: DrillState, test: Test, known: TestState) -> Line:
    if known.status == "skipped":
        return [("SKIPPED ", "dim"), data(known.reason, "dim")]
    if known.status != "ended":
        return []
    passed = sum(state.criteria[c.id].verdict == "PASS" for c in test.criteria)
    line: Line = [(known.verdict, VERDICT_STYLE.get(known.verdict, "warn"))]
    line.append((f"  {passed}/{len(test.criteria)} criteria", "dim"))
    if known.cause and known.verdict != "PASS":
        line.append(data(f"  {known.cause}", "text"))
    return line


def step_rows(
    state: DrillState, step: Step, now: Moment, upcoming: bool, detailed: frozenset[str] = frozenset()
) -> list[Row]:
    """The step, what was done to its block, what lies ahead of it, its text, and what it waits for."""
    known = state.steps[step.id]
    sign = STEP_SIGN[known.status]
    if known.status == "done" and known.exit not in (0, None):
        sign = ("!", "warn")
    active = known.status in ("running", "requested", "held")
    style = "strong" if active or upcoming else "dim" if known.status == "skipped" else "text"
    left: Line = [indent(1), sign, (f" {short(step.id)} ", "accent" if active or upcoming else "dim")]
    left.append(data(step.title, style))
    if known.attempt > 1:
        left.append((f" attempt {known.attempt}", "warn"))
    return [
        Row(step.id, left, _time(state, step, now), wrap=9),
        *_remarks(known),
        *(ahead.rows_of(step, known) if upcoming and known.status == "pending" else ()),
        *(ahead.block_rows(step, known) if step.id in detailed else ()),
        *waits.rows_of(state, step, now),
    ]


def _time(state: DrillState, step: Step, now: Moment) -> Line:
    known = state.steps[step.id]
    if known.status in ("running", "done"):
        time = lasted(known.started, known.ended, now, state.stops)
        if known.status == "running":
            return [(time, "accent")]
        failed = known.exit not in (0, None)
        return [(f"{exit_words(known.exit)}  ", "warn"), (time, "dim")] if failed else [(time, "dim")]
    words = {"requested": "guard asked", "held": "HELD", "unknown": "UNKNOWN", "aborted": "ABORTED"}
    word = words.get(known.status, "skipped" if known.status == "skipped" else "")
    return [(word, "warn" if known.status != "aborted" else "bad")]


def _given(known: StepState) -> list[Row]:
    """What a person gave its block before it ran."""
    rows = []
    if known.values:
        pairs = [
            f"{name} {'as it stands' if value == name else f'= {value}'}" for name, value in known.values
        ]
        rows.append(text(3, ("filled in: ", "dim"), data(", ".join(dict.fromkeys(pairs)), "human")))
    if known.changes:
        rows.append(text(3, ("edited: ", "warn"), data(known.changes, "warn")))
    return rows


def _remarks(known: StepState) -> list[Row]:
    rows = _given(known)
    if known.status == "held":
        rows.append(
            text(3, ("Enter, then type ", "warn"), data(known.confirm, "strong"), (" to confirm", "warn"))
        )
    if known.status == "running" and known.by_hand:
        rows.append(text(3, ("by hand: Enter when it is done", "accent")))
    if known.reason:
        rows.append(text(3, data(known.reason, "dim" if known.status == "skipped" else "warn")))
    if known.differences:
        count = len(known.differences)
        rows.append(text(3, (f"{count} expected line{'s' if count > 1 else ''} not shown: ", "warn"),
                         data(known.differences[0], "dim")))  # fmt: skip
    if known.jobs and known.status == "done":
        rows.append(text(3, (f"{counted(known.jobs, 'job')} in the shell after it", "dim")))
    return rows
