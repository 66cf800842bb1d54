"""The rows that a filter makes of a store, as a `LineStore`: known from the end backwards, in short slices.

A row's position is a byte of its record: the k-th row of a record stands at its offset + k, so that the
record is found in the underlying store by the same position. Kept are three numbers a block, never all rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from thunes_tui.lines.blocks import Block, BlockStore, Key, Span, keys
from thunes_tui.lines.jq.cache import RowCache, Rows
from thunes_tui.lines.jq.evaluation import Evaluator, RowLine
from thunes_tui.lines.jq.sieve import Counts, Hit, counted
from thunes_tui.lines.jq.tally import Tally
from thunes_tui.lines.line import END, Line, Position
from thunes_tui.lines.reader import BLOCK

REACH = 2
"""Blocks that questions may have evaluated between two steps; then they answer with what is known."""
FEW = 64
"""Rows of a block that are kept when it is evaluated in the background: pages of rare rows are quick then."""
LEAST = 4096
"""Bytes that a block counts for at least."""


class FilteredStore:
    """The rows of `store` under a filter. Call `step` until it says False, and again when the store grew.

    Questions are answered from what is evaluated; where the next row lies in what is not, they evaluate
    a little and otherwise answer with fewer rows: ask again after a `step`.
    """

    def __init__(self, store: BlockStore, evaluator: Evaluator) -> None:
        self.is_waiting = False
        """Only a worker's answer is missing: rest for some milliseconds before the next step."""
        self._store = store
        self.evaluator = evaluator
        self._tally = Tally()
        self._spans: list[Span] = []
        self._cache = RowCache()
        self._block: tuple[Key, Block] | None = None
        self._reach = REACH
        self._is_dense = False
        """The block that was evaluated last has many rows."""
        self._wanted: Key | None = None
        """A block whose rows were asked for, and are known in number alone."""

    @property
    def counts(self) -> Counts:
        """The rows known so far; grows while `step` is called."""
        return self._tally.counts

    @property
    def hidden(self) -> int:
        """Lines without a row, of those that are known; grows while `step` is called."""
        return self._tally.lines - self._tally.counts.records

    @property
    def searched(self) -> float:
        """0 to 1: the share of the store that is evaluated."""
        return self._tally.known_share

    @property
    def is_complete(self) -> bool:
        return self._tally.is_complete

    @property
    def failure(self) -> str:
        """Why no more rows will come: one line for a person; empty while all is well."""
        return self.evaluator.trouble

    def close(self) -> None:
        """Stop what is under way; the underlying store stays open."""
        self.evaluator.close()

    def step(self, budget: int = BLOCK) -> bool:
        """Evaluate about `budget` more bytes, the newest first; False when all is known, or in trouble."""
        self._sync()
        self._reach = REACH
        self.is_waiting = False
        while budget > 0 and not self.failure:
            key = self._wanted or self._tally.newest_unknown()
            if key is None:
                return False
            block = self._read(key)
            is_counted = self._is_dense and key != self._wanted and key not in self._cache
            counts = self.evaluator.count(block) if is_counted else None
            if counts is not None:
                self._tally.put(key, counts, block.size_lines)
                self._is_dense = counts.rows > FEW
            elif self._rows(key, block) is None:
                self.is_waiting = not self.failure
                return self.is_waiting
            self._wanted = None
            budget -= max(LEAST, len(block.data))
        return not (self.failure or self._tally.is_complete)

    def size_lines(self) -> int | None:
        self._sync()
        return self._tally.counts.rows if self._tally.is_complete else None

    def last(self, count: int) -> list[Line]:
        return self.before(END, count)

    def before(self, position: Position, count: int) -> list[Line]:
        self._sync()
        found: list[Line] = []
        start = self._store.key_of(position)
        for block, hits in self._evaluated(keys(self._store, forward=False, start=start)):
            held = [hit for hit in hits if _place(block, hit) < position]
            wanted = held[max(0, len(held) - (count - len(found))) :]
            found[:0] = [self.evaluator.show(block, hit) for hit in wanted]
            if len(found) >= count:
                break
        return found

    def after(self, position: Position, count: int) -> list[Line]:
        self._sync()
        found: list[Line] = []
        start = _start_of(self._store, position)
        for block, hits in self._evaluated(keys(self._store, forward=True, start=start)):
            held = [hit for hit in hits if _place(block, hit) > position]
            found += [self.evaluator.show(block, hit) for hit in held[: count - len(found)]]
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
        start = _start_of(self._store, position)
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

    def _evaluated(self, chosen: Iterable[Key]) -> Iterator[tuple[Block, list[Hit]]]:
        """The blocks with rows, up to where they are not known and too much would have to be evaluated."""
        for key in chosen:
            known = self._tally.count(key)
            if known == 0:
                continue
            if known is None and not self._reach:
                return
            block = self._read(key)
            self._reach -= known is None and len(block.data) > 0
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
        self._reach = REACH
        self._block = None
        if self._tally.follow(spans):
            self._cache = RowCache()

    def _read(self, key: Key) -> Block:
        if self._block is None or self._block[0] != key:
            self._block = key, self._store.block(key)
        return self._block[1]

    def _rows(self, key: Key, block: Block) -> list[Hit] | None:
        cached = self._cache.get(key)
        if cached is not None and cached.read == len(block.data) and self._tally.count(key) is not None:
            return cached.hits
        # What was a last block has more lines now; those that were there stay.
        is_longer = (
            cached is not None and cached.read <= len(block.data) and not (cached.is_cut or block.is_cut)
        )
        old = cached if is_longer else None
        since = old.read if old else 0
        hits = self.evaluator.rows(key, block, since)
        if hits is None:
            return None
        if old:
            hits = old.hits + hits
        self._is_dense = len(hits) > FEW
        if hits or key == Key(self._spans[-1].number, self._spans[-1].blocks.stop - 1):  # it may grow
            self._cache.put(key, Rows(hits, len(block.data), block.is_cut))
        self._tally.put(key, counted(hits), block.size_lines)
        return hits


def _place(block: Block, hit: Hit) -> Position:
    place = block.position(hit.begin)
    return Position(place.generation, place.offset + hit.number)


def _start_of(store: BlockStore, position: Position) -> Key:
    """The first block in which the record may begin that a row at `position` is from."""
    key = store.key_of(position)
    return Key(key.span, max(0, key.number - 1))
