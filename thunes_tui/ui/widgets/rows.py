"""A widget made of rows of styled text, which repaints only the cells that differ from what is on the screen.

Textual repaints whatever it is told to, equal or not, so the comparing is done here.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from thunes_tui.text import cell_width
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.line import Line, strip
from thunes_tui.ui.widgets.pace import Pace

GAP = 8
"""Cells; moving the cursor costs as many bytes."""


class Rows(Widget, inherit_bindings=False):
    """Override `lines`; call `changed` when what it gives may be different now."""

    OVER = ""
    """A style that is laid over every row."""

    def __init__(self, desk: Desk, name: str = "") -> None:
        super().__init__(id=name or None)
        self.desk = desk
        self.pace = Pace(self.flush)
        self.shown: list[Strip] = []
        """What stands on the screen; empty before the first painting."""

    def lines(self, width: int, height: int) -> list[Line]:
        """All rows, top first; missing ones are blank."""
        raise NotImplementedError(f"{type(self).__name__} shows no lines for {width}x{height}")

    def changed(self) -> None:
        """What is shown may be different now: look at once, or within a tenth of a second under load."""
        if self.is_attached and self.display:
            self.pace.ask()

    def flush(self) -> None:
        """Lay out anew and repaint the cells that differ."""
        if not self.is_attached or not self.size:
            return
        before, self.shown = self.shown, self.lay_out()
        if len(before) != len(self.shown):
            self.refresh()
            return
        regions = [
            region
            for y, (old, new) in enumerate(zip(before, self.shown, strict=True))
            if old is not new and old != new
            for region in differences(y, old, new)
        ]
        if regions:
            self.refresh(*regions)

    def lay_out(self) -> list[Strip]:
        """Every row as a strip of the widget's width."""
        width, height = self.size
        rows = [self.strip(line, width) for line in self.lines(width, height)[:height]]
        return rows + [self.strip([], width)] * (height - len(rows))

    def strip(self, line: Line, width: int) -> Strip:
        return strip(line, width, self.desk.paint, self.OVER)

    def render_line(self, y: int) -> Strip:
        if not self.shown:
            self.shown = self.lay_out()
        return self.shown[y] if y < len(self.shown) else self.strip([], self.size.width)

    def repaint(self) -> None:
        """Everything anew: another size or another theme."""
        self.shown = []
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        self.repaint()

    def on_unmount(self) -> None:
        self.pace.stop()


def differences(y: int, old: Strip, new: Strip) -> list[Region]:
    """The spans of cells of row `y` that differ; spans with a small gap between them are one."""
    before, after = cells(old), cells(new)
    if len(before) != len(after):
        return [Region(0, y, max(len(before), len(after)), 1)]
    spans: list[tuple[int, int]] = []
    for x in range(len(before)):
        if before[x] == after[x]:
            continue
        if spans and x - spans[-1][1] <= GAP:
            spans[-1] = (spans[-1][0], x + 1)
        else:
            spans.append((x, x + 1))
    return [Region(start, y, end - start, 1) for start, end in spans]


def difference(y: int, old: Strip, new: Strip) -> Region:
    """The one span from the first to the last cell of row `y` that differs; empty when none does."""
    return Region.from_union(differences(y, old, new) or [Region(0, y, 0, 1)])


def cells(row: Iterable[Segment]) -> list[tuple[str, object]]:
    """Every cell's text and style; the second half of a wide character is empty."""
    found: list[tuple[str, object]] = []
    for segment in row:
        text, style = segment.text, segment.style
        if text.isascii():
            found.extend((character, style) for character in text)
            continue
        for character in text:
            wide = cell_width(character)
            if wide == 0 and found:
                found[-1] = (found[-1][0] + character, style)
                continue
            found.append((character, style))
            found.extend([("", style)] * (wide - 1))
    return found
