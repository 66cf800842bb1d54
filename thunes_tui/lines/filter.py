"""What is to be seen of a log: filters by pattern, in and out, a least level, and what they hide."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from thunes_tui.lines.blocks import Block, BlockStore, Key
from thunes_tui.lines.grouping import Grouping, Records, count_lines
from thunes_tui.lines.line import Line, Position
from thunes_tui.lines.pattern import Pattern
from thunes_tui.lines.runner import Runner


@dataclass(frozen=True)
class Filter:
    """A pattern with a name; it lets in what it is found in, or keeps it out."""

    name: str
    pattern: Pattern
    keeps_out: bool = False


@dataclass(frozen=True)
class Filters:
    """Several filters at once.

    A record is seen if one of the filters that let in finds it, or there is none of them; if no filter that
    keeps out finds it; and if its level has the least rank. A record is found by any of its lines.
    """

    members: tuple[Filter, ...] = ()
    least_rank: int = 0
    """As `record.rank`; what has no level is hidden where this is above 0."""
    by_line: bool = False
    """Each line is taken for itself and not with its record; its level is still its record's."""


class Judged:
    """What is seen of the records that begin in one block."""

    def __init__(self, units: Records, seen: bytes) -> None:
        self._units = units
        self._seen = seen
        self.hidden_count = seen.count(0)
        """Records that are hidden; by line, lines."""

    @property
    def seen_count(self) -> int:
        """Records that are seen; by line, lines."""
        return len(self._seen) - self.hidden_count

    def count_lines(self) -> int:
        """Lines that are seen."""
        units, rest = self._units, self.hidden_count
        if rest == len(self._seen):
            return 0
        total = count_lines(units.text)
        if not rest or total == len(self._seen):
            return total - rest
        numbers = [number for number, is_seen in enumerate(self._seen) if is_seen]
        return sum(count_lines(units.text, units.starts[number], units.end(number)) for number in numbers)

    def lines(self) -> list[tuple[Position, Line | None]]:
        """Those that are seen; a line that is too long to be held here is None."""
        units = self._units
        seen = [number for number, is_seen in enumerate(self._seen) if is_seen]
        if not seen:
            return []
        starts = (start for n in seen for start in _starts(units.text, units.starts[n], units.end(n)))
        return units.rows(starts)

    def hidden(self) -> list[Position]:
        """Where the hidden records begin."""
        starts = [self._units.starts[number] for number, is_seen in enumerate(self._seen) if not is_seen]
        return self._units.positions(starts) if starts else []


class Judge:
    """Applies filters to the blocks of a store, without ever waiting long."""

    def __init__(self, store: BlockStore, filters: Filters) -> None:
        self._grouping = Grouping(store)
        self._filters = filters
        self._runners = [Runner(one.pattern) for one in filters.members]
        self._asked: tuple[Key, int] | None = None
        self._answers: list[list[int] | None] = []

    @property
    def is_direct(self) -> bool:
        """Every answer comes at once."""
        return all(runner.is_direct for runner in self._runners)

    def forget(self) -> None:
        """Blocks have changed."""
        self._grouping.forget()

    def close(self) -> None:
        for runner in self._runners:
            runner.close()

    def judge(self, key: Key, wait_s: float = 0) -> Judged | None:
        """What is seen of one block; None: not known yet, ask again. Raises TooSlow."""
        records = self._grouping.records(key)
        units = _by_line(records) if self._filters.by_line else records
        if not units.starts or not self._ask((key, len(units.text)), Block(0, 0, units.text), wait_s):
            return None if units.starts else Judged(units, b"")
        size = len(units.starts)
        inside, outside = bytearray(size), bytearray(size)
        for member, answer in zip(self._filters.members, self._answers, strict=True):
            target = outside if member.keeps_out else inside
            for hit in answer or ():
                target[bisect_right(units.starts, hit) - 1] = 1
        if all(member.keeps_out for member in self._filters.members):
            inside = bytearray(b"\1" * size)
        self._asked = None
        # One bit of each byte, all bytes at once.
        high = bytes(value >= self._filters.least_rank for value in range(256))
        flags = int.from_bytes(inside, "big") & ~int.from_bytes(outside, "big")
        flags &= int.from_bytes(units.ranks.translate(high), "big")
        return Judged(units, flags.to_bytes(size, "big"))

    def _ask(self, asked: tuple[Key, int], block: Block, wait_s: float) -> bool:
        """Ask every filter, so that they work side by side; True when all have answered."""
        if asked != self._asked:
            self._asked, self._answers = asked, [None] * len(self._runners)
        for number, runner in enumerate(self._runners):
            if self._answers[number] is None:
                self._answers[number] = runner.lines(asked, block, wait_s)
        return None not in self._answers


def _starts(text: bytes, start: int, end: int) -> Iterator[int]:
    while start < end:
        yield start
        start = text.find(b"\n", start) + 1 or end


def _by_line(records: Records) -> Records:
    """Each line as a record with the level of the one it belongs to."""
    lines = Records(records.text, [], bytearray(), records.pieces)
    for number, first in enumerate(records.starts):
        for start in _starts(records.text, first, records.end(number)):
            lines.starts.append(start)
            lines.ranks.append(records.ranks[number])
    return lines
