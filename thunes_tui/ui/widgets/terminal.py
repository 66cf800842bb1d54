"""The shell's screen as rows for a pane: an emulator of the client's own, and the window over its grid.

The grid has the size of the shell's terminal. A smaller pane is a window that follows the cursor, a larger
one leaves the rest blank; nothing flows anew. Scrolled back, the window stays on the same rows whatever is
printed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from thunes_tui.term import backend
from thunes_tui.term.backend import Cursor, Modes, Row, TermBackend
from thunes_tui.text import cell_width

FOUND = Style(reverse=True)
MARGIN = 8
"""Columns that stay visible beside the cursor where the grid is wider than the pane."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows are drawn with."""

    text: Style
    cursor: Style
    coloured: bool = True
    """Whether the colours that a program asked for are shown; not where colours are off."""


class Grid:
    """The emulator and the window over it. Nothing is shown until the emulator's library is there."""

    def __init__(self, make: Callable[[int, int], TermBackend] = backend.make) -> None:
        self._make = make
        self._emulator: TermBackend | None = None
        self.back = 0
        """Rows that the window is scrolled back; 0 follows the cursor."""
        self.top = 0
        """First row of the window, counted from the oldest row of the scrollback."""
        self._left = 0
        self._alternate = False
        self._cursor: Cursor | None = None
        self._dirty: set[int] = set()
        self._all = True
        self.marked = -1
        """The row that was found last, from the oldest; -1 for none, and once the end is seen again."""
        self._past: dict[int, Row] = {}
        """Rows of the scrollback by number, a page of them, until more is printed."""

    @property
    def ready(self) -> bool:
        return self._emulator is not None

    @property
    def modes(self) -> Modes:
        return self._emulator.modes if self._emulator is not None else Modes()

    @property
    def size(self) -> tuple[int, int]:
        return self._emulator.size if self._emulator is not None else (0, 0)

    @property
    def cursor_row(self) -> int:
        """The row of the window that the cursor stands in."""
        if self._emulator is None:
            return 0
        return self._emulator.scrollback + self._emulator.cursor.y - self.top

    def cut(self, width: int, height: int) -> str:
        """What a window of this size leaves out, in words: columns, and rows that cannot be scrolled to."""
        if self._emulator is None:
            return ""
        (cols, rows), parts = self._emulator.size, []
        if width < cols:
            parts.append(f"columns {self._left + 1}-{self._left + width} of {cols}")
        if height < rows and self._emulator.modes.alt_screen:
            above = max(0, self.top - self._emulator.scrollback)
            parts.append(f"rows {above + 1}-{above + height} of {rows}")
        return ", ".join(parts)

    def show(self, screen: bytes, cols: int, rows: int) -> None:
        """Begin anew with this screen. Raises Unusable where the emulator is not installed."""
        fresh = self._make(cols, rows)
        fresh.feed(screen)
        if self._emulator is not None:
            self._emulator.close()
        self._emulator = fresh
        self._past.clear()
        self.back, self._left, self._all = 0, 0, True

    def feed(self, data: bytes) -> None:
        """What the shell printed, cut anywhere."""
        if self._emulator is None:
            return
        before = self._emulator.scrollback
        self._emulator.feed(data)
        self._past.clear()
        if self.back:
            self.back += max(0, self._emulator.scrollback - before)

    def resize(self, cols: int, rows: int) -> None:
        if self._emulator is not None and self._emulator.size != (cols, rows):
            self._emulator.resize(cols, rows)
            self._past.clear()
            self._all = True

    def paste(self, text: str) -> bytes:
        """Pasted text as the shell gets it: no escape in it, marked where its program asked for that."""
        if self._emulator is None:
            return b""
        return self._emulator.encode_paste(text)

    def scroll(self, rows: int, height: int) -> None:
        """Move the window back (positive) or on; at the end it follows the cursor again."""
        if self._emulator is None:
            return
        total = self._emulator.scrollback + self._emulator.size[1]
        self.back = max(0, min(self.back + rows, total - height))
        self.marked = self.marked if self.back else -1
        self._all = True

    def lines(self) -> list[str]:
        """All rows as text, the oldest first."""
        return self._emulator.lines() if self._emulator is not None else []

    def close(self) -> None:
        if self._emulator is not None:
            self._emulator.close()
        self._emulator = None

    def changed(self, width: int, height: int) -> set[int]:
        """Rows of the window to draw again, for a window of this size."""
        emulator = self._emulator
        if emulator is None or height <= 0 or width <= 0:
            return set()
        self._dirty |= emulator.dirty_rows()
        cursor, self._cursor = self._cursor, emulator.cursor
        if cursor != self._cursor:
            self._dirty |= {at.y for at in (cursor, self._cursor) if at is not None}
        self.aim(width, height)
        offset = emulator.scrollback - self.top
        rows = {y + offset for y in self._dirty} if not self._all else set(range(height))
        self._dirty, self._all = set(), False
        return {y for y in rows if 0 <= y < height}

    def forget(self) -> None:
        """Everything is to be drawn again: another size, another theme."""
        self._all = True

    def aim(self, width: int, height: int) -> None:
        """Put a window of this size where it belongs."""
        if self._emulator is not None and self._place(self._emulator, width, height):
            self._all = True

    def _place(self, emulator: TermBackend, width: int, height: int) -> bool:
        """True if the window shows other rows or columns than before."""
        cols, rows = emulator.size
        above, at = emulator.scrollback, emulator.cursor
        before = self.top, self._left
        if self.back:
            self.back = min(self.back, max(0, above + rows - height))
            self.top = max(0, above + rows - height - self.back)
        else:
            self.top = above + self._inside(emulator, height)
            if cols <= width:
                self._left = 0
            elif not self._left <= at.x < self._left + width:
                self._left = max(0, min(at.x - width + MARGIN, cols - width))
        return (self.top, self._left) != before

    def _inside(self, emulator: TermBackend, height: int) -> int:
        """The row of the screen that a window of this height begins with: it moves as little as it can.

        But a program that has left its own screen leaves a cursor with blanks below it and the output above.
        """
        at, rows, alternate = emulator.cursor, emulator.size[1], emulator.modes.alt_screen
        last = max(0, at.y - height + 1)
        inside = min(max(self.top - emulator.scrollback, 0), max(0, rows - height))
        left, self._alternate = alternate != self._alternate, alternate
        if left or (at.y < inside and not alternate):
            return last
        return min(max(inside, last), at.y)

    def strip(self, y: int, width: int, ground: Ground) -> Strip:
        """Row `y` of the window as `width` cells."""
        emulator = self._emulator
        if emulator is None:
            return Strip([Segment(" " * width, ground.text)], width)
        above, number = emulator.scrollback, self.top + y
        rows = emulator.size[1]
        row: Row = ()
        if number < above:
            row = self._past_row(emulator, number)
        elif number - above < rows:
            row = emulator.row(number - above)
        at = emulator.cursor
        shows = at.visible and number - above == at.y and not self.back
        strip = drawn(row, width, self._left, ground)
        if number == self.marked:
            return strip.apply_style(FOUND)
        return _with_cursor(strip, at.x - self._left, ground) if shows else strip

    def _past_row(self, emulator: TermBackend, number: int) -> Row:
        """A row of the scrollback. The emulator reads a whole page even for one row, so the page is kept."""
        if number not in self._past:
            self._past = dict(enumerate(emulator.history(number, emulator.size[1]), number))
        return self._past.get(number, ())


def drawn(row: Row, width: int, left: int, ground: Ground) -> Strip:
    """The cells of a row from column `left` on, padded to `width`."""
    segments = [Segment(run.text, style_of(run.style, ground.text, ground.coloured)) for run in row]
    whole = sum(run.width for run in row)
    strip = Strip(segments, whole)
    if left or whole > width:
        strip = strip.crop(left, left + width)
        whole = strip.cell_length
    if whole < width:
        strip = Strip([*strip, Segment(" " * (width - whole), ground.text)], width)
    return strip


def _with_cursor(strip: Strip, x: int, ground: Ground) -> Strip:
    width = strip.cell_length
    if not 0 <= x < width:
        return strip
    under = strip.crop(x, x + 1).text or " "
    end = min(width, x + max(1, cell_width(under)))
    cell = Strip([Segment(strip.crop(x, end).text or " ", ground.text + ground.cursor)], end - x)
    return Strip.join([strip.crop(0, x), cell, strip.crop(end, width)])


@functools.lru_cache(maxsize=2048)
def style_of(style: backend.Style, text: Style, coloured: bool) -> Style:
    """A cell's look on the theme's ground."""
    if style == backend.PLAIN:
        return text
    colours = [_colour(style.fg), _colour(style.bg)] if coloured else [None, None]
    return text + Style(
        color=colours[0],
        bgcolor=colours[1],
        bold=style.bold or None,
        dim=style.dim or None,
        italic=style.italic or None,
        underline=style.underline or None,
        reverse=style.reverse or None,
        strike=style.strike or None,
    )


def _colour(colour: backend.Colour) -> Color | None:
    if colour is None:
        return None
    if isinstance(colour, int):
        return Color.from_ansi(colour)
    return Color.from_rgb(*colour)
