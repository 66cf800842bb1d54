"""What processes cost: time, memory, bytes read, descriptors, threads."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def spent(pids: Iterable[int]) -> dict[int, float]:
    """CPU seconds of each process and of its children that have ended."""
    found = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = _stat(pid)
            found[pid] = sum(int(field) for field in fields[11:15]) / TICK
    return found


def more(before: dict[int, float], after: dict[int, float]) -> float:
    """CPU seconds between two looks; a process that is new counts from its beginning."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def below(root: int) -> list[int]:
    """A process and everything it started."""
    parents: dict[int, list[int]] = {}
    for pid in everyone():
        with contextlib.suppress(OSError):
            parents.setdefault(int(_stat(pid)[1]), []).append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found


def everyone() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def resident(pid: int) -> float:
    """Megabytes of memory that it has; 0 once it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * PAGE / 1e6
    except OSError:
        return 0.0


def read_by(pid: int) -> int:
    """Bytes that it has asked the system to read, from the cache as well."""
    return int(Path(f"/proc/{pid}/io").read_text().split()[1])


def descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def has_marked(pid: int, variable: bytes) -> bool:
    """Whether it was started with `NAME=value` in its environment."""
    try:
        return variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


@contextlib.contextmanager
def crowd(count: int) -> Iterator[None]:
    """So many more processes on the box, which do nothing."""
    started = [
        os.posix_spawnp("sleep", ["sleep", "3600"], {"PATH": os.environ["PATH"]}) for _ in range(count)
    ]
    try:
        yield
    finally:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _stat(pid: int) -> list[bytes]:
    """The fields behind the name, from the state on."""
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
