"""The load of one process since the last look at it."""

from __future__ import annotations

import psutil

Row = tuple[int, float, int, int, int]
"""Pid, CPU percent, resident bytes, threads, descriptors."""


class Load:
    """Keeps what the CPU percentage is measured from."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._process: psutil.Process | None = None

    def now(self) -> Row | None:
        """None for what is gone, just dying, or another user's."""
        try:
            if self._process is None:
                self._process = psutil.Process(self._pid)
                self._process.cpu_percent()
            process = self._process
            with process.oneshot():
                row = (self._pid, process.cpu_percent(), process.memory_info().rss, process.num_threads())
            return (*row, process.num_fds())
        except (psutil.Error, OSError):
            return None
