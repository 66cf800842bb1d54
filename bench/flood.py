"""20,000 lines a second in the log: how far the screen lags, what that costs, and whether keys are answered.

The key is the one that pauses the log and follows it again: the console alone answers it, in the pane that is
flooded, and its word stands in the pane's heading.
"""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from bench.figures import Amount, Latency, Row, within
from bench.peers import LOG_READERS, TO_END, four_terminals, has_tmux, installed
from bench.place import Bench, rest, settle, shows, until
from bench.processes import below, more, spent
from tests.rig.glass import Glass

RATE, SECONDS = 20_000, 5.0
RUNS = 3
PATIENCE = 30.0
WARM_UP_S, KEYS = 2.0, 100
KEY_GAP_S = (0.04, 0.1)
REACH_LAG_MS, REACH_CORE, REACH_KB_S, REACH_KEY_MS = 80.0, 20.0, 60.0, 45.0
TERMINALS = "four terminals"
READERS = tuple(LOG_READERS)


class Flood(NamedTuple):
    lag: Amount
    core: Amount
    bytes_s: Amount


def measure(bench: Bench) -> list[Row]:
    floods: list[Flood] = []
    keys: list[Latency] = []
    for _ in range(RUNS):
        bench.begin_log()
        with bench.console() as glass:
            floods.append(_flood(bench, glass, bench.console_pids))
        bench.begin_log()
        with bench.console() as glass:
            keys.append(_keys(bench, glass))
    ours = _median(floods)
    peers = _peers(bench)
    bench.begin_log()

    def row(what: str, name: str, reach: float, unit: str, below_them: tuple[str, ...]) -> Row:
        mine: Amount = getattr(ours, name)
        beside = {peer: getattr(found, name) if found else None for peer, found in peers.items()}
        held = mine.value <= reach and all(within(mine, beside[peer], 1) for peer in below_them)
        return Row(what, mine, beside, f"<= {reach:g} {unit}, less than {' and '.join(below_them)}", held)

    pressed = Latency.median(keys)
    reach = f"p99 <= {REACH_KEY_MS:g} ms"
    return [
        row("flood: lag of the last line", "lag", REACH_LAG_MS, "ms", READERS),
        row("flood: processor, recording included", "core", REACH_CORE, "% of a core", READERS),
        row("flood: to the terminal", "bytes_s", REACH_KB_S, "kB/s", (TERMINALS,)),
        Row("flood: key to paint", pressed, {}, reach, pressed.p99 <= REACH_KEY_MS),
    ]


def _median(floods: list[Flood]) -> Flood:
    return Flood(*(Amount.median(column) for column in zip(*floods, strict=True)))


def _peers(bench: Bench) -> dict[str, Flood | None]:
    peers: dict[str, Flood | None] = {}
    for name, program in LOG_READERS.items():
        found = installed(program, bench.peers_at)
        peers[name] = None
        if found is not None:
            bench.begin_log()
            with bench.beside([found, str(bench.log)]) as glass:
                glass.expect("paper_trader", 20.0)
                glass.press(TO_END[name])
                settle(glass)
                peers[name] = _flood(bench, glass, lambda pid=glass.pid: below(pid))  # type: ignore[misc]  # the default binds it
    peers[TERMINALS] = None
    if has_tmux():
        bench.begin_log()
        with bench.tmux(*four_terminals(bench.log, bench.audit)) as glass:
            peers[TERMINALS] = _flood(bench, glass, lambda: [glass.pid, *below(bench.tmux_pid())])
    return peers


def _flood(bench: Bench, glass: Glass, pids: Callable[[], Iterable[int]]) -> Flood:
    """A line that is never seen counts as the time it was waited for."""
    word = f"z{random.randrange(10**9):09d}"
    before, written = spent(pids()), len(glass.raw)
    began = time.perf_counter()
    with flooding(bench, SECONDS, word) as flooder:
        while time.perf_counter() < began + SECONDS:
            glass.pump(0.01)
        deadline, seen = began + SECONDS + PATIENCE, 0.0
        while not seen and time.perf_counter() < deadline:
            glass.pump(0.01)
            seen = time.perf_counter() if shows(glass, word)() else 0.0
        ended = time.perf_counter()
        said = flooder.communicate()[0].split()
    cost = more(before, spent(pids())) / (ended - began)
    return Flood(
        Amount(1000 * ((seen or ended) - float(said[1])), "ms"),
        Amount(100 * cost, "% of a core"),
        Amount((len(glass.raw) - written) / (ended - began) / 1000, "kB/s"),
    )


@contextlib.contextmanager
def flooding(bench: Bench, seconds: float, last_words: str = "") -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "bench.flooder", str(bench.log), str(RATE), str(seconds), last_words]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as flooder:
        try:
            yield flooder
        finally:
            flooder.kill()


def _keys(bench: Bench, glass: Glass) -> Latency:
    dice = random.Random(13)
    taken: list[float] = []
    glass.press("3")
    glass.expect("▌LOG")
    with flooding(bench, 60.0):
        rest(glass, WARM_UP_S)
        for number in range(KEYS):
            word = "FOLLOW" if number % 2 else "PAUSED"
            began = time.perf_counter()
            glass.write(b"F")
            taken.append(until(glass, lambda word=word: word in _heading(glass)) - began)  # type: ignore[misc]  # the default binds it
            rest(glass, dice.uniform(*KEY_GAP_S))
    return Latency.of(taken)


def _heading(glass: Glass) -> str:
    """Of the log."""
    row = next((row for row in glass.screen.text() if "▌LOG" in row), "")
    return row.partition("▌LOG")[2].partition("│")[0]
