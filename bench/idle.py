"""Idle: what an open drill costs while nothing happens but its clock.

The peer is what people have today, in one tmux window: a shell, `tail -f` of the log, the audit trail through
jq, and `watch` on the processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from bench.figures import Cost, Measured, Row
from bench.peers import four_terminals, has_tmux
from bench.place import Bench, rest
from bench.processes import below, more, spent
from tests.rig.glass import Glass

RUNS, SECONDS = 3, 8.0
SETTLE_S = 5.0
REACH_CORE, REACH_BYTES = 1.0, 100.0


def measure(bench: Bench) -> list[Row]:
    with bench.console() as glass:
        ours = _cost(glass, bench.console_pids)
    peers: dict[str, Measured | None] = {"four terminals": None}
    if has_tmux():
        with bench.tmux(*four_terminals(bench.log, bench.audit)) as glass:
            peers["four terminals"] = _cost(glass, lambda: [glass.pid, *below(bench.tmux_pid())])
    return [
        Row(
            "idle", ours, peers, f"<= {REACH_CORE:g} % of a core, <= {REACH_BYTES:g} B/s to the terminal",
            ours.core <= REACH_CORE and ours.bytes_s <= REACH_BYTES,
        )
    ]  # fmt: skip


def _cost(glass: Glass, pids: Callable[[], Iterable[int]]) -> Cost:
    rest(glass, SETTLE_S)
    return Cost.median([_once(glass, pids) for _ in range(RUNS)])


def _once(glass: Glass, pids: Callable[[], Iterable[int]]) -> Cost:
    before, written, began = spent(pids()), len(glass.raw), time.perf_counter()
    rest(glass, SECONDS)
    after, lasted = spent(pids()), time.perf_counter() - began
    return Cost(100 * more(before, after) / lasted, (len(glass.raw) - written) / lasted)
