"""A pane over one source: how its lines reach it, from a file or a recording, and how each of them looks."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from thunes_tui.clock import Moment
from thunes_tui.connection import Folded, Snapshot, Update
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.store import LineStore
from thunes_tui.text import SafeText
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.panes.base import Pane, is_bulk
from thunes_tui.ui.widgets.gutter import Gutter
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
        self.feed = LineFeed(desk, self.SOURCE, self._opened, self._arrived)
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
        return self.feed.notes(line)

    # What comes in.

    def on_mount(self) -> None:
        self.run_worker(self.feed.run(), name=f"reading of the {self.SOURCE}", exit_on_error=False)

    def on_unmount(self) -> None:
        super().on_unmount()
        self.feed.close()

    def _opened(self, store: LineStore) -> None:
        self.view.open(store)
        self.sheet.forget()
        self.changed()

    def _arrived(self, count: int) -> None:
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
