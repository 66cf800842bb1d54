"""The checklist's rows of success criteria: sensed, ticked, overridden, waiting, failed, yours to decide."""

from __future__ import annotations

from thunes_tui.clock import Moment
from thunes_tui.drill.checks import awaited, by_hand, is_at_end, step_of
from thunes_tui.drill.draft import short
from thunes_tui.drill.model import CriterionState, DrillState
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Criterion, Test
from thunes_tui.ui.outline.row import VERDICT_GLYPH, VERDICT_STYLE, Row, indent, text
from thunes_tui.ui.widgets.line import Line, Part, data


def rows_of(state: DrillState, test: Test, criterion: Criterion, now: Moment, detailed: bool) -> list[Row]:
    """A criterion's row, its cause when it did not pass, and its evidence when that is asked for."""
    known = state.criteria.get(criterion.id, CriterionState(criterion.id))
    running = state.tests[test.id].status == "running"
    left: Line = [indent(1), _box(state, criterion, known, running), (" ", "text"), data(criterion.text)]
    if criterion.optional:
        left.append((" optional", "dim"))
    rows = [
        Row(
            criterion.id,
            left,
            _remark(state, test, criterion, known, now) if running or known.verdict else [],
            wrap=7,
        )
    ]
    if known.verdict not in ("", "PASS") and (known.reason or known.cause):
        rows.append(text(3, data(known.reason or known.cause, VERDICT_STYLE[known.verdict])))
    if known.overridden:
        sensed = f"sensed {known.sensed}: {known.cause}"
        rows.append(text(3, data(f"{known.decided_by} says {known.verdict}; {sensed}", "warn")))
    return rows + (_detail(criterion, known) if detailed else [])


def _box(state: DrillState, criterion: Criterion, known: CriterionState, running: bool) -> Part:
    """`(✓)` sensed, `[✓]` by a person, `[~]` overridden, `(◌)` waiting, `[ ]` open."""
    style = VERDICT_STYLE.get(known.verdict, "warn")
    if known.overridden:
        return ("[~]", "warn")
    if known.decided_by:
        return (f"[{VERDICT_GLYPH[known.verdict]}]", "human" if known.verdict == "PASS" else style)
    if known.verdict:
        return (f"({VERDICT_GLYPH[known.verdict]})", style)
    if by_hand(state, criterion):
        return ("[ ]", "accent" if running else "dim")
    return ("(◌)", "dim")


def _remark(state: DrillState, test: Test, criterion: Criterion, known: CriterionState, now: Moment) -> Line:
    """What stands at the right: the evidence in short, or what it waits for."""
    if known.verdict == "PASS" and known.decided_by:
        return [data(known.decided_by, "dim")]
    if known.verdict == "PASS":
        return [data(brief(known.evidence), "dim")]
    if known.verdict:
        return [(known.verdict, VERDICT_STYLE[known.verdict])]
    if by_hand(state, criterion):
        return [("you decide", "accent")]
    return [data(waits_for(state, test, criterion, now), "dim")]


def waits_for(state: DrillState, test: Test, criterion: Criterion, now: Moment) -> str:
    """What an open sensed criterion waits for, in words."""
    check = criterion.check
    if check is None:
        return "you decide"
    if is_at_end(check):
        return "judged at the end"
    step = step_of(test, check)
    if step is not None and state.steps[step.id].status not in ("running", "done"):
        return f"waits for {short(step.id)}"
    ended = state.steps[step.id].ended if step is not None else None
    if ended is None:
        return f"waits for {awaited(check)}"
    left = max(0, round(check.within_s - now.since(ended)))
    return f"{awaited(check)}, {left} s left"


def brief(evidence: Evidence | None) -> str:
    """`audit +12 ms`, `audit byte 88,214`, `output`."""
    if evidence is None:
        return "sensed"
    if evidence.latency_ms is not None:
        return f"{evidence.source} +{milliseconds(evidence.latency_ms)}"
    if evidence.offset is not None:
        return f"{evidence.source} byte {evidence.offset:,}"
    return evidence.source


def milliseconds(value: float) -> str:
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"


def _detail(criterion: Criterion, known: CriterionState) -> list[Row]:
    """The evidence in full, so that anyone can look it up again."""
    pairs: list[tuple[str, str]] = []
    evidence = known.evidence
    if evidence is not None:
        latency = ""
        if evidence.latency_ms is not None:
            latency = f"{milliseconds(evidence.latency_ms)} ± {milliseconds(evidence.error_ms)}"
        pairs += [
            ("source", evidence.source),
            ("file", evidence.file),
            ("inode", " of device ".join(str(part) for part in reversed(evidence.identity))),
            ("byte", f"{evidence.offset:,}" if evidence.offset is not None else ""),
            ("sha256", evidence.sha256),
            ("latency", latency),
            ("line", evidence.detail),
        ]
    pairs += [
        ("cause", known.cause),
        ("sensed", known.sensed),
        ("by", known.decided_by),
        ("reason", known.reason),
    ]
    pairs.append(("check", _check(criterion)))
    shown = [(label, value) for label, value in pairs if value]
    return [text(3, (f"{label:<8}", "dim"), data(value)) for label, value in shown]


def _check(criterion: Criterion) -> str:
    if criterion.check is None:
        return "none is bound to it: a person decides"
    wants = ", ".join(f"{name} {value}" for name, value in criterion.check.want)
    return f"{criterion.check.kind} {wants} ({criterion.bound_by or 'unbound'})"
