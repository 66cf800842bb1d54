"""The audit pane: a row an event of the bot's audit trail, members folded out on demand, damage in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from thunes_tui.clock import from_iso
from thunes_tui.lines.audit import EVENT_KEYS, AuditRow, rows_of
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.line import Position
from thunes_tui.text import LIMIT, safe
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.stream_keys import StreamPane, stream_actions
from thunes_tui.ui.widgets.gutter import WIDTH as GUTTER
from thunes_tui.ui.widgets.line import Line, data, width_of

FIRST = ("reason", "side", "symbol", "quote_qty", "daily_pnl", "open_positions")
"""Members that matter most, in this order; the others follow in the order of the file."""
SILENT = frozenset({"timestamp", *EVENT_KEYS, "strategy_id", "circuit_breaker_status"})
"""Members that a row leaves to the details."""
INDENT = 9
"""Cells of the time of day, below which a second row begins."""
MOST_DETAILS = 500
"""Rows of one folded-out event."""
STYLES = {"KILL_SWITCH_ACTIVATED": "warn", "KILL_SWITCH_DEACTIVATED": "good", "TRADE_REJECTED": "warn"}


class AuditPane(StreamPane):
    """One line can hold several events, or none that can be read: each stands where it is."""

    NAME = "audit"
    TITLE = "AUDIT"
    SOURCE = "audit"
    INDENT = 11
    ACTIONS = (
        *stream_actions("audit"),
        Action("fold_out", ("right", "enter"), "details", "Fold the event out, or in", "audit", footer=True),
        Action("fold_in", ("left",), "fold in", "Fold the event in", "audit"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._open: set[Position] = set()

    def heading(self) -> tuple[Line, Line]:
        return [(self.TITLE, "strong")], self.state()

    def look(self, line: TextLine, /) -> list[Line]:
        masked = TextLine(
            line.offset, self.desk.mask.line(line.data), line.clipped_bytes, line.generation, line.torn
        )
        width = max(20, self.size.width - GUTTER)
        rows: list[Line] = []
        for row in rows_of(masked):
            rows += self._event(row, width) if row.ok or row.event else [_damage(row, line)]
            if line.position in self._open:
                rows += _details(row, line)
        return rows[:MOST_DETAILS] or [[("(an empty line)", "dim")]]

    def _event(self, row: AuditRow, width: int) -> list[Line]:
        first: Line = [
            data(f"{self._time(row.timestamp)} ", "dim"),
            data(safe(row.event or "(no event)"), STYLES.get(row.event, "strong")),
        ]
        if row.problem:
            first.append((f"  ✗ {row.problem} at byte {row.offset:,}", "bad" if not row.ok else "warn"))
        members = list(_members(row.fields))
        if not members:
            return [first]
        if self.sheet.wrapped or width_of([*first, *members]) <= width:
            return [[*first, *members]]
        return [first, [(" " * (INDENT - 2), "text"), *members]]

    def _time(self, timestamp: str) -> str:
        try:
            return self.desk.time_of_day(from_iso(timestamp))
        except (ValueError, OverflowError):
            return f"{safe(timestamp):<8.8}" if timestamp else "--:--:--"

    # Folding.

    def do_fold_out(self) -> None:
        if self.view.selected is None:
            self.view.select(-1, self.window)
        self._fold(None)

    def do_fold_in(self) -> None:
        self._fold(False)

    def _fold(self, out: bool | None) -> None:
        at = self.view.selected
        if at is None:
            return
        if out is None:
            out = at not in self._open
        (self._open.add if out else self._open.discard)(at)
        self.sheet.forget(at)
        self.view.show(at, self.window)
        self.moved()


def _members(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The members that matter, as parts of a row."""
    named = [key for key in FIRST if key in fields]
    for key in (*named, *(key for key in fields if key not in FIRST and key not in SILENT)):
        value = fields[key]
        if not isinstance(value, (dict, list)):
            yield data(safe(f"  {key} ", 200), "dim")
            yield data(safe(_text(value), 400))


def _text(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _damage(row: AuditRow, line: TextLine) -> Line:
    """What stands in the place of an event."""
    size = len(row.raw) + line.clipped_bytes
    return [
        (f"✗ {row.problem} at byte {row.offset:,}, {size:,} bytes  ", "bad"),
        data(safe(row.raw[:LIMIT]), "dim"),
    ]


def _details(row: AuditRow, line: TextLine) -> list[Line]:
    """Each member on a row of its own, then where the event stands."""
    rows = list(_tree(row.fields, 1))[:MOST_DETAILS]
    place = f"byte {row.offset:,}, {len(row.raw) + line.clipped_bytes:,} bytes"
    return [*rows, [("    ", "text"), (place, "dim")]]


def _tree(value: Any, depth: int) -> Iterator[Line]:
    if depth > 8:
        yield [("  " * (depth + 1), "text"), data(safe(str(value), 400), "dim")]
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        head: Line = [("  " * (depth + 1), "text"), data(safe(f"{key}: ", 200), "dim")]
        if isinstance(inner, (dict, list)) and inner:
            yield head
            yield from _tree(inner, depth + 1)
        else:
            yield [*head, data(safe(_text(inner)))]
