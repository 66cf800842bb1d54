"""What is let into a pane of lines and kept out of it: filters by name, each on or off, and a level."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from thunes_tui.errors import Unusable
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.filter import Filter, Filters
from thunes_tui.lines.filtered import FilteredStore
from thunes_tui.lines.pattern import typed
from thunes_tui.lines.record import RANKS
from thunes_tui.lines.runner import Runner
from thunes_tui.lines.store import LineStore

LEVELS = ("", "INFO", "WARNING", "ERROR")
"""The least level shown, in turn; nothing for all of them."""
TYPING_S = 0.15
"""A pattern that needs a process of its own is tried when nothing was typed for so long."""


@dataclass(frozen=True, slots=True)
class Named:
    """A filter of the list."""

    filter: Filter
    is_on: bool = True


class Filtering:
    """The list of one pane, kept for as long as the console runs; `apply` is told to show it."""

    def __init__(self, apply: Callable[[], None]) -> None:
        self.members: list[Named] = []
        self.level = ""
        self.by_line = False
        """Each line for itself, and not with the record that it belongs to."""
        self._apply = apply
        self._shown: Filters | None = None
        self._later: asyncio.TimerHandle | None = None

    @property
    def filters(self) -> Filters | None:
        """All that are on; None where nothing is filtered."""
        return self._with(())

    @property
    def is_on(self) -> bool:
        """Something is filtered now."""
        return self._shown is not None

    def make(self, store: LineStore) -> LineStore:
        """A store as the filters that are shown leave it."""
        if self._shown is None or not isinstance(store, BlockStore):
            return store
        return FilteredStore(store, self._shown)

    def add(self, text: str, *, keeps_out: bool, name: str = "") -> str:
        """Another filter, or one that is there switched on; gives what is wrong with it, if anything is."""
        try:
            one = Filter(name or text, typed(text), keeps_out)
        except Unusable as error:
            self.show()
            return str(error)
        self.members = [known for known in self.members if known.filter.name != one.name]
        self.members.append(Named(one))
        self.show()
        return ""

    def toggle(self, at: int) -> None:
        self.members[at] = replace(self.members[at], is_on=not self.members[at].is_on)
        self.show()

    def remove(self, at: int) -> None:
        del self.members[at]
        self.show()

    def rename(self, at: int, name: str) -> None:
        self.members[at] = replace(self.members[at], filter=replace(self.members[at].filter, name=name))

    def next_level(self) -> None:
        self.level = LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)]
        self.show()

    def toggle_by_line(self) -> None:
        self.by_line = not self.by_line
        self.show()

    def preview(self, text: str, *, keeps_out: bool) -> str:
        """Show what a filter would do that is being typed; gives what is wrong with it, if anything is."""
        self._stop_waiting()
        if text in ("", "/"):
            self.show()
            return ""
        try:
            one = Filter(text, typed(text), keeps_out)
        except Unusable as error:
            return str(error)
        filters = self._with((one,))
        if Runner(one.pattern).is_direct:
            self._show(filters)
        else:
            self._later = asyncio.get_running_loop().call_later(TYPING_S, self._show, filters)
        return ""

    def show(self) -> None:
        """Show what the filters of the list leave."""
        self._stop_waiting()
        self._show(self.filters)

    def _show(self, filters: Filters | None) -> None:
        if filters == self._shown:
            return
        self._shown = filters
        self._apply()

    def _stop_waiting(self) -> None:
        if self._later is not None:
            self._later.cancel()
        self._later = None

    def _with(self, more: tuple[Filter, ...]) -> Filters | None:
        members = (*(one.filter for one in self.members if one.is_on), *more)
        if not members and not self.level:
            return None
        return Filters(members, RANKS[self.level] if self.level else 0, self.by_line)
