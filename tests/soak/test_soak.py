"""However long a console runs under whatever load, none of its processes grows.

`make soak` is half an hour of it; `make soak MINUTES=3` is shorter. In CI it is some seconds, without files
that are turned over, and only what is counted is looked at: descriptors and threads.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from statistics import median
from typing import NamedTuple

import pytest

from bench.place import Bench, bench, rest, settle
from bench.processes import descriptors, resident, threads
from tests.rig.glass import Glass
from tests.soak.load import Load

MINUTES = "THUNES_SOAK_MINUTES"
AT_LENGTH, SHORT_S = 30.0, 6.0
WARM_UP = 0.25
"""Of the time; what is read then is kept for later, and costs memory once."""
MOST_GROWTH, SLACK_MB = 1.05, 2.0
SETTLED_S = 1.0


class Sample(NamedTuple):
    at: float
    """Seconds since the load began."""
    resident: float
    """Megabytes."""
    descriptors: int
    threads: int


History = dict[int, list[Sample]]


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_no_process_of_a_console_grows(request: pytest.FixtureRequest) -> None:
    at_length = request.config.getoption("--long")
    seconds = 60 * float(os.environ.get(MINUTES) or AT_LENGTH) if at_length else SHORT_S
    with bench() as place, place.console() as glass:
        load = Load(place, glass, seed=23, turns_over=at_length)
        if at_length:
            load.fill_what_is_kept()
        history = endure(place, glass, load, seconds)
        glass.press("3", "G")
        place.append("the last words of all")
        glass.expect("the last words of all", 10.0)
    for line in told(history):
        print(line)
    assert not grown(history, with_memory=at_length)


def endure(place: Bench, glass: Glass, load: Load, seconds: float) -> History:
    """Load after load; how each of the console's processes stands after each, once all is quiet."""
    lasting = [pid for pid in place.console_pids() if pid != os.getpid()]
    history: History = defaultdict(list)
    began = time.perf_counter()
    while (at := time.perf_counter() - began) < seconds:
        load.any()
        settle(glass, 0.5)
        rest(glass, SETTLED_S if seconds > SHORT_S else 0.2)
        for pid in lasting:
            history[pid].append(Sample(at, resident(pid), descriptors(pid), threads(pid)))
    return history


def grown(history: History, *, with_memory: bool) -> list[str]:
    """What stands higher in the last quarter than in the one after the warm-up."""
    found = []
    for pid, samples in history.items():
        first, last = _quarters(samples)
        for name in ("descriptors", "threads"):
            # What is open for a moment only is in some of the samples.
            before, after = max(getattr(one, name) for one in first), min(getattr(one, name) for one in last)
            if after > before:
                found.append(f"{pid}: {name} from {before} to {after}")
        before_mb, after_mb = (median(one.resident for one in part) for part in (first, last))
        if with_memory and after_mb > MOST_GROWTH * before_mb + SLACK_MB:
            found.append(f"{pid}: memory from {before_mb:.1f} to {after_mb:.1f} MB")
    return found


def _quarters(samples: list[Sample]) -> tuple[list[Sample], list[Sample]]:
    quarter = max(1, int(len(samples) * WARM_UP))
    return samples[quarter : 2 * quarter] or samples[:1], samples[-quarter:]


def told(history: History) -> list[str]:
    lines = []
    for pid, samples in history.items():
        step = max(1, len(samples) // 12)
        path = " ".join(f"{one.resident:.1f}/{one.descriptors}/{one.threads}" for one in samples[::step])
        lines.append(f"{pid}: MB/descriptors/threads over {len(samples)} loads: {path}")
    return lines


def test_growth_is_seen() -> None:
    flat = [Sample(float(number), 50.0, 10, 2) for number in range(40)]
    steady = {1: flat}
    assert not grown(steady, with_memory=True)
    leaking = [one._replace(descriptors=10 + int(one.at) // 10) for one in flat]
    assert grown({1: leaking}, with_memory=False)
    growing = [one._replace(resident=50 + one.at / 2) for one in flat]
    assert grown({1: growing}, with_memory=True)
    assert not grown({1: growing}, with_memory=False)
