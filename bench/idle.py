"""Idle: what an open drill costs while nothing happens but its clock, on a box with many other processes.

The peers are what people have today, in one tmux window: a shell, `tail -f` of the log, the audit trail
through jq, and `watch` on the processes; and a full-screen list of processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from bench.figures import Cost, Measured, Row
from bench.peers import four_terminals, has_tmux, installed
from bench.place import Bench, rest
from bench.processes import below, crowd, more, spent
from tests.rig.glass import Glass

RUNS, SECONDS = 3, 8.0
SETTLE_S = 5.0
CROWD = 400
REACH_CORE, REACH_BYTES = 1.0, 100.0


def measure(bench: Bench) -> list[Row]:
    with crowd(CROWD):
        with bench.console() as glass:
            ours = _cost(glass, bench.console_pids)
        peers = _peers(bench)
    return [
        Row(
            f"idle, {CROWD} processes beside it",
            ours,
            peers,
            f"<= {REACH_CORE:g} % of a core, <= {REACH_BYTES:g} B/s to the terminal",
            ours.core <= REACH_CORE and ours.bytes_s <= REACH_BYTES,
        )
    ]


def _peers(bench: Bench) -> dict[str, Measured | None]:
    found: dict[str, Measured | None] = {"four terminals": None, "htop": None}
    if has_tmux():
        with bench.tmux(*four_terminals(bench.log, bench.audit)) as glass:
            found["four terminals"] = _cost(glass, lambda: [glass.pid, *below(bench.tmux_pid())])
    htop = installed("htop", bench.peers_at)
    if htop is not None:
        with bench.beside([htop]) as glass:
            found["htop"] = _cost(glass, lambda: [glass.pid])
    return found


def _cost(glass: Glass, pids: Callable[[], Iterable[int]]) -> Cost:
    rest(glass, SETTLE_S)
    return Cost.median([_once(glass, pids) for _ in range(RUNS)])


def _once(glass: Glass, pids: Callable[[], Iterable[int]]) -> Cost:
    before, written, began = spent(pids()), len(glass.raw), time.perf_counter()
    rest(glass, SECONDS)
    after, lasted = spent(pids()), time.perf_counter() - began
    return Cost(100 * more(before, after) / lasted, (len(glass.raw) - written) / lasted)
