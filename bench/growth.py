"""Growth: what memory and a line cost with a log of 10 MB, and with one of 10 GB.

The big one is made of stretches of lines with holes between them, so that it takes little of the disk; the
console reads all of it nevertheless.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

from bench.append import quiet_lines
from bench.figures import Amount, Latency, Row, within
from bench.place import Bench, rest, settle
from bench.processes import read_by, resident

SMALL_MB = 10
FACTOR = 1000
"""How much bigger the other one is."""
LINES = 60
PATIENCE = 90.0
MEMORY, TIME = 1.1, 1.3
"""What is flat: at most so much of the small log's figure. Times of some milliseconds vary by as much."""


class Grown(NamedTuple):
    memory: Amount
    line: Latency
    indexed: Amount


def measure(bench: Bench) -> list[Row]:
    small_mb = max(1, min(SMALL_MB, bench.files.megabytes // 100))
    small, big = (_on(bench, megabytes) for megabytes in (small_mb, small_mb * FACTOR))
    beside, note = f"{small_mb} MB", f"on {small_mb * FACTOR / 1000:g} GB with holes in it"
    rows = []
    for what, mine, least, part in (
        ("memory of the screen's process", big.memory, small.memory, MEMORY),
        ("append to glass", big.line, small.line, TIME),
    ):
        rows.append(
            Row(
                f"growth: {what}", mine, {beside: least}, f"<= {part:g} of it with {beside}",
                within(mine, least, part), note,
            )
        )  # fmt: skip
    rows.append(Row("growth: index of all of it", big.indexed, note=note))
    return rows


def _on(bench: Bench, megabytes: int) -> Grown:
    path: Path = bench.files.with_holes(megabytes)
    size = path.stat().st_size
    try:
        with bench.holding(bench.log, path), bench.console() as glass:
            screen, began = bench.screen_pid(glass), time.perf_counter()
            while read_by(screen) < size and time.perf_counter() - began < PATIENCE:
                rest(glass, 0.1)
            indexed = Amount(time.perf_counter() - began, "s")
            assert read_by(screen) >= size, f"{megabytes} MB were not indexed within {PATIENCE:g} s"
            line = quiet_lines(bench, glass, LINES)
            settle(glass)
            return Grown(Amount(resident(screen), "MB"), line, indexed)
    finally:
        path.unlink()
