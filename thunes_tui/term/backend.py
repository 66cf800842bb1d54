"""A terminal emulator without a screen: bytes of a shell go in, rows of clean text with styles come out.

The server runs one that answers the child's queries and makes the snapshots; every client runs one of its own
with replies off. Escapes that a child prints end here: what leaves is printable characters and plain styles,
so nothing a program writes into the shell can reach the real terminal as control.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

SCROLLBACK_LINES = 10_000
"""Rows kept above the screen at least; a page of some hundred more stays until it can go as a whole."""

Colour = int | tuple[int, int, int] | None
"""A palette index 0-255, red green blue 0-255 each, or the terminal's own default."""

Reply = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of cells looks. Blink and invisible text are not kept: nothing blinks, nothing hides."""

    fg: Colour = None
    bg: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


PLAIN = Style()


class Run(NamedTuple):
    """Neighbouring cells of one style in one row."""

    text: str
    """Printable characters only; a wide character stands once."""
    width: int
    """Columns the run takes."""
    style: Style


Row = tuple[Run, ...]


class Cursor(NamedTuple):
    """Column and row from 0 at the upper left of the screen."""

    x: int
    y: int
    visible: bool


class Modes(NamedTuple):
    """What the program in the shell has asked of the terminal, as far as keys and paste depend on it."""

    alt_screen: bool = False
    app_cursor_keys: bool = False
    bracketed_paste: bool = False
    mouse: bool = False


class TermBackend(Protocol):
    """One emulated terminal of `cols` x `rows` cells."""

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""

    @property
    def cursor(self) -> Cursor: ...

    @property
    def modes(self) -> Modes: ...

    @property
    def scrollback(self) -> int:
        """Number of rows above the screen."""

    def feed(self, data: bytes) -> None:
        """Take what the child wrote, cut anywhere."""

    def resize(self, cols: int, rows: int) -> None:
        """Change the size; the rows of the primary screen flow anew."""

    def row(self, y: int) -> Row:
        """Row `y` of the screen, from 0 at the top. Raises IndexError outside it."""

    def dirty_rows(self) -> set[int]:
        """Rows of the screen that changed since this was last asked."""

    def history(self, start: int, count: int) -> list[Row]:
        """Rows above the screen, `start` from 0 at the oldest; fewer than `count` where it ends."""

    def text(self) -> list[str]:
        """The screen as plain rows without trailing blanks."""

    def lines(self) -> list[str]:
        """All rows, those above the screen first, as plain text to look through; not to be shown."""

    def snapshot(self) -> bytes:
        """VT text that makes a fresh terminal of the same size look and behave like this one."""

    def encode_paste(self, text: str) -> bytes:
        """What to send to the child for pasted text; see `paste`."""

    def close(self) -> None:
        """Free the memory now."""


def make(cols: int, rows: int, on_reply: Reply | None = None) -> TermBackend:
    """A fresh terminal. `on_reply` gets the answers to the child's queries; without it none are made.

    The emulator's library is loaded here and not at import. Raises Unusable where it is not installed.
    """
    from thunes_tui.term.ghostty import GhosttyTerminal

    return GhosttyTerminal(cols, rows, on_reply)


def plain(row: Row) -> str:
    """A row's text without trailing blanks."""
    return "".join(run.text for run in row).rstrip()


@functools.lru_cache(maxsize=4096)
def glyph(text: str, width: int) -> str:
    """What one cell shows: its base character with at most four combining marks, exactly `width` columns.

    Controls, bidi and zero-width characters, surrogates and unassigned code points become U+FFFD; joiners
    and variation selectors are dropped, as terminals disagree about their width.
    """
    base = text[:1] or " "
    if base in "\0 \u00a0":
        return " " * width
    category = unicodedata.category(base)
    if not base.isprintable() or category[0] == "M":
        return "\ufffd" + " " * (width - 1)
    marks = [c for c in text[1:] if unicodedata.category(c) == "Mn" and not "\ufe00" <= c <= "\ufe0f"]
    own = 2 if unicodedata.east_asian_width(base) in "WF" else 1
    if own > width:
        return "\ufffd" * width
    return base + "".join(marks[:4]) + " " * (width - own)


UNSAFE_IN_PASTE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def paste(text: str, *, bracketed: bool) -> bytes:
    """Pasted text for a child: line ends as Enter, all other controls gone, marked where it asked for that.

    All ESC and C1 go, not only the end marker: one that survives a cut can end the paste and run the rest.
    """
    clean = UNSAFE_IN_PASTE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\n", "\r")
    data = clean.encode("utf-8", "replace")
    return b"\x1b[200~" + data + b"\x1b[201~" if bracketed else data


REPLIES = re.compile(
    rb"\x1b\[(?:"
    rb"0n"  # ready
    rb"|\??\d+;\d+(?:;\d+)?R"  # cursor position
    rb"|[?>][\d;]*c"  # device attributes
    rb"|\??[\d;]+\$y"  # a mode's state
    rb"|\?\d+u"  # kitty keyboard flags
    rb")"
)


def allowed_reply(reply: bytes) -> bytes:
    """The part of an emulator's answer that a child may get: numbers about the terminal, never text.

    Answers that carry text (title, settings, clipboard) could be typed into the shell as a command.
    """
    return b"".join(REPLIES.findall(reply))
