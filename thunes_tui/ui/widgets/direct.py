"""A screen that writes the few cells which changed by itself, without a pass over all its widgets.

Textual composes every widget that a frame touches and writes each changed row from its widget's left edge:
ten milliseconds and half a kilobyte where a clock's last digit moved. What cannot be written like this, such
as what lies below a dialog or waits for a new layout, is left to Textual's next frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

HOLD, LET_GO = "\x1b[?2026h", "\x1b[?2026l"
"""Between these the terminal shows nothing of what is written."""
LARGE = 512
"""Characters of a frame from which on it is worth being held."""


class DirectScreen(Screen[None], inherit_bindings=False):
    """What is asked for in one turn of the loop goes out as one frame at its end."""

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's name
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
        """Whether this screen is what is seen, laid out, and shown already."""
        return (
            self.is_running
            and self.is_active
            and not (self._layout_required or self._scroll_required)
            and not self.app._batch_count
        )

    def _write(self) -> None:
        due, self._due = self._due, {}
        if not (self._is_free and self.app._driver is not None):
            for widget, regions in due.items():
                widget.refresh(*regions)
            return
        text = "".join(part for widget, regions in due.items() for part in self._cells(widget, regions))
        if len(text) > LARGE and self.app._sync_available:
            text = f"{HOLD}{text}{LET_GO}"
        if text:
            self.app._driver.write(text)

    def _cells(self, widget: Widget, regions: list[Region]) -> Iterator[str]:
        """Each region's rows: where they begin, and what stands there now."""
        area, inside = widget.content_region, widget.content_offset
        seen = [shown for region in regions if (shown := region.intersection(area.reset_offset))]
        if not seen:
            return
        widget._styles_cache.set_dirty(*(region.translate(inside) for region in seen))
        around = Region.from_union(seen)
        rows = widget.render_lines(Region(0, around.y + inside.y, widget.outer_size.width, around.height))
        for region in seen:
            first = region.x + inside.x
            for y in region.line_range:
                cells = rows[y - around.y].crop(first, first + region.width)
                yield f"\x1b[{area.y + y + 1};{area.x + region.x + 1}H{cells.render(self.app.console)}"
