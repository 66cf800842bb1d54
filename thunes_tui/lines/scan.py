"""Lines around an offset of one content, read by blocks in either direction, however long they are."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.lines.index import LineIndex, Read
from thunes_tui.lines.line import SHOWN, Line
from thunes_tui.lines.reader import BLOCK

FIRST_BLOCK = 32_768
"""A screenful is mostly in here; the blocks grow from this to `BLOCK`."""


@dataclass
class Scan:
    """The lines in `[low, high)`; `low` is a line's beginning. All questions may raise OSError."""

    read: Read
    low: int
    high: int
    generation: int = 0
    index: LineIndex | None = None
    """Spares reading the blocks that hold no newline."""

    def before(self, offset: int, count: int) -> list[Line]:
        """The last `count` lines that begin before `offset`, a line's beginning or `high`; in file order."""
        lines: list[Line] = []
        stop, size = min(offset, self.high), FIRST_BLOCK
        while len(lines) < count and stop > self.low:
            start = max(self.low, stop - size)
            data = self.read(start, stop - start)
            if len(data) < stop - start:
                break
            # The newline at the end belongs to the last line; the ones before it divide.
            end, at = stop, data.rfind(b"\n", 0, -1)
            while at >= 0 and len(lines) < count:
                lines.append(self._line(start + at + 1, stop, data[at + 1 : stop - start]))
                stop = start + at + 1
                at = data.rfind(b"\n", 0, at)
            if len(lines) < count and (start == self.low or stop == end):
                begin = self._beginning(start)
                lines.append(self._line(begin, stop))
                stop = begin
            size = BLOCK
        lines.reverse()
        return lines

    def after(self, offset: int, count: int) -> list[Line]:
        """The first `count` lines from `offset` on, which is a line's beginning; in file order."""
        lines: list[Line] = []
        start, size = max(offset, self.low), FIRST_BLOCK
        while len(lines) < count and start < self.high:
            data = self.read(start, min(size, self.high - start))
            if not data:
                break
            begin, end = 0, data.find(b"\n")
            while end >= 0 and len(lines) < count:
                lines.append(self._line(start + begin, start + end + 1, data[begin : end + 1]))
                begin, end = end + 1, data.find(b"\n", end + 1)
            if not begin:
                begin = self.ending(start + len(data)) - start
                lines.append(self._line(start, start + begin))
            start += begin
            size = BLOCK
        return lines

    def at(self, offset: int) -> Line | None:
        """The line that holds the byte at `offset`."""
        if not self.low <= offset < self.high:
            return None
        return self._line(self._beginning(offset), self.ending(offset))

    def _line(self, begin: int, stop: int, data: bytes | None = None) -> Line:
        length = stop - begin
        if data is None:
            data = self.read(begin, min(length, SHOWN + 1))
        last = data[-1:] if len(data) == length else self.read(stop - 1, 1)
        torn = last != b"\n"
        text = length if torn else length - 1
        shown = data[: min(text, SHOWN)]
        return Line(begin, shown, text - len(shown), self.generation, torn)

    def _beginning(self, offset: int) -> int:
        while offset > self.low:
            start = max(self.low, (offset - 1) // BLOCK * BLOCK)
            if not self._is_blank(start):
                found = self.read(start, offset - start).rfind(b"\n")
                if found >= 0:
                    return start + found + 1
            offset = start
        return self.low

    def ending(self, offset: int) -> int:
        """Where the line that holds the byte at `offset` ends, its newline included."""
        while offset < self.high:
            stop = min(self.high, (offset // BLOCK + 1) * BLOCK)
            if not self._is_blank(offset):
                found = self.read(offset, stop - offset).find(b"\n")
                if found >= 0:
                    return offset + found + 1
            offset = stop
        return self.high

    def _is_blank(self, offset: int) -> bool:
        return self.index is not None and self.index.is_without_newline(offset // BLOCK)
