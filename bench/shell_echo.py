"""Key to echo in the shell while 20,000 lines a second come into the log beside it."""

from __future__ import annotations

from bench import echo
from bench.figures import Latency, Row
from bench.flood import flooding
from bench.place import Bench, rest

RUNS = 3
WARM_UP_S, FLOOD_S = 2.0, 120.0
REACH_P50 = 8.0


def measure(bench: Bench) -> list[Row]:
    runs = []
    for _ in range(RUNS):
        bench.begin_log()
        with bench.console() as glass:
            glass.press("c")
            glass.expect("SHELL")
            with flooding(bench, FLOOD_S):
                rest(glass, WARM_UP_S)
                runs.append(echo.keys(glass))
    bench.begin_log()
    ours = Latency.median(runs)
    return [
        Row("key to echo during a log flood", ours, {}, f"p50 <= {REACH_P50:g} ms", ours.p50 <= REACH_P50)
    ]
