"""Filters over a million audit records, beside jq: the first rows, and all of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from bench.figures import Amount, Row, several, within
from bench.files import KILL_SWITCH
from bench.place import SIZE, Bench
from thunes_tui.clock import system
from thunes_tui.lines.jq.compiled import compile_filter
from thunes_tui.lines.jq.evaluation import evaluator
from thunes_tui.lines.jq.filtered import FilteredStore
from thunes_tui.lines.jq.whole import Whole
from thunes_tui.lines.store import FileStore

RUNS = 3
REACH_FIRST_MS = 100.0
SCREEN = SIZE[1]
"""Rows that are enough for any screen."""
POLL_S = 0.001


class Case(NamedTuple):
    what: str
    text: str
    part: float
    """Of jq's time, at most."""
    is_long: bool
    """Starting processes for it is worth while."""


CASES = (
    Case("jq select", f'select(.event=="{KILL_SWITCH}")', 1 / 40, is_long=False),
    Case("jq projection", "{timestamp,event,reason}", 1 / 5, is_long=True),
)


def measure(bench: Bench) -> list[Row]:
    path = bench.files.audit
    rows = []
    for case in CASES:
        rows += _rows(path, case, f"on {path.stat().st_size / 1e6:,.0f} MB  {bench.files.note}".rstrip())
    return rows


def _rows(path: Path, case: Case, note: str) -> list[Row]:
    counted: set[int] = set()
    first = Amount.median([_first(path, case.text) for _ in range(RUNS)])
    has_jq = shutil.which("jq") is not None
    works = [lambda: _console(path, case.text, counted), lambda: _whole(path, case.text, counted)]
    if has_jq:
        works.append(lambda: _jq(path, case.text, counted))
    console, whole, *jq = (Amount.median(runs) for runs in several(RUNS, *works))
    assert len(counted) == 1, f"{case.text}: counted differently: {sorted(counted)}"
    peer = jq[0] if jq else None

    def row(what: str, ours: Amount, part: float | None, on: str) -> Row:
        reach = f"<= 1/{1 / part:g} of jq" if part else ""
        reached = within(ours, peer, part) if peer and part else None
        return Row(f"{case.what}: {what}", ours, {"jq": peer}, reach, reached, on)

    return [
        Row(
            f"{case.what}: first rows", first, {}, f"<= {REACH_FIRST_MS:g} ms", first.value <= REACH_FIRST_MS,
            note,
        ),
        row("all of it, as a pane looks through", console, case.part, f"{note}, slice after slice"),
        row(
            "all of it written out", whole, case.part if case.is_long else None,
            f"{note}, the start of two processes included",
        ),
    ]  # fmt: skip


def _opened(path: Path) -> FileStore:
    """As a pane has it: its lines are counted."""
    store = FileStore(path)
    store.poll()
    while store.step():
        pass
    return store


def _first(path: Path, text: str) -> Amount:
    """From the filter as it was typed to a screen full of its newest rows."""
    store = _opened(path)
    began = time.perf_counter()
    filtered = FilteredStore(store, evaluator(compile_filter(text), system()))
    while len(rows := filtered.last(SCREEN)) < SCREEN and filtered.step():
        pass
    taken = time.perf_counter() - began
    assert rows, f"{text}: no rows"
    filtered.close()
    store.close()
    return Amount(1000 * taken, "ms")


def _console(path: Path, text: str, counted: set[int]) -> Amount:
    store = _opened(path)
    began = time.perf_counter()
    filtered = FilteredStore(store, evaluator(compile_filter(text), system()))
    while filtered.step():
        pass
    taken = time.perf_counter() - began
    counted.add(filtered.counts.rows)
    filtered.close()
    store.close()
    return Amount(taken, "s")


def _whole(path: Path, text: str, counted: set[int]) -> Amount:
    """All outputs, written out."""
    with Path(os.devnull).open("wb") as nowhere:
        began = time.perf_counter()
        whole = Whole(path, compile_filter(text), nowhere.fileno())
        while not whole.poll():
            time.sleep(POLL_S)
        taken = time.perf_counter() - began
    assert not whole.failure, whole.failure
    counted.add(whole.counts.rows)
    return Amount(taken, "s")


def _jq(path: Path, text: str, counted: set[int]) -> Amount:
    out = path.with_name("jq.out")
    with out.open("wb") as file:
        began = time.perf_counter()
        subprocess.run(["jq", "-c", text, str(path)], stdout=file, check=True)
        taken = time.perf_counter() - began
    with out.open("rb") as file:
        counted.add(sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")))
    out.unlink()
    return Amount(taken, "s")
