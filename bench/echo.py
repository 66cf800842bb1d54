"""Key to echo: from a key pressed at the terminal to its character on the screen.

Ours goes launcher, screen, server, keeper's pty, bash, and all the way back, recorded and masked; the peer is
bash in tmux.
"""

from __future__ import annotations

import random
import time

from bench.figures import Latency, Measured, Row
from bench.peers import has_tmux
from bench.place import Bench, rest, settle, shows, until
from tests.rig.glass import Glass

RUNS, WARM_UP, KEYS = 3, 5, 120
LINE = 24
"""Characters until the line is emptied again."""
BEGIN = "zqzq"
"""Stands nowhere else on the screen."""
REACH_P50, REACH_P99 = 6.0, 25.0


def measure(bench: Bench) -> list[Row]:
    runs = []
    for _ in range(RUNS):
        with bench.console() as glass:
            glass.press("c")
            glass.expect("SHELL")
            runs.append(keys(glass))
    ours = Latency.median(runs)
    peers: dict[str, Measured | None] = {"bash in tmux": None}
    if has_tmux():
        with bench.tmux("bash --norc --noprofile") as glass:
            peers["bash in tmux"] = keys(glass)
    return [
        Row(
            "key to echo", ours, peers, f"p50 <= {REACH_P50:g} ms, p99 <= {REACH_P99:g} ms",
            ours.p50 <= REACH_P50 and ours.p99 <= REACH_P99,
        )
    ]  # fmt: skip


def keys(glass: Glass) -> Latency:
    """Type at a person's pace, never in step with anything that polls."""
    dice = random.Random(7)
    settle(glass)
    taken: list[float] = []
    typed = ""
    for number in range(WARM_UP + KEYS):
        if len(typed) in (0, LINE):
            glass.press("ctrl+u")
            rest(glass, 0.2)
            typed = BEGIN
            glass.press(typed)
            until(glass, shows(glass, typed))
            rest(glass, 0.2)
        typed += dice.choice("qwxyzvkj")
        began = time.perf_counter()
        glass.press(typed[-1])
        seen = until(glass, shows(glass, typed))
        if number >= WARM_UP:
            taken.append(seen - began)
        rest(glass, dice.uniform(0.03, 0.09))
    glass.press("ctrl+u")
    return Latency.of(taken)
