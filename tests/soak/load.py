"""A changing load on a whole console: its files, its keys, its shell and its terminal's size."""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

from bench.place import SIZE, Bench, rest, settle
from tests.rig.glass import Glass

KEPT_FILES = 18
"""Rotations after which a pane lets go of as many old files as it takes on."""
FLOODS = 14
"""After which the rows of both panes that are kept are as many as ever."""
FLOOD_S, LINES_A_TICK, TICK_S = 2.0, 200, 0.01
TYPED_S = 0.05
"""From key to key: what comes in a bunch is a paste to the console."""
TRIES = 3
EVENTS = ("TRADE_REJECTED", "TRADE_APPROVED", "POSITION_UPDATED", "DAILY_PNL")


class Load:
    """Each method is a few seconds of something; what it opens on the screen it closes again."""

    def __init__(self, bench: Bench, glass: Glass, seed: int, *, turns_over: bool = True) -> None:
        """`turns_over`: the files are rotated as well; each that was is kept open for some time."""
        self._bench = bench
        self._glass = glass
        self._dice = random.Random(seed)
        self._rotations = 0
        self.kinds: list[Callable[[], None]] = [
            self.quiet, self.trickle, self.flood, self.events, self.search, self.filter, self.look_around,
            self.shell, self.resize,
        ]  # fmt: skip
        self.kinds += [self.rotate] if turns_over else []

    def fill_what_is_kept(self) -> None:
        """Until no further file is kept, and no further row that was laid out."""
        for _ in range(KEPT_FILES):
            self.rotate()
        for kind in (self.flood, self.events) * FLOODS + (*self.kinds,):
            kind()

    def any(self) -> None:
        self._dice.choice(self.kinds)()

    def quiet(self) -> None:
        rest(self._glass, 1.0)

    def trickle(self) -> None:
        for number in range(20):
            self._bench.append(f"price {self._dice.random():.6f}")
            if number % 4 == 0:
                self._events(1)
            rest(self._glass, 0.05)

    def flood(self) -> None:
        end = time.perf_counter() + FLOOD_S
        with self._bench.log.open("ab", buffering=0) as file:
            while time.perf_counter() < end:
                lines = (f"2025-10-09 10:42:15 - src.live - INFO - flood {n}\n" for n in range(LINES_A_TICK))
                file.write("".join(lines).encode())
                rest(self._glass, TICK_S)

    def events(self) -> None:
        for _ in range(10):
            self._events(100)
            rest(self._glass, 0.1)

    def rotate(self) -> None:
        """As logrotate does it by renaming; every other time by copying and cutting."""
        self._rotations += 1
        for path in (self._bench.log, self._bench.audit):
            if self._rotations % 2:
                path.replace(path.with_name(path.name + ".1"))
                path.touch()
            else:
                Path(f"{path}.1").write_bytes(path.read_bytes()[:65_536])
                with path.open("r+b") as file:
                    file.truncate(0)
        self._bench.append("after a rotation")
        self._events(1)
        rest(self._glass, 0.3)

    def search(self) -> None:
        self._press(
            "3",
            "/",
            *self._dice.choice(("flood", "/pri[a-z]+ 0", "nowhere")),
            "enter",
            "N",
            "N",
            "ctrl+g",
            "G",
        )

    def filter(self) -> None:
        text = self._dice.choice(("select(.n>50)", ".event", "{event,n}", "[.n]|add"))
        self._press("4", "|", *text, "enter")
        rest(self._glass, 1.0)
        self._press("u", "G")

    def look_around(self) -> None:
        self._press(
            "3",
            "pageup",
            "pageup",
            "j",
            "k",
            "g",
            "G",
            "z",
            "z",
            "4",
            "pageup",
            "G",
            "1",
            "j",
            "k",
            "5",
            "?",
            "ctrl+g",
        )

    def shell(self) -> None:
        self._until("c", "SHELL")
        self._press(*"seq 1 20000", "enter")
        rest(self._glass, 1.5)
        self._until("ctrl+]", "COMMAND")

    def resize(self) -> None:
        for size in ((120, 40), (80, 24), SIZE):
            self._glass.resize(*size)
            rest(self._glass, 0.4)

    def _events(self, count: int) -> None:
        records = (
            {"timestamp": "2025-10-09T10:00:00", "event": self._dice.choice(EVENTS), "n": number}
            for number in range(count)
        )
        with self._bench.audit.open("ab", buffering=0) as file:
            file.write("".join(json.dumps(record) + "\n" for record in records).encode())

    def _until(self, key: str, badge: str) -> None:
        """Press it as a person does: again, where a console that was busy took it for a part of a paste."""
        for _ in range(TRIES):
            settle(self._glass, 0.3)
            self._press(key)
            with contextlib.suppress(AssertionError):
                return self._glass.expect(badge, 5.0)
        raise AssertionError(f"{key} does not lead to {badge}\n{self._glass.text()}")

    def _press(self, *keys: str) -> None:
        for key in keys:
            self._glass.press(key)
            rest(self._glass, TYPED_S)
