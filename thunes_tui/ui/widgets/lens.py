"""The store that a pane shows: its source's own lines, or a store made over them, such as a filtered one.

A store that is made over another follows it by itself; what it does not know yet it finds out in slices,
between which the console goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from thunes_tui.errors import UserError
from thunes_tui.lines.line import Position
from thunes_tui.lines.recorded import RecordedStore
from thunes_tui.lines.store import FileStore, LineStore
from thunes_tui.text import EMPTY, safe

Placed = Callable[[Position], Position]
"""From a position in one store to that of the same line in another."""
Make = Callable[[LineStore], LineStore]
"""Makes the store that is shown, over the source's. It may have `close`, `is_waiting` and `is_complete`, and
`below` and `above`, from its positions to those of the source's store and back, where they differ."""

SLICE_S = 0.004
"""What a slice of work in the background should take at most; it is at least one block."""
REST_S = 0.002
"""What the console has for itself between two slices, at least."""


class Lens:
    """One source's store, and the one that is seen of it."""

    def __init__(
        self, shown: Callable[[LineStore, Placed | None], None], brought_on: Callable[[int], None]
    ) -> None:
        """`shown` gets each store that is seen from now on, and where the lines of the one before are in it,
        unless they are others; `brought_on` is called when more of it is known, with the lines that are new.
        """
        self._shown = shown
        self._brought_on = brought_on
        self._make: Make | None = None
        self.source: LineStore | None = None
        """The source's own."""
        self.store: LineStore | None = None
        """What is seen."""
        self.trouble = EMPTY
        """Why the source's own lines are seen although something else was asked for."""
        self._seen: int | None = None
        self._work = asyncio.Event()

    @property
    def is_clear(self) -> bool:
        """The source's own lines are seen."""
        return self.store is self.source

    def look(self, make: Make | None) -> None:
        """See the source through another store, or as it is. What `make` raises changes nothing."""
        store = make(self.source) if make is not None and self.source is not None else self.source
        self._make, self.trouble = make, EMPTY
        before = self.store
        if store is not None:
            self._turn_to(store, lambda position: _outer(store, _inner(before, position)))

    def opened(self, source: LineStore) -> None:
        """The source has another store, with other lines."""
        self.source, self.trouble = source, EMPTY
        try:
            store = self._make(source) if self._make is not None else source
        except (UserError, OSError) as error:
            store, self.trouble = source, safe(str(error))
        self._turn_to(store, None)

    def arrived(self) -> None:
        """The source has more lines, or others."""
        self._work.set()

    def inner(self, position: Position) -> Position:
        """Where a line that is seen stands in the source's store."""
        return _inner(self.store, position)

    def outer(self, position: Position) -> Position:
        """Where a line of the source's store would be seen."""
        return _outer(self.store, position)

    def is_own(self, position: Position) -> bool:
        """Whether a line that is seen is the source's own, and not one that was merged in."""
        is_own: Callable[[Position], bool] | None = getattr(self.store, "is_own", None)
        return is_own is None or is_own(position)

    async def run(self) -> None:
        """Bring on what is seen, for ever."""
        while True:
            await self._work.wait()
            self._work.clear()
            while self.store is not None and self._step(self.store):
                await asyncio.sleep(REST_S)

    def _step(self, store: LineStore) -> bool:
        """One slice of work; False when there is nothing left to do."""
        loop = asyncio.get_running_loop()
        until = loop.time() + SLICE_S
        is_more = True
        while is_more:
            is_more = store.step()
            if getattr(store, "is_waiting", False) or loop.time() >= until:
                break
        self._tell(store)
        return is_more

    def close(self) -> None:
        """Stop what is under way in the store that is seen; the source's stays open."""
        _close(self.store, self.source)
        self.store = self.source = None

    def _turn_to(self, store: LineStore, placed: Placed | None) -> None:
        before = self.store
        if store is before:
            return
        self.store, self._seen = store, None
        self._shown(store, placed if before is not None else None)
        _close(before, self.source)
        self._work.set()

    def _tell(self, store: LineStore) -> None:
        if store is not self.store or self.is_clear:
            return
        seen = store.size_lines()
        new = max(0, seen - self._seen) if seen is not None and self._seen is not None else 0
        self._seen = seen if seen is not None else self._seen
        self._brought_on(new)


def _inner(store: LineStore | None, position: Position) -> Position:
    below: Placed | None = getattr(store, "below", None)
    return below(position) if below is not None else position


def _outer(store: LineStore | None, position: Position) -> Position:
    above: Placed | None = getattr(store, "above", None)
    return above(position) if above is not None else position


def _close(store: LineStore | None, source: LineStore | None) -> None:
    """Stores that are made are closed by the lens, those of the source by their feed."""
    close: Callable[[], None] | None = getattr(store, "close", None)
    if close is not None and store is not source and not isinstance(store, (FileStore, RecordedStore)):
        close()
