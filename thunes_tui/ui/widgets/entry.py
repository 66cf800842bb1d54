"""One line that a person types: the text, the cursor, and what the keys do to them. No widget of its own."""

from __future__ import annotations

from thunes_tui.text import cell_width, safe
from thunes_tui.ui.widgets.line import Line

LONGEST = 500
CURSOR = "tab_on"


class Entry:
    """The text so far and where the next character goes."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.at = len(text)

    def key(self, key: str, character: str | None) -> bool:
        """Take a key; False when it means nothing here."""
        moves = {
            "left": max(0, self.at - 1),
            "right": min(len(self.text), self.at + 1),
            "home": 0,
            "end": len(self.text),
            "ctrl+e": len(self.text),
        }
        if key in moves:
            self.at = moves[key]
        elif key == "backspace":
            self._keep(max(0, self.at - 1))
        elif key == "delete":
            self.text = self.text[: self.at] + self.text[self.at + 1 :]
        elif key == "ctrl+u":
            self._keep(0)
        elif key == "ctrl+w":
            self._keep(self.text[: self.at].rstrip().rfind(" ") + 1)
        elif character is not None and character.isprintable():
            self.insert(character)
        else:
            return False
        return True

    def _keep(self, start: int) -> None:
        """Drop what stands between `start` and the cursor."""
        self.text = self.text[:start] + self.text[self.at :]
        self.at = start

    def insert(self, text: str) -> None:
        """Put text at the cursor: one line of it, made safe."""
        words = safe(" ".join(text.split("\n")).replace("\r", " "), LONGEST)
        room = LONGEST - len(self.text)
        self.text = self.text[: self.at] + words[:room] + self.text[self.at :]
        self.at += len(words[:room])

    def clear(self) -> None:
        self.text, self.at = "", 0

    def line(self, width: int) -> Line:
        """The part around the cursor, as exactly `width` cells."""
        start = 0
        while cell_width(self.text[start : self.at]) > width - 2:
            start += 1
        before, after = self.text[start : self.at], self.text[self.at :]
        under = after[:1] or " "
        rest = after[1:]
        while rest and cell_width(before + under + rest) > width:
            rest = rest[:-1]
        blank = " " * max(0, width - cell_width(before + under + rest))
        return [(before, "input"), (under, CURSOR), (rest + blank, "input")]
