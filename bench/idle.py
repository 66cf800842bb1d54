"""Idle: what an open drill costs while nothing happens but its clock.

The peer is what people have today, in one tmux window: a shell, `tail -f` of the log, the audit trail through
jq, and `watch` on the processes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.figures import Cost, Measured, Row
from bench.peers import has_tmux
from bench.place import Bench, rest
from tests.rig.glass import Glass

SECONDS = 15.0
SETTLE_S = 5.0
REACH_CORE, REACH_BYTES = 1.0, 100.0
TICK = os.sysconf("SC_CLK_TCK")


def measure(bench: Bench) -> Row:
    with bench.console() as glass:
        ours = _cost(glass, bench.console_pids)
    peers: dict[str, Measured] = {}
    if has_tmux():
        audit = f"tail -f {bench.audit}" + (" | jq ." if shutil.which("jq") else "")
        panes = ["bash --norc", f"tail -f {bench.log}", audit]
        if shutil.which("watch"):
            panes.append("watch -n 2 'ps aux | grep [p]aper_trader'")
        with bench.tmux(*panes) as glass:
            peers["four terminals"] = _cost(glass, lambda: [glass.pid, *_below(bench.tmux_pid())])
    return Row(
        "idle", ours, peers, () if peers else ("four terminals",),
        f"<= {REACH_CORE:g} % of a core, <= {REACH_BYTES:g} B/s to the terminal",
        ours.core <= REACH_CORE and ours.bytes_s <= REACH_BYTES,
    )  # fmt: skip


def _cost(glass: Glass, pids: Callable[[], Iterable[int]]) -> Cost:
    rest(glass, SETTLE_S)
    before, written, began = _spent(pids()), len(glass.raw), time.perf_counter()
    rest(glass, SECONDS)
    after, lasted = _spent(pids()), time.perf_counter() - began
    spent = sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())
    return Cost(100 * spent / lasted, (len(glass.raw) - written) / lasted)


def _spent(pids: Iterable[int]) -> dict[int, float]:
    """CPU seconds of each process and of its children that have ended."""
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            found[pid] = sum(int(field) for field in fields[11:15]) / TICK
    return found


def _below(root: int) -> list[int]:
    """A process and everything it started."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found
