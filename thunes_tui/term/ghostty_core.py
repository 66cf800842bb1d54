"""One terminal of libghostty-vt: its state asked and changed through the library, and nothing kept here."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from thunes_tui.term import ghostty_abi as abi
from thunes_tui.term.backend import SCROLLBACK_LINES, Reply, allowed_reply

BYTES_PER_ROW = 1000
"""What a row of scrollback costs at most in common widths; the library stops at a byte count as well."""
PAGE_OF_ROWS = 1000
LEAST_ROOM = 65_536
"""Bytes that a text may grow before it is written twice; asking for its length costs as much."""
UNFINISHED_BYTES = 4096
"""How much of an escape that has begun is kept, for a snapshot taken in the middle of it."""


class Core:
    """Owns the library's handle of a terminal of `cols` x `rows`, or takes over `handle`."""

    def __init__(self, cols: int, rows: int, handle: Any = None) -> None:
        self.ffi, self.lib = abi.load()
        self.handle = handle or self._new(cols, rows)
        self.close = weakref.finalize(self, self.lib.ghostty_terminal_free, self.handle)
        self._answer: Any = None
        self._fresh: Any = self.ffi.new_allocator(should_clear_after_alloc=False)
        self._room: dict[str, int] = {}
        """What each kind of text took, so that it is written in one go the next time."""

    def _new(self, cols: int, rows: int) -> Any:
        """A terminal that keeps SCROLLBACK_LINES; the library's own byte limit would keep a few hundred.

        It drops whole pages, so it is asked for a page more than promised.
        """
        box = self.ffi.new("Handle*")
        abi.check(self.lib.ghostty_terminal_new(self.ffi.NULL, box, cols, rows), "a new terminal")
        for option, value in (
            (abi.SET_SCROLLBACK_MAX_LINES, SCROLLBACK_LINES + PAGE_OF_ROWS),
            (abi.SET_SCROLLBACK_MAX_BYTES, 2 * SCROLLBACK_LINES * max(BYTES_PER_ROW, cols * 9)),
            (abi.SET_CONTINUATION_MAX_BYTES, UNFINISHED_BYTES),
        ):
            limit = self.ffi.new("size_t*", value)
            abi.check(self.lib.ghostty_terminal_set(box[0], option, limit), "a limit")
        return box[0]

    def answer_queries(self, on_reply: Reply) -> None:
        """Hand `on_reply` what a child may be answered."""

        def write(_terminal: Any, _user: Any, data: Any, length: int) -> None:
            if answer := allowed_reply(bytes(self.ffi.buffer(data, length))):
                on_reply(answer)

        self._answer = self.ffi.callback("WritePty", write)
        abi.check(self.lib.ghostty_terminal_set(self.handle, abi.SET_WRITE_PTY, self._answer), "replies")

    def feed(self, data: bytes) -> None:
        self.lib.ghostty_terminal_vt_write(self.handle, data, len(data))

    def resize(self, cols: int, rows: int) -> None:
        abi.check(self.lib.ghostty_terminal_resize(self.handle, cols, rows, 8, 16), "a resize")

    def get(self, key: int, kind: str = "uint16_t") -> int:
        """One number of the terminal's state."""
        out = self.ffi.new(kind + "*")
        abi.check(self.lib.ghostty_terminal_get(self.handle, key, out), "reading the terminal's state")
        return int(out[0])

    def mode(self, number: int, *, ansi: bool = False) -> bool:
        """Whether a DEC private mode (or, with `ansi`, an ANSI mode) is set; False where it is unknown."""
        config = self.ffi.new("ModeConfig*")
        config.mode = (number & 0x7FFF) | (ansi << 15)
        if self.lib.ghostty_terminal_get(self.handle, abi.GET_MODE, config):
            return False
        return bool(config.value)

    def scroll(self, how: int, row: int = 0) -> None:
        """Move the viewport, which is only ever moved to read rows above the screen."""
        to = self.ffi.new("ScrollViewport*")
        to.tag, to.row = how, row
        self.lib.ghostty_terminal_scroll_viewport(self.handle, to[0])

    def unfinished(self) -> bytes:
        """The bytes of an escape that has begun and not ended."""
        return self._filled(
            lambda *room: self.lib.ghostty_terminal_continuation_buf(self.handle, *room), "a tail"
        )

    def clone(self) -> Core | None:
        """A terminal with the same content and state, with replies off; None where it cannot be copied."""
        try:
            data = self._filled(
                lambda *room: self.lib.ghostty_snapshot_encode_buf(self.handle, *room), "a copy"
            )
        except RuntimeError:
            return None
        decoder, box = self.ffi.new("Handle*"), self.ffi.new("Handle*")
        source = self.ffi.from_buffer("uint8_t[]", data)
        made = self.lib.ghostty_snapshot_decoder_new_buf(self.ffi.NULL, decoder, source, len(data))
        abi.check(made, "a copy")
        try:
            abi.check(self.lib.ghostty_snapshot_decoder_decode(decoder[0], box), "a copy")
        finally:
            self.lib.ghostty_snapshot_decoder_free(decoder[0])
        return Core(self.get(abi.GET_COLS), self.get(abi.GET_ROWS), box[0])

    def formatted(self, *, extras: bool) -> bytes:
        """The active screen and its scrollback as VT text; `extras`: region, tab stops, cursor and style."""
        options = self.ffi.new("FormatterOptions*")
        options.size, options.emit = self.ffi.sizeof("FormatterOptions"), abi.FORMAT_VT
        options.extra.size = self.ffi.sizeof("TerminalExtra")
        options.extra.screen.size = self.ffi.sizeof("ScreenExtra")
        options.extra.scrolling_region = options.extra.tabstops = extras
        parts = options.extra.screen
        parts.cursor = parts.style = parts.charsets = parts.kitty_keyboard = extras
        box = self.ffi.new("Handle*")
        made = self.lib.ghostty_formatter_terminal_new(self.ffi.NULL, box, self.handle, options[0])
        abi.check(made, "the formatter")
        try:
            return self._filled(
                lambda *room: self.lib.ghostty_formatter_format_buf(box[0], *room), "the text"
            )
        finally:
            self.lib.ghostty_formatter_free(box[0])

    def _filled(self, call: Callable[..., int], what: str) -> bytes:
        """What the library writes into a buffer; where that is too small, it tells the length."""
        needed = self.ffi.new("size_t*")
        room = self._room.get(what, LEAST_ROOM)
        result = abi.OUT_OF_SPACE
        while result == abi.OUT_OF_SPACE:
            buffer = self._fresh("uint8_t[]", room)
            result = call(buffer, room, needed)
            room = int(needed[0]) + LEAST_ROOM
        abi.check(result, what)
        self._room[what] = room
        return bytes(self.ffi.buffer(buffer, needed[0]))
