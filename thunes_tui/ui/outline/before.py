"""The checklist's rows before the first test: prerequisites, the pre-flight's sections, the preparation."""

from __future__ import annotations

from thunes_tui.clock import Moment
from thunes_tui.drill.model import DrillState, PreflightState, SectionState
from thunes_tui.drill.timeline import PREPARATION_MIN
from thunes_tui.ui.outline.row import VERDICT_STYLE, Row, glyph, heading, indent, lasted, planned, text
from thunes_tui.ui.widgets.line import Line, Part, data

SHORT = {"NOT VERIFIED": "?", "UNKNOWN": "?", "SKIPPED": "–", "VACUOUS": "○"}
COLUMN = 7


def prerequisites(state: DrillState, expanded: bool) -> list[Row]:
    if not state.prerequisites:
        return []
    of, done = len(state.prerequisites), len(state.ticked)
    sign: Part = ("✓", "good") if done == of else ("·", "dim")
    left: Line = [indent(0), sign, (" Prerequisites", "strong" if done < of else "text")]
    rows = [Row("prerequisites", left, [(f"{done}/{of}", "good" if done == of else "dim")])]
    if expanded:
        rows += [_prerequisite(state, number) for number in range(1, of + 1)]
    return rows


def _prerequisite(state: DrillState, number: int) -> Row:
    by = state.ticked.get(str(number), "")
    box: Part = ("[ ] ", "accent")
    if by:
        box = ("(✓) ", "good") if by == "sensed" else ("[✓] ", "human")
    words = data(state.prerequisites[number - 1], "text" if not by else "dim")
    return Row(f"prerequisite {number}", [indent(1), box, words], wrap=7)


def preflight(state: DrillState, expanded: bool, now: Moment, *, in_brief: bool = False) -> list[Row]:
    """One row, and the sections while they matter: native verdict and script's verdict side by side.

    `in_brief`: what to do first, then the sections that failed; the others as a row.
    """
    flight, phase = state.preflight, state.phases.get("preflight")
    verdict = "PASS" if flight.passed else "FAIL" if flight.run and not flight.running else ""
    sign: Part = ("▸", "accent") if flight.running else glyph(verdict)
    time = lasted(phase.started, phase.ended, now, state.stops) if phase is not None else ""
    title: Part = (" Pre-flight", "text" if flight.passed else "strong")
    head = Row("preflight", [indent(0), sign, title], [(time or planned(5), "dim")])
    if not expanded or not flight.sections:
        return [head]
    columns: Line = [(f"{'native':>{COLUMN}}{'script':>{COLUMN}}", "dim")]
    if in_brief:
        return [head, *_in_brief(flight)]
    rows = [head, heading("", columns)]
    for section in flight.sections:
        rows += _section(section)
    rows.append(Row(left=[indent(1), ("together", "text")], right=_pair(flight.native, flight.script)))
    if not flight.running and flight.native and flight.script and flight.native != flight.script:
        rows.append(text(1, ("! the two disagree, which is a finding", "warn")))
    return [*rows, *_stop(flight)]


def _stop(flight: PreflightState) -> list[Row]:
    if flight.running or flight.passed:
        return []
    return [text(1, ("DO NOT PROCEED: mend it, then ", "bad"), ("r", "key"), (" runs it again", "bad"))]


def _in_brief(flight: PreflightState) -> list[Row]:
    verdicts = [_together(section) for section in flight.sections]
    passed, open_ones = verdicts.count("PASS"), verdicts.count("")
    rows = _stop(flight)
    for section, verdict in zip(flight.sections, verdicts, strict=True):
        rows += _section(section) if verdict not in ("PASS", "") else []
    rest = f"{passed} of {len(verdicts)} pass"
    if flight.running:
        rest += f", {open_ones} still to come" if open_ones else ", not all of them by both"
    return [
        *rows,
        Row(left=[indent(1), ("✓ " if passed else "· ", "good" if passed else "dim"), (rest, "dim")]),
    ]


def _together(section: SectionState) -> str:
    """One word for both ways of looking."""
    both = (section.native, section.script)
    return "FAIL" if "FAIL" in both else section.native or section.script


def _section(section: SectionState) -> list[Row]:
    verdict = _together(section)
    left: Line = [indent(1), glyph(verdict), (f" {section.number} ", "dim"), data(section.title)]
    rows = [Row(f"section {section.number}", left, _pair(section.native, section.script))]
    if verdict in ("PASS", ""):
        return rows
    detail = section.detail if section.native not in ("PASS", "") else section.script_detail
    if detail:
        rows.append(text(2, data(detail, VERDICT_STYLE.get(verdict, "warn"))))
    if section.fix:
        rows.append(text(2, ("fix  ", "accent"), data(section.fix)))
    return rows


def _pair(native: str, script: str) -> Line:
    return [
        (f"{SHORT.get(verdict, verdict) or '·':>{COLUMN}}", VERDICT_STYLE.get(verdict, "warn"))
        for verdict in (native, script)
    ]


def preparation(state: DrillState, now: Moment) -> list[Row]:
    phase = state.phases.get("preparation")
    if phase is None or phase.started is None:
        left: Line = [indent(0), glyph(""), (" Preparation", "text")]
        return [Row("preparation", left, [(planned(PREPARATION_MIN), "dim")])]
    time = lasted(phase.started, phase.ended, now, state.stops)
    if phase.ended is not None:
        return [Row("preparation", [indent(0), glyph("PASS"), (" Preparation", "text")], [(time, "dim")])]
    right: Line = [(time, "accent"), (f" of {planned(PREPARATION_MIN)}", "dim")]
    return [Row("preparation", [indent(0), ("▸", "accent"), (" Preparation", "strong")], right)]


def documentation(state: DrillState, now: Moment) -> list[Row]:
    phase = state.phases.get("documentation")
    if phase is None or phase.started is None:
        return [
            Row("documentation", [indent(0), glyph(""), (" Documentation", "text")], [(planned(30), "dim")])
        ]
    time = lasted(phase.started, phase.ended, now, state.stops)
    if phase.ended is not None:
        return [Row("documentation", [indent(0), glyph("PASS"), (" Documentation", "text")], [(time, "dim")])]
    return [
        Row("documentation", [indent(0), ("▸", "accent"), (" Documentation", "strong")], [(time, "accent")])
    ]
