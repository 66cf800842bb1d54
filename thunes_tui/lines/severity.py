"""The next and the previous error or warning: records by their level, tracebacks whatever their level."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from thunes_tui.lines.blocks import Block, BlockStore, Key
from thunes_tui.lines.grouping import REACH, Grouping
from thunes_tui.lines.line import Position
from thunes_tui.lines.questions import LineStore
from thunes_tui.lines.record import RANKS, TRACEBACK, head_of, rank
from thunes_tui.lines.search import Search


class Severity:
    """A probe for the first lines of records of at least some rank."""

    is_free = False
    """It answers at once, so nothing is ever under way."""

    def __init__(self, store: BlockStore, least_rank: int) -> None:
        """`least_rank`: as `record.RANKS` has them, above 0."""
        self._store = store
        self._grouping = Grouping(store)
        self._least = least_rank
        self._words = [level.encode() for level, value in RANKS.items() if value >= least_rank]
        if RANKS["ERROR"] >= least_rank:
            self._words.append(TRACEBACK)

    def lines(self, key: Hashable, block: Block, _wait_s: float = 0) -> list[int] | None:
        if not isinstance(key, Key) or not self._may_hit(key, block):
            return []
        records = self._grouping.records(key)
        first = records.pieces[0][2] if records.pieces else 0
        pairs = zip(records.starts, records.ranks, strict=True)
        return [first + start for start, value in pairs if value >= self._least]

    def count(self, key: Hashable, block: Block, wait_s: float = 0) -> int | None:
        found = self.lines(key, block, wait_s)
        return None if found is None else len(found)

    def close(self) -> None:
        """Nothing is under way."""

    def _may_hit(self, key: Key, block: Block) -> bool:
        """False if none of the words stands in the block's records; the last one may go on behind it."""
        if block.places or any(word in block.data for word in self._words):
            return True
        return TRACEBACK in self._store.block(Key(key.span, key.number + 1)).data[: REACH + len(TRACEBACK)]


class LineSeverity:
    """The same for stores without blocks, such as merged ones: each line by its own head."""

    is_free = False

    def __init__(self, least_rank: int) -> None:
        self._least = least_rank

    def lines(self, _key: Hashable, block: Block, _wait_s: float = 0) -> list[int] | None:
        found, start = [], 0
        for line in block.data.split(b"\n"):
            head = head_of(line)
            value = rank(head.level) if head is not None else RANKS["ERROR"] * line.startswith(TRACEBACK)
            if value >= self._least:
                found.append(start)
            start += len(line) + 1
        return found

    def count(self, key: Hashable, block: Block, wait_s: float = 0) -> int | None:
        return len(self.lines(key, block, wait_s) or ())

    def close(self) -> None:
        """Nothing is under way."""


def severity_search(
    store: LineStore,
    start: Position,
    least_rank: int,
    *,
    forward: bool,
    accepts: Callable[[Position], bool] | None = None,
) -> Search:
    """The next record of at least `least_rank` behind `start`, or the one before it, to be stepped."""
    probe = Severity(store, least_rank) if isinstance(store, BlockStore) else LineSeverity(least_rank)
    return Search(store, probe, start, forward=forward, accepts=accepts)
