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
