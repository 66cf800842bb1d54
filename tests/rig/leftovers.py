"""Processes that a test began and left behind: found by what they inherited, named, and ended."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "THUNES_TEST_RUN"
"""In the environment of whatever the tests start by exec; its value is the run's own folder."""
PATIENCE_S = 15.0
"""What ends by itself (a keeper after its last job, a replay after its last watcher) has ended by then."""
STACK = 25
"""Position in /proc/PID/stat after the last `)`: field 28, where the stack begins. It is drawn anew at every
exec, so another process with the same one is a fork of this very process, whatever its parent is by now."""


def _stack(pid: str) -> int:
    """0 for a zombie, and for one that is not ours to look at."""
    return int(Path("/proc", pid, "stat").read_bytes().rpartition(b")")[2].split()[STACK])


def _of_run(run: str, stack: int) -> Iterator[int]:
    """Living forks of the run's process, and what was started by exec from it, other than this process."""
    mark = f"{MARK}={run}".encode()
    own = os.getpid()
    for pid in (path.name for path in Path("/proc").iterdir() if path.name.isdigit()):
        try:
            if int(pid) != own and (
                _stack(pid) == stack or mark in Path("/proc", pid, "environ").read_bytes().split(b"\0")
            ):
                yield int(pid)
        except OSError:  # it has ended, or is another user's
            continue


def _said(pid: int) -> str:
    """What a person needs to find who began it: number, arguments, the test where the environment tells."""
    try:
        argv = Path(f"/proc/{pid}/cmdline").read_bytes().strip(b"\0").replace(b"\0", b" ").decode()
        environ = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return f"{pid}"
    test = [
        entry.partition(b"=")[2].decode() for entry in environ if entry.startswith(b"PYTEST_CURRENT_TEST=")
    ]
    return " ".join([f"{pid}: {argv[:120]}", *(f"from {name}" for name in test)])


def end_leftovers(run: str) -> list[str]:
    """Wait for what is about to end, kill the rest; what had to be killed, a line each."""
    stack = _stack("self")
    deadline = time.perf_counter() + PATIENCE_S
    while left := list(_of_run(run, stack)):
        if time.perf_counter() > deadline:
            break
        time.sleep(0.02)
    said = [_said(pid) for pid in left]
    _kill(run, stack)
    return said


def _kill(run: str, stack: int) -> None:
    """Again and again: one of them may have been starting another."""
    while left := list(_of_run(run, stack)):
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.02)


def watch_over(run: str) -> None:
    """Have all that is left ended, and the run's folder taken away, when this process dies in any way."""
    os.posix_spawn(
        sys.executable,
        [sys.executable, __file__, run, str(os.getpid()), str(_stack("self"))],
        {name: value for name, value in os.environ.items() if name != MARK},
        file_actions=[(os.POSIX_SPAWN_OPEN, standard, os.devnull, os.O_RDWR, 0) for standard in (0, 1, 2)],
        setsid=True,  # what interrupts the run must not end who cleans up after it
    )


def _wait_and_end(run: str, pid: int, stack: int) -> None:
    try:
        death = select.poll()
        death.register(os.pidfd_open(pid), select.POLLIN)
        death.poll()
    except ProcessLookupError:
        pass
    _kill(run, stack)
    shutil.rmtree(run, ignore_errors=True)


if __name__ == "__main__":
    _wait_and_end(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
