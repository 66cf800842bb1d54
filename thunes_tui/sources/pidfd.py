"""A process held by descriptor: its death is an event, and its pid cannot become another's meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import struct
from dataclasses import dataclass

from thunes_tui.sources import procfs

LAYOUT = "=QQ11Ii"
"""`struct pidfd_info`, first version: mask, cgroup, eleven ids, wait status."""
GET_INFO = (3 << 30) | (struct.calcsize(LAYOUT) << 16) | (0xFF << 8) | 11
"""`PIDFD_GET_INFO`: read and write, 64 bytes, kind 0xFF, number 11; Linux 6.13."""
WANT_EXIT = 1 << 3
"""`PIDFD_INFO_EXIT`: the wait status of a reaped process; Linux 6.15."""


@dataclass(frozen=True, slots=True)
class Death:
    """How a process ended, as far as the kernel tells a stranger."""

    exit: int | None = None
    signal: int | None = None
    detail: str = ""


def hold(pid: int, start: int) -> int | None:
    """A descriptor of exactly this process; None when it is gone or the pid is another's by now."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError as error:
        if error.errno in (errno.ESRCH, errno.EINVAL):
            return None
        raise
    known = procfs.stat(pid)
    if known is None or known.start != start:
        os.close(descriptor)
        return None
    return descriptor


def death(descriptor: int, pid: int, start: int) -> Death:
    """How the process ended, asked once its descriptor became readable.

    A zombie's status stands in /proc; a reaped one's is kept by the kernel with the descriptor (6.15).
    The order matters: between both looks it may be reaped, never the other way round.
    """
    status = _of_zombie(pid, start)
    if status is None:
        status = _of_reaped(descriptor)
    if status is None:
        return Death(detail="exit status not readable: another process's child, already reaped")
    if os.WIFSIGNALED(status):
        return Death(signal=os.WTERMSIG(status))
    return Death(exit=os.waitstatus_to_exitcode(status))


def _of_zombie(pid: int, start: int) -> int | None:
    known = procfs.stat(pid)
    return known.exit_status if known is not None and known.start == start else None


def _of_reaped(descriptor: int) -> int | None:
    buffer = bytearray(struct.pack(LAYOUT, WANT_EXIT, *([0] * 13)))
    try:
        fcntl.ioctl(descriptor, GET_INFO, buffer)
    except OSError:
        return None
    members = struct.unpack(LAYOUT, buffer)
    return int(members[-1]) if members[0] & WANT_EXIT else None
