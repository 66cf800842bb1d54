"""What the tests of the faults share: a whole sandbox with a quick bot, and how to look at it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from ccxt.binance import binance

from tests.sandbox.exchange_rig import ccxt_settings, point
from thunes_tui.clock import system
from thunes_tui.sandbox import materialise, world
from thunes_tui.sandbox.bot import BOT, bot_environment
from thunes_tui.sandbox.fault import catalogue, scene
from thunes_tui.sandbox.place import Place, World

PATIENCE = 20.0
BEAT_S = 0.2
Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str) -> Found:
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        if found := look():
            return found
        time.sleep(0.01)
    raise AssertionError(f"not seen within {PATIENCE} s: {what}")


class Box:
    """A running sandbox."""

    def __init__(self, place: Place, made: World) -> None:
        self.place, self.world = place, made

    @property
    def log(self) -> Path:
        return self.place.project / scene.LOG

    @property
    def audit(self) -> Path:
        return self.place.project / scene.AUDIT

    @property
    def database(self) -> Path:
        return self.place.project / scene.DATABASE

    def make(self, name: str, seconds: float | None = None) -> None:
        catalogue.make(self.place, system(), name, seconds)

    def clear(self, name: str = "") -> dict[str, str]:
        return {each.name: each.remark for each in catalogue.end(self.place, system(), name)}

    @contextlib.contextmanager
    def fault(self, name: str, seconds: float | None = None) -> Iterator[None]:
        """In force inside the block, and cleared with nothing to remark behind it."""
        self.make(name, seconds)
        try:
            assert self.in_force() == [name]
            yield
        finally:
            assert self.clear(name) == {name: ""}
        assert self.in_force() == []

    def in_force(self) -> list[str]:
        return [each.name for each in catalogue.in_force(self.place, system()) if not each.lapsed]

    def bots(self) -> list[tuple[int, int]]:
        return scene.bots(self.place, self.world)

    def says(self, words: str, mark: int, path: Path | None = None) -> str:
        """Wait until the log holds the words behind `mark`."""
        file = path or self.log

        def look() -> str:
            text = file.read_bytes()[mark:].decode()
            return text if words in text else ""

        return until(look, f"{words!r} in the log")

    def size(self) -> int:
        return self.log.stat().st_size

    def beats(self) -> None:
        """The bot is well: a heartbeat comes that was not there."""
        self.says(" position 0.", self.size())

    def inside(self, *command: str) -> list[str]:
        """The command as one of the world's shells runs it."""
        # Its folder is looked up in there: one opened out here would lead past what is mounted in the world.
        prefix = ["nsenter", "-t", str(self.world.pid), "-m", "-p", "env", "-C", str(self.place.project)]
        return [*(prefix if self.world.pid else []), *command]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.inside(*command),
            cwd=self.place.project,
            env=bot_environment(self.place),
            capture_output=True,
            text=True,
            timeout=60,
        )

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(str(self.place.project / ".venv" / "bin" / "python"), *arguments)

    @contextlib.contextmanager
    def bot(self) -> Iterator[None]:
        """A bot in the world, healthy, for the length of the block; it takes a dead one's place."""
        mark = self.size()
        started = subprocess.Popen(
            self.inside(str(self.place.project / ".venv" / "bin" / "python"), *BOT),
            cwd=self.place.project, env=bot_environment(self.place),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self.says("Bot healthy", mark)
            yield
        finally:
            for pid, _ in self.bots():
                os.kill(pid, 9)
            started.wait(PATIENCE)

    def client(self, **more: Any) -> Any:
        """A real ccxt client of the sandbox's exchange."""
        keys = world.known_keys(self.place)
        settings = ccxt_settings(apiKey=keys["api_key"], secret=keys["api_secret"], **more)
        return point(binance(settings), f"http://127.0.0.1:{self.world.exchange_port}")


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots that are started from now on have a heartbeat that a test can wait for."""
    usual = materialise.settings

    def settings(place: Place, *arguments: Any) -> None:
        usual(place, *arguments)
        env = place.project / ".env"
        env.write_text(env.read_text().replace("HEARTBEAT_SECONDS=1\n", f"HEARTBEAT_SECONDS={BEAT_S}\n"))

    monkeypatch.setattr(materialise, "settings", settings)


@contextlib.contextmanager
def sandbox() -> Iterator[Box]:
    """The person's only sandbox, where commands of other terminals find it too."""
    root = Path(tempfile.mkdtemp(prefix="tf-"))
    place = Place(root / "thunes-tui" / "sandbox")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(root))
        quick(patched)
        try:
            yield Box(place, world.up(place, tied=True))
        finally:
            world.remove(place)
            shutil.rmtree(root, ignore_errors=True)


def command(box: Box, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As from another terminal."""
    return subprocess.run(
        [sys.executable, "-m", "thunes_tui", "sandbox", *arguments],
        env={**os.environ, "XDG_STATE_HOME": str(box.place.root.parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
    )


def records(box: Box) -> list[Any]:
    """The audit trail, of which every line must be readable."""
    return [json.loads(line) for line in box.audit.read_bytes().splitlines()]
