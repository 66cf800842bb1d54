"""The terminal is given back after any end of what drew on it, by a launcher that is never in the way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rig.drillshell import alive
from tests.rig.glass import Glass
from tests.rig.tmux import Tmux
from thunes_tui import launcher

COMEBACK = "come back with: thunes-tui attach"
RESTORED_WITHIN = 0.1
"""Seconds from the death of the UI to a usable terminal."""


def screen_that(act: Callable[[], object] | None = None) -> Callable[[], int]:
    """A small Textual program under the launcher; `act` runs in it once it is drawn."""

    def ui() -> int:
        from textual.app import App, ComposeResult
        from textual.widgets import Static

        class Small(App[int]):
            def compose(self) -> ComposeResult:
                yield Static(f"drawn by {os.getpid()} for {os.getppid()}.")

            def on_mount(self) -> None:
                if act is not None:
                    self.call_after_refresh(act)

            def key_q(self) -> None:
                self.exit(0)

        return Small().run() or 0

    def program() -> int:
        return launcher.run(ui, COMEBACK)

    return program


def drawn(glass: Glass) -> tuple[int, int]:
    """Wait for the screen; the pids of the UI and the launcher."""
    glass.until(lambda: re.search(r"drawn by \d+ for \d+\.", glass.text()), "the screen")
    glass.until(lambda: glass.screen.mode(1004), "every mode set")
    found = re.search(r"drawn by (\d+) for (\d+)", glass.text())
    assert found is not None
    assert glass.screen.modes.alt_screen, "nothing to restore: the test would prove nothing"
    assert glass.left_behind(), "nothing to restore: the test would prove nothing"
    return int(found[1]), int(found[2])


def test_a_normal_end_is_silent_and_leaves_nothing_behind() -> None:
    with Glass(screen_that()) as glass:
        drawn(glass)
        glass.press("q")
        assert glass.wait() == 0
        assert glass.left_behind() == {}
        assert COMEBACK not in glass.text()
        assert glass.foreign() == []


@pytest.mark.parametrize("name", ["TERM", "HUP", "INT", "QUIT", "SEGV", "KILL", "ABRT"])
def test_any_death_of_the_screen_gives_the_terminal_back_within_100_ms(name: str) -> None:
    with Glass(screen_that()) as glass:
        ui, _launcher = drawn(glass)
        number = signal.Signals["SIG" + name]
        killed_at = time.perf_counter()
        glass.kill(number, ui)
        glass.until(lambda: not glass.left_behind(), f"restored after {name}", timeout=5)
        took = time.perf_counter() - killed_at
        code = glass.wait()
        assert glass.left_behind() == {}
        if name == "INT":  # Textual itself ends in order
            return
        assert code == 128 + number
        assert COMEBACK in glass.text()
        if name in ("SEGV", "KILL", "ABRT"):  # nothing of Python runs in between
            assert took < RESTORED_WITHIN + 0.4, "far from the promise even for a loaded machine"


def raise_late() -> None:
    raise ValueError("a defect \x1b]0;owned\x07 in a pane")


def test_an_exception_in_the_screen_ends_with_one_clean_line_and_the_way_back() -> None:
    def ui() -> int:
        os.write(2, b"\x1b[?1049h\x1b[?1003h\x1b[?25l")
        raise_late()
        return 0

    with Glass(lambda: launcher.run(ui, COMEBACK)) as glass:
        assert glass.wait() == launcher.FAILED
        assert glass.left_behind() == {}
        assert "ValueError: a defect ?]0;owned? in a pane" in glass.text()
        assert COMEBACK in glass.text()
        assert glass.foreign() == []


def test_an_exception_inside_textual_leaves_nothing_behind() -> None:
    def divide() -> None:
        raise ZeroDivisionError

    with Glass(screen_that(divide)) as glass:
        glass.wait()
        assert b"\x1b[?1049h" in glass.raw
        assert glass.left_behind() == {}


def test_a_screen_that_leaves_at_once_without_cleaning_up_is_cleaned_up_after() -> None:
    with Glass(screen_that(lambda: os._exit(7))) as glass:
        assert glass.wait() == 7
        assert b"\x1b[?1049h" in glass.raw
        assert glass.left_behind() == {}
        assert COMEBACK in glass.text()


@pytest.mark.parametrize("name", ["TERM", "HUP", "QUIT", "INT"])
def test_a_signal_to_the_launcher_ends_the_screen_too(name: str) -> None:
    with Glass(screen_that()) as glass:
        ui, parent = drawn(glass)
        assert parent == glass.pid
        glass.kill(signal.Signals["SIG" + name])
        glass.wait()
        assert glass.left_behind() == {}
        with pytest.raises(ProcessLookupError):
            os.kill(ui, 0)


def test_a_screen_that_ignores_the_end_is_killed_after_a_grace() -> None:
    def stubborn() -> int:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.write(2, b"\x1b[?1049hdeaf")
        while True:
            time.sleep(1)

    def program() -> int:
        launcher.GRACE = 0.2
        return launcher.run(stubborn, COMEBACK)

    with Glass(program) as glass:
        glass.expect("deaf")
        glass.kill(signal.SIGTERM)
        assert glass.wait() == 128 + signal.SIGKILL
        assert glass.left_behind() == {}


def test_the_screen_does_not_outlive_a_killed_launcher_and_restores_by_itself() -> None:
    program = screen_that()

    def shell() -> int:
        child = os.fork()
        if child == 0:
            os._exit(program())
        os.waitpid(child, 0)
        os.read(0, 1)
        return 0

    with Glass(shell) as glass:
        ui, parent = drawn(glass)
        glass.kill(signal.SIGKILL, parent)
        glass.until(lambda: not alive(ui), "the end of the screen")
        glass.pump(0.05)
        assert glass.left_behind() == {}


def test_a_lost_terminal_ends_both_quietly() -> None:
    with Glass(screen_that()) as glass:
        ui, _parent = drawn(glass)
        glass.hang_up()
        glass.wait(timeout=5)
        with pytest.raises(ProcessLookupError):
            os.kill(ui, 0)


def test_a_lost_terminal_is_noticed_even_where_hang_ups_are_ignored() -> None:
    ui = screen_that()

    def program() -> int:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        return ui()

    with Glass(program) as glass:
        drawn(glass)
        glass.hang_up()
        glass.wait(timeout=8)


def test_exported_sizes_do_not_win_over_the_terminal() -> None:
    def ui() -> int:
        os.write(2, f"COLUMNS={os.environ.get('COLUMNS')}".encode())
        return 0

    def program() -> int:
        os.environ["COLUMNS"] = "20"
        return launcher.run(ui, COMEBACK)

    with Glass(program) as glass:
        glass.wait()
        assert "COLUMNS=None" in glass.text()


REFUSED = "import sys; from thunes_tui import launcher, errors\ntry: launcher.run(lambda: 0, '')\nexcept errors.Unusable as e: print('refused:', e); sys.exit(2)"  # noqa: E501 - one program


def test_standard_error_must_be_the_terminal_and_the_operator_is_told_on_the_screen(tmp_path: Path) -> None:
    shell = f'"$0" -c "$1" 2>{tmp_path / "log"}'
    with Glass(["sh", "-c", shell, sys.executable, REFUSED]) as glass:
        assert glass.wait() == 2
        assert "refused: standard error is not a terminal" in glass.text()
        assert glass.left_behind() == {}


def test_a_dumb_terminal_is_refused_in_one_line() -> None:
    with Glass([sys.executable, "-c", REFUSED], env={"TERM": "dumb"}) as glass:
        assert glass.wait() == 2
        assert "TERM=dumb" in glass.text()


def test_no_terminal_at_all_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-c", REFUSED],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, "TERM": "xterm"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "standard input is not a terminal" in done.stdout


def test_reset_makes_a_broken_terminal_usable() -> None:
    def broken_then_reset() -> int:
        import tty

        tty.setraw(0)
        os.write(2, b"\x1b[?1049h\x1b[?1003h\x1b[?1006h\x1b[?2004h\x1b[?25l\x1b[>5u\x1b[?1h\x1b[2;5r\x1b[?7l")
        launcher.restore_terminal()
        return 0

    with Glass(broken_then_reset) as glass:
        assert glass.wait() == 0
        assert b"\x1b[?1003h" in glass.raw
        assert glass.left_behind() == {}


STOPS_ITSELF = """
import os, signal
from thunes_tui import launcher
def ui():
    os.write(2, b"before.")
    os.kill(os.getpid(), signal.SIGTSTP)
    os.write(2, b"after.")
    return 0
launcher.run(ui, "")
"""


def test_ctrl_z_reaches_the_shell_and_fg_brings_the_screen_back(tmp_path: Path) -> None:
    (tmp_path / "stops.py").write_text(STOPS_ITSELF)
    checkout = str(Path(launcher.__file__).parents[1])
    env = {"PS1": "shell> ", "PYTHONPATH": checkout}
    with Tmux(["bash", "--norc", "-i"], size=(100, 20), env=env, cwd=tmp_path) as tmux:
        tmux.expect("shell>")
        tmux.type(f"{sys.executable} stops.py")
        tmux.send("Enter")
        tmux.expect("Stopped")
        tmux.type("fg")
        tmux.send("Enter")
        tmux.expect("after.")


def test_the_launcher_imports_no_screen() -> None:
    program = (
        "import sys, thunes_tui.launcher; sys.exit('textual' in sys.modules or 'asyncio' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
