"""A window over a source's lines that never jumps, and repaints only what changed.

Where the lines come from is in `panes.source`, what the keys do in `panes.stream_keys`.
"""

from __future__ import annotations

from textual.strip import Strip

from thunes_tui.lines.line import Position
from thunes_tui.text import safe
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.panes.asks import Asks
from thunes_tui.ui.panes.base import HEADING_ROWS
from thunes_tui.ui.panes.finder import Finder
from thunes_tui.ui.widgets.eager import EagerPace
from thunes_tui.ui.widgets.line import Line, Part, data
from thunes_tui.ui.widgets.rows import between

LINES_AT_ONCE = 3
"""Lines painted as they come within a tenth of a second; what comes faster is painted at its end."""


class Stream(Asks, inherit_bindings=False):
    """One source's lines; `StreamPane` adds the keys."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.finder = Finder(self)
        self._eager = EagerPace(self.flush)
        self._growing = EagerPace(self.flush, burst=LINES_AT_ONCE)
        self._body: list[Strip] = []
        """What stands on the screen."""

    def on_unmount(self) -> None:
        super().on_unmount()
        self._eager.stop()
        self._growing.stop()

    def state(self) -> Line:
        """The right end of the heading: whether it follows, and how much is new."""
        hidden = [*([] if self.asking is not None else self.finder.said()), *self.narrowed()]
        if self.view.following:
            return [*hidden, ("FOLLOW", "good")]
        store, line = self.view.store, self.view.top.line
        place = f"  {store.progress(line):4.0%}" if store is not None else ""
        new = f" +{self.view.new} new" if self.view.new else ""
        return [*hidden, (f"PAUSED{new}", "warn"), (place, "dim")]

    def lay_out(self) -> list[Strip]:
        return [self.heading_strip(self.size.width)]

    @property
    def fits(self) -> bool:
        """A row for the heading and the body's rows, as wide as the pane."""
        width, height = self.size.width, self.body_height
        return self.shown[0].cell_length == width and (not self._body or len(self._body) == height)

    def body_row(self, y: int) -> Strip:
        if len(self._body) != self.body_height or self.sheet.width != self.size.width:
            self._body = self._lay_out_body()
        return self._body[y] if y < len(self._body) else self.strip([], self.size.width)

    def _arrived(self, count: int) -> None:
        super()._arrived(count)
        self.finder.wake()

    def changed(self) -> None:
        """More lines: at once while they come one by one, ten times a second in a flood."""
        if self.is_attached and self.display:
            self._growing.ask()

    def moved(self) -> None:
        """A person moved the window: they see it at once, also in a flood."""
        if self.is_attached and self.display:
            self._eager.ask()

    def flush(self) -> None:
        if not (self.is_attached and self.size and self.shown):
            return
        self.unseen = 0
        before, self._body = self._body, self._lay_out_body()
        if len(before) != len(self._body):
            self.refresh()
        else:
            pairs = enumerate(zip(before, self._body, strict=True), HEADING_ROWS)
            changed = [(y, old, new) for y, (old, new) in pairs if old is not new and old != new]
            if changed:
                self.put(*(between(y, old, new) for y, old, new in changed))
        self.heading_changed()
        if self.finder.hits is not None and self.finder.hits.is_wanting:
            self.finder.wake()

    def _lay_out_body(self) -> list[Strip]:
        width, height = self.size.width, self.body_height
        if self.sheet.width != width:
            self.sheet.width = width
            self.sheet.forget()
        footer = self._footer()
        page = self.view.page(self.window)
        strips = [
            self.sheet.strip(position, row, self.mark(position), selected=position == self.view.selected)
            for position, row in page
        ]
        blank = self.strip([], width)
        strips += [blank] * (height - len(strips) - len(footer))
        return [*strips, *(self.strip(line, width) for line in footer)][:height]

    def mark(self, position: Position) -> Part:
        """What stands in the gutter beside a line that is seen."""
        own = self.lens.is_own(position)
        return self.edge.mark(self.lens.inner(position)) if own else (" ", "text")

    @property
    def window(self) -> int:
        """Rows for lines."""
        return max(0, self.body_height - len(self._footer()))

    def _footer(self) -> list[Line]:
        """What is asked; else what is wrong with the file, or a line that was not finished."""
        if self.asking is not None:
            return self.asking.lines(self.size.width)
        problem = self.feed.status or self.lens.trouble or safe(getattr(self.lens.store, "failure", ""))
        if problem:
            return [[data(f" {problem}", "warn")]]
        if self.edge.unfinished and self.view.following:
            return [[(f" … {self.edge.unfinished:,} bytes of a line without its end", "dim")]]
        return []

    def go_to(self, position: Position) -> None:
        """Select a line of the source and bring it into the window."""
        self.show_line(self.lens.outer(position))

    def show_line(self, position: Position) -> None:
        """Select a line that is seen, or the one next to where it would be, and bring it into the window."""
        near = self.view.nearest(position)
        if near is not None:
            self.view.show(near, self.window)
        self.moved()

    def repaint(self) -> None:
        self.sheet.forget()
        self._body = []
        super().repaint()
