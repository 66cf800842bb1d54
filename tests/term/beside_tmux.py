"""Recorded programs beside tmux: the same bytes, and whether every screen after them looks the same."""

from __future__ import annotations

import base64
import functools
import json
import lzma
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from thunes_tui.term.backend import Row, Style, TermBackend
from thunes_tui.term.ghostty import GhosttyTerminal

FOLDER = Path(__file__).with_name("recordings")
RECORDED = sorted(path.name.removesuffix(".json.xz") for path in FOLDER.glob("*.json.xz"))
Cell = tuple[str, Style]
BLANK = (" ", Style())


@functools.cache
def recording(name: str) -> Any:
    return json.loads(lzma.decompress((FOLDER / f"{name}.json.xz").read_bytes()))


def cells(row: Row) -> list[Cell]:
    """A character each, a wide one once. Of a blank only what can be seen of it counts."""
    return [(character, seen(character, run.style)) for run in row for character in run.text]


def seen(character: str, style: Style) -> Style:
    if character != " " or style == Style():
        return style
    fg = style.fg if style.reverse or style.underline or style.strike else None
    return replace(style, fg=fg, bold=False, dim=False, italic=False)


def of_tmux(rows: list[str], cols: int) -> list[list[Cell]]:
    """The rows as tmux gives them out: escapes where the look differs from the character before."""
    terminal = GhosttyTerminal(cols, len(rows))
    terminal.feed("\r\n".join(rows).encode())
    return [cells(terminal.row(y)) for y in range(len(rows))]


def same(ours: list[Cell], theirs: list[Cell]) -> bool:
    """Whether two rows look the same, as far as tmux tells.

    It gives out no row's end that was erased in a colour. And where a row is full and the rest of it is
    erased, it erases nothing, where xterm erases the last column.
    """
    if ours[-1] == BLANK:
        theirs = [*theirs[: len(ours) - 1], BLANK]
    given = len(theirs)
    while given and theirs[given - 1] == BLANK:
        given -= 1
    return ours[:given] == theirs[:given] and all(text == " " for text, _style in ours[given:])


def differences(name: str, make: Callable[[int, int], TermBackend]) -> list[str]:
    """What differs after each frame of a recording; an empty text where all of it is the same."""
    made = recording(name)
    screen = make(made["cols"], made["rows"])
    found = []
    for frame in made["frames"]:
        screen.feed(base64.b64decode(frame["data"]))
        found.append(difference(screen, frame, made["cols"]))
    return found


def difference(screen: TermBackend, frame: dict[str, Any], cols: int) -> str:
    """The first of rows, cursor and alternate screen that tmux shows otherwise."""
    for y, wanted in enumerate(of_tmux(frame["rows"], cols)):
        if not same(cells(screen.row(y)), wanted):
            return f"row {y}: {frame['rows'][y]!r}"
    if [screen.cursor.x, screen.cursor.y] != frame["cursor"]:
        return f"the cursor stands at {screen.cursor}, and not at {frame['cursor']}"
    if screen.modes.alt_screen != frame["alternate"]:
        return f"alternate screen: {screen.modes.alt_screen}"
    return ""
