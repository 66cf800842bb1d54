"""The checklist's rows below the tests: findings, deviations, notes, and what does not work now."""

from __future__ import annotations

from collections.abc import Callable

from thunes_tui.drill.draft import short
from thunes_tui.drill.model import DrillState, Remark
from thunes_tui.ui.outline.row import Row, heading, text
from thunes_tui.ui.widgets.line import data

SIGN = {"note": "n", "deviation": "d", "bookmark": "b", "sign-off": "w"}
LAST_REMARKS = 30


def findings(state: DrillState) -> list[Row]:
    rows = [heading("Findings")]
    if not state.findings:
        return [*rows, text(1, ("none", "dim"))]
    for finding in reversed(state.findings):
        sign = ("✗ VETO ", "bad") if finding.veto else ("! ", "warn")
        where = f" test {finding.test[1:]}" if finding.test else ""
        rows.append(text(1, sign, data(finding.text), (f"{where} #{finding.number}", "dim")))
    return rows


def remarks(state: DrillState, time_of_day: Callable[[int], str]) -> list[Row]:
    """Newest first, so that what was just written is seen."""
    if not state.remarks:
        return []
    last = state.remarks[-LAST_REMARKS:]
    return [heading("Notes and deviations"), *(_remark(remark, time_of_day) for remark in reversed(last))]


def _remark(remark: Remark, time_of_day: Callable[[int], str]) -> Row:
    where = f"{short(remark.step)} " if remark.step else ""
    style = "warn" if remark.kind == "deviation" else "dim"
    sign = (f"{SIGN.get(remark.kind, '·')} ", style)
    when = (f"{time_of_day(remark.at.t)[:5]} {where}", "dim")
    reason = data(f" — {remark.reason}", "dim") if remark.reason else ("", "dim")
    return text(1, sign, when, data(remark.text), reason, data(f" {remark.by}", "dim"))


def troubles(state: DrillState) -> list[Row]:
    """Sources and workers that do not work now: loss is visible."""
    rows = [
        text(1, data(f"! {name} failed: ", "bad"), data(reason)) for name, reason in state.failures.items()
    ]
    rows += [
        text(1, data(f"! {source.name} is {source.status} ", "warn"), data(source.detail, "dim"))
        for source in state.sources.values()
        if source.status != "open"
    ]
    if state.runbook_changed:
        rows.append(
            text(1, ("! the runbook on disk was changed; the drill goes on with the pinned text", "warn"))
        )
    return [heading("Troubles"), *rows] if rows else []


def unplaced(state: DrillState) -> list[Row]:
    """What the parser could not place is listed, never dropped."""
    if not state.unplaced:
        return []
    return [
        heading("In the runbook, but not placed"),
        *(text(1, data(line, "dim")) for line in state.unplaced),
    ]
