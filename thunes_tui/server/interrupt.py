"""Tells the command in the shell to end, as its terminal would: SIGINT to the foreground group, then SIGTERM.

Never where a bot or the console itself is in that group, and SIGTERM never to the shell.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import Callable

from thunes_tui.clock import boot_id
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import Refused
from thunes_tui.observations import InterruptTold, Observation
from thunes_tui.server import signals
from thunes_tui.server.signals import Identity
from thunes_tui.sources import procfs

TIOCSIG = 0x40045436
"""Signal whatever group is in the terminal's foreground at that very moment; Linux, from either side."""
LADDER = ((signal.SIGINT, 2.0), (signal.SIGINT, 2.0), (signal.SIGTERM, 2.0), (signal.SIGTERM, 2.0))
"""Each twice, for a block has more than one command and the first may end alone; with seconds of patience."""
STARTS_S = 1.0
"""A line that was typed has so long until the shell says that it runs."""
LOOK_S = 0.02


class Interrupter:
    """One session's. `state` and `own` give what is known, and the console's processes, as they are now."""

    def __init__(
        self,
        state: Callable[[], DrillState],
        own: Callable[[], set[int]],
        observe: Callable[[Observation], None],
    ) -> None:
        self._state = state
        self._own = own
        self._observe = observe

    async def end(self, terminal: int, shell: int, line: str) -> None:
        """Until `line` is no more what the shell runs, or nothing is left to try."""
        if not await self._is(line, STARTS_S, running=True):
            if self._state().stops.abort.status == "stopping":
                self._observe(InterruptTold("", "ended", "it had ended already"))
            return
        why = ""
        for number, patience in LADDER:
            why = self._signal(terminal, shell, number)
            self._observe(InterruptTold(number.name, "refused" if why else "sent", why))
            if await self._is(line, 0.0 if why else patience, running=False):
                return
        self._observe(InterruptTold("", "alive", why or "it did not end by SIGINT nor by SIGTERM"))

    def _signal(self, terminal: int, shell: int, number: signal.Signals) -> str:
        """Why nothing was sent; empty when it was."""
        try:
            group = os.tcgetpgrp(terminal)
        except OSError as error:
            return f"the terminal does not tell what is in its foreground: {error.strerror}"
        members = members_of(group)
        why = self._spared(members, shell)
        if why:
            return why
        if number == signal.SIGINT:
            fcntl.ioctl(terminal, TIOCSIG, int(number))
            return ""
        struck = [self._strike(pid, start, number) for pid, start in members if pid != shell]
        return "" if any(struck) else "only the shell itself is left"

    def _spared(self, members: list[tuple[int, int]], shell: int) -> str:
        pids = {pid for pid, _ in members}
        bots = sorted(
            pids & {p.pid for p in self._state().processes if p.alive and p.role in ("bot", "child")}
        )
        if bots:
            return f"bot {bots[0]} is in the foreground: it is left alone"
        ours = sorted(pid for pid in pids - {shell} if signals.is_ours(pid, self._own() - {shell}))
        return f"process {ours[0]} in the foreground is the console's own" if ours else ""

    def _strike(self, pid: int, start: int, number: signal.Signals) -> bool:
        with contextlib.suppress(Refused):
            return signals.send(Identity(boot_id(), pid, start), number, self._own())
        return False

    async def _is(self, line: str, seconds: float, *, running: bool) -> bool:
        """Whether the shell runs that line, or no more, within the time."""
        until = asyncio.get_running_loop().time() + seconds
        while (self._state().shell.running.strip() == line) != running:
            if asyncio.get_running_loop().time() >= until:
                return False
            await asyncio.sleep(LOOK_S)
        return True


def members_of(group: int) -> list[tuple[int, int]]:
    """Pid and start of the living processes of a process group."""
    known = ((pid, procfs.stat(pid)) for pid in procfs.pids())
    return [
        (pid, stat.start) for pid, stat in known if stat is not None and stat.group == group and not stat.dead
    ]
