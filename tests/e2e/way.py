"""A person at the keys: what the footer offers is pressed, what the screen says is asserted."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.rig.tmux import Tmux
from thunes_tui.sandbox import world
from thunes_tui.sandbox.place import Place

CONSOLE = (sys.executable, "-m", "thunes_tui")
OFFER = re.compile(r"Enter +(\S.*?)\s*$", re.MULTILINE)
STEP_S = 60.0
"""Patience with a step on a machine that is busy with everything else."""
READS_S = 0.4
"""What the console gives a person to read an offer before it can be taken."""
ANSWER_S = 1.5
DIALOG = "ctrl+g leave"


@contextmanager
def drilled_sandbox(*, bot: bool = True) -> Iterator[tuple[Place, dict[str, str]]]:
    """A running sandbox and the environment of a person who has only it."""
    root = Path(tempfile.mkdtemp(prefix="e2e-"))
    env = {
        "XDG_STATE_HOME": str(root / "state"),
        "XDG_RUNTIME_DIR": str(root / "run"),
        "XDG_CONFIG_HOME": str(root),
    }
    (root / "run").mkdir(mode=0o700)
    before = {key: os.environ.get(key) for key in env}
    os.environ.update(env)
    place = Place(root / "sandbox")
    try:
        world.up(place, tied=True, bot=bot)
        yield place, env
    finally:
        end_all(env)
        world.remove(place)
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        shutil.rmtree(root, ignore_errors=True)


def end_all(env: dict[str, str]) -> None:
    """Servers, keepers and shells of these sessions away, whatever a test did to them."""
    kill_those_with(b"XDG_STATE_HOME=" + env["XDG_STATE_HOME"].encode() + b"\0")
    end_shells(env)


def end_shells(env: dict[str, str]) -> None:
    kill_those_with(b"THUNES_STEPS=" + env["XDG_STATE_HOME"].encode())


def kill_those_with(mark: bytes) -> None:
    """By a member of their environment, which only what these tests started has."""
    for pid in (int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            environ = Path(f"/proc/{pid}/environ").read_bytes()
            if pid != os.getpid() and mark in environ:
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


class Person:
    """Sits in front of a console in tmux."""

    def __init__(self, tmux: Tmux) -> None:
        self.tmux = tmux

    def sees(self, text: str, timeout: float = STEP_S) -> str:
        """Waits until the text stands on the screen."""
        return self.tmux.until(lambda screen: text in screen, f"{text!r} on the screen", timeout)

    def offered(self, text: str) -> str:
        """Waits until Enter offers this."""

        def offers(screen: str) -> bool:
            found = OFFER.findall(screen)
            return bool(found) and text in found[-1]

        return self.tmux.until(offers, f"Enter offers {text!r}", STEP_S)

    def accepts(self, text: str) -> None:
        """Reads what Enter offers, presses it, and again should it have been too soon, until it is taken."""
        self.offered(text)
        time.sleep(READS_S)
        deadline = time.perf_counter() + STEP_S
        while self._is_offered(text):
            assert time.perf_counter() < deadline, f"never taken: {text}\n{self.tmux.text()}"
            self.tmux.send("Enter")
            self._waits_for_an_answer(text)

    def _is_offered(self, text: str) -> bool:
        """Still, and no dialog has come of it."""
        found = OFFER.findall(screen := self.tmux.text())
        return bool(found) and text in found[-1] and DIALOG not in screen

    def _waits_for_an_answer(self, text: str) -> None:
        end = time.perf_counter() + ANSWER_S
        while self._is_offered(text) and time.perf_counter() < end:
            time.sleep(0.03)

    def insists(self, text: str, then: str) -> None:
        """Presses Enter while it offers `text` and leaves what opens, until it offers `then`."""
        deadline = time.perf_counter() + STEP_S
        while not (found := OFFER.findall(screen := self.tmux.text())) or then not in found[-1]:
            assert time.perf_counter() < deadline, f"never offered: {then}\n{screen}"
            if DIALOG in screen:
                self.tmux.send("C-g")
            elif found and text in found[-1]:
                self.tmux.send("Enter")
            time.sleep(READS_S)

    def confirms(self, text: str) -> None:
        """Reads first, then key by key, seeing each: what comes faster than from a hand confirms nothing."""
        time.sleep(READS_S)
        for end, letter in enumerate(text, 1):
            self.tmux.type(letter)
            self.sees(f"to confirm: {text[:end]}")
        self.tmux.send("Enter")
