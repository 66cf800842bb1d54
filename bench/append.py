"""Append to glass: from a line written to the bot's log to the line on the screen."""

from __future__ import annotations

import random
import time

from bench.figures import Latency, Measured, Row, within
from bench.peers import LOG_READERS, TO_END, has_tmux, installed
from bench.place import Bench, rest, settle, shows, until
from tests.rig.glass import Glass

RUNS, WARM_UP, LINES = 3, 5, 100
PEER_LINES = 60
REACH_P50, REACH_P99 = 6.0, 30.0
PATIENCE = 2.0
"""Seconds until a line counts as never shown."""
OF_PEERS = {"toolong": 1 / 10, "lnav": 1 / 20}


def measure(bench: Bench) -> list[Row]:
    runs = []
    for _ in range(RUNS):
        with bench.console() as glass:
            runs.append(quiet_lines(bench, glass, LINES))
    ours = Latency.median(runs)
    peers = _peers(bench)
    reached = ours.p50 <= REACH_P50 and ours.p99 <= REACH_P99
    reached = reached and all(within(ours, peers[name], part) for name, part in OF_PEERS.items())
    reach = f"p50 <= {REACH_P50:g} ms, p99 <= {REACH_P99:g} ms, 1/10 of toolong, 1/20 of lnav"
    return [Row("append to glass", ours, peers, reach, reached)]


def _peers(bench: Bench) -> dict[str, Measured | None]:
    peers: dict[str, Measured | None] = {"tail -f in tmux": None}
    if has_tmux():
        with bench.tmux(f"tail -n 40 -f {bench.log}") as glass:
            peers["tail -f in tmux"] = quiet_lines(bench, glass, PEER_LINES)
    for name, program in LOG_READERS.items():
        found = installed(program, bench.peers_at)
        peers[name] = None
        if found is not None:
            with bench.beside([found, str(bench.log)]) as glass:
                glass.expect("paper_trader", 20.0)
                glass.press(TO_END[name])
                peers[name] = quiet_lines(bench, glass, PEER_LINES, forgiving=True)
    return peers


def quiet_lines(bench: Bench, glass: Glass, count: int, *, forgiving: bool = False) -> Latency:
    """Now and then a line, never in step with anything that polls.

    `forgiving`: a line that never shows counts as the time it was waited for; ours must show them all.
    """
    dice = random.Random(11)
    settle(glass)
    taken: list[float] = []
    for number in range(WARM_UP + count):
        word = f"q{dice.randrange(10**9):09d}"
        began = time.perf_counter()
        bench.append(f"price {word}")
        try:
            seen = until(glass, shows(glass, word), PATIENCE)
        except AssertionError:
            if not forgiving:
                raise
            seen = time.perf_counter()
        if number >= WARM_UP:
            taken.append(seen - began)
        rest(glass, dice.uniform(0.05, 0.15))
    return Latency.of(taken)
