"""The drawing of the shell's grid: only cells that changed, an echo at once, a flood ten times a second."""

from __future__ import annotations

import os

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from thunes_tui.ui.desk import SHELL, Desk
from thunes_tui.ui.panes.base import HEADING_ROWS, Pane
from thunes_tui.ui.widgets.eager import EagerPace
from thunes_tui.ui.widgets.line import data
from thunes_tui.ui.widgets.rows import differences
from thunes_tui.ui.widgets.shell_screen import ShellScreen
from thunes_tui.ui.widgets.terminal import Ground

FEW_ROWS = 3
"""Up to so many changed rows, only the cells that differ are painted."""
BLOCK, LINE = Style(reverse=True), Style(underline=True)
"""The cursor in SHELL mode, and in COMMAND mode, when keys do not go there."""


class Canvas(Pane, inherit_bindings=False):
    """A pane whose body is the shell's screen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.screen_of_shell = ShellScreen()
        self.grid = self.screen_of_shell.grid
        self._eager = EagerPace(self.flush)
        self._strips: dict[int, Strip] = {}
        """What stands on the screen, by row of the body."""
        self._cursor = LINE

    def on_unmount(self) -> None:
        super().on_unmount()
        self._eager.stop()
        self.grid.close()

    def lay_out(self) -> list[Strip]:
        return [self.heading_strip(self.size.width)]

    @property
    def fits(self) -> bool:
        """Only the heading is laid out here; the grid's window moves with every size."""
        return self.shown[0].cell_length == self.size.width

    def on_resize(self, _event: events.Resize) -> None:
        self.repaint()

    def changed(self) -> None:
        if self.is_attached and self.display:
            self._eager.ask()

    def flush(self) -> None:
        if not (self.is_attached and self.size and self.shown and self.grid.ready):
            return
        width, ground = self.size.width, self._ground()
        rows = self.grid.changed(width, self.body_height)
        if self._cursor is not ground.cursor:
            rows |= {self.grid.cursor_row} & set(range(self.body_height))
        self._cursor = ground.cursor
        regions: list[Region] = []
        for y in sorted(rows):
            before, now = self._strips.get(y), self.grid.strip(y, width, ground)
            self._strips[y] = now
            if before is None or (len(rows) > FEW_ROWS and before != now):
                regions.append(Region(0, y + HEADING_ROWS, width, 1))
            elif before != now:
                regions += differences(y + HEADING_ROWS, before, now)
        if regions:
            self.put(*regions)
        super().heading_changed()

    def body_row(self, y: int) -> Strip:
        if not self.grid.ready:
            words = self.screen_of_shell.problem or "…"
            return self.strip([data(words, "dim")] if y == 0 else [], self.size.width)
        row = self._strips.get(y)
        if row is None:
            self.grid.aim(self.size.width, self.body_height)
            row = self._strips[y] = self.grid.strip(y, self.size.width, self._ground())
        return row

    def repaint(self) -> None:
        self._strips.clear()
        self.grid.forget()
        super().repaint()

    def _ground(self) -> Ground:
        coloured = not (self.desk.palette.ansi and os.environ.get("NO_COLOR"))
        return Ground(self.desk.paint("text"), BLOCK if self.desk.mode == SHELL else LINE, coloured)
