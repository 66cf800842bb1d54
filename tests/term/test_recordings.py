"""What real programs print looks as it does in tmux: recorded bytes, and tmux's screens after them.

`python -m tests.term.record` makes the recordings anew.
"""

from __future__ import annotations

import base64
import functools
import json
import lzma
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.term.record import CASES, TERMS
from thunes_tui.term.avt import AvtTerminal
from thunes_tui.term.backend import Row, Style, TermBackend, make
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


def test_every_program_is_recorded_under_both_names_of_the_terminal() -> None:
    assert set(RECORDED) == {f"{case.name}.{term}" for case in CASES for term in TERMS}


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("kind", ["ghostty", "avt"])
def test_recorded_programs_look_as_in_tmux(name: str, kind: str) -> None:
    made = recording(name)
    cols, rows = made["cols"], made["rows"]
    screen: TermBackend = make(cols, rows) if kind == "ghostty" else AvtTerminal(cols, rows)
    for number, frame in enumerate(made["frames"]):
        screen.feed(base64.b64decode(frame["data"]))
        for y, wanted in enumerate(of_tmux(frame["rows"], cols)):
            ours = cells(screen.row(y))
            assert same(ours, wanted), f"frame {number}, row {y}: {frame['rows'][y]!r}"
        assert [screen.cursor.x, screen.cursor.y] == frame["cursor"], f"frame {number}"
        assert screen.modes.alt_screen == frame["alternate"], f"frame {number}"
