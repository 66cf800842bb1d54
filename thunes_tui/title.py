"""What `ps`, `pgrep -f` and `pkill -f` see of our own processes: one neutral word.

A drill kills by pattern (`pkill -9 -f paper_trader`). A console started on a folder whose path holds that
pattern would be hit by its own drill, and so would everything it forks. So the first thing every process
of ours does is to overwrite the arguments that the kernel shows for it; forked children inherit the result.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

TITLE = "thunes-tui"
PR_SET_NAME = 15
ARG_START, ARG_END = 45, 46
"""Positions in /proc/PID/stat counted after the last `)`; fields 48 and 49 of proc(5)."""


def neutralise(title: str = TITLE) -> None:
    """Make this process show `title` as its whole command line, and as its name in `top` (15 bytes).

    The room is what exec gave: a longer title is clipped, a shorter one padded with NUL. The last byte stays
    NUL, because the kernel reads on into the environment where it is not. Does nothing where the system does
    not offer it.
    """
    name = title.encode("ascii", "replace")
    try:
        start, end = _argument_memory()
        room = end - start
        if room > 1:
            ctypes.memmove(start, name[: room - 1].ljust(room, b"\0"), room)
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_NAME, ctypes.c_char_p(name[:15]), 0, 0, 0)
    except (OSError, ValueError, IndexError, AttributeError):
        return


def _argument_memory() -> tuple[int, int]:
    """First address of this process's arguments and the one after the last; (0, 0) where it is hidden."""
    fields = Path("/proc/self/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[ARG_START]), int(fields[ARG_END])
