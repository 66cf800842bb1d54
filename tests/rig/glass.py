"""What a person at a terminal gets: a real program in a real pty, its screen read by a terminal emulator."""

from __future__ import annotations

import contextlib
import faulthandler
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, Self

from tests.rig.tokenise import Foreign, foreign
from thunes_tui.term.ghostty import GhosttyTerminal

KEYS = {
    "enter": "\r", "tab": "\t", "esc": "\x1b", "backspace": "\x7f", "up": "\x1b[A", "down": "\x1b[B",
    "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~", "f1": "\x1bOP", "f2": "\x1bOQ", "f10": "\x1b[21~", "f12": "\x1b[24~",
    "shift+tab": "\x1b[Z",
}  # fmt: skip
"""What a classic terminal sends; `ctrl+x` is computed, a single character is itself."""

WATCHED_MODES = (1, 6, 9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2048)
DEADLINE = 60.0
"""Seconds until a wait gives up."""
HAND_S, ENTER_S = 0.02, 0.1
"""What a hand takes from key to key, and before Enter: what comes faster is a paste to the console."""

State = dict[str, object]


class Glass:
    """Run `program`, an argv or a callable for a forked child, behind a terminal of `size` columns, rows."""

    def __init__(
        self,
        program: Sequence[str] | Callable[[], int | None],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        before: Callable[[int], object] | None = None,
    ) -> None:
        self.raw = bytearray()
        self.status: int | None = None
        self.ended_at: float | None = None
        self._pressed = 0.0
        self.screen = GhosttyTerminal(*size, on_reply=lambda data: _answer(self.master, data))
        self.before: State = {}
        sys.stdout.flush()
        sys.stderr.flush()
        ready, go = os.pipe()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.close(go)
            os.read(ready, 1)
            os.close(ready)
            _child(program, env or {}, cwd)
        os.close(ready)
        self._set_size(size)
        os.set_blocking(self.master, False)
        if before is not None:
            before(self.master)
        self.before = self.state()
        os.close(go)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _set_size(self, size: tuple[int, int]) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def resize(self, cols: int, rows: int) -> None:
        """As dragging the window does: the pty's size, and with it SIGWINCH."""
        self.screen.resize(cols, rows)
        self._set_size((cols, rows))

    def pump(self, seconds: float = 0.0) -> bool:
        """Show what the program has written; waits up to `seconds` for the first of it. False at its end."""
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:
                return False
            if not data:
                return False
            self.raw += data
            self.screen.feed(data)
            seconds = 0.0
        return True

    def until(self, condition: Callable[[], object], what: str, timeout: float = DEADLINE) -> None:
        """Pump until `condition` holds; AssertionError with the screen where it never does."""
        deadline = time.perf_counter() + timeout
        while not condition():
            if time.perf_counter() > deadline:
                raise AssertionError(f"never seen: {what}\n{self.text()}")
            if not self.pump(0.02) and not condition():
                self.poll()
                if self.status is not None:
                    raise AssertionError(f"ended ({self.status}) before: {what}\n{self.text()}")
                time.sleep(0.005)

    def expect(self, text: str, timeout: float = DEADLINE) -> None:
        """Wait until `text` stands on the screen, in one row."""
        self.until(lambda: any(text in row for row in self.screen.text()), text, timeout)

    def gone(self, text: str, timeout: float = DEADLINE) -> None:
        """Wait until `text` stands nowhere on the screen."""
        self.until(lambda: not any(text in row for row in self.screen.text()), f"no {text}", timeout)

    def text(self) -> str:
        """The screen as lines without trailing blanks."""
        return "\n".join(self.screen.text())

    def press(self, *keys: str) -> None:
        """Press named keys (`enter`, `ctrl+c`, `f12`); anything else is typed as it stands."""
        for key in keys:
            self._take_time(ENTER_S if key == "enter" else HAND_S)
            if key.startswith("ctrl+") and len(key) == 6:
                data = bytes([ord(key[5].upper()) & 0x1F])
            else:
                data = KEYS.get(key, key).encode()
            self.write(data)

    def _take_time(self, seconds: float) -> None:
        """Let so much pass since the key before, watching the screen."""
        due = self._pressed + seconds
        while (left := due - time.perf_counter()) > 0:
            select.select([self.master], [], [], left)
            if not self.pump():
                time.sleep(min(left, 0.005))
        self._pressed = time.perf_counter()

    def write(self, data: bytes) -> None:
        """Send bytes as the terminal would, however slowly they are read."""
        while data:
            select.select([], [self.master], [], 1.0)
            with contextlib.suppress(BlockingIOError):
                data = data[os.write(self.master, data) :]

    def kill(self, number: int, pid: int | None = None) -> None:
        os.kill(self.pid if pid is None else pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as a lost SSH connection does."""
        os.close(self.master)
        self.master = -1

    def poll(self) -> int | None:
        """Exit status (negative: killed by that signal) once the program has ended."""
        if self.status is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.status = os.waitstatus_to_exitcode(status)
                    self.ended_at = time.perf_counter()
        return self.status

    def wait(self, timeout: float = DEADLINE) -> int:
        """Pump until the program ends; its exit status, negative for a signal."""
        deadline = time.perf_counter() + timeout
        while self.poll() is None:
            if time.perf_counter() > deadline:
                raise AssertionError(f"still running after {timeout} s\n{self.text()}")
            if self.master < 0 or not self.pump(0.005):
                time.sleep(0.005)
        if self.master >= 0:
            self.pump(0.05)
        assert self.status is not None
        return self.status

    def state(self) -> State:
        """All that a dead program may leave behind in a terminal."""
        attributes: list[Any] = termios.tcgetattr(self.master)
        return {
            "termios": repr(attributes),
            "alternate screen": self.screen.modes.alt_screen,
            "cursor": self.screen.cursor.visible,
            "wrap": self.screen.mode(7),
            "kitty": self.screen.kitty_flags,
            **{f"mode {number}": self.screen.mode(number) for number in WATCHED_MODES},
        }

    def left_behind(self) -> State:
        """What differs from the state before the program began; empty is what a good program leaves."""
        now = self.state()
        return {name: now[name] for name in now if now[name] != self.before[name]}

    def foreign(self) -> list[Foreign]:
        """Sequences in everything written so far that the screen's library has no business to write."""
        return foreign(bytes(self.raw))

    def close(self) -> None:
        """End the program if it has not, and free the terminal."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()
        if self.master >= 0:
            os.close(self.master)
            self.master = -1
        self.screen.close()


def _answer(master: int, data: bytes) -> None:
    """Type the terminal's answer to a query, if somebody is still there to read it."""
    with contextlib.suppress(OSError):
        os.write(master, data)


def _child(
    program: Sequence[str] | Callable[[], int | None], env: Mapping[str, str], cwd: str | None
) -> NoReturn:
    """Become the program; a callable must leave no more of the test run behind than its process."""
    code = 1
    faulthandler.disable()  # pytest's would write a traceback into the terminal under test
    try:
        for name in ("COLUMNS", "LINES", "TMUX", "NO_COLOR"):
            os.environ.pop(name, None)
        os.environ.update({"TERM": "xterm-256color", "LANG": "C.UTF-8", **env})
        if cwd is not None:
            os.chdir(cwd)
        if callable(program):
            own = open(0, closefd=False), open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115 - they stay open for the child's life
            sys.stdin, sys.stdout, sys.stderr = own
            sys.__stdin__, sys.__stdout__, sys.__stderr__ = own  # type: ignore[misc]  # the captured ones are pytest's
            code = program() or 0
            sys.stdout.flush()
            sys.stderr.flush()
        else:
            os.execvp(program[0], list(program))
    except BaseException as error:
        os.write(2, f"child: {error!r}\r\n".encode())
    finally:
        os._exit(code)
