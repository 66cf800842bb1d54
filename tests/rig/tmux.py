"""A real tmux around a real program: what most operators sit in."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pytest

DEADLINE = 60.0


class Tmux:
    """One server on a socket of its own with no configuration, one window running `argv`."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (200, 50),
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
    ) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed here")
        self.name = f"rig-{uuid.uuid4().hex[:12]}"
        given = {**os.environ, **(env or {})}
        for name in ("TMUX", "TMUX_PANE", "COLUMNS", "LINES"):
            given.pop(name, None)
        self._env = given
        assignments = [f"{name}={shlex.quote(value)}" for name, value in (env or {}).items()]
        command = " ".join(["exec", "env", *assignments, shlex.join(argv)])
        where = ["-c", str(cwd)] if cwd is not None else []
        self.run(
            "-f", "/dev/null", "new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), *where, command
        )
        self.run("set-option", "-g", "remain-on-exit", "on")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(
            ["tmux", "-L", self.name, "kill-server"], capture_output=True, env=self._env, timeout=60
        )

    def run(self, *arguments: str) -> str:
        """One tmux command on this server; its output. Raises CalledProcessError where tmux refuses."""
        done = subprocess.run(
            ["tmux", "-L", self.name, *arguments],
            capture_output=True, check=True, text=True, env=self._env, timeout=60,
        )  # fmt: skip
        return done.stdout

    def send(self, *keys: str) -> None:
        """Press keys by tmux's names (`Enter`, `C-c`, `F12`)."""
        self.run("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type text literally."""
        self.run("send-keys", "-l", text)

    def resize(self, cols: int, rows: int) -> None:
        self.run("resize-window", "-x", str(cols), "-y", str(rows))

    def text(self) -> str:
        """The pane as lines."""
        return self.run("capture-pane", "-p")

    def until(self, condition: Callable[[str], object], what: str, timeout: float = DEADLINE) -> str:
        """Poll the pane until `condition` holds of its text; AssertionError with the text otherwise."""
        deadline = time.perf_counter() + timeout
        while not condition(text := self.text()):
            if time.perf_counter() > deadline:
                raise AssertionError(f"never seen in tmux: {what}\n{text}")
            time.sleep(0.03)
        return text

    def expect(self, text: str, timeout: float = DEADLINE) -> str:
        return self.until(lambda seen: text in seen, text, timeout)

    def ended(self, timeout: float = DEADLINE) -> int:
        """Wait until the program has ended; its exit status."""
        deadline = time.perf_counter() + timeout
        while self.run("display-message", "-p", "#{pane_dead}").strip() != "1":
            if time.perf_counter() > deadline:
                raise AssertionError(f"still running in tmux\n{self.text()}")
            time.sleep(0.03)
        return int(self.run("display-message", "-p", "#{pane_dead_status}").strip() or 0)
