"""Append to glass: from a line written to the bot's log to the line on the screen."""

from __future__ import annotations

import random
import time
from pathlib import Path

from bench.figures import Latency, Measured, Row, size
from bench.peers import has_tmux, installed
from bench.place import Bench, rest, settle, shows, until
from tests.rig.glass import Glass

WARM_UP, LINES = 5, 100
REACH_P50, REACH_P99 = 6.0, 30.0
PATIENCE = 2.0
"""Seconds until a line counts as never shown."""
OF_TOOLONG, OF_LNAV = 1 / 10, 1 / 20


def measure(bench: Bench, peers_at: Path | None) -> Row:
    with bench.console() as glass:
        ours = _lines(bench, glass)
    peers: dict[str, Measured] = {}
    missing = []
    log = str(bench.log)
    if has_tmux():
        with bench.tmux(f"tail -n 40 -f {log}") as glass:
            peers["tail -f in tmux"] = _lines(bench, glass)
    else:
        missing.append("tail -f in tmux")
    for name, program, arguments in (("toolong", "tl", ()), ("lnav", "lnav", ())):
        found = installed(program, peers_at)
        if found is None:
            missing.append(name)
            continue
        with bench.beside([found, *arguments, log]) as glass:
            glass.expect("paper_trader", 20.0)
            glass.press("end" if name == "toolong" else "G")
            peers[name] = _lines(bench, glass, forgiving=True)
    held = ours.p50 <= REACH_P50 and ours.p99 <= REACH_P99
    for name, part in (("toolong", OF_TOOLONG), ("lnav", OF_LNAV)):
        if name in peers:
            held = held and ours.p50 <= part * size(peers[name])
    reach = f"p50 <= {REACH_P50:g} ms, p99 <= {REACH_P99:g} ms, 1/10 of toolong, 1/20 of lnav"
    return Row("append to glass", ours, peers, tuple(missing), reach, held)


def _lines(bench: Bench, glass: Glass, *, forgiving: bool = False) -> Latency:
    """`forgiving`: a line that never shows counts as the time it was waited for; ours must show them all."""
    dice = random.Random(11)
    settle(glass)
    taken: list[float] = []
    for number in range(WARM_UP + LINES):
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
