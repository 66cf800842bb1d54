"""A widget made of rows of styled text, which repaints only the cells that differ from what is on the screen.

Textual repaints whatever it is told to, equal or not, so the comparing is done here.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from thunes_tui.text import cell_width
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.direct import DirectScreen
from thunes_tui.ui.widgets.line import Line, strip
from thunes_tui.ui.widgets.pace import Pace

GAP = 8
"""Cells; moving the cursor costs as many bytes."""

MOST_STRIPS = 500


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
        self._made: dict[tuple[object, ...], Strip] = {}
        self._used: dict[tuple[object, ...], Strip] = {}

    @abstractmethod
    def lines(self, width: int, height: int) -> list[Line]:
        """All rows, top first; missing ones are blank."""

    def changed(self) -> None:
        """What is shown may be different now: look at once, or within a tenth of a second under load."""
        if self.is_attached and self.display:
            self.pace.ask()

    def flush(self) -> None:
        """Lay out anew and repaint the cells that differ."""
        if not self.is_attached or not self.size:
            return
        self._made, self._used = self._used, {}
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
            self.put(*regions)

    def put(self, *regions: Region) -> None:
        """Repaint these cells: by themselves where the screen can, else with its next frame."""
        screen = self.screen
        if not (isinstance(screen, DirectScreen) and screen.paint(self, regions)):
            self.refresh(*regions)

    def lay_out(self) -> list[Strip]:
        """Every row as a strip of the widget's width."""
        width, height = self.size
        rows = [self.strip(line, width) for line in self.lines(width, height)[:height]]
        return rows + [self.strip([], width)] * (height - len(rows))

    def strip(self, line: Line, width: int, over: str = "") -> Strip:
        """As `line.strip`; a line that stood in the layout before is the same strip again."""
        key = (*line, width, over or self.OVER)
        if len(self._used) > MOST_STRIPS:  # rows that are painted without a layout
            self._used.clear()
        made = self._used.get(key) or self._made.get(key)
        self._used[key] = made or strip(line, width, self.desk.paint, over or self.OVER)
        return self._used[key]

    @property
    def fits(self) -> bool:
        """Whether what is laid out has the widget's size."""
        return len(self.shown) == self.size.height and self.shown[0].cell_length == self.size.width

    def render_line(self, y: int) -> Strip:
        if not (self.shown and self.fits):
            self.shown = self.lay_out()
        return self.shown[y] if y < len(self.shown) else self.strip([], self.size.width)

    def repaint(self) -> None:
        """Everything anew: another size or another theme."""
        self.shown = []
        self._made, self._used = {}, {}
        self.refresh()

    def on_resize(self, _event: events.Resize) -> None:
        """Mostly the frame of the new layout was there before this message."""
        if not (self.shown and self.fits):
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
        end = x + 1
        while end < len(after) and not (before[end][0] and after[end][0]):
            end += 1  # never half of a wide character
        if spans and x - spans[-1][1] <= GAP:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((x, end))
    return [Region(start, y, end - start, 1) for start, end in spans]


def between(y: int, old: Strip, new: Strip) -> Region:
    """The cells of row `y` between the parts that both have at its beginning and at its end.

    Coarser than `differences` and far cheaper: for many rows that were scrolled.
    """
    before, after = list(old), list(new)
    start = stop = 0
    while before and after and before[0] == after[0]:
        start += _wide(before.pop(0).text)
        after.pop(0)
    while before and after and before[-1] == after[-1]:
        stop += _wide(before.pop().text)
        after.pop()
    if before and after and before[0].style == after[0].style:
        start += _common(before[0].text, after[0].text)
    return Region(start, y, max(old.cell_length, new.cell_length) - stop - start, 1)


def _common(one: str, other: str) -> int:
    """Cells that both begin with, where every character is a cell."""
    if not (one.isascii() and other.isascii()):
        return 0
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _wide(text: str) -> int:
    return len(text) if text.isascii() else cell_width(text)


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
