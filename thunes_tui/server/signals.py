"""Signals to exactly one process, held by descriptor, its identity read again once that is open."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from thunes_tui.clock import boot_id
from thunes_tui.errors import Refused
from thunes_tui.sources import pidfd, procfs
from thunes_tui.title import TITLE


@dataclass(frozen=True, slots=True)
class Identity:
    """Boot, pid and start time: the three together never name two processes."""

    boot: str
    pid: int
    start: int


def is_ours(pid: int, own: set[int]) -> bool:
    """Whether it is the system's first process, or one of a console: of this one or of any other."""
    return pid <= 1 or pid in own or pid in procfs.ancestors(os.getpid()) or procfs.argv(pid) == (TITLE,)


def hold(who: Identity, own: set[int]) -> int | None:
    """A descriptor of the process; None when it is gone. Raises Refused for what must never be signalled.

    No clock and no name is involved: a pid that was given to another process meanwhile has another start.
    """
    if is_ours(who.pid, own):
        raise Refused(f"process {who.pid} is the system's or the console's own: it is never signalled")
    return pidfd.hold(who.pid, who.start) if who.boot == boot_id() else None


def strike(descriptor: int, pid: int, number: signal.Signals) -> bool:
    """Signal the held process; False when it is gone. Raises Refused where it is another user's."""
    try:
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        raise Refused(f"process {pid} belongs to another user; ask them to stop it") from None
    return True


def send(who: Identity, number: signal.Signals, own: set[int]) -> bool:
    """Signal the process; False when it is gone already. Raises Refused as `hold` and `strike` do."""
    descriptor = hold(who, own)
    if descriptor is None:
        return False
    try:
        return strike(descriptor, who.pid, number)
    finally:
        os.close(descriptor)
