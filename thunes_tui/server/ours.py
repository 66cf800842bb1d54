"""Which processes are the console's own, in all its parts: never signalled, and named in the list."""

from __future__ import annotations

import os

from thunes_tui.server.shell import ShellHost
from thunes_tui.sources import procfs


def pids(shell: ShellHost | None, worker: int | None, clients: set[int]) -> set[int]:
    """Server, keeper, shell, exchange worker, whoever is connected, and all from whom these come."""
    own = {os.getpid(), os.getppid()} - {1}
    if shell is not None:
        own |= {shell.pid, *procfs.ancestors(shell.pid)}
    if worker is not None:
        own.add(worker)
    for pid in clients:
        own |= {pid, *procfs.ancestors(pid)}
    return own


def named(shell: ShellHost | None, worker: int | None, clients: set[int]) -> dict[int, tuple[str, str]]:
    """Those that stand in the list of processes, by role and name; the shell is the drill's."""
    found = {os.getpid(): ("console", "server")}
    if shell is not None:
        found[shell.pid] = ("drill", "shell")
        known = procfs.stat(shell.pid)
        if known is not None and known.parent > 1:
            found[known.parent] = ("console", "keeper")
    if worker is not None:
        found[worker] = ("console", "exchange-worker")
    return found | dict.fromkeys(clients - found.keys(), ("console", "console"))
