"""How lines are laid out in a pane: cut, shifted or wrapped to its width, with what was found marked."""

from __future__ import annotations

from typing import Protocol

from textual.strip import Strip

from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.line import Position
from thunes_tui.text import SafeText
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.gutter import WIDTH as GUTTER
from thunes_tui.ui.widgets.line import Line, Part, data, spread, strip
from thunes_tui.ui.widgets.styled import Find, folded, marked, shifted

KEPT = 2000
"""Laid-out lines that are kept."""


class Looks(Protocol):
    """A pane's own part: what a line says."""

    def look(self, line: TextLine, /) -> list[Line]:
        """The rows of one line: masked, sanitised, styled; at least one."""

    def ending(self, line: TextLine, /) -> Line:
        """What stands at the right edge of its first row."""

    def notes(self, line: TextLine, /) -> list[SafeText]:
        """What is to be said in rows of their own above it."""


class LineSheet:
    """The rows and strips of the lines that were shown."""

    def __init__(self, desk: Desk, looks: Looks, indent: int) -> None:
        """`indent`: cells before the further rows of a line that is wrapped."""
        self._desk = desk
        self._looks = looks
        self._indent = indent
        self.width = 1
        self.find: Find | None = None
        """Finds what is searched for, to be marked."""
        self.wrapped = False
        self.shift = 0
        """Cells that long lines are shifted by."""
        self._rows: dict[Position, list[Line]] = {}
        self._strips: dict[tuple[Position, int, str], Strip] = {}

    def forget(self, position: Position | None = None) -> None:
        """A line, or all of them, look different now."""
        if position is None:
            self._rows.clear()
        else:
            self._rows.pop(position, None)
        self._strips.clear()

    def rows_of(self, line: TextLine) -> list[Line]:
        """A line's rows, with the notes above it."""
        known = self._rows.get(line.position)
        if known is not None:
            return known
        if len(self._rows) > KEPT:
            self.forget()
        rows: list[Line] = [[data(f"── {note}", "warn")] for note in self._looks.notes(line)]
        ending = self._looks.ending(line)
        for row in self._looks.look(line):
            rows += self._fitted(row, ending)
            ending = []
        self._rows[line.position] = rows
        return rows

    def _fitted(self, row: Line, ending: Line) -> list[Line]:
        width = max(1, self.width - GUTTER)
        shown = marked(row, self.find) if self.find is not None else row
        if self.wrapped:
            return folded([*shown, *ending], width, self._indent)
        moved = shifted(shown, self.shift) if self.shift else shown
        return [spread(moved, ending, width) if ending else moved]

    def strip(self, position: Position, row: Line, mark: Part, *, selected: bool) -> Strip:
        """One of the rows that `rows_of` gave, with its mark in the gutter."""
        over = "cursor" if selected else ""
        key = (position, id(row), over + mark[0])  # a row lives as long as its strips
        known = self._strips.get(key)
        if known is None:
            known = self._strips[key] = strip([mark, *row], self.width, self._desk.paint, over)
        return known
