"""Looking for something in a pane's lines: the hits that are marked, how many there are, the next of them.

All of it is done in slices between which the console goes on, and any of it can be given up at any moment.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from thunes_tui.errors import Unusable
from thunes_tui.lines.blocks import bundle
from thunes_tui.lines.line import BEGINNING, Position
from thunes_tui.lines.pattern import Pattern, typed
from thunes_tui.lines.runner import Runner, TooSlow
from thunes_tui.lines.search import Count, Search
from thunes_tui.lines.store import LineStore
from thunes_tui.text import safe
from thunes_tui.ui.panes.seeker import REST_S, SLICE_S, WAIT_S, Accepts, Seeker
from thunes_tui.ui.widgets.hits import Hits
from thunes_tui.ui.widgets.line import Line, data

if TYPE_CHECKING:
    from thunes_tui.ui.panes.stream import Stream

TYPING_S = 0.15
"""A pattern that needs a process of its own is begun with when nothing was typed for so long."""
WORKERS = 2
LINES = 512
MOST_EARLIER = 50


class Finder:
    """What is looked for in one pane."""

    def __init__(self, pane: Stream) -> None:
        self._pane = pane
        self.seeker = Seeker(pane)
        self.text = ""
        """As it was typed; empty while nothing is looked for."""
        self.earlier: list[str] = []
        self.hits: Hits | None = None
        self.count = 0
        """Lines with a hit, as far as they are counted."""
        self._share = 1.0
        self._wake = asyncio.Event()

    @property
    def pattern(self) -> Pattern | None:
        return self.hits.pattern if self.hits is not None else None

    def said(self) -> Line:
        """For the heading: what is looked for, and how often it was found."""
        if self.seeker.words:
            return [data(self.seeker.words, "accent"), (" ", "text")]
        if self.hits is None:
            return []
        text = self._pane.desk.mask.line(self.text.encode("utf-8", "replace"))
        return [data(safe(text), "accent"), (" ", "text"), *self.counted()]

    def counted(self) -> Line:
        if self.hits is None:
            return []
        sure = self._share >= 1
        words = f"{self.count:,}{'' if sure else '+'} line{'' if self.count == 1 and sure else 's'} "
        return [(words, "text"), ("" if sure else f"{self._share:.0%} ", "dim")]

    def look_for(self, text: str) -> str:
        """Mark and count what is typed, or nothing any more; gives what is wrong with it, if anything is."""
        if text in ("", "/"):
            self.stop()
            return ""
        try:
            pattern = typed(text)
        except Unusable as error:
            return str(error)
        if self.hits is None or pattern != self.hits.pattern:
            self._begin(text, pattern)
        return ""

    def keep(self) -> None:
        """What is looked for can be gone back to later."""
        if self.text:
            self.earlier = [*(text for text in self.earlier if text != self.text), self.text][-MOST_EARLIER:]

    def stop(self) -> bool:
        """Give up whatever is under way, and look for nothing; False if there was nothing."""
        was_busy = self.seeker.stop() or self.hits is not None
        self._pane.workers.cancel_group(self._pane, "count")
        if self.hits is not None:
            self.hits.close()
        self.text, self.hits = "", None
        self._mark()
        return was_busy

    def wake(self) -> None:
        """There are more lines, or texts on the screen that are not looked through yet."""
        self._wake.set()

    def restart(self) -> None:
        """Other lines are seen: count anew."""
        if self.hits is not None:
            self._begin(self.text, self.hits.pattern)

    def _begin(self, text: str, pattern: Pattern) -> None:
        if self.hits is not None:
            self.hits.close()
        self.text, self.hits, self.count, self._share = text, Hits(pattern), 0, 0.0
        self._mark()
        self._pane.run_worker(
            self._counting(self.hits),
            name=f"counting of {text}",
            group="count",
            exclusive=True,
            exit_on_error=False,
        )

    def _mark(self) -> None:
        self._pane.sheet.find = self.hits.find if self.hits is not None else None
        self._pane.sheet.forget()
        self._pane.moved()

    def go(self, *, forward: bool) -> None:
        """To the next hit, or the one before."""
        if self.hits is not None:
            pattern = self.hits.pattern

            def begin(store: LineStore, start: Position, accepts: Accepts | None) -> Search:
                return Search(store, Runner(pattern, WORKERS), start, forward=forward, accepts=accepts)

            self.seeker.seek(begin, repr(self.text), forward=forward)

    # Counting.

    async def _counting(self, hits: Hits) -> None:
        """Count, then go on with what comes; and find what is to be marked, where that takes its time."""
        runner = Runner(hits.pattern, WORKERS)
        try:
            if not runner.is_direct:
                await asyncio.sleep(TYPING_S)
            while True:
                end = await self._count_all(runner, hits)
                while not self._is_past(end):
                    end = await self._count_new(runner, end)
                    await self._mark_shown(hits)
                    await self._wake.wait()
                    self._wake.clear()
        except TooSlow as error:
            self._share = 1.0
            self._pane.desk.say(str(error), alarming=True)
        finally:
            runner.close()

    async def _count_all(self, runner: Runner, hits: Hits) -> Position:
        """Gives the last line that is counted."""
        store, _ = self.seeker.ground()
        while store is None:
            await self._wake.wait()
            self._wake.clear()
            store, _ = self.seeker.ground()
        last = next(iter(store.last(1)), None)
        work = Count(store, runner)
        loop = asyncio.get_running_loop()
        is_more = True
        while is_more:
            until = loop.time() + SLICE_S
            while is_more and not work.is_waiting and loop.time() < until:
                is_more = work.step()
            is_more = work.step() if is_more and work.is_waiting else is_more
            before = self.count, self._share
            self.count, self._share = work.hits, work.progress
            if hits.is_wanting and hits.step():
                self._mark()
            if (self.count, self._share) != before:
                self._pane.changed()
            await asyncio.sleep(WAIT_S if work.is_waiting else REST_S)
            while self.seeker.is_busy:
                await asyncio.sleep(WAIT_S)
        self._share = 1.0
        return last.position if last is not None else BEGINNING

    def _is_past(self, end: Position) -> bool:
        """Whether what was counted is not there any more: a replay went back."""
        store, _ = self.seeker.ground()
        last = next(iter(store.last(1)), None) if store is not None else None
        return end != BEGINNING and (last is None or last.position < end)

    async def _count_new(self, runner: Runner, end: Position) -> Position:
        store, _ = self.seeker.ground()
        while store is not None and (lines := store.after(end, LINES)):
            block = bundle(lines)
            while (found := runner.count(end, block)) is None:
                await asyncio.sleep(WAIT_S)
            self.count += found
            end = lines[-1].position
            if found:
                self._pane.changed()
            await asyncio.sleep(REST_S)
        return end

    async def _mark_shown(self, hits: Hits) -> None:
        while hits.is_wanting:
            if hits.step():
                self._mark()
            await asyncio.sleep(WAIT_S)
