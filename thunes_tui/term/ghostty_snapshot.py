"""VT text that rebuilds a terminal: scrollback, both screens, styles, cursor, scroll region and modes.

What a new client is fed before the live bytes, and what a checkpoint keeps. Plain VT text rather than the
library's own binary form, so that a recording stays readable by any terminal for ever.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from thunes_tui.term.backend import PLAIN, Row, Run, Style

if TYPE_CHECKING:
    from thunes_tui.term.ghostty import GhosttyTerminal

ON_BY_DEFAULT = (7, 25)
OFF_BY_DEFAULT = (1, 5, 9, 12, 45, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2031)
"""Private modes that are carried over. 2026 (hold the screen) is not: a snapshot is shown at once."""
ORIGIN, MARGINS, INSERT, NEW_LINE = 6, 69, 4, 20

BLANK_PAGE = b"\x1b[?6l\x1b[?69l\x1b[r\x1b(B\x1b)B\x0f\x1b[m"
"""No origin, no margins, no region, plain characters: what the first screen may have left behind."""

CURSOR = re.compile(rb"(?:\x1b\[(\d+);\d+r)?(?:\x1b\[(\d+);\d+s)?\x1b\[(\d+);(\d+)H")
"""Where the formatter's text after the rows puts region, margins and cursor."""


def take(terminal: GhosttyTerminal) -> bytes:
    """The text; fed to a fresh terminal of the same size it gives the same rows, cursor and modes.

    Soft line ends of the scrollback become hard ones, so only a later change of size can tell the two apart.
    """
    active = screen(terminal) + modes(terminal) + terminal.core.unfinished()
    if not terminal.modes.alt_screen:
        return active
    core = terminal.core.clone()
    if core is None:
        return b"\x1b[?1049h" + active
    copy = type(terminal)(*terminal.size, core=core)
    try:
        copy.feed(b"\x1b[?1049l")
        return screen(copy) + b"\x1b[?1049h" + BLANK_PAGE + active
    finally:
        copy.close()


def screen(terminal: GhosttyTerminal) -> bytes:
    """The active screen with its scrollback, then region, cursor and style; all with default modes.

    The scrollback comes from the library's formatter, which is fast; the screen cell by cell, because the
    formatter loses blanks of rows that were edited and the blank rows at the bottom.
    """
    rows = terminal.core.formatted(extras=False)
    head, _, tail = terminal.core.formatted(extras=True).partition(b"\x1b[H" + rows)
    above = rows.split(b"\r\n")[: terminal.scrollback]
    above += [b""] * (terminal.scrollback - len(above))
    text = head + b"\x1b[H" + b"".join(row + b"\r\n" for row in above) + visible(terminal)
    place = CURSOR.search(tail)
    if place is None:
        return text + tail
    placed = (b"\x1b[?69h" if terminal.mode(MARGINS) else b"") + place[0]
    if terminal.mode(ORIGIN):
        top, left, y, x = (int(number or 1) for number in place.groups())
        placed += b"\x1b[?6h\x1b[%d;%dH" % (y - top + 1, x - left + 1)
    return text + placed + tail[place.end() :]


def visible(terminal: GhosttyTerminal) -> bytes:
    """The rows of the screen, as runs; a row that flows on into the next is not ended."""
    flows = terminal.flowing_rows()
    parts: list[bytes] = []
    for y in range(terminal.size[1]):
        after_flow = y > 0 and y - 1 in flows
        if y and not after_flow:
            parts.append(b"\x1b[m\r\n")
        runs = list(terminal.row(y))
        while y not in flows and runs and runs[-1].style == PLAIN and not runs[-1].text.strip():
            last = runs.pop()
            if after_flow and not runs:
                runs = [Run(" ", 1, last.style)]
                break
        if y not in flows and runs and runs[-1].style == PLAIN:
            # Blanks up to the edge would make the row full, and a narrower terminal would wrap them.
            runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip() or " ")
        elif y in flows and runs and y + 1 < terminal.size[1] and was_too_wide(runs[-1], terminal.row(y + 1)):
            runs[-1] = runs[-1]._replace(text=runs[-1].text[:-1])
        parts += [sgr(run.style) + run.text.encode("utf-8", "replace") for run in runs]
    return b"".join(parts) + b"\x1b[m"


def was_too_wide(last: Run, below: Row) -> bool:
    """Whether a row ends in the blank that a wide character left which went to the row below: it comes again
    by itself, and fed as a blank of its own it would stay when the line flows anew."""
    if not below or not last.text.endswith(" ") or last.style != below[0].style:
        return False
    return unicodedata.east_asian_width(below[0].text[0]) in "WF"


def modes(terminal: GhosttyTerminal) -> bytes:
    """What differs from a fresh terminal."""
    on = [number for number in OFF_BY_DEFAULT if terminal.mode(number)]
    off = [number for number in ON_BY_DEFAULT if not terminal.mode(number)]
    text = b"".join(b"\x1b[?%dh" % number for number in on) + b"".join(
        b"\x1b[?%dl" % number for number in off
    )
    return text + b"".join(b"\x1b[%dh" % n for n in (INSERT, NEW_LINE) if terminal.mode(n, ansi=True))


def sgr(style: Style) -> bytes:
    """The escape that sets exactly this style."""
    flags = (style.bold, style.dim, style.italic, style.underline, style.reverse, style.strike)
    codes = ["0", *(code for code, on in zip(("1", "2", "3", "4", "7", "9"), flags, strict=True) if on)]
    for base, colour in ((38, style.fg), (48, style.bg)):
        if isinstance(colour, int):
            codes.append(f"{base};5;{colour}")
        elif colour is not None:
            codes.append(f"{base};2;{colour[0]};{colour[1]};{colour[2]}")
    return f"\x1b[{';'.join(codes)}m".encode()
