"""One writer a session: a lock that the kernel drops when its holder dies, so that none is ever stale."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path

from thunes_tui.errors import Refused
from thunes_tui.journal.ownership import open_private

NAME = "lock"
PROBES = 20
PROBE_SECONDS = 0.01
"""A look at the lock holds it shared for microseconds; an opener outwaits such looks."""


class Lock:
    """The exclusive lock on a session, for as long as this object is open."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def take(cls, folder: Path) -> Lock:
        """Raises Refused, naming who has it, when the session is being written."""
        # Never closed over an exec: an inherited copy in a bot that lives on would keep the lock.
        descriptor = open_private(folder / NAME, os.O_RDWR | os.O_CREAT)
        for _ in range(PROBES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(PROBE_SECONDS)
                continue
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)
            return cls(descriptor)
        holder = _holder(descriptor)
        os.close(descriptor)
        raise Refused(f"session {folder.name} is written by {holder}: attach to it")

    def release(self) -> None:
        """May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _holder(descriptor: int) -> str:
    pid, _, host = os.pread(descriptor, 300, 0).decode("utf-8", "replace").strip().partition(" ")
    return f"pid {pid} on {host}" if pid.isdigit() and host else "another process"


def is_held(folder: Path) -> bool:
    """Whether a writer has the session. Raises Unusable where the lock is not what it should be."""
    try:
        descriptor = open_private(folder / NAME, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
