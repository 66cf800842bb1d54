"""How many rows each block of a store has under a filter: 20 bytes a block of 256 KiB."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import add, sub

from thunes_tui.lines.blocks import Key, Span
from thunes_tui.lines.jq.sieve import Counts

UNKNOWN = 0xFFFFFFFF
COLUMNS = len(Counts._fields) + 1


class _Part:
    """The counts of one span, by block."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.columns = [array("I") for _ in range(COLUMNS)]
        """The members of `Counts`, and the lines."""
        self.rows = self.columns[0]
        self.todo = 0
        """Blocks, from the beginning, among which unknown ones may be."""

    def index(self, key: Key) -> int | None:
        index = key.number - self.span.blocks.start
        return index if 0 <= index < len(self.rows) else None


class Tally:
    """Counts by block; blocks that were not evaluated, or have grown since, are unknown."""

    def __init__(self) -> None:
        self.counts = Counts()
        """Of all known blocks."""
        self.lines = 0
        """In all known blocks."""
        self._parts: dict[int, _Part] = {}
        self._known = self._all = 0

    @property
    def is_complete(self) -> bool:
        return self._known == self._all

    @property
    def known_share(self) -> float:
        """0 to 1."""
        return self._known / self._all if self._all else 1.0

    def follow(self, spans: Sequence[Span]) -> bool:
        """Take over the blocks there are now; True if some are no longer what they were."""
        is_new = False
        parts: dict[int, _Part] = {}
        for span in spans:
            part = self._parts.pop(span.number, None)
            if part is not None and part.rows and not _goes_on(part.span, span):
                self._resize(part, 0)
                part, is_new = None, True
            if part is None or not part.rows:
                part = _Part(span)
            elif span.high > part.span.high:
                # Lines may have been added to what was the last block.
                self._forget(part, len(part.rows) - 1)
            part.span = span
            self._resize(part, len(span.blocks))
            parts[span.number] = part
        for part in self._parts.values():
            self._resize(part, 0)
        self._parts = parts
        return is_new

    def count(self, key: Key) -> int | None:
        """Rows of a block; None if that is not known."""
        part = self._parts.get(key.span)
        index = part.index(key) if part else None
        if part is None or index is None or part.rows[index] == UNKNOWN:
            return None
        return part.rows[index]

    def put(self, key: Key, counts: Counts, lines: int = 0) -> None:
        part = self._parts.get(key.span)
        index = part.index(key) if part else None
        if part is None or index is None:
            return
        self._forget(part, index)
        for column, value in zip(part.columns, (*counts, lines), strict=True):
            column[index] = value
        if counts.rows:
            self.counts = Counts(*map(add, self.counts, counts))
        self.lines += lines
        self._known += 1

    def newest_unknown(self) -> Key | None:
        for number in sorted(self._parts, reverse=True):
            part = self._parts[number]
            while part.todo:
                if part.rows[part.todo - 1] == UNKNOWN:
                    return Key(number, part.span.blocks.start + part.todo - 1)
                part.todo -= 1
        return None

    def before(self, key: Key) -> int | None:
        """Rows in all blocks before this one; None if that is not known."""
        total = 0
        for number in sorted(self._parts):
            part = self._parts[number]
            if number > key.span:
                break
            counts = part.rows
            if number == key.span:
                counts = counts[: max(0, key.number - part.span.blocks.start)]
            if UNKNOWN in counts:
                return None
            total += sum(counts)
        return total

    def _forget(self, part: _Part, index: int) -> None:
        if part.rows[index] == UNKNOWN:
            return
        *counts, lines = [column[index] for column in part.columns]
        self.counts = Counts(*map(sub, self.counts, counts))
        self.lines -= lines
        part.rows[index] = UNKNOWN
        part.todo = max(part.todo, index + 1)
        self._known -= 1

    def _resize(self, part: _Part, blocks: int) -> None:
        old = len(part.rows)
        for index in range(blocks, old):
            self._forget(part, index)
        for column in part.columns:
            del column[blocks:]
            if blocks > old:
                column.frombytes(b"\xff" * (column.itemsize * (blocks - old)))
        if blocks > old:
            part.todo = blocks
        part.todo = min(part.todo, blocks)
        self._all += blocks - old


def _goes_on(old: Span, new: Span) -> bool:
    return (old.low, old.blocks.start) == (new.low, new.blocks.start)
