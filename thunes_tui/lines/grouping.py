"""The log records that begin in a block of lines, continuation lines included, wherever blocks divide them.

A line that begins no record belongs to the one before it, unless that began more than `REACH` bytes earlier:
then it stands alone, and so does every line of a file that holds no records. What a line belongs to can
therefore be told from its neighbourhood, at any place of any file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field

from thunes_tui.lines.blocks import Block, BlockStore, Key
from thunes_tui.lines.line import Line, Position
from thunes_tui.lines.record import RANKS, TRACEBACK, head_of, rank

REACH = 65_536
"""Bytes from a record's first byte up to which lines belong to it."""
CACHED = 8

HEADS = re.compile(
    rb"^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - (?:[^\n]*? - ([A-Z]{1,12}) - )?|(?=\{[^\n]*\"message\"))",
    re.MULTILINE,
)
_TRACEBACK = re.compile(b"^" + re.escape(TRACEBACK), re.MULTILINE)


@dataclass
class Records:
    """The records that begin in one block, as one text."""

    text: bytes
    starts: list[int] = field(default_factory=list)
    """Where in `text` each record begins; the first at 0."""
    ranks: list[int] = field(default_factory=list)
    """The rank of each one's level; of one that holds a traceback at least that of an error."""
    pieces: list[tuple[int, Block, int]] = field(default_factory=list)
    """What the text is made of: where a piece begins in it, and where that is in which block."""

    def position(self, start: int) -> Position:
        """Of the line that begins at `text[start]`."""
        begin, block, at = self._piece(start)
        return block.position(at + start - begin)

    def line(self, start: int) -> Line | None:
        """The line that begins at `text[start]`; None if it is cut."""
        begin, block, at = self._piece(start)
        return block.line(at + start - begin)

    def end(self, number: int) -> int:
        """Where in `text` record `number` ends."""
        return self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)

    def _piece(self, start: int) -> tuple[int, Block, int]:
        return self.pieces[bisect_right(self.pieces, start, key=lambda piece: piece[0]) - 1]


def heads(data: bytes) -> list[tuple[int, int]]:
    """Where records begin in whole lines, each with the rank of its level."""
    found = []
    for match in HEADS.finditer(data):
        start, level = match.start(), match[1]
        if level is None and data[start] == 123:
            end = data.find(b"\n", start)
            head = head_of(data[start:] if end < 0 else data[start:end])
            if head is None:
                continue
            level = head.level.encode()
        found.append((start, _RANK_OF.get(level) or rank(level.decode()) if level else 0))
    return found


_RANK_OF = {level.encode(): value for level, value in RANKS.items()}


class Grouping:
    """Groups the lines of one store."""

    def __init__(self, store: BlockStore) -> None:
        self._store = store
        self._cache: OrderedDict[Key, tuple[Block, list[tuple[int, int]]]] = OrderedDict()

    def forget(self) -> None:
        """Blocks have changed."""
        self._cache.clear()

    def records(self, key: Key) -> Records:
        """The records that begin in the block."""
        block, begins = self._block(key)
        if not block.data:
            return Records(b"")
        last = begins[-1][0] if begins else -1
        begins = self._alone(key, block, begins)
        if not begins:
            return Records(b"")
        first = begins[0][0]
        records = Records(block.data[first:], pieces=[(0, block, first)])
        records.starts = [start - first for start, _ in begins]
        records.ranks = [value for _, value in begins]
        if begins[-1][0] == last:
            self._add_tail(key, block, last, records)
        if TRACEBACK in records.text:
            for match in _TRACEBACK.finditer(records.text):
                number = bisect_right(records.starts, match.start()) - 1
                records.ranks[number] = max(records.ranks[number], RANKS["ERROR"])
        return records

    def _block(self, key: Key) -> tuple[Block, list[tuple[int, int]]]:
        known = self._cache.get(key)
        if known is None:
            block = self._store.block(key)
            known = self._cache[key] = (block, heads(block.data))
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return known

    def _neighbour(
        self, key: Key, step: int, generation: int
    ) -> tuple[Key, Block, list[tuple[int, int]]] | None:
        """The next block of the same content that has lines; None if there is none."""
        blocks = next((span.blocks for span in self._store.spans() if span.number == key.span), range(0))
        number = key.number + step
        while number in blocks:
            block, begins = self._block(Key(key.span, number))
            if block.data:
                same = block.generation == generation
                return (Key(key.span, number), block, begins) if same else None
            number += step
        return None

    def _alone(self, key: Key, block: Block, begins: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The beginnings of records, with those lines that are out of reach of any."""
        reach = self._reach_of_earlier(key, block) if not begins or begins[0][0] else -1
        if begins and not begins[0][0] and not block.places:
            stops = [*(start for start, _ in begins[1:]), len(block.data)]
            if all(stop - start <= REACH for (start, _), stop in zip(begins, stops, strict=True)):
                return begins
        found: list[tuple[int, int]] = []
        at = 0
        for start, value in [*begins, (len(block.data), 0)]:
            if start > at:
                found += self._beyond(block, at, start, reach)
            if start < len(block.data):
                found.append((start, value))
                reach = block.position(start).offset + REACH
                at = block.data.find(b"\n", start) + 1 or len(block.data)
        return found

    def _beyond(self, block: Block, at: int, stop: int, reach: int) -> list[tuple[int, int]]:
        """Lines from `at` on that begin beyond `reach`, each as a record of its own."""
        at = max(at, block.start_of(Position(block.generation, reach + 1)))
        found = []
        while at < stop:
            found.append((at, 0))
            at = block.data.find(b"\n", at) + 1 or stop
        return found

    def _reach_of_earlier(self, key: Key, block: Block) -> int:
        """Up to which offset lines belong to the last record of the blocks before; -1: to none."""
        first = block.position(0).offset
        at: Key | None = key
        while at is not None:
            found = self._neighbour(at, -1, block.generation)
            if found is None:
                return -1
            at, earlier, begins = found
            if begins:
                return earlier.position(begins[-1][0]).offset + REACH
            if first - earlier.position(0).offset > REACH:
                return -1
        return -1

    def _add_tail(self, key: Key, block: Block, last: int, records: Records) -> None:
        """What belongs to the last record in the blocks behind."""
        reach = Position(block.generation, block.position(last).offset + REACH + 1)
        if block.start_of(reach) < len(block.data) or block.is_cut:
            return
        parts, at = [records.text], len(records.text)
        found = self._neighbour(key, 1, block.generation)
        while found is not None:
            key, block, begins = found
            end = min(begins[0][0] if begins else len(block.data), block.start_of(reach))
            if end:
                records.pieces.append((at, block, 0))
                parts.append(block.data[:end])
                at += end
            if end < len(block.data) or block.is_cut:
                break
            found = self._neighbour(key, 1, block.generation)
        records.text = b"".join(parts)
