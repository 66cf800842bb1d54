"""Times in a pane of lines: to a time, and ten seconds around a line in every pane at once."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from thunes_tui.errors import Unusable
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.line import END, Position
from thunes_tui.lines.times import SourceClock, TimeIndex
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.panes.stream import Stream
from thunes_tui.ui.when import moment_of, of_day, zone_of
from thunes_tui.ui.widgets.asking import Asking
from thunes_tui.ui.widgets.line import Line, Part
from thunes_tui.ui.widgets.line_view import Stand

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

AROUND_S = 10
AROUND = ("┃", "accent")
"""Beside the lines around a time."""


class Timed(Stream, inherit_bindings=False):
    """The lines of a source whose clock is known; `Kept` adds bookmarks and copies."""

    LOCAL: ClassVar[bool] = False
    """Whether the source writes the box's local time; else UTC."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._index: TimeIndex | None = None
        self._around: tuple[Position, Position] | None = None
        """From the first of the lines around a time to behind the last of them, in the source."""
        self._before: Stand | None = None
        """Where the window stood before it went there."""

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.desk.state.zone) if self.LOCAL else UTC

    @property
    def clock_tag(self) -> str:
        """How the source's times are read."""
        return f"local {self.desk.state.zone}".rstrip() if self.LOCAL else "UTC"

    @property
    def times(self) -> TimeIndex | None:
        """Where times are in the source's lines; None while there are none."""
        source = self.lens.source
        if not isinstance(source, BlockStore):
            return None
        index = self._index
        if index is None or index.store is not source or index.clock.zone != self.zone:
            index = self._index = TimeIndex(source, SourceClock(self.clock_tag, self.zone))
        return index

    def time_here(self) -> int | None:
        """When the selected line was written, else the last one that is seen; None if nothing says so."""
        position = self.view.selected
        if position is None:
            page = self.view.page(self.window)
            position = page[-1][0] if page else None
        if position is None or self.times is None:
            return None
        if hasattr(self.lens.store, "source_of"):
            return position.generation  # where sources are merged, a position holds the time
        return self.times.time_of(self.lens.inner(position))

    def mark(self, position: Position) -> Part:
        mark = super().mark(position)
        if self._around is None or mark[0] != " ":
            return mark
        first, behind = self._around
        return AROUND if first <= self.lens.inner(position) < behind else mark

    # To a time.

    def do_time(self) -> None:
        here = self.time_here()
        reference = self.desk.now().t if here is None else here

        def said(text: str) -> Line:
            try:
                return [(f"→ {of_day(moment_of(text, reference, self.zone), self.zone)} ", "accent")]
            except Unusable:
                return []

        def done(text: str) -> str:
            if not text.strip():
                return ""
            try:
                self.go_to_time(moment_of(text, reference, self.zone))
            except Unusable as error:
                return str(error)
            return ""

        self.ask_line(
            asking := Asking(
                f"time, {self.clock_tag}", _anything, done, _nothing, said=lambda: said(asking.entry.text)
            )
        )

    def go_to_time(self, time_us: int) -> None:
        """To the first line of a time or later, else to the last line."""
        found = self.times.first_at(time_us) if self.times is not None else None
        if found is None:
            self.desk.say("nothing was written at that time or later: this is the last line")
        self.go_to(END if found is None else found)

    # Around a line.

    def do_around(self) -> None:
        app: ThunesApp = self.app  # type: ignore[assignment]  # panes live in no other application
        panes = [pane for pane in app.panes.values() if isinstance(pane, Timed)]
        if any(pane.is_around for pane in panes):
            for pane in panes:
                pane.come_back()
            return
        here = self.time_here()
        if here is None:
            self.desk.say("nothing says when this line was written")
            return
        for pane in panes:
            pane.go_around(here, is_there=pane is self)
        count = " and ".join(pane.NAME for pane in panes)
        self.desk.say(
            f"{AROUND_S} s around {of_day(here, self.zone)} {self.clock_tag} in {count}: A comes back"
        )

    @property
    def is_around(self) -> bool:
        return self._before is not None

    def go_around(self, time_us: int, *, is_there: bool) -> None:
        """Show what was written around a time, and mark it; the window stays if it is there already."""
        times = self.times
        if times is None:
            return
        self._before = self.view.stand
        reach = AROUND_S * 1_000_000
        self._around = (times.first_at(time_us - reach) or END, times.first_at(time_us + reach + 1) or END)
        if is_there:
            self.view.pause(self.window)
            self.moved()
        else:
            self.go_to(times.first_at(time_us) or END)

    def come_back(self) -> None:
        """Where the window was before."""
        if self._before is not None:
            self.view.stand_at(self._before)
        self._before = self._around = None
        self.moved()


def _anything(_text: str) -> str:
    return ""


def _nothing() -> None:
    """It was left: nothing changes."""
