"""Run as the first process of a PID namespace: kills, gives the number to another, and signals the dead."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from thunes_tui.clock import boot_id
from thunes_tui.server.signals import Identity, send
from thunes_tui.sources import procfs

LAST = Path("/proc/sys/kernel/ns_last_pid")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def sleeper(number: int = 0) -> int:
    """A child that does nothing, with this pid if it can be had."""
    if number:
        LAST.write_text(str(number - 1), encoding="ascii")
    pid = os.fork()
    if pid == 0:
        while True:
            signal.pause()
    return pid


def identity(pid: int) -> Identity:
    known = procfs.stat(pid)
    assert known is not None
    return Identity(boot_id(), pid, known.start)


def one_round(told: dict[str, int]) -> None:
    chosen = sleeper()
    who = identity(chosen)
    os.kill(chosen, signal.SIGKILL)
    os.waitpid(chosen, 0)
    time.sleep(TICK_S)
    other = sleeper(chosen)
    told["reused"] += other == chosen
    told["struck"] += send(who, signal.SIGKILL, set())
    innocent = procfs.stat(other)
    told["innocents"] += innocent is None or innocent.dead
    told["reached"] += send(identity(other), signal.SIGKILL, set())
    os.waitpid(other, 0)


def main() -> None:
    told = {"rounds": int(sys.argv[1]), "reused": 0, "struck": 0, "innocents": 0, "reached": 0}
    for _ in range(told["rounds"]):
        one_round(told)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
