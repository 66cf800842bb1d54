"""The emulator: what a child prints becomes clean rows, on the pinned library and on its twin."""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata
from collections.abc import Callable

import pytest

from thunes_tui.term import ghostty_rows
from thunes_tui.term.avt import AvtTerminal
from thunes_tui.term.backend import (
    PLAIN,
    SCROLLBACK_LINES,
    Run,
    Style,
    TermBackend,
    allowed_reply,
    glyph,
    make,
    paste,
    plain,
)
from thunes_tui.term.ghostty import GhosttyTerminal

Maker = Callable[[int, int], TermBackend]


@pytest.fixture(params=["ghostty", "avt"])
def terminal(request: pytest.FixtureRequest) -> Maker:
    return make if request.param == "ghostty" else AvtTerminal


CASES = [
    (b"plain", ["plain", "", "", ""]),
    (b"two\r\nrows", ["two", "rows", "", ""]),
    (b"over\rwrite", ["write", "", "", ""]),
    (b"back\x08\x08X", ["baXk", "", "", ""]),
    (b"\x1b[3;5Hhere", ["", "", "    here", ""]),
    (b"0123456789abcde", ["0123456789", "abcde", "", ""]),
    (b"1\r\n2\r\n3\r\n4\r\n5", ["2", "3", "4", "5"]),
    (b"rubbish\x1b[2J\x1b[Hclean", ["clean", "", "", ""]),
    (b"keep\x1b[?1049hother", ["    other", "", "", ""]),
    (b"keep\x1b[?1049hother\x1b[?1049l", ["keep", "", "", ""]),
    (b"a\tb", ["a       b", "", "", ""]),
    ("漢字".encode(), ["漢字", "", "", ""]),
    (b"1\r\n2\r\n3\x1b[2;3r\x1b[3;1H\n\x1b[3;1Hx", ["1", "3", "x", ""]),
    (b"abc\x1b[1;2H\x1b[P\x1b[@", ["a c", "", "", ""]),
    (b"x\x1b[3b", ["xxxx", "", "", ""]),
    (b"\x1b]0;title\x07\x1bPq#0\x1b\\\x1b_apc\x1b\\seen", ["seen", "", "", ""]),
    (b"\xff\xfe", ["\ufffd\ufffd", "", "", ""]),
]


@pytest.mark.parametrize(("data", "rows"), CASES)
def test_both_emulators_show_the_same(terminal: Maker, data: bytes, rows: list[str]) -> None:
    screen = terminal(10, 4)
    screen.feed(data)
    assert screen.text() == rows


@pytest.mark.parametrize("data", [data for data, _rows in CASES])
def test_bytes_cut_anywhere_give_the_same_screen(terminal: Maker, data: bytes) -> None:
    whole, cut = terminal(10, 4), terminal(10, 4)
    whole.feed(data)
    for byte in data:
        cut.feed(bytes([byte]))
    assert cut.text() == whole.text()
    assert cut.cursor == whole.cursor
    assert cut.modes == whole.modes


def test_styles_come_as_runs(terminal: Maker) -> None:
    screen = terminal(20, 2)
    screen.feed(b"a\x1b[1;31mb\x1b[0;3;4;7;38;5;200mc\x1b[0;2;9;48;2;1;2;3md\x1b[0m")
    runs = [run for run in screen.row(0) if run.text.strip()]
    assert runs == [
        Run("a", 1, PLAIN),
        Run("b", 1, Style(fg=1, bold=True)),
        Run("c", 1, Style(fg=200, italic=True, underline=True, reverse=True)),
        Run("d", 1, Style(bg=(1, 2, 3), dim=True, strike=True)),
    ]


def test_erased_cells_keep_their_background(terminal: Maker) -> None:
    screen = terminal(6, 2)
    screen.feed(b"x\x1b[44m\x1b[K")
    assert screen.row(0) == (Run("x", 1, PLAIN), Run("     ", 5, Style(bg=4)))


def test_every_row_is_as_wide_as_the_screen(terminal: Maker) -> None:
    screen = terminal(9, 2)
    screen.feed("a漢e\u0301 ⚠\ufe0f 👩\u200d👩".encode())
    assert [sum(run.width for run in screen.row(y)) for y in range(2)] == [9, 9]


def test_only_changed_rows_are_dirty(terminal: Maker) -> None:
    screen = terminal(10, 4)
    screen.feed(b"a\r\nb\r\nc")
    assert screen.dirty_rows() >= {0, 1, 2}
    assert screen.dirty_rows() == set()
    screen.feed(b"\x1b[2;1Hchanged")
    dirty = screen.dirty_rows()
    assert 1 in dirty
    assert 0 not in dirty
    assert plain(screen.row(1)) == "changed"


def test_modes_and_cursor_follow_the_child(terminal: Maker) -> None:
    screen = terminal(10, 4)
    screen.feed(b"\x1b[?1h\x1b[?2004h\x1b[?1000h\x1b[?25l\x1b[2;3H")
    assert screen.cursor == (2, 1, False)
    assert screen.modes == (False, True, True, True)
    screen.feed(b"\x1b[?1;2004;1000l\x1b[?25h\x1b[?1049h")
    assert screen.modes == (True, False, False, False)
    assert screen.cursor.visible


def test_ten_thousand_rows_stay_above_the_screen(terminal: Maker) -> None:
    screen = terminal(80, 24)
    total = SCROLLBACK_LINES + 5_000
    screen.feed(b"\r\n".join(b"row %d %s" % (i, b"x" * 60) for i in range(total)))
    assert screen.scrollback >= SCROLLBACK_LINES
    newest = screen.history(screen.scrollback - 2, 99)
    assert [plain(row).split(" x")[0] for row in newest] == [f"row {total - 26}", f"row {total - 25}"]
    assert screen.text()[0].startswith(f"row {total - 24} ")


def test_reading_history_does_not_move_the_screen(terminal: Maker) -> None:
    screen = terminal(10, 2)
    screen.feed(b"1\r\n2\r\n3\r\n4")
    assert [plain(row) for row in screen.history(0, 10)] == ["1", "2"]
    screen.feed(b"!")
    assert screen.text() == ["3", "4!"]


def test_resize_flows_the_rows_anew(terminal: Maker) -> None:
    screen = terminal(10, 4)
    screen.feed(b"0123456789abc")
    screen.resize(20, 5)
    assert screen.size == (20, 5)
    assert screen.text()[0] == "0123456789abc"
    assert screen.dirty_rows() == {0, 1, 2, 3, 4}
    with pytest.raises(IndexError):
        screen.row(5)


def test_queries_are_answered_with_numbers_only() -> None:
    answers: list[bytes] = []
    screen = make(20, 4, answers.append)
    screen.feed(b"ab\x1b[c\x1b[>c\x1b[6n\x1b[5n\x1b[?2026$p\x1b[?u")
    assert answers[2:4] == [b"\x1b[1;3R", b"\x1b[0n"]
    assert len(answers) == 6
    answers.clear()
    screen.feed(
        b"\x1b]0;touch /tmp/x\x07\x1b[21t\x1b]52;c;?\x07\x1bP$qm\x1b\\"
        b"\x1bP+q544e\x1b\\\x1b]10;?\x07\x1b[>q\x05"
    )
    assert answers == []
    assert allowed_reply(b"\x1b]lrm -rf /\x1b\\\x1b[3;4R") == b"\x1b[3;4R"


def test_a_client_answers_nothing() -> None:
    screen = make(20, 4)
    screen.feed(b"\x1b[c\x1b[6n")
    assert screen.text()[0] == ""


def test_paste_cannot_end_itself(terminal: Maker) -> None:
    screen = terminal(20, 4)
    assert screen.encode_paste("one\ntwo\r\n") == b"one\rtwo\r"
    screen.feed(b"\x1b[?2004h")
    hostile = "a\x1b[20\x1b[201~1~\x9b201~\nrm -rf /\x03"
    data = screen.encode_paste(hostile)
    assert data.startswith(b"\x1b[200~")
    assert data.endswith(b"\x1b[201~")
    assert not set(data[6:-6]) & (set(range(32)) - {9, 13} | {0x7F})
    assert b"\x9b" not in paste("\x9b", bracketed=False)


@pytest.mark.parametrize("seed", range(4))
def test_random_bytes_give_nothing_but_printable_cells(terminal: Maker, seed: int) -> None:
    source = random.Random(seed)
    screen = terminal(30, 6)
    for _ in range(120):
        screen.feed(
            source.randbytes(200) + source.choice([b"\x1b[", b"\x1b]", b"\x1bP", b"\r\n", b"\xe2\x80\xae"])
        )
        if source.random() < 0.1:
            screen.resize(source.randrange(2, 60), source.randrange(1, 20))
        for y in screen.dirty_rows():
            for run in screen.row(y):
                assert all(
                    unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
                    for c in run.text
                )
    screen.snapshot()


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("\0", 1, " "),
        ("\0", 2, "  "),
        ("a", 1, "a"),
        ("漢", 2, "漢"),
        ("\u202e", 1, "\ufffd"),
        ("\u0301", 1, "\ufffd"),
        ("e" + "\u0301" * 40, 1, "e" + "\u0301" * 4),
        ("⚠\ufe0f", 2, "⚠ "),
        ("\ue0b0", 1, "\ufffd"),
        ("漢", 1, "\ufffd"),
        ("👩\u200d👩", 2, "👩"),
    ],
)
def test_a_cell_shows_exactly_its_columns(text: str, width: int, shown: str) -> None:
    assert glyph(text, width) == shown


def test_the_fast_way_to_read_cells_fits_the_pinned_library() -> None:
    """Otherwise rows are read the slow way, and the pin in pyproject.toml has moved."""
    screen = GhosttyTerminal(20, 3)
    screen.feed("a\x1b[1;31m漢e\u0301\x1b[44m\x1b[K\x1b[48;2;9;8;7m\r\n\x1b[K".encode())
    screen.text()
    assert screen._screen._split is ghostty_rows.split_fast


def test_the_library_is_loaded_late_and_pyghostty_itself_never() -> None:
    program = (
        "import sys, thunes_tui.term.backend as b; early = 'cffi' in sys.modules; b.make(80, 24).text();"
        "sys.exit(early or 'pyghostty' in sys.modules or 'cffi' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
