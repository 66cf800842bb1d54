"""What is known of each block of a store, in a few bytes a block, while the store grows and is cut."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from thunes_tui.lines.blocks import BlockStore, Key, Span, keys
from thunes_tui.lines.grouping import REACH
from thunes_tui.lines.line import Position

UNKNOWN = -1


class Tally:
    """Numbers for each block, all `UNKNOWN` until they are set; `changed` are the ones that are so again."""

    def __init__(self, store: BlockStore, columns: int) -> None:
        self._store = store
        self._columns = columns
        self._spans: dict[int, Span] = {}
        self._values: dict[int, list[array[int]]] = {}
        self.unknown = 0
        """Blocks of which nothing is known."""
        self._order: Iterator[Key] = iter(())
        self._next: Key | None = None

    def follow(self) -> list[Key]:
        """Take in how the store has changed; the blocks that were known and are not any more."""
        spans = {span.number: span for span in self._store.spans()}
        if spans == self._spans:
            return []
        lost: list[Key] = []
        for number in [*self._values]:
            span, old = spans.get(number), self._spans[number]
            if span is None or span.low != old.low:
                lost += self._drop(number)
        for number, span in spans.items():
            if number in self._values:
                lost += self._resize(span)
            elif span.blocks:
                self._values[number] = [
                    array("q", [UNKNOWN]) * len(span.blocks) for _ in range(self._columns)
                ]
                self.unknown += len(span.blocks)
        self._spans = {number: span for number, span in spans.items() if number in self._values}
        self._order, self._next = keys(self._store, forward=False), None
        return lost

    def get(self, key: Key) -> tuple[int, ...]:
        """All numbers of a block; `UNKNOWN` where there are none."""
        values = self._values.get(key.span)
        at = key.number - self._spans[key.span].blocks.start if values else -1
        if values is None or not 0 <= at < len(values[0]):
            return (UNKNOWN,) * self._columns
        return tuple(column[at] for column in values)

    def is_known(self, key: Key) -> bool:
        return self.get(key)[0] != UNKNOWN

    def set(self, key: Key, *numbers: int) -> None:
        """None of them is `UNKNOWN`."""
        values = self._values.get(key.span)
        at = key.number - self._spans[key.span].blocks.start if values else -1
        if values is None or not 0 <= at < len(values[0]):
            return
        self.unknown -= values[0][at] == UNKNOWN
        for column, number in zip(values, numbers, strict=True):
            column[at] = number

    def next_unknown(self) -> Key | None:
        """Of the blocks that are not known, the one nearest to the end."""
        if not self.unknown:
            return None
        if self._next is None or self.is_known(self._next):
            self._next = next((key for key in self._order if not self.is_known(key)), None)
        return self._next

    def total(self, column: int) -> int:
        """Over all blocks that are known."""
        columns = [values[column] for values in self._values.values()]
        return sum(sum(values) + values.count(UNKNOWN) for values in columns)

    def between(self, first: Key, last: Key, column: int) -> int:
        """Over the blocks from `first` on and before `last` that are known."""
        total = 0
        for number, columns in self._values.items():
            start = self._spans[number].blocks.start
            begin = first.number - start if number == first.span else 0
            end = last.number - start if number == last.span else len(columns[column])
            if first.span <= number <= last.span:
                values = columns[column][max(0, begin) : max(0, end)]
                total += sum(values) + values.count(UNKNOWN)
        return total

    def first_with(self, least: int) -> Key | None:
        """The first block whose first number is at least that."""
        for number in sorted(self._values):
            for place, value in enumerate(self._values[number][0]):
                if value >= least:
                    return Key(number, self._spans[number].blocks.start + place)
        return None

    def most_before(self, key: Key) -> int:
        """The largest first number of the blocks before `key`; 0 if there is none."""
        most = 0
        for number, columns in self._values.items():
            if number <= key.span:
                start = self._spans[number].blocks.start
                values = columns[0][: max(0, key.number - start)] if number == key.span else columns[0]
                most = max(most, max(values, default=0))
        return most

    def worth(self, start: Key, *, forward: bool) -> Iterator[Key]:
        """The blocks from `start` on (or back) whose first number is not 0, unknown ones included."""
        numbers = [
            number for number in self._spans if (number >= start.span) is forward or number == start.span
        ]
        for number in sorted(numbers, reverse=not forward):
            values, base = self._values[number][0], self._spans[number].blocks.start
            at = start.number - base if number == start.span else (0 if forward else len(values) - 1)
            places = range(max(0, at), len(values)) if forward else range(min(at, len(values) - 1), -1, -1)
            for place in places:
                if values[place]:
                    yield Key(number, base + place)

    def _drop(self, number: int) -> list[Key]:
        blocks, values = self._spans[number].blocks, self._values.pop(number)
        self.unknown -= values[0].count(UNKNOWN)
        return [Key(number, block) for block in blocks]

    def _resize(self, span: Span) -> list[Key]:
        """The end has moved: what is near it may belong together in another way."""
        old, values = self._spans[span.number], self._values[span.number]
        if span == old:
            return []
        start = span.blocks.start
        last = max(start, min(old.blocks.stop, span.blocks.stop) - 1)
        place = self._store.block(Key(span.number, last)).position(0)
        near = self._store.key_of(Position(place.generation, max(0, place.offset - REACH)))
        first = max(start, min(last, near.number)) if near.span == span.number else last
        self.unknown -= values[0].count(UNKNOWN)
        for column in values:
            del column[first - start :]
            column.extend([UNKNOWN] * (span.blocks.stop - first))
        self.unknown += values[0].count(UNKNOWN)
        return [Key(span.number, block) for block in range(first, old.blocks.stop)]
