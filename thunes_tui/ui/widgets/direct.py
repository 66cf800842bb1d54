"""A screen that writes the few cells which changed by itself, without a pass over all its widgets.

Textual composes every widget that a frame touches and writes each changed row from its widget's left edge:
ten milliseconds and half a kilobyte where a clock's last digit moved; below a dialog it writes everything.
What cannot be written like this, such as what waits for a new layout, is left to Textual's next frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from textual.color import Color
from textual.geometry import Region
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

HOLD, LET_GO = "\x1b[?2026h", "\x1b[?2026l"
"""Between these the terminal shows nothing of what is written."""
LARGE = 512
"""Characters of a frame from which on it is worth being held."""


T = TypeVar("T")


class Cover(NamedTuple):
    """What lies over a screen."""

    boxes: tuple[Region, ...] = ()
    """Cells of it that are not seen."""
    tint: Color | None = None
    """What the others are tinted with."""


class DirectScreen(Screen[T], Generic[T], inherit_bindings=False):
    """What is asked for in one turn of the loop goes out as one frame at its end."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._due: dict[Widget, list[Region]] = {}

    def paint(self, widget: Widget, regions: Iterable[Region]) -> bool:
        """Write these cells of a widget's content soon; False when they have to wait for a whole frame."""
        if not (self._is_free and widget.display and widget.content_region):
            return False
        if not self._due:
            asyncio.get_running_loop().call_soon(self._write)
        self._due.setdefault(widget, []).extend(regions)
        return True

    @property
    def _is_free(self) -> bool:
        """Whether this screen is seen, laid out, and shown already."""
        return (
            self.is_running
            and not (self._layout_required or self._scroll_required)
            and not self.app._batch_count
            and self._lid is not None
        )

    @property
    def _lid(self) -> Cover | None:
        """None where what lies over it is not known."""
        *below, top = self.app.screen_stack
        if top is self:
            return Cover()
        if not (below and below[-1] is self and isinstance(top, DirectScreen)):
            return None
        if not top.is_running or top._layout_required or top._scroll_required:
            return None
        boxes = tuple(child.region for child in top.children if child.display)
        return Cover(boxes, top.styles.background)

    def _write(self) -> None:
        due, self._due = self._due, {}
        cover = self._lid
        if cover is None or not (self._is_free and self.app._driver is not None):
            for widget, regions in due.items():
                widget.refresh(*regions)
            return
        text = "".join(
            part for widget, regions in due.items() for part in self._cells(widget, regions, cover)
        )
        if len(text) > LARGE and self.app._sync_available:
            text = f"{HOLD}{text}{LET_GO}"
        if text:
            self.app._driver.write(text)

    def _cells(self, widget: Widget, regions: list[Region], cover: Cover) -> Iterator[str]:
        """Each region's rows: where they begin, and what stands there now."""
        area, inside = widget.content_region, widget.content_offset
        seen = [shown for region in regions if (shown := region.intersection(area.reset_offset))]
        if not seen:
            return
        widget._styles_cache.set_dirty(*(region.translate(inside) for region in seen))
        around = Region.from_union(seen)
        rows = widget.render_lines(Region(0, around.y + inside.y, widget.outer_size.width, around.height))
        for region in seen:
            for y in region.line_range:
                row = rows[y - around.y]
                for first, last in uncovered(region.translate(area.offset), area.y + y, cover.boxes):
                    at = first - area.x + inside.x
                    cells = tinted(row.crop(at, at + last - first), cover.tint)
                    yield f"\x1b[{area.y + y + 1};{first + 1}H{cells.render(self.app.console)}"


def uncovered(region: Region, y: int, boxes: Iterable[Region]) -> list[tuple[int, int]]:
    """The spans of row `y` of a region that no box hides: first cell, and the one behind the last."""
    spans = [(region.x, region.right)]
    for box in boxes:
        if box.y <= y < box.bottom:
            parts = [((a, min(b, box.x)), (max(a, box.right), b)) for a, b in spans]
            spans = [span for pair in parts for span in pair if span[0] < span[1]]
    return spans


def tinted(cells: Strip, tint: Color | None) -> Strip:
    """As Textual shows what lies below a dialog."""
    if tint is None:
        return cells
    return Strip(BackgroundScreen.process_segments(cells, tint), cells.cell_length)
