"""How a line of the audit trail looks: an event with what matters of it, its stand-in, or a result."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from thunes_tui.clock import from_iso
from thunes_tui.lines.audit import EVENT_KEYS, AuditRow, rows_of
from thunes_tui.lines.jq.compiled import Kind
from thunes_tui.lines.jq.evaluation import RowLine
from thunes_tui.lines.jq.exact import Members
from thunes_tui.lines.jq.schema import Drift
from thunes_tui.lines.jq.survey import Survey
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.line import Position
from thunes_tui.text import LIMIT, safe
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.line import Line, Part, data, width_of
from thunes_tui.ui.widgets.record_words import readable, said, tinted, value_style, value_text

FIRST = ("reason", "side", "symbol", "quote_qty", "daily_pnl", "open_positions")
"""Members that always matter, in this order; the others follow in the order of the file."""
SILENT = frozenset({"strategy_id", "circuit_breaker_status"})
"""Members that a row leaves to the details while it is not known whether they vary."""
NEVER = frozenset({"timestamp", *EVENT_KEYS})
INDENT = 9
"""Cells of the time of day, below which a second row begins."""
LONGEST = 400
"""Characters of one value in a row."""
STYLES = {"KILL_SWITCH_ACTIVATED": "warn", "KILL_SWITCH_DEACTIVATED": "good", "TRADE_REJECTED": "warn"}
NEW, MISSING = "◆", "◇"


class RecordRows:
    """Lays out lines; asks for the survey of the moment each time."""

    def __init__(self, desk: Desk, survey: Callable[[], Survey | None]) -> None:
        self._desk = desk
        self._survey = survey

    def rows(self, line: TextLine, width: int, *, is_wrapped: bool) -> list[Line]:
        """Masked and safe; at least one row."""
        if isinstance(line, RowLine) and not line.is_record:
            return [self._result(line)]
        record = record_of(line)
        rows: list[Line] = []
        for row in rows_of(record):
            if row.ok or row.event:
                rows += self._event(row, record, width, is_wrapped=is_wrapped)
            else:
                rows.append(self._damage(row, record))
        return rows or [[("(an empty line)", "dim")]]

    # An event.

    def _event(self, row: AuditRow, record: TextLine, width: int, *, is_wrapped: bool) -> list[Line]:
        first: Line = [
            data(f"{self._time(row.timestamp)} ", "dim"),
            *said([(row.event or "(no event)", STYLES.get(row.event, "strong"))], self._desk.mask),
        ]
        if row.problem:
            style = "warn" if row.ok else "bad"
            first.append((f"  ✗ {row.problem} at byte {row.offset:,}{_size(row, record)}", style))
        survey = self._survey()
        drift = survey.drift(Position(record.generation, row.offset)) if survey is not None else None
        if drift is not None:
            first += said(_drifted(drift), self._desk.mask)
        value = readable(row.raw, self._desk.mask) if row.ok else None
        varying = survey.schema.varying(row.event) if survey is not None else None
        members = said(_members(value, varying), self._desk.mask) if isinstance(value, Members) else []
        if not members:
            return [first]
        if is_wrapped or width_of([*first, *members]) <= width:
            return [[*first, *members]]
        return [first, [(" " * (INDENT - 2), "text"), *members]]

    def _time(self, timestamp: str) -> str:
        try:
            return self._desk.time_of_day(from_iso(timestamp))
        except (ValueError, OverflowError):
            words = "".join(text for text, _ in said([(timestamp, "dim")], self._desk.mask))
            return f"{words:<8.8}" if timestamp else "--:--:--"

    # What stands in the place of an event.

    def _damage(self, row: AuditRow, record: TextLine) -> Line:
        where = f"✗ {row.problem} at byte {row.offset:,}{_size(row, record)}  "
        return [(where, "bad"), data(safe(self._desk.mask.line(row.raw)[:LIMIT]), "dim")]

    def _result(self, line: RowLine) -> Line:
        """An output of the filter, or why there is none."""
        raw = self._desk.mask.line(line.data)
        if line.kind is Kind.OUTPUT:
            row = said(tinted(raw.decode("utf-8", "surrogateescape")), self._desk.mask)
            return [*row, (f"  ✗ {line.problem}", "warn")] if line.problem else row
        record = record_of(line)
        damaged = next((row for row in rows_of(record) if not row.ok), None)
        if line.kind is Kind.UNREADABLE and damaged is not None:
            return self._damage(damaged, record)
        word = "error: " if line.kind is Kind.ERROR else ""
        place = f" at byte {line.offset - line.number:,}  "
        words = said([(f"✗ {word}{line.message}", "bad")], self._desk.mask)
        return [*words, (place, "bad" if not word else "dim"), data(safe(raw[:LIMIT]), "dim")]


def record_of(line: TextLine) -> TextLine:
    """The line of the file that a row which is a record stands for."""
    if not isinstance(line, RowLine):
        return line
    return TextLine(line.offset - line.number, line.data, line.clipped_bytes, line.generation, line.torn)


def _members(fields: Members, varying: frozenset[str] | None) -> Iterator[Part]:
    """The members that matter for this type of event, as parts of a row."""
    for key, value in sorted(fields, key=lambda pair: _order(pair[0])):
        if key in NEVER or isinstance(value, (Members, list)):
            continue
        if key in FIRST or (key in varying if varying is not None else key not in SILENT):
            yield f"  {key[:200]} ", "dim"
            yield value_text(value)[:LONGEST], value_style(value)


def _order(key: str) -> int:
    return FIRST.index(key) if key in FIRST else len(FIRST)


def _drifted(drift: Drift) -> Iterator[Part]:
    for glyph, word, keys in ((NEW, "new", drift.new), (MISSING, "missing", drift.missing)):
        if keys:
            names = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
            yield f"  {glyph} {word} {names}"[:LONGEST], "warn"


def _size(row: AuditRow, record: TextLine) -> str:
    """Bytes, where the row can't be read to its end."""
    return "" if row.ok else f", {len(row.raw) + record.clipped_bytes:,} bytes"
