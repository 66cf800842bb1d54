"""The log records that begin in a block of lines, continuation lines included, wherever blocks divide them.

A line that begins no record belongs to the one before it, unless that began more than `REACH` bytes earlier:
then it stands alone, and so does every line of a file that holds no records. What a line belongs to can
therefore be told from its neighbourhood, at any place of any file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import sub
from typing import NamedTuple

from thunes_tui.lines.blocks import Block, BlockStore, Key
from thunes_tui.lines.line import SHOWN, Line, Position
from thunes_tui.lines.record import RANKS, TRACEBACK, head_of, rank

REACH = 65_536
"""Bytes from a record's first byte up to which lines belong to it."""
CACHED = 8

_HEAD = (
    rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - "
    # A logger without spaces is the rule, and found in half the time.
    rb"(?:(?:[^ \n]*|[^\n]*?) - ([A-Z]{1,12}) - )?"
)
_FIRST, _FURTHER = re.compile(_HEAD), re.compile(b"\n" + _HEAD)
_JSON = re.compile(rb"^\{[^\n]*\"message\"[^\n]*", re.MULTILINE)
_TRACEBACK = re.compile(b"^" + re.escape(TRACEBACK), re.MULTILINE)


@dataclass
class Records:
    """The records that begin in one block, as one text."""

    text: bytes
    starts: list[int] = field(default_factory=list)
    """Where in `text` each record begins; the first at 0."""
    ranks: bytearray = field(default_factory=bytearray)
    """The rank of each one's level; of one that holds a traceback at least that of an error."""
    pieces: list[tuple[int, Block, int]] = field(default_factory=list)
    """What the text is made of: where a piece begins in it, and where that is in which block."""

    def position(self, start: int) -> Position:
        """Of the line that begins at `text[start]`."""
        begin, block, at = self._piece(start)
        return block.position(at + start - begin)

    def rows(self, starts: Iterable[int]) -> list[tuple[Position, Line | None]]:
        """The lines that begin at these places of `text`; None for one that is cut."""
        if len(self.pieces) > 1 or self.pieces[0][1].places:
            pieces = ((start, *self._piece(start)) for start in starts)
            found = ((block, at + start - begin) for start, begin, block, at in pieces)
            return [(block.position(place), block.line(place)) for block, place in found]
        _, block, at = self.pieces[0]
        generation, offset, text, size = block.generation, block.offset + at, self.text, len(self.text)
        rows: list[tuple[Position, Line | None]] = []
        for start in starts:
            end = text.find(b"\n", start)
            line: Line | None = None
            if 0 <= end <= start + SHOWN:
                line = Line(offset + start, text[start:end], 0, generation)
            elif end >= 0 or not block.is_cut:
                end = size if end < 0 else end
                shown = text[start : min(end, start + SHOWN)]
                clipped = end - start - len(shown)
                line = Line(offset + start, shown, clipped, generation, end == size and text[-1:] != b"\n")
            rows.append((Position(generation, offset + start), line))
        return rows

    def positions(self, starts: Iterable[int]) -> list[Position]:
        if len(self.pieces) > 1 or self.pieces[0][1].places:
            return [self.position(start) for start in starts]
        _, block, at = self.pieces[0]
        return [Position(block.generation, block.offset + at + start) for start in starts]

    def end(self, number: int) -> int:
        """Where in `text` record `number` ends."""
        return self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)

    def _piece(self, start: int) -> tuple[int, Block, int]:
        return self.pieces[bisect_right(self.pieces, start, key=lambda piece: piece[0]) - 1]


class Heads(NamedTuple):
    """Where records begin in whole lines, each with the rank of its level."""

    starts: list[int]
    ranks: bytearray


def count_lines(text: bytes, start: int = 0, end: int | None = None) -> int:
    """Lines in a part of a text that begins and ends with lines; the last may have no newline."""
    end = len(text) if end is None else end
    return text.count(b"\n", start, end) + (end > start and text[end - 1] != 10)


def heads(data: bytes) -> Heads:
    """The records' beginnings in whole lines."""
    first = _FIRST.match(data)
    further = [*_FURTHER.finditer(data)]
    starts = [match.start() + 1 for match in further]
    get = _RANK_OF.get
    ranks = bytearray([get(match[1], 0) for match in further])
    if first is not None:
        starts.insert(0, 0)
        ranks.insert(0, get(first[1], 0))
    if data[:1] == b"{" or b"\n{" in data:
        both = sorted([*zip(starts, ranks, strict=True), *_json_heads(data)])
        return Heads([start for start, _ in both], bytearray(value for _, value in both))
    return Heads(starts, ranks)


def _json_heads(data: bytes) -> Iterator[tuple[int, int]]:
    for match in _JSON.finditer(data):
        head = head_of(match[0])
        if head is not None:
            yield match.start(), rank(head.level)


_RANK_OF = {level.encode(): value for level, value in RANKS.items()}


class Grouping:
    """Groups the lines of one store."""

    def __init__(self, store: BlockStore) -> None:
        self._store = store
        self._cache: OrderedDict[Key, tuple[Block, Heads]] = OrderedDict()

    def forget(self) -> None:
        """Blocks have changed."""
        self._cache.clear()

    def records(self, key: Key) -> Records:
        """The records that begin in the block."""
        block, begins = self._block(key)
        if not block.data:
            return Records(b"")
        own = self._alone(key, block, begins)
        if not own.starts:
            return Records(b"")
        first = own.starts[0]
        starts = [start - first for start in own.starts] if first else own.starts
        records = Records(block.data[first:], starts, own.ranks[:], [(0, block, first)])
        if begins.starts and own.starts[-1] == begins.starts[-1]:
            self._add_tail(key, block, own.starts[-1], records)
        is_simple = own is begins and len(own.starts) == count_lines(records.text)
        if not is_simple and TRACEBACK in records.text:
            for match in _TRACEBACK.finditer(records.text):
                number = bisect_right(records.starts, match.start()) - 1
                records.ranks[number] = max(records.ranks[number], RANKS["ERROR"])
        return records

    def _block(self, key: Key) -> tuple[Block, Heads]:
        known = self._cache.get(key)
        if known is None:
            block = self._store.block(key)
            known = self._cache[key] = (block, heads(block.data))
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return known

    def _neighbour(self, key: Key, step: int, generation: int) -> tuple[Key, Block, Heads] | None:
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

    def _alone(self, key: Key, block: Block, begins: Heads) -> Heads:
        """The beginnings of records, with those lines that are out of reach of any."""
        starts, size = begins.starts, len(block.data)
        reach = self._reach_of_earlier(key, block) if not starts or starts[0] else -1
        if starts and not starts[0] and not block.places:
            is_each = len(starts) == count_lines(block.data)
            if is_each or max(map(sub, [*starts[1:], size], starts)) <= REACH:
                return begins
        found = Heads([], bytearray())
        at = 0
        for start, value in [*zip(starts, begins.ranks, strict=True), (size, 0)]:
            if start > at:
                lines = self._beyond(block, at, start, reach)
                found.starts.extend(lines)
                found.ranks.extend(bytes(len(lines)))
            if start < size:
                found.starts.append(start)
                found.ranks.append(value)
                reach = block.position(start).offset + REACH
                at = block.data.find(b"\n", start) + 1 or size
        return found

    def _beyond(self, block: Block, at: int, stop: int, reach: int) -> list[int]:
        """Lines from `at` on that begin beyond `reach`, each as a record of its own."""
        at = max(at, block.start_of(Position(block.generation, reach + 1)))
        found = []
        while at < stop:
            found.append(at)
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
            if begins.starts:
                return earlier.position(begins.starts[-1]).offset + REACH
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
            end = min(begins.starts[0] if begins.starts else len(block.data), block.start_of(reach))
            if end:
                records.pieces.append((at, block, 0))
                parts.append(block.data[:end])
                at += end
            if end < len(block.data) or block.is_cut:
                break
            found = self._neighbour(key, 1, block.generation)
        records.text = b"".join(parts)
