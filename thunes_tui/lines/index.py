"""Where the lines of a huge file are: newlines counted by block, from the end backwards, in small steps."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable

from thunes_tui.lines.reader import BLOCK

Read = Callable[[int, int], bytes]
"""`read(offset, length)`: the bytes there; fewer where the file ends."""


class LineIndex:
    """Counts the newlines in `[low, high)` of a file; at most 12 bytes of memory a block of 256 KiB.

    The end is counted first, so that it can be shown at once; line numbers are known when all is counted.
    `read` may raise OSError, which `step` and the questions pass on.
    """

    def __init__(self, read: Read, low: int, high: int) -> None:
        self._read = read
        self.low = low
        self.high = high
        self._base = low // BLOCK
        """Number of the first block; the arrays are relative to it."""
        self._counts = array("I", bytes(4 * self._blocks(high)))
        self._todo = len(self._counts)
        """Blocks, from the beginning, that are not counted yet."""
        self._sums = array("Q")
        """Newlines before each block, once everything is counted."""

    @property
    def is_complete(self) -> bool:
        return self._todo == 0

    @property
    def progress(self) -> float:
        """0 to 1: the share that is counted."""
        return 1 - self._todo / len(self._counts) if self._counts else 1.0

    @property
    def newlines(self) -> int | None:
        """In the whole file; None until it is counted."""
        if self._todo:
            return None
        return self._sums[-1] + self._counts[-1] if self._counts else 0

    def step(self, budget: int = BLOCK) -> bool:
        """Count about `budget` more bytes, towards the beginning. False when there is nothing left to do."""
        while budget > 0 and self._todo:
            start, stop = self._bounds(self._todo - 1)
            self._counts[self._todo - 1] = self._count(start, stop)
            self._todo -= 1
            budget -= BLOCK
            if not self._todo:
                self._sum_up()
        return self._todo > 0

    def extend(self, high: int, data: bytes | None = None) -> None:
        """The file has grown to `high` by `data`, which is read if it is not given. Raises OSError."""
        blocks = len(self._counts)
        was_counted = self._todo < blocks or not blocks
        old, self.high = self.high, high
        self._counts.frombytes(bytes(4 * (self._blocks(high) - blocks)))
        if not was_counted:
            self._todo = len(self._counts)
            return
        for block in range(max(0, blocks - 1), len(self._counts)):
            start, stop = self._bounds(block)
            start = max(start, old)
            count = self._count(start, stop) if data is None else data.count(b"\n", start - old, stop - old)
            self._counts[block] += count
        if not self._todo:
            self._sum_up()

    def line_number(self, offset: int) -> int | None:
        """How many lines begin before the one that holds `offset`; None until everything is counted."""
        if self._todo or not self._counts:
            return None if self._todo else 0
        block = min((max(offset, self.low)) // BLOCK - self._base, len(self._counts) - 1)
        start, stop = self._bounds(block)
        return self._sums[block] + self._count(start, min(offset, stop))

    def offset_of(self, number: int) -> int | None:
        """Where line `number` (from 0) begins; None if it is not counted or there is no such line."""
        total = self.newlines
        if total is None or not 0 <= number <= total:
            return None
        if number == 0:
            return self.low
        block = bisect_left(self._sums, number) - 1
        start, stop = self._bounds(block)
        data = self._read(start, stop - start)
        rest = data.split(b"\n", number - self._sums[block])[-1]
        return start + len(data) - len(rest)

    def newlines_in(self, block: int) -> int | None:
        """How many there are in block number `block` of the file; None if it is not counted."""
        relative = block - self._base
        return self._counts[relative] if self._todo <= relative < len(self._counts) else None

    def is_without_newline(self, block: int) -> bool:
        """True if block number `block` of the file is known to hold no newline: a part of a giant line."""
        return self.newlines_in(block) == 0

    def _blocks(self, high: int) -> int:
        return max(0, (high - 1) // BLOCK - self._base + 1) if high > self.low else 0

    def _bounds(self, block: int) -> tuple[int, int]:
        start = (self._base + block) * BLOCK
        return max(self.low, start), min(self.high, start + BLOCK)

    def _count(self, start: int, stop: int) -> int:
        return self._read(start, stop - start).count(b"\n") if stop > start else 0

    def _sum_up(self) -> None:
        """Sums of the blocks that are closed stay; only new ones are added."""
        if not self._sums and self._counts:
            self._sums.append(0)
        for block in range(len(self._sums), len(self._counts)):
            self._sums.append(self._sums[block - 1] + self._counts[block - 1])
