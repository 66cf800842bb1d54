"""To the next line of a kind: from the selection or the window's edge, in slices, among the lines seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from thunes_tui.lines.line import BEGINNING, END, Position
from thunes_tui.lines.runner import TooSlow
from thunes_tui.lines.search import Search
from thunes_tui.lines.store import LineStore

if TYPE_CHECKING:
    from thunes_tui.ui.panes.stream import Stream

SLICE_S = 0.005
REST_S, WAIT_S = 0.001, 0.004
"""Between two slices; and where only a process elsewhere is waited for."""

Accepts = Callable[[Position], bool]
Begin = Callable[[LineStore, Position, Accepts | None], Search]
"""A search in a store from a place on, which passes over what is not seen."""


class Seeker:
    """Goes to lines in one pane."""

    def __init__(self, pane: Stream) -> None:
        self._pane = pane
        self.words = ""
        """What it is looking for, and how far it is; empty while it rests."""
        self.is_busy = False
        """It is under way: whatever can wait should."""

    def stop(self) -> bool:
        """Give up what is under way; False if nothing was."""
        was_busy, self.words = self.is_busy, ""
        self._pane.workers.cancel_group(self._pane, "seek")
        return was_busy

    def ground(self) -> tuple[LineStore | None, Accepts | None]:
        """Where it is looked for, and which of the lines there are seen."""
        lens = self._pane.lens
        if lens.is_clear or hasattr(lens.store, "source_of"):
            return lens.store, None
        shows: Accepts = getattr(lens.store, "shows", self._is_seen)
        return lens.source, shows

    def _is_seen(self, position: Position) -> bool:
        lens = self._pane.lens
        return lens.store is not None and lens.store.at(lens.outer(position)) is not None

    def seek(self, begin: Begin, what: str, *, forward: bool) -> None:
        """Go to what a search finds from the selection or the window's edge; a newer search wins."""
        self._pane.run_worker(
            self._seek(begin, what, forward=forward),
            name=f"search for {what}",
            group="seek",
            exclusive=True,
            exit_on_error=False,
        )

    async def _seek(self, begin: Begin, what: str, *, forward: bool) -> None:
        store, accepts = self.ground()
        if store is None:
            return
        work = begin(store, self._start(forward=forward), accepts)
        self.is_busy = True
        try:
            await self._step(work, what)
        except TooSlow as error:
            self._pane.desk.say(str(error), alarming=True)
            return
        finally:
            self.words, self.is_busy = "", False
            work.close()
            self._pane.moved()
        if work.found is None:
            self._pane.desk.say(f"no {'further' if forward else 'earlier'} line with {what}")
        else:
            self._pane.show_line(work.found if store is self._pane.lens.store else self._outer(work.found))

    async def _step(self, work: Search, what: str) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + SLICE_S
        while work.step():
            if work.is_waiting or loop.time() >= until:
                words = f"looking for {what}  {work.progress:.0%}"
                if words != self.words:
                    self.words = words
                    self._pane.changed()
                await asyncio.sleep(WAIT_S if work.is_waiting else REST_S)
                until = loop.time() + SLICE_S

    def _start(self, *, forward: bool) -> Position:
        view = self._pane.view
        if view.selected is not None:
            return self._inner(view.selected)
        if view.following:  # from outside the window: its first line may be a hit as well
            return BEGINNING if forward else END
        return self._inner(view.top.line)

    def _outer(self, position: Position) -> Position:
        return self._pane.lens.outer(position)

    def _inner(self, position: Position) -> Position:
        store, _ = self.ground()
        return position if store is self._pane.lens.store else self._pane.lens.inner(position)
