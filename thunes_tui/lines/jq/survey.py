"""What is learnt of an audit trail as a whole: its events' keys, where they changed, and what is damaged.

The newest records are read first, in order, and from then on every record that is added; the damage in what
is older is counted behind them. All of it in slices: the console goes on between two.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from itertools import islice

from thunes_tui.lines.audit import AuditRow, rows_of
from thunes_tui.lines.blocks import Block, BlockStore, Key, keys
from thunes_tui.lines.jq.schema import Drift, Schema
from thunes_tui.lines.line import SHOWN, Line, Position

LEARNT = 64
"""Blocks at the end of the file whose records the schema is learnt from."""
MOST_DRIFTS = 5_000
SLICE = 200
"""Lines of one step; some milliseconds."""
EMPTY = 32
"""Blocks without a line's beginning that are passed over in one step."""
FLOOD = 2_000
"""Lines that wait in one block: from there on only each tenth one is learnt from, and all are counted."""


class Survey:
    """Of one store. Call `step` until it says False, and again when the store grew."""

    def __init__(self, store: BlockStore) -> None:
        self.schema = Schema()
        self.damage: Counter[str] = Counter()
        """Rows by what is wrong with them, a `Problem` each."""
        self.lines = 0
        """Lines looked at."""
        self._drifts: OrderedDict[Position, Drift] = OrderedDict()
        self._store = store
        back = keys(store, forward=False)
        newest = list(islice(back, LEARNT))
        self._at: Key | None = newest[-1] if newest else None
        """The block to read on in ..."""
        self._read = 0
        """... and how many of its bytes are read."""
        self._older = back
        self._waiting: tuple[Block, int] | None = None
        """An older block, and how far its damage is counted."""
        self._is_whole = False
        self.has_changed = False
        """What rows should show may be different since this was last set to False."""

    @property
    def is_complete(self) -> bool:
        """All that the store held when this was last stepped is looked at."""
        return self._is_whole

    def drift(self, position: Position) -> Drift | None:
        """How the row that begins there differs from those of its type before it."""
        return self._drifts.get(position)

    def step(self) -> bool:
        """Look at some more lines; False when there are none."""
        self._is_whole = not (self._step_on() or self._step_back())
        return not self._is_whole

    def _step_on(self) -> bool:
        for key in keys(self._store, forward=True, start=self._at):
            begin = self._read if key == self._at else 0
            block = self._store.block(key)
            if begin >= len(block.data):
                continue
            self._at = key
            self._read = self._learn(block, begin)
            return True
        return False

    def _step_back(self) -> bool:
        for _ in range(EMPTY):
            if self._waiting is not None:
                break
            key = next(self._older, None)
            if key is None:
                return False
            block = self._store.block(key)
            self._waiting = (block, 0) if block.data else None
        if self._waiting is None:
            return True
        block, begin = self._waiting
        at = begin
        for _ in range(SLICE):
            if at >= len(block.data):
                break
            line, at = _line(block, at)
            self._count(line)
        self._waiting = (block, at) if at < len(block.data) else None
        return True

    def _learn(self, block: Block, at: int) -> int:
        is_flood = block.data.count(b"\n", at) > FLOOD
        varying = sum(len(known.varying) for known in self.schema.events.values())
        for number in range(SLICE):
            if at >= len(block.data):
                break
            line, at = _line(block, at)
            rows = self._count(line)
            if is_flood and number % 10:
                continue
            for row in rows:
                drift = self.schema.note(row)
                if not drift.is_none:
                    self._drifts[Position(line.generation, row.offset)] = drift
                    self.has_changed = True
        while len(self._drifts) > MOST_DRIFTS:
            self._drifts.popitem(last=False)
        if varying != sum(len(known.varying) for known in self.schema.events.values()):
            self.has_changed = True
        return at

    def _count(self, line: Line) -> list[AuditRow]:
        self.lines += 1
        rows = rows_of(line)
        for row in rows:
            if row.problem:
                self.damage[row.problem] += 1
        return rows


def _line(block: Block, at: int) -> tuple[Line, int]:
    """The line that begins at `block.data[at]`, and where the next one does."""
    end = block.data.find(b"\n", at)
    following = end + 1 if end >= 0 else len(block.data)
    line = block.line(at)
    if line is None:  # longer than what of it is in the block
        place = block.position(at)
        line = Line(place.offset, block.data[at : at + SHOWN], following - at - SHOWN, place.generation)
    return line, following
