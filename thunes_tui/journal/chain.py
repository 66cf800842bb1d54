"""The chain from record to record: no number missing, no epoch falling, each hash naming the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from thunes_tui.journal.codec import GENESIS, LONGEST, Header, RecordDamaged, header


@dataclass(frozen=True, slots=True)
class Place:
    """Between two records of a journal: all before are sound."""

    n: int = 0
    """Number of the next record, which is also the count of those before."""
    e: int = 0
    """Epoch of the last record."""
    prev: str = GENESIS
    """Hash of the last record."""
    offset: int = 0
    """Bytes of the file up to here."""


START = Place()


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain stops before the end of the file, and why."""

    place: Place
    problem: RecordDamaged


class Chain:
    """Follows a journal line by line. After the whole iteration, `place` and `broken` say how it ended."""

    def __init__(self, file: BinaryIO, start: Place = START) -> None:
        self._file = file
        self.place = start
        self.last_line = b""
        """The last sound line; empty when none was read."""
        self.broken: Break | None = None

    def __iter__(self) -> Iterator[tuple[bytes, Header]]:
        """Sound lines in order; ends at the end of the file or at the first line that does not fit."""
        self._file.seek(self.place.offset)
        n, e, prev, offset = self.place.n, self.place.e, self.place.prev, self.place.offset
        readline = self._file.readline
        try:
            while line := readline(LONGEST + 1):
                try:
                    head = header(line)
                    if head.n != n or head.prev != prev or head.e < e:
                        raise _misfit(head, n, e)
                except RecordDamaged as problem:
                    self.broken = Break(Place(n, e, prev, offset), problem)
                    return
                n, e, prev = n + 1, head.e, head.hash
                offset += len(line)
                self.last_line = line
                yield line, head
        finally:
            self.place = Place(n, e, prev, offset)


def _misfit(head: Header, n: int, e: int) -> RecordDamaged:
    if head.n != n:
        return RecordDamaged("chain", f"number {head.n} stands where {n} is due")
    if head.e < e:
        return RecordDamaged("chain", f"epoch {head.e} follows epoch {e}")
    return RecordDamaged("chain", "it does not continue the record before it")
