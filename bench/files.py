"""Big files to measure on: a bot's log and an audit trail, made once and gone with the folder they are in."""

from __future__ import annotations

import json
import random
import shutil
from functools import cached_property
from pathlib import Path

LOG_BLOCK, AUDIT_BLOCK = 20_000, 10_000
"""Lines that are made by themselves; the file repeats them."""
NEEDLE = "needle"
"""Stands in one line of each block of the log."""
LONE, LONE_FROM_END = "this line has no twin", 64 << 20
"""Stands once, so many bytes before the log's end."""
LAST_WORDS = "the last line of all"
KILL_SWITCH = "KILL_SWITCH_ACTIVATED"
KILL_SWITCH_EVERY = 1000
"""Records from one to the next."""
AUDIT_PART = 0.233
"""Of the log's size: a million records beside ten and a half million lines."""
LEFT = 1 << 30
"""Bytes of the disk that are never taken."""
SPARSE_STRIDE, SPARSE_LINES = 64 << 20, 10_000
"""In a file with holes: from one stretch of lines to the next, and how many stand in one."""


class BigFiles:
    """Made when they are first asked for."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        """`megabytes`: how big the log is to be, where the disk has room for it."""
        self._folder = folder
        self.megabytes = megabytes
        self._wanted = megabytes * 1_000_000
        self.note = ""
        """Says where less was made than was asked for."""

    @cached_property
    def log(self) -> Path:
        """Of 95 bytes a line."""
        return self._log("big.log", self._wanted)

    @cached_property
    def quarter(self) -> Path:
        """The same, for what takes long."""
        return self._log("quarter.log", self._wanted // 4)

    @cached_property
    def audit(self) -> Path:
        """Of 233 bytes a record, one in a thousand of them a kill switch that was activated."""
        path = self._folder / "big.jsonl"
        dice = random.Random(5)
        size = self._room(int(self._wanted * AUDIT_PART))
        self._fill(path, size, [audit_line(number, dice) for number in range(AUDIT_BLOCK)])
        return path

    def _log(self, name: str, size: int) -> Path:
        path = self._folder / name
        dice = random.Random(3)
        lines = [log_line(number, dice) for number in range(LOG_BLOCK)]
        size = self._room(size)
        early = max(0, size - LONE_FROM_END)
        self._fill(path, early, lines)
        _add(path, log_line(0, dice, LONE))
        self._fill(path, size - early, lines)
        _add(path, log_line(0, dice, LAST_WORDS))
        return path

    def with_holes(self, megabytes: int) -> Path:
        """A log of any size that takes little of the disk: stretches of lines, and nothing between them."""
        path = self._folder / f"holes-{megabytes}.log"
        dice = random.Random(7)
        lines = "".join(log_line(number, dice) for number in range(SPARSE_LINES)).encode()
        size = megabytes * 1_000_000
        with path.open("wb") as file:
            for start in range(0, size - 2 * len(lines), SPARSE_STRIDE):
                file.seek(start)
                file.write(b"\n" + lines)
            file.seek(size - len(lines) - 1)
            file.write(b"\n" + lines)
        return path

    def _room(self, size: int) -> int:
        """As many bytes as can be had of so many."""
        free = max(0, shutil.disk_usage(self._folder).free - LEFT)
        if size > free:
            self.note = f"the disk is short: on {free / 1e6:,.0f} MB and not on {size / 1e6:,.0f} MB"
        return min(size, free)

    def _fill(self, path: Path, size: int, lines: list[str]) -> None:
        """Add the lines, again and again, up to the size, but once at least."""
        block = "".join(lines).encode()
        with path.open("ab", buffering=0) as file:
            for _ in range(max(1, size // len(block))):
                file.write(block)


def _add(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(line)


def log_line(number: int, dice: random.Random, words: str = "") -> str:
    level = "WARNING" if number % 50 == 7 else "INFO"
    text = words or f"heartbeat BTCUSDT {60_000 + 9_000 * dice.random():.2f} number {number:06}"
    if number == LOG_BLOCK // 2:
        text = f"the {NEEDLE} of this block"
    time = f"2025-10-09 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    return f"{time} - src.live.paper_trader - {level} - {text}\n"


def audit_line(number: int, dice: random.Random) -> str:
    events = ("TRADE_REJECTED", "TRADE_APPROVED", "POSITION_UPDATED", "DAILY_PNL")
    event = KILL_SWITCH if number % KILL_SWITCH_EVERY == 77 else dice.choice(events)
    time = f"2025-10-09T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}"
    record = {
        "timestamp": f"{time}.{dice.randrange(10**6):06}",
        "event": event,
        "reason": "maximum position size exceeded",
        "symbol": "BTCUSDT",
        "side": dice.choice(("BUY", "SELL")),
        "quantity": round(dice.random(), 5),
        "price": round(60_000 + 9_000 * dice.random(), 2),
        "daily_pnl": round(100 * dice.random() - 50, 2),
        "open_positions": dice.randrange(4),
    }
    return json.dumps(record) + "\n"
