"""The filter that a pane's records are seen through: typed live, the last good one in force meanwhile.

What is evaluated by another program is tried on the newest records first, so that a filter which is refused,
or never ends, takes nothing off the screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.worker import Worker

from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.jq.compiled import BadSyntax, Compiled, compile_filter
from thunes_tui.lines.jq.evaluation import evaluator
from thunes_tui.lines.jq.filtered import FilteredStore
from thunes_tui.lines.jq.schema import Completion
from thunes_tui.lines.store import LineStore
from thunes_tui.ui.widgets.jq_line import JqLine, Pressed
from thunes_tui.ui.widgets.line import Line

if TYPE_CHECKING:
    from thunes_tui.ui.panes.audit_stream import AuditStream

TYPING_S = 0.12
"""A filter is tried when nothing was typed for so long."""
TRIAL_S = 0.004
"""Between two looks at a filter that another program is trying."""
MOST_EARLIER = 100


class JqFilter:
    """Of one pane."""

    def __init__(self, pane: AuditStream) -> None:
        self._pane = pane
        self.text = ""
        """In force; empty while all records are seen as they are."""
        self.line: JqLine | None = None
        """While one is typed."""
        self.earlier: list[str] = []
        """Filters that were kept, newest last."""
        self._before = ""

    @property
    def store(self) -> FilteredStore | None:
        """What is seen through the filter."""
        store = self._pane.lens.store
        return store if isinstance(store, FilteredStore) else None

    def counted(self) -> Line:
        """How many rows there are, on how many records it failed, and how many it hides."""
        store = self.store
        if store is None:
            return []
        sure = "" if store.is_complete else "+"
        counts = store.counts
        rows = "row" if counts.matched == 1 and not sure else "rows"
        line: Line = [(f"{counts.matched:,}{sure} {rows} ", "text")]
        if counts.errors:
            errors = "error" if counts.errors == 1 and not sure else "errors"
            line.append((f"✗ {counts.errors:,}{sure} {errors} ", "bad"))
        if counts.unreadable:
            line.append((f"✗ {counts.unreadable:,}{sure} unreadable ", "bad"))
        line.append((f"{store.hidden:,}{sure} hidden ", "warn"))
        if not store.is_complete:
            line.append((f"{store.searched:.0%} ", "dim"))
        return line

    # The line.

    def open(self) -> None:
        """Type a filter, beginning with the one in force."""
        self._before = self.text
        self.line = JqLine(self.text, self.earlier, self._complete)
        self._pane.moved()

    def _complete(self, text: str) -> list[Completion]:
        survey, mask = self._pane.survey, self._pane.desk.mask
        words = survey.schema.complete(text) if survey is not None else []
        return [word for word in words if mask.text(word.text) == word.text]

    def press(self, line: JqLine, key: str, character: str | None) -> None:
        """A key for the line."""
        pressed = line.press(key, character)
        if pressed is Pressed.LEFT:
            self.line = None
            self.put(self._before)
        elif pressed is Pressed.KEPT:
            self._begin(line.text, keep=True)
        elif pressed is Pressed.CHANGED:
            self._begin(line.text, keep=False, after=TYPING_S)
        self._pane.moved()

    def paste(self, line: JqLine, text: str) -> None:
        line.paste(text)
        self._begin(line.text, keep=False, after=TYPING_S)
        self._pane.moved()

    def put(self, text: str) -> None:
        """Another filter, or none."""
        self._begin(text, keep=True)

    # Trying.

    def _begin(self, text: str, *, keep: bool, after: float = 0.0) -> None:
        async def trying() -> None:
            await self._try(text, keep=keep, after=after)

        _worker: Worker[None] = self._pane.run_worker(
            trying, name="trying of a filter", group="jq", exclusive=True, exit_on_error=False
        )

    async def _try(self, text: str, *, keep: bool, after: float) -> None:
        if after:
            await asyncio.sleep(after)
        try:
            compiled = compile_filter(text)
        except BadSyntax as error:
            self._refuse(str(error).rpartition(" at ")[0].removesuffix(", opened"), error.at)
            return
        if text.strip() in ("", "."):
            self._pane.look_through(None)
            self._accept("", keep=keep)
            return
        if text != self.text or self.store is None or self.store.failure:
            tried = await self._tried(compiled)
            if tried is not None and tried.failure:
                tried.close()
                self._refuse(tried.failure, tried.evaluator.trouble_at)
                return
            self._pane.look_through(self._maker(compiled, tried))
        self._accept(text, keep=keep)

    async def _tried(self, compiled: Compiled) -> FilteredStore | None:
        """What another program makes of the newest records; None where none is needed, or none are there."""
        source = self._pane.lens.source
        if compiled.is_fast or not isinstance(source, BlockStore):
            return None
        store = FilteredStore(source, evaluator(compiled, self._pane.desk.clock))
        try:
            while store.step(1) and store.is_waiting:
                await asyncio.sleep(TRIAL_S)
        except asyncio.CancelledError:
            store.close()
            raise
        return store

    def _maker(self, compiled: Compiled, tried: FilteredStore | None) -> Callable[[LineStore], LineStore]:
        """For the source of the moment, and for each that follows it."""
        ready = [tried] if tried is not None else []
        tried_on = self._pane.lens.source

        def make(source: LineStore) -> LineStore:
            if ready and source is tried_on:
                return ready.pop()
            assert isinstance(source, BlockStore)
            return FilteredStore(source, evaluator(compiled, self._pane.desk.clock))

        return make

    def _accept(self, text: str, *, keep: bool) -> None:
        self.text = text
        if self.line is not None:
            self.line.complain("")
        if keep:
            self.line = None
            if text:
                self.earlier = [*(one for one in self.earlier if one != text), text][-MOST_EARLIER:]
        self._pane.moved()

    def _refuse(self, words: str, at: int | None) -> None:
        """The text is wrong: the last good filter stays in force."""
        if self.line is not None:
            self.line.complain(self._pane.desk.mask.text(words), at)
        else:
            self._pane.desk.say(f"the filter is not used: {words}", alarming=True)
        self._pane.moved()
