"""What panes ask for lines, the same of a file on disk of any size and of a recording."""

from __future__ import annotations

from typing import Protocol

from thunes_tui.lines.line import Line, Position
from thunes_tui.lines.reader import BLOCK


class LineStore(Protocol):
    """Lines of one source in order, found by position; no question needs a complete index.

    Complete lines only, and the torn ones that end a content. What can't be read is left out, never raised.
    """

    def size_lines(self) -> int | None:
        """How many lines there are; None while that is being counted."""

    def last(self, count: int) -> list[Line]:
        """The last lines, in order."""

    def before(self, position: Position, count: int) -> list[Line]:
        """The lines just before the one at `position`, in order."""

    def after(self, position: Position, count: int) -> list[Line]:
        """The lines just after the one at `position`, in order; `BEGINNING` asks for the first ones."""

    def at(self, position: Position) -> Line | None:
        """The line that holds the byte at `position`."""

    def line_number(self, position: Position) -> int | None:
        """How many lines stand before the one at `position`; None while that is being counted."""

    def progress(self, position: Position) -> float:
        """0 to 1: the share of the bytes that stand before `position`; known at once."""

    def step(self, budget: int = BLOCK) -> bool:
        """Count about `budget` more bytes in the background; False when everything is counted."""
