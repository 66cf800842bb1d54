"""A snapshot makes the same terminal again, whatever it was in the middle of."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.rig.tokenise import tokens
from thunes_tui.term.avt import AvtTerminal
from thunes_tui.term.backend import (
    TermBackend,
    make,
)
from thunes_tui.term.ghostty import GhosttyTerminal

Maker = Callable[[int, int], TermBackend]


@pytest.fixture(params=["ghostty", "avt"])
def terminal(request: pytest.FixtureRequest) -> Maker:
    return make if request.param == "ghostty" else AvtTerminal


def test_a_snapshot_of_the_screen_rebuilds_it(terminal: Maker) -> None:
    screen, again = terminal(20, 4), terminal(20, 4)
    screen.feed(b"$ ls\r\n\x1b[31mred\x1b[0m \x1b[44mblue\x1b[0m\r\n\r\n$ \x1b[?2004h")
    again.feed(screen.snapshot())
    assert [again.row(y) for y in range(4)] == [screen.row(y) for y in range(4)]
    assert again.cursor == screen.cursor
    assert again.modes == screen.modes


SHELL_PIECES = [
    b"\r\n",
    b"\r\n",
    b"text ",
    b"a" * 25,
    "漢字".encode(),
    b"e\xcc\x81",
    b"\t",
    b"\x08",
    b"\r",
    b"\x1b[2J\x1b[H",
    b"\x1b[31m",
    b"\x1b[0m",
    b"\x1b[44m",
    b"\x1b[7m",
    b"\x1b[K",
    b"\x1b[3;4H",
    b"\x1b[2;4r",
    b"\x1b[r",
    b"\x1b[?25l",
    b"\x1b[?25h",
    b"\x1b[?2004h",
    b"\x1b[?1h",
    b"\x1b[?1049h",
    b"\x1b[?1049l",
    b"\x1bM",
    b"\x1b[L",
    b"\x1b[M",
    b"\x1b[2P",
    b"\x1b[?7l",
    b"\x1b[?7h",
    b"\x1b(0",
    b"\x1b(B",
    b"\x1b[?1000h",
]


@pytest.mark.parametrize("seed", range(8))
def test_a_snapshot_in_the_middle_of_anything_gives_the_same_terminal(seed: int) -> None:
    """Scrollback, both screens, cursor, modes, a half-sent escape: what follows lands in the same place."""
    random_pieces = random.Random(seed)
    for _ in range(40):
        screen, again = GhosttyTerminal(20, 5), GhosttyTerminal(20, 5)
        data = b"".join(random_pieces.choices(SHELL_PIECES, k=random_pieces.randrange(80)))
        screen.feed(data + b"\x1b[3")
        again.feed(screen.snapshot())
        leave = b"\x1b[?1049l after" if screen.modes.alt_screen else b" after"
        for rest in (b"", b"1mZ\r\nY", leave):
            screen.feed(rest)
            again.feed(rest)
            assert again.text() == screen.text(), data
            assert again.cursor == screen.cursor, data
            assert again.modes == screen.modes, data
        assert again.scrollback == screen.scrollback, data


def test_a_snapshot_holds_the_scrollback() -> None:
    screen, again = GhosttyTerminal(40, 4), GhosttyTerminal(40, 4)
    screen.feed(b"\r\n".join(b"line %d" % i for i in range(3000)) + b"\x1b[2J\x1b[H")
    again.feed(screen.snapshot())
    assert again.scrollback == screen.scrollback
    assert again.history(0, 5000) == screen.history(0, 5000)


def test_a_snapshot_is_harmless_text_on_its_own() -> None:
    screen = GhosttyTerminal(40, 4)
    screen.feed(b"\x1b]8;;http://evil\x07link\x1b]8;;\x07\x1b]52;c;eA==\x07\x1b]0;t\x07\x1bP1$q\x1b\\")
    assert not [token for token in tokens(screen.snapshot()) if token.kind == "string"]


def _lines(pieces: random.Random) -> bytes:
    """Lines of a shell: empty, short, styled, wide, and longer than the screen; none ends in blanks."""
    words = ["word", "\x1b[31mred\x1b[0m", "漢字", "\x1b[44mb\x1b[0m", " ", "x" * pieces.randrange(60)]
    rows = ["".join(pieces.choices(words, k=pieces.randrange(6))).rstrip() for _ in range(8)]
    return "\r\n".join(rows).encode()


@pytest.mark.parametrize("seed", range(60))
def test_a_snapshot_and_a_resize_give_what_the_resize_alone_gives(seed: int) -> None:
    """A console that is attached again at another width shows no rows that are not there."""
    pieces = random.Random(seed)
    screen, again = GhosttyTerminal(40, 30), GhosttyTerminal(40, 30)
    data = _lines(pieces)
    screen.feed(data)
    again.feed(screen.snapshot())
    size = pieces.randrange(12, 60), pieces.randrange(10, 40)
    for terminal in (screen, again):
        terminal.resize(*size)
    assert again.text() == screen.text(), data
    assert again.cursor == screen.cursor, data
    assert again.history(0, 99) == screen.history(0, 99), data


def test_short_lines_stay_one_row_each_when_attached_again_at_a_narrower_width() -> None:
    screen, again = GhosttyTerminal(139, 20), GhosttyTerminal(139, 20)
    screen.feed(b"Open position: BTCUSDT\r\nAudit lines: 6\r\n$ ")
    again.feed(screen.snapshot())
    again.resize(80, 12)
    assert again.text()[:3] == ["Open position: BTCUSDT", "Audit lines: 6", "$"]
