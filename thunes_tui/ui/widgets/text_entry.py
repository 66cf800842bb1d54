"""Lines of text that a person edits: the text, the cursor, and what the keys do. No widget of its own."""

from __future__ import annotations

from thunes_tui.text import cell_width
from thunes_tui.ui.widgets.entry import CURSOR
from thunes_tui.ui.widgets.line import Line

TAB = "→"
"""Stands for a tabulator, as wide as one cell."""
UNSEEN = "␦"
"""Stands for a character that has no sign of its own."""


class TextEntry:
    """The text so far, and the line and column where the next character goes."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.row, self.column = 0, 0

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def key(self, key: str, character: str | None) -> bool:
        """Take a key; False when it means nothing here."""
        if key in ("up", "down", "left", "right", "home", "end", "ctrl+e"):
            self._move(key)
        elif key == "enter":
            self.insert("\n")
        elif key == "tab":
            self.insert("\t")
        elif key == "backspace":
            self._rub_out()
        elif key == "delete":
            if (self.row, self.column) != (len(self.lines) - 1, len(self.lines[-1])):
                self._move("right")
                self._rub_out()
        elif key == "ctrl+u":
            self.lines[self.row] = self.lines[self.row][self.column :]
            self.column = 0
        elif key == "ctrl+k":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif character is not None and character.isprintable():
            self.insert(character)
        else:
            return False
        return True

    def insert(self, text: str) -> None:
        """Put text at the cursor, lines and all."""
        line = self.lines[self.row]
        before, after = line[: self.column], line[self.column :]
        fresh = (before + text).split("\n")
        self.row, self.column = self.row + len(fresh) - 1, len(fresh[-1])
        fresh[-1] += after
        at = self.row - len(fresh) + 1
        self.lines[at : at + 1] = fresh

    def _rub_out(self) -> None:
        line = self.lines[self.row]
        if self.column:
            self.lines[self.row] = line[: self.column - 1] + line[self.column :]
            self.column -= 1
        elif self.row:
            self.row -= 1
            self.column = len(self.lines[self.row])
            self.lines[self.row : self.row + 2] = [self.lines[self.row] + line]

    def _move(self, key: str) -> None:
        length = len(self.lines[self.row])
        if key in ("home", "end", "ctrl+e"):
            self.column = 0 if key == "home" else length
        elif key == "left" and self.column:
            self.column -= 1
        elif key == "right" and self.column < length:
            self.column += 1
        elif key in ("up", "left") and self.row:
            self.row -= 1
            self.column = len(self.lines[self.row]) if key == "left" else self.column
        elif key in ("down", "right") and self.row + 1 < len(self.lines):
            self.row += 1
            self.column = 0 if key == "right" else self.column
        self.column = min(self.column, len(self.lines[self.row]))

    def rows(self, width: int, height: int) -> list[Line]:
        """The part around the cursor, as at most `height` lines of exactly `width` cells."""
        top = max(0, min(self.row - height // 2, len(self.lines) - height))
        return [self._row(at, width) for at in range(top, min(top + height, len(self.lines)))]

    def _row(self, at: int, width: int) -> Line:
        shown = [_sign(character) for character in self.lines[at]]
        if at != self.row:
            return [(_within("".join(shown), width), "input")]
        start = 0
        while cell_width("".join(shown[start : self.column])) > width - 2:
            start += 1
        before = "".join(shown[start : self.column])
        under = shown[self.column] if self.column < len(shown) else " "
        rest = _within("".join(shown[self.column + 1 :]), width - cell_width(before + under))
        return [(before, "input"), (under, CURSOR), (rest, "input")]


def _sign(character: str) -> str:
    if character == "\t":
        return TAB
    return character if character.isprintable() and cell_width(character) else UNSEEN


def _within(text: str, width: int) -> str:
    while cell_width(text) > width:
        text = text[:-1]
    return text + " " * (width - cell_width(text))
