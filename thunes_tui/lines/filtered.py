"""A store as filters show it: the same questions, the same positions, fewer lines.

Blocks are judged from the end backwards, in slices; what is not judged yet is not there yet. A question
judges a few blocks more itself, so that a first screen is there at once.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import takewhile

from thunes_tui.lines.blocks import BlockStore, Key, keys
from thunes_tui.lines.filter import Filters, Judge, Judged
from thunes_tui.lines.grouping import REACH
from thunes_tui.lines.line import BEGINNING, END, Line, Position
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.runner import TooSlow
from thunes_tui.lines.tally import Tally

EAGER = 2
"""Blocks that are judged in questions between two steps."""
PATIENCE_S = 0.01
"""How long a question waits for a pattern that runs elsewhere."""
HELD_ROWS = 12_000
"""Lines that are held, of blocks that were asked for."""
HELD_BLOCKS = 2_000
HELD_HIDDEN = 8
"""Blocks of which the hidden places are held."""

FEW = range(1, 65)
"""So many records are held as soon as they are judged: a page of rare ones is from many blocks."""
FIRST = Key(-1, -1)


Rows = list[tuple[Position, Line | None]]
"""The lines of one block that are seen; None for one that is too long to be held."""


class _Held:
    """Rows of the blocks that were asked for last."""

    def __init__(self) -> None:
        self._rows: OrderedDict[Key, Rows] = OrderedDict()
        self._hidden: OrderedDict[Key, list[Position]] = OrderedDict()
        self._count = 0

    def get(self, key: Key) -> Rows | None:
        if key in self._rows:
            self._rows.move_to_end(key)
        return self._rows.get(key)

    def put(self, key: Key, rows: Rows) -> Rows:
        self.drop(key)
        self._rows[key] = rows
        self._count += len(rows)
        while (self._count > HELD_ROWS or len(self._rows) > HELD_BLOCKS) and len(self._rows) > 1:
            self.drop(next(iter(self._rows)))
        return rows

    def hidden(self, key: Key) -> list[Position] | None:
        return self._hidden.get(key)

    def hide(self, key: Key, places: list[Position]) -> list[Position]:
        self._hidden[key] = places
        if len(self._hidden) > HELD_HIDDEN:
            self._hidden.popitem(last=False)
        return places

    def drop(self, key: Key) -> None:
        self._count -= len(self._rows.pop(key, ()))
        self._hidden.pop(key, None)


class FilteredStore:
    """A `LineStore` over another one. Twenty bytes of memory a block, and the lines that are shown."""

    def __init__(self, store: BlockStore, filters: Filters) -> None:
        self.store = store
        self.filters = filters
        self.failure = ""
        """Why nothing more is judged: a filter that takes too long."""
        self.is_waiting = False
        """A pattern is at work elsewhere: rest for some milliseconds before the next step."""
        self._judge = Judge(store, filters)
        self._tally = Tally(store, 2)
        self._held = _Held()
        self._wanted: Key | None = None
        """A block that a question could not wait for."""
        self._credit = EAGER

    @property
    def is_complete(self) -> bool:
        """Everything has been judged."""
        self._follow()
        return not self._tally.unknown

    @property
    def hidden(self) -> int:
        """Records that are hidden (by line: lines), of what is judged; all once it is complete."""
        self._follow()
        return self._tally.total(1)

    def hidden_between(self, first: Position, last: Position) -> int:
        """Hidden records that begin behind `first` and before `last`, as far as it has been judged."""
        self._follow()
        begin, end = self.store.key_of(first), self.store.key_of(last)
        # What is hidden may begin in a later block than the record that it belongs to.
        inside, edge = Key(begin.span, begin.number + 1), _near(self.store, last)
        total = self._tally.between(inside, edge, 1) if inside < edge else 0
        ranges = [(_near(self.store, first), begin), (max(inside, edge), end)]
        for start, stop in ranges:
            for key in takewhile(stop.__ge__, keys(self.store, forward=True, start=start)):
                if self._tally.get(key)[1] > 0:
                    total += sum(first < position < last for position in self._hidden_of(key))
        return total

    def step(self, budget: int = BLOCK) -> bool:
        """Judge about `budget` more bytes, towards the beginning; False when there is nothing more to do."""
        self._follow()
        self._credit = EAGER
        self.is_waiting = False
        while budget > 0 and not self.failure:
            key = self._wanted or self._tally.next_unknown()
            if key is None:
                return False
            judged = self._judged(key, 0)
            if judged is None:
                self.is_waiting = True
                break
            if key == self._wanted or not self._judge.is_direct or judged.seen_count in FEW:
                self._hold(key, judged)
            budget -= BLOCK
        return not self.failure

    def close(self) -> None:
        """Stop what is under way; the store below stays open."""
        self._judge.close()

    def size_lines(self) -> int | None:
        return self._tally.total(0) if self.is_complete else None

    def last(self, count: int) -> list[Line]:
        return self.before(END, count)

    def before(self, position: Position, count: int) -> list[Line]:
        self._follow()
        found: list[tuple[Position, Line | None]] = []
        for key in self._tally.worth(self.store.key_of(position), forward=False):
            rows = self._rows_of(key) if len(found) < count and self._may_go_on(key) else None
            if rows is None:
                break
            found = [row for row in rows if row[0] < position] + found
        return _lines(self.store, found[max(0, len(found) - count) :])

    def after(self, position: Position, count: int) -> list[Line]:
        self._follow()
        # From where nothing is judged yet, the first lines that are known.
        is_inside = position > BEGINNING and self._tally.is_known(self.store.key_of(position))
        found: list[tuple[Position, Line | None]] = []
        for key in self._tally.worth(_near(self.store, position), forward=True):
            if not is_inside and not self._tally.is_known(key):
                continue
            rows = self._rows_of(key) if len(found) < count and self._may_go_on(key) else None
            if rows is None:
                break
            found += [row for row in rows if row[0] > position]
        return _lines(self.store, found[:count])

    def at(self, position: Position) -> Line | None:
        line = self.store.at(position)
        return line if line is not None and self.shows(line.position) else None

    def shows(self, position: Position) -> bool:
        """Whether the line that begins at `position` is seen, as far as that is known."""
        self._follow()
        near = _near(self.store, position)
        for key in self._tally.worth(self.store.key_of(position), forward=False):
            if key < near:
                break
            if any(row[0] == position for row in self._rows_of(key) or ()):
                return True
        return False

    def line_number(self, position: Position) -> int | None:
        if not self.is_complete:
            return None
        near, end = _near(self.store, position), self.store.key_of(position)
        total = self._tally.between(FIRST, near, 0)
        for key in self._tally.worth(near, forward=True):
            if key > end:
                break
            total += sum(row[0] < position for row in self._rows_of(key) or ())
        return total

    def progress(self, position: Position) -> float:
        return self.store.progress(position)

    def _follow(self) -> None:
        for key in self._tally.follow():
            self._judge.forget()
            self._held.drop(key)
            self._wanted = None

    def _may_go_on(self, key: Key) -> bool:
        """Whether the block is known, or may be judged in a question."""
        if self._tally.is_known(key):
            return True
        self._credit -= 1
        return self._credit >= 0

    def _judged(self, key: Key, wait_s: float) -> Judged | None:
        if self.failure:
            return None
        try:
            judged = self._judge.judge(key, wait_s)
        except TooSlow as error:
            self.failure = str(error)
            return None
        if judged is not None and not self._tally.is_known(key):
            self._tally.set(key, judged.count_lines(), judged.hidden_count)
        return judged

    def _rows_of(self, key: Key) -> Rows | None:
        """What was judged of one block; None if that can't be waited for."""
        rows = self._held.get(key)
        if rows is not None:
            return rows
        judged = self._judged(key, PATIENCE_S)
        if judged is None:
            self._wanted = key
            return None
        return self._hold(key, judged)

    def _hold(self, key: Key, judged: Judged) -> Rows:
        self._wanted = None if key == self._wanted else self._wanted
        rows = self._held.put(key, judged.lines())
        if not self._judge.is_direct:
            self._held.hide(key, judged.hidden())
        return rows

    def _hidden_of(self, key: Key) -> list[Position]:
        """Where the hidden records of one block begin, as far as that can be waited for."""
        known = self._held.hidden(key)
        if known is None:
            judged = self._judged(key, PATIENCE_S)
            known = self._held.hide(key, judged.hidden()) if judged is not None else []
        return known


def _lines(store: BlockStore, rows: list[tuple[Position, Line | None]]) -> list[Line]:
    lines = (store.at(position) if line is None else line for position, line in rows)
    return [line for line in lines if line is not None]


def _near(store: BlockStore, position: Position) -> Key:
    """The first block in which the record of the line at `position` can begin."""
    return store.key_of(Position(position.generation, max(0, position.offset - REACH)))
