"""Several sources as one, in the order of time, with the same questions as each of them.

A line's time is that of its record, read by its source's clock; a record whose time lies before that of an
earlier one in its source counts as written with that one. So no source's own order is ever broken, and lines
of one record stay together.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from thunes_tui.lines.blocks import BlockStore, Key
from thunes_tui.lines.line import BEGINNING, END, Line, Position
from thunes_tui.lines.questions import LineStore
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.times import SourceClock, TimeIndex, stamps

CACHED = 16
"""Blocks of which the times of the lines are kept."""
_OFFSETS = 1 << 48
_GENERATIONS = 1 << 24


@dataclass(frozen=True)
class Source:
    """One of the merged."""

    name: str
    """As the gutter shows it."""
    store: BlockStore
    clock: SourceClock
    view: LineStore | None = None
    """What is shown of the store, if not all: the store as filters leave it."""
    begins_us: int = 0
    """When those lines were written that say no time and follow none that does; microseconds."""


class Span(NamedTuple):
    """The lines of one source within some time, both ends included."""

    source: Source
    first: Position
    last: Position
    """Positions of the source itself; `MergedStore.place` makes them the merged store's."""


class Times(NamedTuple):
    """When the lines of one block count as written."""

    before: int
    """Those in front of the first one with a time."""
    places: list[Position]
    """Of the lines with a time."""
    times: list[int]


class _Member:
    """One source with what is known of its times."""

    def __init__(self, number: int, source: Source) -> None:
        self.number = number
        self.source = source
        self.view: LineStore = source.view or source.store
        self.times = TimeIndex(source.store, source.clock)
        self._cache: OrderedDict[Key, Times] = OrderedDict()
        self._seen: object = None
        """What the cache was made of: the store's extent, and how many of its times were unknown."""

    def time(self, position: Position) -> int:
        """The time that the line counts with; never less than that of a line before it."""
        key = self.source.store.key_of(position)
        times = self._times(key)
        at = bisect_right(times.places, position) - 1
        return times.times[at] if at >= 0 else times.before

    def boundary(self, time_us: int) -> Position | None:
        """Where the lines of that time or later begin; None if there are none."""
        if time_us <= self.source.begins_us:
            return BEGINNING
        return self.times.first_at(time_us)

    def lines_from(self, boundary: Position | None, count: int) -> list[Line]:
        """Lines at and behind it."""
        if boundary is None:
            return []
        first = self.view.at(boundary) if boundary != BEGINNING else None
        rest = self.view.after(boundary, count)
        return [first, *rest] if first is not None else rest

    def merged(self, line: Line) -> Line:
        position = self.place(line.position)
        return Line(position.offset, line.data, line.clipped_bytes, position.generation, line.torn)

    def place(self, position: Position) -> Position:
        """Of a line of the source, in the merged store: first the time, then the source and its own place."""
        inner = (self.number * _GENERATIONS + position.generation) * _OFFSETS + position.offset
        return Position(self.time(position), inner)

    def _times(self, key: Key) -> Times:
        seen = (self.source.store.spans(), self.times.unknown)
        if seen != self._seen:
            self._seen = seen
            self._cache.clear()
        known = self._cache.get(key)
        if known is None:
            block = self.source.store.block(key)
            latest = max(self.times.latest_before(key), self.source.begins_us)
            known = self._cache[key] = Times(latest, [], [])
            for start, time in stamps(block, self.source.clock):
                latest = max(latest, time)
                known.places.append(block.position(start))
                known.times.append(latest)
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return known


class MergedStore:
    """A `LineStore` over several; its positions hold the time in place of a generation.

    Exact once all times are known; until then, sources whose clock stepped back in a part that nobody has
    looked at yet may stand a little off.
    """

    def __init__(self, sources: list[Source]) -> None:
        self._members = [_Member(number, source) for number, source in enumerate(sources)]

    def source_of(self, position: Position) -> Source:
        """Whose line that is."""
        return self._member(position).source

    def inner(self, position: Position) -> Position:
        """The line's position in its own source."""
        rest, offset = divmod(position.offset, _OFFSETS)
        return Position(rest % _GENERATIONS, offset)

    def place(self, source: Source, position: Position) -> Position:
        """A source's line in the merged store. Raises ValueError for a source that is not in it."""
        for member in self._members:
            if member.source is source:
                return member.place(position)
        raise ValueError(f"{source.name} is not one of the merged sources")

    def first_at(self, time_us: int) -> Position | None:
        """The first line of that time or later; None if there is none."""
        found = [(member, member.boundary(time_us)) for member in self._members]
        lines = [member.merged(line) for member, at in found for line in member.lines_from(at, 1)[:1]]
        return min((line.position for line in lines), default=None)

    def around(self, time_us: int, seconds: float) -> list[Span]:
        """What each source has from so many seconds before a time to so many after it."""
        reach = int(seconds * 1e6)
        spans = []
        for member in self._members:
            first = next(iter(member.lines_from(member.boundary(time_us - reach), 1)), None)
            after = member.boundary(time_us + reach + 1)
            last = next(iter(member.view.before(END if after is None else after, 1)), None)
            if first is not None and last is not None and first.position <= last.position:
                spans.append(Span(member.source, first.position, last.position))
        return spans

    def size_lines(self) -> int | None:
        return _sum([member.view.size_lines() for member in self._members])

    def last(self, count: int) -> list[Line]:
        return self.before(END, count)

    def before(self, position: Position, count: int) -> list[Line]:
        lines: list[Line] = []
        for member in self._members:
            boundary = self._boundary(member, position)
            found = member.view.before(END if boundary is None else boundary, count)
            lines += [member.merged(line) for line in found]
        lines.sort(key=_by_position)
        return lines[max(0, len(lines) - count) :]

    def after(self, position: Position, count: int) -> list[Line]:
        lines: list[Line] = []
        for member in self._members:
            if position.generation >= 0 and member is self._member(position):
                found = member.view.after(self.inner(position), count)
            else:
                found = member.lines_from(self._boundary(member, position), count)
            lines += [member.merged(line) for line in found]
        lines.sort(key=_by_position)
        return lines[:count]

    def at(self, position: Position) -> Line | None:
        if position.generation < 0 or position == END:
            return None
        member = self._member(position)
        line = member.view.at(self.inner(position))
        return member.merged(line) if line is not None else None

    def line_number(self, position: Position) -> int | None:
        numbers = []
        for member in self._members:
            boundary = self._boundary(member, position)
            is_all = boundary is None
            numbers.append(member.view.size_lines() if is_all else member.view.line_number(boundary or END))
        return _sum(numbers)

    def progress(self, position: Position) -> float:
        shares = []
        for member in self._members:
            boundary = self._boundary(member, position)
            shares.append(1.0 if boundary is None else member.source.store.progress(boundary))
        return sum(shares) / len(shares) if shares else 0.0

    def step(self, budget: int = BLOCK) -> bool:
        """Look at times, then count lines."""
        for member in self._members:
            if member.times.step(budget):
                return True
        return any(member.view.step(budget) for member in self._members)

    def _member(self, position: Position) -> _Member:
        number = position.offset // (_OFFSETS * _GENERATIONS)
        return self._members[min(number, len(self._members) - 1)]

    def _boundary(self, member: _Member, position: Position) -> Position | None:
        """Up to where the member's lines stand before `position`; None for all of them."""
        if position.generation < 0:
            return BEGINNING
        if position == END:
            return None
        own = self._member(position)
        if own is member:
            return self.inner(position)
        # Of the same time, the sources stand in their order.
        return member.boundary(position.generation + (member.number < own.number))


def _by_position(line: Line) -> Position:
    return line.position


def _sum(numbers: list[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if len(known) == len(numbers) else None
