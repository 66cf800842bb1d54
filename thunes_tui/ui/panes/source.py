"""A pane over one source: how its lines reach it, from a file or a recording, and how each of them looks."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from thunes_tui.clock import Moment
from thunes_tui.connection import Folded, Snapshot, Update
from thunes_tui.lines.line import BEGINNING
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.store import LineStore
from thunes_tui.text import SafeText
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.panes.base import Pane, is_bulk
from thunes_tui.ui.widgets.gutter import Gutter
from thunes_tui.ui.widgets.lens import Lens, Make, Placed
from thunes_tui.ui.widgets.line import Line
from thunes_tui.ui.widgets.line_feed import LineFeed
from thunes_tui.ui.widgets.line_sheet import LineSheet
from thunes_tui.ui.widgets.line_view import LineView


class SourcePane(Pane, inherit_bindings=False):
    """What the log and the audit pane share; each says how a line looks. `Stream` adds the window."""

    SOURCE: ClassVar[str] = ""
    """As in `DrillState.sources` and `DrillState.paths`."""
    INDENT: ClassVar[int] = 2
    """Of the further rows of a line that is wrapped."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lens = Lens(self._shown, self._came)
        self.feed = LineFeed(desk, self.SOURCE, self.lens.opened, self._arrived)
        self.sheet = LineSheet(desk, self, self.INDENT)
        self.view: LineView[Line] = LineView(self.sheet.rows_of)
        self.edge = Gutter(desk, self.SOURCE)
        self.unseen = 0
        """Lines that came while the pane was hidden."""

    @abstractmethod
    def look(self, line: TextLine, /) -> list[Line]:
        """The rows of one line: masked, sanitised, styled; at least one."""

    def ending(self, _line: TextLine, /) -> Line:
        """What stands at the right edge of a line's first row, such as how much of it is not shown."""
        return []

    def notes(self, line: TextLine, /) -> list[SafeText]:
        store = self.lens.store
        if self.lens.is_clear or store is None:
            return self.feed.notes(line)
        if not (self.feed.has_notes and self.lens.is_own(line.position)):
            return []
        before = next(iter(store.before(line.position, 1)), None)  # what lies between is hidden
        behind = self.lens.inner(before.position) if before is not None else BEGINNING
        return self.feed.notes_between(behind, self.lens.inner(line.position))

    # What is seen of the source.

    def look_through(self, make: Make | None) -> None:
        """Show the source through a store that is made over its own, now and whenever the feed opens another
        one, or as it is. The window stays where it is, as near as it can. What `make` raises changes nothing.
        """
        self.lens.look(make)
        self.moved()

    def narrowed(self) -> Line:
        """What the heading says of the store that is seen: how much is hidden."""
        hidden = getattr(self.lens.store, "hidden", None)
        if self.lens.is_clear or hidden is None:
            return []
        sign = "" if getattr(self.lens.store, "is_complete", True) else "+"
        return [(f"{hidden:,}{sign} hidden ", "warn")]

    @property
    def window(self) -> int:
        """Rows for lines."""
        return self.body_height

    def moved(self) -> None:
        """A person moved the window: they see it at once."""
        self.changed()

    # What comes in.

    def on_mount(self) -> None:
        self.run_worker(self.feed.run(), name=f"reading of the {self.SOURCE}", exit_on_error=False)
        self.run_worker(self.lens.run(), name=f"looking through the {self.SOURCE}", exit_on_error=False)

    def on_unmount(self) -> None:
        super().on_unmount()
        self.lens.close()
        self.feed.close()

    def _shown(self, store: LineStore, placed: Placed | None) -> None:
        if placed is None:
            self.view.open(store)
        else:
            self.view.turn_to(store, self.window, placed)
        self.sheet.forget()
        self.changed()

    def _arrived(self, count: int) -> None:
        self.lens.arrived()
        if self.lens.is_clear:
            self._came(count)
        else:
            self.changed()

    def _came(self, count: int) -> None:
        """So many lines came to be seen, or more is known of those that are there."""
        self.view.arrived(count)
        if not self.display:
            self.unseen += count
        self.changed()

    def take(self, update: Update, /) -> None:
        if isinstance(update, (Folded, Snapshot)) and (self.desk.role == "replay" or not is_bulk(update)):
            self.feed.told()
            if self.desk.role == "replay":
                self.changed()

    def tick(self, _now: Moment, /) -> None:
        if self.edge.tick(self.feed.end, self.feed.unfinished):
            self.changed()

    def news(self) -> str:
        return f"+{self.unseen}" if self.unseen else ""
