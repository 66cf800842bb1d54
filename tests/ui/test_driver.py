"""The driver in a real pty: keys arrive as they were typed, and no terminal can hold the console up."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rig.glass import Glass

OUTER_LEADER = b"\x1d"


def recorder(file: Path, **more: bool) -> Callable[[], int]:
    def program() -> int:
        from tests.ui.driver_app import Recorder

        return Recorder(file, **more).run() or 0

    return program


def painter(file: Path) -> Callable[[], int]:
    def program() -> int:
        from tests.ui.driver_app import Painter

        return Painter(file).run() or 0

    return program


def arrived(glass: Glass, file: Path, wanted: bytes) -> None:
    glass.until(lambda: file.exists() and len(file.read_bytes()) >= len(wanted), f"{wanted!r} in the shell")
    assert file.read_bytes() == wanted


TYPED = {
    "text and Enter": b"ls -la\r",
    "every control key but the leader": bytes(sorted({*range(1, 27), 28, 30, 31, 127} - {0x1D})),
    "alt-dot twice in one read": b"\x1b.\x1b.",
    "alt-b, alt-f, alt-backspace": b"\x1bb\x1bf\x1b\x7f",
    "arrows and their like": b"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F\x1b[5~\x1b[6~\x1b[3~\x1b[1;5C\x1b[1;2R",
    "function keys": b"\x1bOP\x1bOQ\x1b[15~\x1b[21~",
    "a key nobody knows": b"\x1b[99;99X",
    "an umlaut, a kanji, an emoji": "äß漢字🛑".encode(),
    "bytes that are no UTF-8": b"\xff\xfe\x80\xc3(",
    "a control key after ESC": b"\x1b\x03\x1b\r",
    "long text without marks": b"x" * 5000 + b"\r",
}


@pytest.mark.parametrize("what", TYPED)
def test_in_shell_mode_the_bytes_that_were_typed_arrive(what: str, tmp_path: Path) -> None:
    file = tmp_path / "shell"
    with Glass(recorder(file)) as glass:
        glass.expect("SHELL ready")
        glass.write(TYPED[what])
        arrived(glass, file, TYPED[what])
        assert glass.foreign() == []


def test_keys_cut_anywhere_arrive_whole_and_a_lone_escape_does_not_wait_for_ever(tmp_path: Path) -> None:
    typed = "é漢\x1b[1;5C🛑\x1bOA\x1b.".encode()
    file = tmp_path / "shell"
    with Glass(recorder(file)) as glass:
        glass.expect("SHELL ready")
        for at in range(len(typed)):
            glass.write(typed[at : at + 1])
            glass.pump(0.002)
        typed = typed.replace(b"\x1bOA", b"\x1b[A")  # as the shell asks for it
        arrived(glass, file, typed)
        glass.write(b"\x1b")
        arrived(glass, file, typed + b"\x1b")


def test_cursor_keys_are_sent_as_the_application_asks(tmp_path: Path) -> None:
    file = tmp_path / "shell"
    with Glass(recorder(file, app_cursor_keys=True)) as glass:
        glass.expect("SHELL ready")
        glass.write(b"\x1b[A\x1b[D\x1b[H\x1b[1;5D")
        arrived(glass, file, b"\x1bOA\x1bOD\x1bOH\x1b[1;5D")


@pytest.mark.parametrize("asks", [False, True], ids=["as they are", "as the application asks"])
def test_keys_of_other_terminals_arrive_as_those_that_programs_are_told_of(
    asks: bool, tmp_path: Path
) -> None:
    """tmux and rxvt have bytes of their own for them, of which less and htop know none."""
    file = tmp_path / "shell"
    cursor = b"\x1bO%c" if asks else b"\x1b[%c"
    with Glass(recorder(file, app_cursor_keys=asks)) as glass:
        glass.expect("SHELL ready")
        glass.write(b"\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1b[11~\x1b[14~\x1b[[A\x1b[[E\x1b[3~")
        wanted = b"".join(cursor % key for key in b"HFHF") + b"\x1bOP\x1bOS\x1bOP\x1b[15~\x1b[3~"
        arrived(glass, file, wanted)


def test_what_the_terminal_says_by_itself_never_reaches_the_shell(tmp_path: Path) -> None:
    answers = (
        b"\x1b[?62;22c\x1b[>0;276;0c\x1b[12;40R\x1b[?2026;2$y\x1b[?1u\x1b[I\x1b[O\x1b[0n\x1b[97;5u"
        b"\x1b]11;rgb:0000/0000/0000\x07\x1bP1$r0m\x1b\\\x1b[48;24;80;0;0t\x1b[M\x20\xff\xfe\x1b[<0;5;5M"
    )
    file = tmp_path / "shell"
    with Glass(recorder(file)) as glass:
        glass.expect("SHELL ready")
        glass.write(b"a" + answers + b"b")
        arrived(glass, file, b"ab")


def test_a_paste_is_one_thing_without_escapes_and_marked_where_the_application_asked(tmp_path: Path) -> None:
    pasted = "\x1b[200~echo é\nrm \x1b[31mx\x9b2J\x1b[201~".encode()
    for bracketed, wanted in ((False, "echo é\rrm [31mx2J"), (True, "\x1b[200~echo é\rrm [31mx2J\x1b[201~")):
        file = tmp_path / f"shell-{bracketed}"
        with Glass(recorder(file, bracketed=bracketed)) as glass:
            glass.expect("SHELL ready")
            for at in range(0, len(pasted), 3):
                glass.write(pasted[at : at + 3])
            arrived(glass, file, wanted.encode())


BEGIN, END = b"\x1b[200~", b"\x1b[201~"


@pytest.mark.parametrize("piece", [1 << 20, 3], ids=["in one read", "in many"])
def test_an_end_mark_inside_a_paste_ends_no_paste(piece: int, tmp_path: Path) -> None:
    """tmux 3.3 leaves it in what it pastes: what stands behind it would run as if it was typed."""
    sent = BEGIN + b"echo a" + END + b"\rrm -rf x\r" + END + b"ls\r"
    file = tmp_path / "shell"
    with Glass(recorder(file, bracketed=True)) as glass:
        glass.expect("SHELL ready")
        for at in range(0, len(sent), piece):
            glass.write(sent[at : at + piece])
        arrived(glass, file, BEGIN + b"echo a[201~\rrm -rf x\r" + END + b"ls\r")


def test_two_pastes_and_the_keys_around_them_stay_apart_and_in_their_order(tmp_path: Path) -> None:
    sent = b"a" + BEGIN + b"one" + END + b"b\x1b[A" + BEGIN + b"two" + END + b"c\x1b"
    file = tmp_path / "shell"
    with Glass(recorder(file, bracketed=True)) as glass:
        glass.expect("SHELL ready")
        glass.write(sent)
        arrived(glass, file, sent)


def test_the_leader_comes_back_and_no_key_after_it_reaches_the_shell(tmp_path: Path) -> None:
    file = tmp_path / "shell"
    with Glass(recorder(file)) as glass:
        glass.expect("SHELL ready")
        glass.write(b"ls" + OUTER_LEADER + b"x" + b"c" + b"pwd\r")  # in one read
        arrived(glass, file, b"lspwd\r")
        glass.expect("SHELL again")


@pytest.mark.parametrize("key", [OUTER_LEADER, b"\x1b[24~"], ids=["ctrl+]", "F12"])
def test_the_leader_pressed_twice_goes_to_the_shell(key: bytes, tmp_path: Path) -> None:
    file = tmp_path / "shell"
    with Glass(recorder(file)) as glass:
        glass.expect("SHELL ready")
        glass.write(key + key)
        arrived(glass, file, key)
        glass.expect("SHELL again")


def test_bytes_that_no_terminal_should_send_do_not_end_the_input(tmp_path: Path) -> None:
    with Glass(recorder(tmp_path / "shell")) as glass:
        glass.expect("SHELL ready")
        glass.write(OUTER_LEADER)
        glass.expect("COMMAND ready")
        for _ in range(20):
            glass.write(b"\x1b[M\x20\x81\xff\x1b[M\x43\xf0\x90\x80\xff\xc3")
        glass.write(b"z")
        glass.until(lambda: " z" in glass.text(), "the key after the rubbish")


def test_a_terminal_that_does_not_read_holds_nothing_up_and_is_painted_anew(tmp_path: Path) -> None:
    file = tmp_path / "report"
    with Glass(painter(file), size=(100, 30)) as glass:
        glass.until(lambda: file.exists() and "frame 5 " in glass.text(), "frames")
        glass.write(b"r")
        before = int(file.read_text().split()[1])
        own_gap = nobody_reads(3.0)
        worst, frames, dropped = file.read_text().split()
        assert int(dropped) > 20, "the terminal took everything: the test would prove nothing"
        assert int(frames) - before > 40
        assert float(worst) < 0.1 + own_gap
        glass.until(lambda: f"frame {frames} " in glass.text() or _frame(glass) > int(frames), "a new frame")
        glass.until(lambda: len({row[:10] for row in glass.screen.text()}) == 1, "one frame on all rows")
        glass.write(b"q")
        assert glass.wait() == 0
        assert glass.left_behind() == {}
        assert glass.foreign() == []


def nobody_reads(seconds: float) -> float:
    """Let the time pass; how long this process itself was kept waiting for the machine at most."""
    worst, last = 0.0, time.perf_counter()
    end = last + seconds
    while last < end:
        time.sleep(0.005)
        now = time.perf_counter()
        worst, last = max(worst, now - last - 0.005), now
    return worst


def _frame(glass: Glass) -> int:
    words = glass.text().split()
    return int(words[1]) if len(words) > 1 and words[0] == "frame" else -1


@pytest.mark.parametrize("ignored", [False, True], ids=["SIGHUP", "SIGHUP ignored"])
def test_a_terminal_that_hangs_up_ends_the_console_quietly_within_two_seconds(
    ignored: bool, tmp_path: Path
) -> None:
    run = recorder(tmp_path / "shell")

    def program() -> int:
        if ignored:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        return run()

    with Glass(program) as glass:
        glass.expect("SHELL ready")
        glass.hang_up()
        began = time.perf_counter()
        assert glass.wait(timeout=5) == 0
        assert time.perf_counter() - began < 2.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def test_asked_to_end_it_ends_in_order_and_leaves_nothing_behind(number: int, tmp_path: Path) -> None:
    with Glass(recorder(tmp_path / "shell")) as glass:
        glass.expect("SHELL ready")
        assert glass.left_behind(), "nothing to restore: the test would prove nothing"
        glass.kill(number)
        assert glass.wait() == 0
        assert glass.left_behind() == {}


def test_after_sigcont_the_modes_are_set_once_more(tmp_path: Path) -> None:
    file = tmp_path / "shell"
    with Glass(recorder(file)) as glass:
        glass.expect("SHELL ready")
        glass.screen.feed(b"\x1b[?1049l\x1b[?2004l\x1b[?25h\x1b[2J")  # somebody used the terminal meanwhile
        glass.kill(signal.SIGCONT)
        glass.until(lambda: glass.screen.modes.alt_screen and glass.screen.mode(2004), "modes")
        glass.expect("SHELL ready")
        glass.write(b"x")
        arrived(glass, file, b"x")


def test_the_size_is_the_terminals_own_whatever_the_environment_says(tmp_path: Path) -> None:
    report = tmp_path / "report"
    with Glass(painter(report), size=(100, 30), env={"COLUMNS": "60", "LINES": "10"}) as glass:
        glass.until(lambda: glass.screen.text()[29].startswith("frame"), "the last row painted")
        glass.resize(70, 20)
        glass.until(lambda: len(glass.screen.text()[19]) == 70, "the new size painted")
