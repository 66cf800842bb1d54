"""What an open console costs the bot beside it: how long the bot's own writes take, with it and without.

Without and with, in turn. What differs by less than two rounds without a console differ from each other can't
be measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from bench.figures import Latency, Measured, Row
from bench.peers import four_terminals, has_tmux
from bench.place import Bench, rest, settle
from tests.rig.glass import Glass

RUNS, SECONDS = 3, 4.0
AT_MOST = 1.1
"""Of what a write takes without a console, where that varies by less."""
UNFELT_MS = 0.02
"""What waking a reader costs the writer; a line that follows a pause varies by as much."""
ALONE, TERMINALS = "no console", "four terminals"


class Writes(NamedTuple):
    lines: Latency
    events: Latency


def measure(bench: Bench) -> list[Row]:
    alone: list[Writes] = []
    watched: list[Writes] = []
    for _ in range(RUNS):
        alone.append(_writes(bench, None))
        with bench.console() as glass:
            watched.append(_writes(bench, glass))
    alone.append(_writes(bench, None))
    beside: Writes | None = None
    if has_tmux():
        bench.begin_log()
        with bench.tmux(*four_terminals(bench.log, bench.audit)) as glass:
            beside = _writes(bench, glass)
    bench.begin_log()
    bench.audit.write_text("", encoding="utf-8")
    return [
        _row("a log line of the bot", "lines", alone, watched, beside),
        _row("an audit event of the bot", "events", alone, watched, beside),
    ]


def _row(what: str, name: str, alone: list[Writes], watched: list[Writes], beside: Writes | None) -> Row:
    without: list[Latency] = [getattr(one, name) for one in alone]
    ours = Latency.median([getattr(one, name) for one in watched])
    peers: dict[str, Measured | None] = {
        ALONE: Latency.median(without),
        TERMINALS: getattr(beside, name) if beside else None,
    }
    least = Latency.median(without)
    # The worst round without a console is what the machine does by itself.
    p50 = max([AT_MOST * least.p50, least.p50 + UNFELT_MS, *(one.p50 for one in without)])
    p99 = max([AT_MOST * least.p99, least.p99 + UNFELT_MS, *(one.p99 for one in without)])
    reach = (
        f"<= {AT_MOST:g} of it without one, or {UNFELT_MS:g} ms more, or as it varies without: "
        f"p50 {p50:.3f} ms, p99 {p99:.2f} ms"
    )
    return Row(f"{what}, beside the console", ours, peers, reach, ours.p50 <= p50 and ours.p99 <= p99)


def _writes(bench: Bench, glass: Glass | None) -> Writes:
    with _bot(bench) as bot:
        while glass is not None and bot.poll() is None:
            rest(glass, 0.05)
        said = json.loads(bot.communicate()[0])
    if glass is not None:
        settle(glass)
    return Writes(Latency.of(said["lines"]), Latency.of(said["events"]))


@contextmanager
def _bot(bench: Bench) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "bench.writing_bot", str(bench.log), str(bench.audit), str(SECONDS)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as bot:
        try:
            yield bot
        finally:
            bot.kill()
