"""Filters and patterns that never end: how soon they are stopped, and whether the console stands still.

A line comes into the log now and then; the longest time that one takes to be seen is the longest that the
console's loop stood still, and what a line takes anyway.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from bench.figures import Amount, Row
from bench.place import Bench, rest, settle, shows, until
from tests.rig.glass import Glass

RUNS = 3
REACH_STOP_S, REACH_STALL_MS = 2.0, 50.0
PATIENCE = 10.0
GAP_S = (0.06, 0.12)
"""Between two lines; what comes faster than that is painted together."""
ENDLESS = "last(repeat(1))"
RECORD = '{"timestamp": "2025-10-09T10:00:00", "event": "DAILY_PNL", "daily_pnl": 1}\n'
RUNAWAY, TRAP = "/(a+)+b", "a" * 60 + "c ab of no consequence"
TYPED_S = 0.05
"""From key to key: what comes in a bunch is a paste to the console."""


def measure(bench: Bench) -> list[Row]:
    runs = [_once(bench) for _ in range(RUNS)]
    rows = []
    for what, kind in (("a filter that never ends", 0), ("a pattern that never ends", 1)):
        stopped = Amount.median([run[kind][0] for run in runs])
        stall = Amount.median([run[kind][1] for run in runs])
        rows.append(
            Row(f"{what}: stopped", stopped, {}, f"<= {REACH_STOP_S:g} s", stopped.value <= REACH_STOP_S)
        )
        rows.append(
            Row(
                f"{what}: longest stall", stall, {}, f"<= {REACH_STALL_MS:g} ms",
                stall.value <= REACH_STALL_MS, "the slowest line of the log to be seen meanwhile",
            )
        )  # fmt: skip
    return rows


def _once(bench: Bench) -> list[tuple[Amount, Amount]]:
    bench.begin_log()
    bench.append(TRAP)
    bench.audit.write_text(RECORD * 100, encoding="utf-8")
    with bench.console() as glass:
        found = []
        for pane, ask, text, words in (
            ("4", "|", ENDLESS, "was stopped"),
            ("3", "/", RUNAWAY, "takes too long"),
        ):
            glass.press(pane)
            settle(glass)
            glass.press(ask)
            settle(glass, 0.3)
            for character in text[:-1]:
                glass.press(character)
                rest(glass, TYPED_S)
            found.append(_stopped(bench, glass, text[-1], lambda words=words: _says(glass, words)))  # type: ignore[misc]  # the default binds it
            glass.press("ctrl+g")
            settle(glass)
    bench.audit.write_text("", encoding="utf-8")
    return found


def _says(glass: Glass, words: str) -> bool:
    return words in " ".join(glass.text().split())


def _stopped(bench: Bench, glass: Glass, key: str, is_over: Callable[[], bool]) -> tuple[Amount, Amount]:
    """Seconds from the key until it is said, and the milliseconds of the slowest line meanwhile."""
    dice = random.Random(19)
    slowest, began, seen = 0.0, time.perf_counter(), 0.0
    glass.write(key.encode())
    while not seen and time.perf_counter() - began < PATIENCE:
        word = f"s{dice.randrange(10**9):09d}"
        at = time.perf_counter()
        bench.append(word)
        slowest = max(slowest, until(glass, shows(glass, word), PATIENCE) - at)
        end = time.perf_counter() + dice.uniform(*GAP_S)
        while time.perf_counter() < end and not seen:
            rest(glass, 0.01)
            seen = time.perf_counter() if is_over() else 0.0
    settle(glass, 0.3)
    return Amount((seen or time.perf_counter()) - began, "s"), Amount(1000 * slowest, "ms")
