"""The fields of a stretch of lines: list items, tables of blanks, numbered items of several lines."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from thunes_tui.runbook.fields import Stretch, fields_of, is_rule, label_of
from thunes_tui.runbook.inline import item_of
from thunes_tui.runbook.model import Field
from thunes_tui.runbook.source import Line

_SEPARATOR = frozenset("|-: \t")
_PIPE = re.compile(r"(?<!\\)\|")


class FormReader:
    """Reads lines in order and keeps what a blank without a label of its own is about."""

    def __init__(self, heading: str, *, numbered: bool = False) -> None:
        self._heading = heading
        self._numbered = numbered
        """Whether a field's label begins with the number of its list item, as in a list of action items."""
        self._number = ""
        self._question = ""
        """The last line that ended in a colon; what a blank on a line of its own answers."""
        self._columns: tuple[str, ...] | None = None
        self._rows = 0
        self._unnamed = 0
        self.fields: list[Field] = []

    def read(self, line: Line, begin: int = 0) -> None:
        """Takes in the fields of `line` from character `begin` on."""
        text = line.text
        if text.lstrip().startswith("|"):
            self._row(line)
            return
        self._columns = None
        if line.blank or is_rule(line, self._question):
            return
        item = item_of(text)
        if item is not None and line.indent < 2:
            self._number = item.number
        for field in fields_of(Stretch(line, begin, len(text))):
            self.fields.append(replace(field, label=self._label(field.label)))
        stripped = text.strip().rstrip("*")
        self._question = label_of(text) + ":" if stripped.endswith(":") else ""

    def _label(self, label: str) -> str:
        if not label:
            label = self._question.rstrip(":")
        if not label:
            self._unnamed += 1
            return f"{self._heading} {self._number or self._unnamed}".strip()
        return f"{self._number}. {label}" if self._numbered and self._number else label

    def _row(self, line: Line) -> None:
        """A row of a table: each cell's label is made of the row's first cell and the column's head."""
        cells = _cells(line.text)
        if self._columns is None:
            self._columns = tuple(label_of(line.text[begin:end]) for begin, end in cells)
            self._rows = 0
            if any(fields_of(Stretch(line, begin, end, "x")) for begin, end in cells):
                self._columns = ()  # a table without a head
            else:
                return
        if _SEPARATOR.issuperset(line.text):
            return
        self._rows += 1
        self._cells(line, cells)

    def _cells(self, line: Line, cells: list[tuple[int, int]]) -> None:
        columns = self._columns or ()
        name = ""
        for position, (begin, end) in enumerate(cells):
            column = columns[position] if position < len(columns) else ""
            hint = ": ".join(
                part for part in (name or f"{self._heading} {self._rows}".strip(), column) if part
            )
            found = fields_of(Stretch(line, begin, end, hint))
            for field in found:
                label = hint if field.label == hint else f"{hint}: {field.label}"
                self.fields.append(replace(field, label=label))
            if position == 0 and not found:
                name = label_of(line.text[begin:end])


def _cells(text: str) -> list[tuple[int, int]]:
    """The characters of each cell of a table's row, without its pipes."""
    pipes = [match.start() for match in _PIPE.finditer(text)]
    bounds = [*pipes, len(text)] if text[pipes[-1] + 1 :].strip() else pipes
    return [(begin + 1, end) for begin, end in pairwise(bounds)]
