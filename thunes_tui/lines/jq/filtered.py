"""The rows that a filter makes of a store, as a `LineStore`: known from the end backwards, in short slices.

A row's position is a byte of its record: the k-th row of a record stands at its offset + k, so that the
record is found in the underlying store by the same position. Kept are three numbers a block, never all rows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from thunes_tui.lines.blocks import Block, BlockStore, Key, Span, keys
from thunes_tui.lines.jq.evaluation import Evaluator, RowLine
from thunes_tui.lines.jq.sieve import Hit, counted
from thunes_tui.lines.jq.tally import Tally
from thunes_tui.lines.line import END, Line, Position
from thunes_tui.lines.reader import BLOCK

REACH = 4
"""Blocks that a question may have evaluated before it answers with what is known: some ten milliseconds."""
LEAST = 4096
"""Bytes that a block counts for at least."""
CACHED_ROWS = 20_000
CACHED_TEXT = 8 << 20
"""Bytes of outputs from a worker."""


class _Rows(NamedTuple):
    hits: list[Hit]
    read: int
    """Bytes of the block that they were made of."""
    is_cut: bool
    text: int
    """Bytes of outputs."""


class FilteredStore:
    """The rows of `store` under a filter. Call `step` until it says False, and again when the store grew.

    Questions are answered from what is evaluated; where the next row lies in what is not, they evaluate
    a little and otherwise answer with fewer rows: ask again after a `step`.
    """

    def __init__(self, store: BlockStore, evaluator: Evaluator) -> None:
        self.is_waiting = False
        """Only a worker's answer is missing: rest for some milliseconds before the next step."""
        self._store = store
        self._evaluator = evaluator
        self._tally = Tally()
        self._spans: list[Span] = []
        self._cache: OrderedDict[Key, _Rows] = OrderedDict()
        self._cached_rows = self._cached_text = 0
        self._block: tuple[Key, Block] | None = None
        self._wanted: Key | None = None
        """A block whose rows were asked for, and are known in number alone."""

    @property
    def matched(self) -> int:
        """Rows known so far that are outputs; grows while `step` is called."""
        return self._tally.rows - self._tally.errors - self._tally.unreadable

    @property
    def errors(self) -> int:
        """Records on which the filter failed, of those looked at."""
        return self._tally.errors

    @property
    def unreadable(self) -> int:
        """Lines that are no JSON, or torn, of those looked at."""
        return self._tally.unreadable

    @property
    def searched(self) -> float:
        """0 to 1: the share of the store that is evaluated."""
        return self._tally.known_share

    @property
    def is_complete(self) -> bool:
        return self._tally.is_complete

    @property
    def trouble(self) -> str:
        """Why no more rows will come: one line for a person; empty while all is well."""
        return self._evaluator.trouble

    def close(self) -> None:
        """Stop what is under way; the underlying store stays open."""
        self._evaluator.close()

    def step(self, budget: int = BLOCK) -> bool:
        """Evaluate about `budget` more bytes, the newest first; False when all is known, or in trouble."""
        self._sync()
        self.is_waiting = False
        while budget > 0 and not self.trouble:
            key = self._wanted or self._tally.newest_unknown()
            if key is None:
                return False
            block = self._read(key)
            counts = self._evaluator.count(block) if key != self._wanted and key not in self._cache else None
            if counts is not None:
                self._tally.put(key, counts)
            elif self._rows(key, block) is None:
                self.is_waiting = not self.trouble
                return self.is_waiting
            self._wanted = None
            budget -= max(LEAST, len(block.data))
        return not (self.trouble or self._tally.is_complete)

    def size_lines(self) -> int | None:
        self._sync()
        return self._tally.rows if self._tally.is_complete else None

    def last(self, count: int) -> list[Line]:
        return self.before(END, count)

    def before(self, position: Position, count: int) -> list[Line]:
        self._sync()
        found: list[Line] = []
        start = self._store.key_of(position)
        for block, hits in self._evaluated(keys(self._store, forward=False, start=start)):
            held = [hit for hit in hits if _place(block, hit) < position]
            wanted = held[max(0, len(held) - (count - len(found))) :]
            found[:0] = [self._evaluator.show(block, hit) for hit in wanted]
            if len(found) >= count:
                break
        return found

    def after(self, position: Position, count: int) -> list[Line]:
        self._sync()
        found: list[Line] = []
        start = self._start_of(position)
        for block, hits in self._evaluated(keys(self._store, forward=True, start=start)):
            held = [hit for hit in hits if _place(block, hit) > position]
            found += [self._evaluator.show(block, hit) for hit in held[: count - len(found)]]
            if len(found) >= count:
                break
        return found

    def at(self, position: Position) -> RowLine | None:
        """The row at exactly this position."""
        for line in self.after(Position(position.generation, position.offset - 1), 1):
            if line.position == position and isinstance(line, RowLine):
                return line
        return None

    def record_at(self, position: Position) -> Line | None:
        """The record that the row at `position` was made of, as it is written."""
        return self._store.at(position)

    def line_number(self, position: Position) -> int | None:
        self._sync()
        start = self._start_of(position)
        total = self._tally.before(start)
        if total is None:
            return None
        for number in range(start.number, self._store.key_of(position).number + 1):
            key = Key(start.span, number)
            known = self._tally.count(key)
            if known:
                block = self._read(key)
                total += sum(_place(block, hit) < position for hit in self._rows(key, block) or ())
        return total

    def progress(self, position: Position) -> float:
        return self._store.progress(position)

    def _start_of(self, position: Position) -> Key:
        """The first block in which the record may begin that a row at `position` is from."""
        key = self._store.key_of(position)
        return Key(key.span, max(0, key.number - 1))

    def _evaluated(self, chosen: Iterable[Key]) -> Iterator[tuple[Block, list[Hit]]]:
        """The blocks with rows, up to where they are not known and too much would have to be evaluated."""
        reach = REACH
        for key in chosen:
            known = self._tally.count(key)
            if known == 0:
                continue
            if known is None:
                if not reach:
                    return
                reach -= 1
            block = self._read(key)
            hits = self._rows(key, block)
            if hits is None:
                self._wanted = key
                return
            if hits:
                yield block, hits

    def _sync(self) -> None:
        spans = self._store.spans()
        if spans == self._spans:
            return
        self._spans = spans
        self._block = None
        if self._tally.follow(spans):
            self._cache.clear()
            self._cached_rows = self._cached_text = 0

    def _read(self, key: Key) -> Block:
        if self._block is None or self._block[0] != key:
            self._block = key, self._store.block(key)
        return self._block[1]

    def _rows(self, key: Key, block: Block) -> list[Hit] | None:
        cached = self._cache.get(key)
        if cached is not None and cached.read == len(block.data) and self._tally.count(key) is not None:
            self._cache.move_to_end(key)
            return cached.hits
        # What was a last block has more lines now; those that were there stay.
        is_longer = (
            cached is not None and cached.read <= len(block.data) and not (cached.is_cut or block.is_cut)
        )
        old = cached if is_longer else None
        since = old.read if old else 0
        hits = self._evaluator.rows(key, block, since)
        if hits is None:
            return None
        if old:
            hits = old.hits + hits
        self._keep(key, _Rows(hits, len(block.data), block.is_cut, sum(len(hit.text or "") for hit in hits)))
        self._tally.put(key, counted(hits))
        return hits

    def _keep(self, key: Key, rows: _Rows) -> None:
        old = self._cache.pop(key, None)
        self._cache[key] = rows
        self._cached_rows += len(rows.hits) - (len(old.hits) if old else 0)
        self._cached_text += rows.text - (old.text if old else 0)
        while len(self._cache) > 1 and (self._cached_rows > CACHED_ROWS or self._cached_text > CACHED_TEXT):
            _, gone = self._cache.popitem(last=False)
            self._cached_rows -= len(gone.hits)
            self._cached_text -= gone.text


def _place(block: Block, hit: Hit) -> Position:
    place = block.position(hit.begin)
    return Position(place.generation, place.offset + hit.number)
