"""Signals to exactly one process, held by descriptor, its identity read again once that is open."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass

from thunes_tui.clock import boot_id
from thunes_tui.errors import Refused
from thunes_tui.sources import pidfd, procfs


@dataclass(frozen=True, slots=True)
class Identity:
    """Boot, pid and start time: the three together never name two processes."""

    boot: str
    pid: int
    start: int


def send(who: Identity, number: signal.Signals, own: set[int]) -> bool:
    """Signal the process; False when it is gone already. Raises Refused for what must never be signalled.

    No clock and no name is involved: a pid that was given to another process meanwhile has another start.
    """
    if who.pid <= 1 or who.pid in own or who.pid in procfs.ancestors(os.getpid()):
        raise Refused(f"process {who.pid} is the system's or the console's own; it is not signalled")
    if who.boot != boot_id():
        return False
    descriptor = pidfd.hold(who.pid, who.start)
    if descriptor is None:
        return False
    try:
        signal.pidfd_send_signal(descriptor, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        raise Refused(f"process {who.pid} belongs to another user; ask them to stop it") from None
    finally:
        os.close(descriptor)
    return True
