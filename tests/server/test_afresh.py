"""Where a new shell's prompt stands on the screen of the one before."""

from __future__ import annotations

import pytest

from thunes_tui.server.shell import AFRESH
from thunes_tui.term.backend import make


@pytest.mark.parametrize("left_on", [b"", b"\x1b[?1000h\x1b[1;31m"], ids=["a prompt", "modes left on"])
def test_it_stands_below_what_the_one_before_printed(left_on: bytes) -> None:
    screen = make(80, 24)
    screen.feed(b"$ echo one\r\none\r\n$ exit\r\nexit\r\n" + left_on)
    screen.feed(AFRESH + b"$ ")

    assert [row.rstrip() for row in screen.text()][:6] == ["$ echo one", "one", "$ exit", "exit", "", "$"]


def test_a_program_that_died_in_its_own_screen_leaves_it() -> None:
    screen = make(80, 24)
    screen.feed(b"$ vim\r\n\x1b[?1049hthe file")
    screen.feed(AFRESH + b"$ ")

    rows = [row.rstrip() for row in screen.text()]
    assert rows[0] == "$ vim"
    assert "$" in rows
    assert "the file" not in rows
