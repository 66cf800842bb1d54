"""A log of 1 GB opened at its end: how soon the end is seen, what it takes to know all of it, keys meanwhile.

Peers are timed from their first paint too, and all from the command on. `less` is asked for the end.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple

from bench.figures import Amount, Latency, Row, within
from bench.files import LAST_WORDS, LONE
from bench.peers import LOG_READERS, TO_END, installed
from bench.place import Bench, rest, settle, shows, until
from bench.processes import below, read_by, resident
from tests.rig.glass import Glass

RUNS = 3
PATIENCE = 90.0
ROWS = 3
"""With something in them: less is no paint yet."""
REACH_END_MS, REACH_MB, REACH_INDEX_S, REACH_KEY_MS, REACH_HIT_MS = 100.0, 90.0, 10.0, 45.0, 200.0
AGAIN_S = 0.2
"""Between two looks at how far the index is."""


class Opened(NamedTuple):
    after_paint: Amount
    after_command: Amount
    memory: Amount


class Indexed(NamedTuple):
    opened: Opened
    indexed: Amount
    keys: Latency
    hit: Amount


def measure(bench: Bench) -> list[Row]:
    big = bench.files.log
    note = f"on {big.stat().st_size / 1e6:,.0f} MB  {bench.files.note}".rstrip()
    with bench.holding(bench.log, big):
        runs = [_console(bench) for _ in range(RUNS)]
        peers = _peers(bench)
    ours = Opened(*(Amount.median(column) for column in zip(*(run.opened for run in runs), strict=True)))
    index, hit = (Amount.median([getattr(run, name) for run in runs]) for name in ("indexed", "hit"))
    keys = Latency.median([run.keys for run in runs])

    def row(what: str, name: str, reach: str = "", limit: float | None = None) -> Row:
        mine: Amount = getattr(ours, name)
        beside = {peer: getattr(found, name) if found else None for peer, found in peers.items()}
        held = None if limit is None else mine.value <= limit and all(
            within(mine, beside[peer], 1) for peer in LOG_READERS
        )  # fmt: skip
        return Row(what, mine, beside, reach, held, note)

    def limited(what: str, mine: Amount, limit: float, unit: str) -> Row:
        return Row(what, mine, {}, f"<= {limit:g} {unit}", mine.value <= limit, note)

    return [
        row("big log: its end after first paint", "after_paint", f"<= {REACH_END_MS:g} ms", REACH_END_MS),
        row("big log: its end after the command", "after_command"),
        row("big log: memory of the screen's process", "memory", f"<= {REACH_MB:g} MB", REACH_MB),
        limited("big log: index of all of it", index, REACH_INDEX_S, "s"),
        Row(
            "big log: key to paint meanwhile", keys, {}, f"p99 <= {REACH_KEY_MS:g} ms",
            keys.p99 <= REACH_KEY_MS, note,
        ),
        limited("big log: hit before, 64 MB away, to paint", hit, REACH_HIT_MS, "ms"),
    ]  # fmt: skip


def _console(bench: Bench) -> Indexed:
    size = bench.log.stat().st_size
    began = time.perf_counter()
    with bench.starting() as glass:
        painted, ended = _first_paint_and_end(glass)
        screen = bench.screen_pid(glass)
        keys: list[float] = []
        glass.press("3")
        glass.expect("▌LOG")
        indexed = 0.0
        dice = random.Random(17)
        while time.perf_counter() - painted < PATIENCE:
            if not indexed and read_by(screen) >= size:
                indexed = time.perf_counter()
            if indexed and len(keys) >= 2:
                break
            keys.append(_key(glass, len(keys)))
            rest(glass, dice.uniform(0.02, 0.06))
        if len(keys) % 2:
            _key(glass, len(keys))
        assert indexed, f"the log was not indexed within {PATIENCE:g} s"
        settle(glass)
        memory = Amount(resident(screen), "MB")
        opened = Opened(_ms(painted, ended), Amount(ended - began, "s"), memory)
        return Indexed(opened, Amount(indexed - painted, "s"), Latency.of(keys), _hit(glass))


def _key(glass: Glass, number: int) -> float:
    """Seconds until the log is seen to stop, or to go on."""
    word = "FOLLOW" if number % 2 else "PAUSED"

    def seen() -> bool:
        row = next((row for row in glass.screen.text() if "▌LOG" in row), "")
        return word in row.partition("▌LOG")[2].partition("│")[0]

    began = time.perf_counter()
    glass.write(b"F")
    return until(glass, seen) - began


def _hit(glass: Glass) -> Amount:
    """From Enter to the line, 64 MB before the end."""
    glass.press("/", *LONE)
    settle(glass, 0.5)
    began = time.perf_counter()
    glass.write(b"\r")
    seen = until(glass, lambda: any(f"INFO  {LONE}" in row for row in glass.screen.text()), 20.0)
    return _ms(began, seen)


def _first_paint_and_end(glass: Glass) -> tuple[float, float]:
    painted = until(glass, lambda: sum(bool(row.strip()) for row in glass.screen.text()) >= ROWS, PATIENCE)
    if shows(glass, LAST_WORDS)():
        return painted, painted
    return painted, until(glass, shows(glass, LAST_WORDS), PATIENCE)


def _peers(bench: Bench) -> dict[str, Opened | None]:
    commands = {
        name: ([installed(program, bench.peers_at) or ""], TO_END[name])
        for name, program in LOG_READERS.items()
    }
    commands["less"] = ([installed("less", None) or "", "+G"], "")
    peers: dict[str, Opened | None] = {}
    for name, (argv, key) in commands.items():
        peers[name] = None
        if argv[0]:
            peers[name] = _peer(lambda argv=argv: bench.beside([*argv, str(bench.log)]), key)  # type: ignore[misc]  # the default binds it
    return peers


def _peer(opening: Callable[[], AbstractContextManager[Glass]], key: str) -> Opened | None:
    """Once: they take long. One that never gets there counts as the time it was waited for."""
    began = time.perf_counter()
    with opening() as glass:
        painted = until(glass, lambda: any(row.strip() for row in glass.screen.text()), PATIENCE)
        while not shows(glass, LAST_WORDS)() and time.perf_counter() - began < PATIENCE:
            if key:
                glass.press(key)
            rest(glass, AGAIN_S)
        ended = time.perf_counter()
        memory = sum(resident(pid) for pid in below(glass.pid))
        return Opened(_ms(painted, ended), Amount(ended - began, "s"), Amount(memory, "MB"))


def _ms(began: float, ended: float) -> Amount:
    return Amount(1000 * (ended - began), "ms")
