"""The terminal emulator: libghostty-vt behind `TermBackend`."""

from __future__ import annotations

import re

from thunes_tui.term import ghostty_abi as abi
from thunes_tui.term import ghostty_snapshot
from thunes_tui.term.backend import Cursor, Modes, Reply, Row, paste, plain
from thunes_tui.term.ghostty_core import Core
from thunes_tui.term.ghostty_rows import RowReader

SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
APP_CURSOR_KEYS, BRACKETED_PASTE = 1, 2004


class GhosttyTerminal:
    """One terminal, and the rows read from it so far: only what changed is read again."""

    def __init__(self, cols: int, rows: int, on_reply: Reply | None = None, core: Core | None = None) -> None:
        self.core = core or Core(cols, rows)
        self._screen = RowReader(self.core.ffi, self.core.lib)
        self._past = RowReader(self.core.ffi, self.core.lib)
        self._rows: list[Row] = [()] * rows
        self._dirty: set[int] = set(range(rows))
        self._stale = True
        if on_reply is not None:
            self.core.answer_queries(on_reply)

    @property
    def size(self) -> tuple[int, int]:
        return self.core.get(abi.GET_COLS), self.core.get(abi.GET_ROWS)

    @property
    def cursor(self) -> Cursor:
        visible = bool(self.core.get(abi.GET_CURSOR_VISIBLE, "bool"))
        return Cursor(self.core.get(abi.GET_CURSOR_X), self.core.get(abi.GET_CURSOR_Y), visible)

    @property
    def modes(self) -> Modes:
        return Modes(
            alt_screen=self.core.get(abi.GET_ACTIVE_SCREEN, "int") == 1,
            app_cursor_keys=self.mode(APP_CURSOR_KEYS),
            bracketed_paste=self.mode(BRACKETED_PASTE),
            mouse=bool(self.core.get(abi.GET_MOUSE_TRACKING, "bool")),
        )

    @property
    def scrollback(self) -> int:
        return self.core.get(abi.GET_SCROLLBACK_ROWS, "size_t")

    @property
    def kitty_flags(self) -> int:
        """The progressive keyboard flags in force; 0 is the classic keyboard."""
        return self.core.get(abi.GET_KITTY_FLAGS, "uint8_t")

    def mode(self, number: int, *, ansi: bool = False) -> bool:
        """Whether a DEC private mode (or, with `ansi`, an ANSI mode) is set; False where it is unknown."""
        return self.core.mode(number, ansi=ansi)

    def feed(self, data: bytes) -> None:
        self.core.feed(data)
        self._stale = True

    def resize(self, cols: int, rows: int) -> None:
        self.core.resize(cols, rows)
        self._rows = [()] * rows
        self._dirty = set(range(rows))
        self._screen = RowReader(self.core.ffi, self.core.lib)
        self._stale = True

    def row(self, y: int) -> Row:
        self._refresh()
        if y < 0:
            raise IndexError(y)
        return self._rows[y]

    def dirty_rows(self) -> set[int]:
        self._refresh()
        dirty, self._dirty = self._dirty, set()
        return dirty

    def history(self, start: int, count: int) -> list[Row]:
        found: list[Row] = []
        last = min(self.scrollback, start + count)
        at = max(0, start)
        while at < last:
            self.core.scroll(abi.SCROLL_ROW, at)
            page = self._past.everything(self.core.handle)[: last - at]
            if not page:
                break
            found += page
            at += len(page)
        self.core.scroll(abi.SCROLL_BOTTOM)
        return found

    def flowing_rows(self) -> set[int]:
        """Rows of the screen that go on in the next one because their line is longer than the screen."""
        return self._past.flowing(self.core.handle)

    def text(self) -> list[str]:
        self._refresh()
        return [plain(row) for row in self._rows]

    def lines(self) -> list[str]:
        rows = SEQUENCE.sub(b"", self.core.formatted(extras=False)).split(b"\r\n")[: self.scrollback]
        rows += [b""] * (self.scrollback - len(rows))
        return [*(row.decode("utf-8", "replace") for row in rows), *self.text()]

    def snapshot(self) -> bytes:
        return ghostty_snapshot.take(self)

    def encode_paste(self, text: str) -> bytes:
        return paste(text, bracketed=self.mode(BRACKETED_PASTE))

    def close(self) -> None:
        self.core.close()

    def _refresh(self) -> None:
        if not self._stale:
            return
        self._stale = False
        for y, row in self._screen.changed(self.core.handle):
            if y < len(self._rows):
                self._rows[y] = row
                self._dirty.add(y)
