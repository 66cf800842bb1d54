"""The first column of a stream: which lines the session has not recorded although it had the time."""

from __future__ import annotations

from thunes_tui.lines.line import Position
from thunes_tui.ui.desk import Desk

WIDTH = 1
NOT_RECORDED = "○"


class Gutter:
    """Looks once a second, so that a line which is recorded a moment after it was written never flickers."""

    def __init__(self, desk: Desk, source: str) -> None:
        self._desk = desk
        self._source = source
        self._end: Position | None = None
        """How far the file had been read a second ago."""
        self._from: Position | None = None
        """Where the lines begin that are not recorded."""
        self._held = 0
        self.unfinished = 0
        """Bytes of a last line that has stood there without its end for a second."""

    def tick(self, end: Position | None, held: int) -> bool:
        """The file is read up to `end` now, and so many bytes of an unfinished line; True if that shows."""
        before = self._from, self.unfinished
        self._from = self._behind(end)
        self._end = end
        self.unfinished = held if held == self._held else 0
        self._held = held
        return (self._from, self.unfinished) != before

    def _behind(self, end: Position | None) -> Position | None:
        """Both sides count the files at a path from their own start, so only the newest ones are compared."""
        source = self._desk.state.sources.get(self._source)
        if end is None or self._end is None or source is None or not self._desk.hello.recording:
            return None
        if self._end.generation != end.generation or source.recorded >= self._end.offset:
            return None
        return Position(end.generation, source.recorded)

    def mark(self, position: Position) -> tuple[str, str]:
        """The glyph beside a line, and its style."""
        if self._from is not None and position >= self._from:
            return NOT_RECORDED, "warn"
        return " ", "text"
