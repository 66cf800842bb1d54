"""Looking for something in the big log: the hit before, how many there are, and giving up, beside grep.

grep is run in the C locale, where it is quickest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bench.figures import Amount, Row, several, within
from bench.files import LONE, NEEDLE
from bench.place import Bench
from thunes_tui.lines.line import END
from thunes_tui.lines.pattern import Pattern
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.runner import Runner
from thunes_tui.lines.search import Count, Search
from thunes_tui.lines.store import FileStore

RUNS, WORKERS = 3, 2
QUICK = 4
"""What may take more of grep's time than this is counted in the quarter."""
WAIT_S = 0.05
REACH_HIT_MS = 200.0
REACH_STOP_MS = 100.0
STOPPED_AFTER = 8
"""Steps of a count before it is given up."""


class Case(NamedTuple):
    what: str
    pattern: Pattern
    grep: tuple[str, ...]
    part: float
    """Of grep's time, at most."""


CASES = (
    Case("count of a text", Pattern(NEEDLE), ("-F", NEEDLE), 4),
    Case(
        "count of a pattern with a required literal",
        Pattern("WARNING - [a-z]+ .* number [0-9]*7", True),
        ("-E", "WARNING - [a-z]+ .* number [0-9]*7"),
        4,
    ),
    Case(
        "count of a pattern whose words stand everywhere",
        Pattern("[0-9]{3}[.][0-9]{2} number [0-9]*77", True),
        ("-E", "[0-9]{3}[.][0-9]{2} number [0-9]*77"),
        10,
    ),
    Case("count of any pattern (-E)", Pattern("[0-9]+9[.][0-9]7 ", True), ("-E", "[0-9]+9[.][0-9]7 "), 10),
    Case("count of any pattern (-P)", Pattern(r"(\d)\1\1[.]\d+ ", True), ("-P", r"(\d)\1\1[.]\d+ "), 10),
)


def measure(bench: Bench) -> list[Row]:
    whole, quarter = _opened(bench.files.log), _opened(bench.files.quarter)
    try:
        rows = [_hit_before(whole)]
        rows += [_count(quarter if case.part > QUICK else whole, case) for case in CASES]
        rows.append(_stop(whole))
    finally:
        whole.close()
        quarter.close()
    return [replace(row, note=f"{row.note}  {bench.files.note}".strip()) for row in rows]


def _opened(path: Path) -> FileStore:
    """With its index."""
    store = FileStore(path)
    store.poll()
    while store.step():
        pass
    return store


def _on(store: FileStore) -> str:
    return f"on {store.follower.path.stat().st_size / 1e6:,.0f} MB"


def _hit_before(store: FileStore) -> Row:
    def once() -> Amount:
        work = Search(store, Runner(Pattern(LONE), WORKERS), END, forward=False)
        began = time.perf_counter()
        while work.step(BLOCK, WAIT_S):
            pass
        taken = time.perf_counter() - began
        work.close()
        assert work.found is not None, "the line that has no twin was not found"
        return Amount(1000 * taken, "ms")

    ours = Amount.median([once() for _ in range(RUNS)])
    what = "the hit before, 64 MB away"
    return Row(what, ours, {}, f"<= {REACH_HIT_MS:g} ms", ours.value <= REACH_HIT_MS, _on(store))


def _count(store: FileStore, case: Case) -> Row:
    hits: set[int] = set()

    def once() -> Amount:
        work = Count(store, Runner(case.pattern, WORKERS))
        began = time.perf_counter()
        while work.step(BLOCK, WAIT_S):
            pass
        taken = time.perf_counter() - began
        work.close()
        hits.add(work.hits)
        return Amount(taken, "s")

    name, path = f"grep -c {case.grep[0]}", store.follower.path
    if shutil.which("grep") is None:
        ours = Amount.median([once() for _ in range(RUNS)])
        return Row(case.what, ours, {name: None}, f"<= {case.part:g} x {name}", None, _on(store))
    mine, grep = several(RUNS, once, lambda: Amount(_grep(case.grep, path, hits), "s"))
    ours, peer = Amount.median(mine), Amount.median(grep)
    assert len(hits) == 1, f"{case.pattern.text}: counted differently: {sorted(hits)}"
    return Row(
        case.what, ours, {name: peer}, f"<= {case.part:g} x {name}", within(ours, peer, case.part), _on(store)
    )


def _grep(arguments: tuple[str, ...], path: Path, hits: set[int]) -> float:
    began = time.perf_counter()
    argv = ["grep", "-c", *arguments, str(path)]
    ran = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, check=False)
    taken = time.perf_counter() - began
    hits.add(int(ran.stdout))
    return taken


def _stop(store: FileStore) -> Row:
    """What can pass between a key and the end of a count: the slice under way, and ending its processes."""

    def once() -> Amount:
        work = Count(store, Runner(CASES[-1].pattern, WORKERS))
        seen, longest = {0}, 0.0
        while len(seen) < STOPPED_AFTER and work.progress < 1:
            longest = max(longest, _timed(work.step))
            seen.add(work.hits)
        assert len(seen) > 2, "the count does not grow while it is made"
        return Amount(1000 * (longest + _timed(work.close)), "ms")

    ours = Amount.median([once() for _ in range(RUNS)])
    note = "the longest slice and the end of its processes; the count was seen to grow"
    return Row("giving a count up", ours, {}, f"<= {REACH_STOP_MS:g} ms", ours.value <= REACH_STOP_MS, note)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
