"""The twin of the emulator: asciinema's avt behind `TermBackend`.

The same cases run on both, so a change of the pinned emulator that changes behaviour is seen. It answers no
queries and its snapshot holds the screen without scrollback.
"""

from __future__ import annotations

import codecs
import importlib
import re
from typing import Any

from thunes_tui.term.backend import (
    SCROLLBACK_LINES,
    Colour,
    Cursor,
    Modes,
    Row,
    Run,
    Style,
    glyph,
    paste,
    plain,
)

SWITCH = re.compile(rb"\x1b\[\?([\d;]+)([hl])")
UNFINISHED = re.compile(rb"\x1b(?:\[\??[\d;]*)?\Z")
ALT_SCREEN, MOUSE, BRACKETED_PASTE = {47, 1047, 1049}, {9, 1000, 1002, 1003}, 2004


class AvtTerminal:
    """One terminal of avt; modes it does not tell are read from the stream."""

    def __init__(self, cols: int, rows: int) -> None:
        self._library: Any = importlib.import_module("avt")
        self._vt: Any = self._library.Vt(cols, rows, SCROLLBACK_LINES)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._carry = b""
        self._on: set[int] = set()
        self._dirty: set[int] = set(range(rows))

    @property
    def size(self) -> tuple[int, int]:
        cols, rows = self._vt.size
        return int(cols), int(rows)

    @property
    def cursor(self) -> Cursor:
        at = self._vt.cursor
        return Cursor(min(int(at.col), self.size[0] - 1), int(at.row), bool(at.visible))

    @property
    def modes(self) -> Modes:
        return Modes(
            alt_screen=bool(self._on & ALT_SCREEN),
            app_cursor_keys=bool(self._vt.cursor_key_app_mode),
            bracketed_paste=BRACKETED_PASTE in self._on,
            mouse=bool(self._on & MOUSE),
        )

    @property
    def scrollback(self) -> int:
        return max(0, len(self._vt.lines()) - self.size[1])

    def feed(self, data: bytes) -> None:
        seen = self._carry + data
        for numbers, switch in SWITCH.findall(seen):
            named = {int(number) for number in numbers.split(b";") if number}
            self._on = self._on | named if switch == b"h" else self._on - named
        unfinished = UNFINISHED.search(seen)
        self._carry = unfinished[0][-64:] if unfinished else b""
        changed, _scrolled = self._vt.feed_str(self._decode(data))
        self._dirty |= set(changed)

    def resize(self, cols: int, rows: int) -> None:
        self._vt.resize(cols, rows)
        self._dirty = set(range(rows))

    def row(self, y: int) -> Row:
        if not 0 <= y < self.size[1]:
            raise IndexError(y)
        return self._runs(self._vt.view()[y])

    def dirty_rows(self) -> set[int]:
        dirty, self._dirty = self._dirty, set()
        return {y for y in dirty if y < self.size[1]}

    def history(self, start: int, count: int) -> list[Row]:
        above = self._vt.lines()[: self.scrollback]
        return [self._runs(line) for line in above[max(0, start) : start + count]]

    def text(self) -> list[str]:
        return [plain(self._runs(line)) for line in self._vt.view()]

    def lines(self) -> list[str]:
        return [plain(row) for row in self.history(0, self.scrollback)] + self.text()

    def snapshot(self) -> bytes:
        modes = b"".join(b"\x1b[?%dh" % number for number in sorted(self._on - ALT_SCREEN))
        return str(self._vt.dump()).encode() + modes

    def encode_paste(self, text: str) -> bytes:
        return paste(text, bracketed=BRACKETED_PASTE in self._on)

    def close(self) -> None:
        self._vt = None

    def _runs(self, line: Any) -> Row:
        runs: list[Run] = []
        for cell in line.cells:
            if not cell.width:
                continue
            style, text = self._style(cell.pen), glyph(cell.char, cell.width)
            if runs and runs[-1].style == style:
                last = runs[-1]
                runs[-1] = Run(last.text + text, last.width + cell.width, style)
            else:
                runs.append(Run(text, cell.width, style))
        return tuple(runs)

    def _style(self, pen: Any) -> Style:
        return Style(
            fg=self._colour(pen.foreground),
            bg=self._colour(pen.background),
            bold=pen.bold,
            dim=pen.faint,
            italic=pen.italic,
            underline=pen.underline,
            reverse=pen.inverse,
            strike=pen.strikethrough,
        )

    def _colour(self, colour: Any) -> Colour:
        if colour is None:
            return None
        if isinstance(colour, self._library.Color.Indexed):
            return int(colour[0])
        return int(colour[0]), int(colour[1]), int(colour[2])
