"""Masking of a clean flood: what the shell's output costs before anybody sees it, 64 kB at a time.

Ours looks for every form of the known secrets and for everything that looks like one. The peer is the obvious
way to do the second half alone: the patterns as one big alternation.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from bench.figures import Latency, Row
from bench.place import Bench
from thunes_tui.mask import Mask, MaskStream
from thunes_tui.secret_patterns import PATTERNS

LINE = b"2025-10-09 10:42:15 - src.live.paper_trader - \x1b[32mINFO\x1b[0m - BTCUSDT 62000, switch off\r\n"
CHUNK = LINE * (65_536 // len(LINE))
SECRETS = {"BINANCE_API_KEY": "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"}
WARM_UP, CHUNKS = 3, 60
PEER = "one alternation"
REACH_MB_S, REACH_RATIO = 12.0, 0.5
"""A terminal is fed with so many megabytes a second; and at most this part of the peer's time."""


def measure(_bench: Bench) -> list[Row]:
    stream = MaskStream(Mask.of(SECRETS))
    flat = re.compile(b"|".join(p.regex.pattern.replace(b"(?P<s>", b"(?:") for p in PATTERNS))
    ours = _timed(lambda: stream.feed(CHUNK))
    peer = _timed(lambda: flat.sub(b"", CHUNK))
    speed = len(CHUNK) / 1e3 / ours.p50
    return [
        Row(
            "masking of 64 kB", ours, {PEER: peer},
            f">= {REACH_MB_S:g} MB/s, <= {REACH_RATIO:g} of the peer's",
            speed >= REACH_MB_S and ours.p50 <= REACH_RATIO * peer.p50,
        )
    ]  # fmt: skip


def _timed(work: Callable[[], object]) -> Latency:
    taken = []
    for number in range(WARM_UP + CHUNKS):
        began = time.perf_counter()
        work()
        if number >= WARM_UP:
            taken.append(time.perf_counter() - began)
    return Latency.of(taken)
