"""Whether the bot hangs: it lives, and stands still or has fallen silent against its own habit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.clock import Clock, Moment
from thunes_tui.drill.rhythm import FLOOR_S, Rhythm
from thunes_tui.emergency_observations import BotStalled
from thunes_tui.observations import Observation
from thunes_tui.sources import procfs

LOOK_S = 1.0
STILL_S = 3.0
"""A process that was stopped for so long was not stopped in passing."""
WAITS_S = 30.0
"""One that waits for a device for so long does not come back soon."""
STATES = {"T": (STILL_S, "has stood still (stopped)"), "t": (STILL_S, "has stood still (traced)"),
          "D": (WAITS_S, "has waited for a device")}  # fmt: skip
BEFORE, NONE_YET = Moment(0, 0), Rhythm()
Identity = tuple[int, int]


@dataclass(slots=True)
class _Seen:
    """One bot, as it was at the last look."""

    state: str = ""
    since: Moment = BEFORE
    """When it was first seen in that state."""
    log: tuple[int, int, int] = (0, 0, 0)
    spoke: Moment = BEFORE
    """When it was first seen to have written what is its last word."""
    rhythm: Rhythm = NONE_YET


class Stall:
    """Yields a `BotStalled` at every look while one hangs. `bots` gives pid and start of those that live."""

    def __init__(
        self,
        log: Path,
        bots: Callable[[], tuple[Identity, ...]],
        clock: Clock,
        floor_s: float = FLOOR_S,
    ) -> None:
        self._log = log
        self._bots = bots
        self._clock = clock
        self._floor_s = floor_s
        self._seen: dict[Identity, _Seen] = {}

    async def observe(self) -> AsyncIterator[Observation]:
        """Never ends."""
        while True:
            for stalled in self.look():
                yield stalled
            await asyncio.sleep(LOOK_S)

    def look(self) -> list[BotStalled]:
        """Now. A log names no process: where two bots run nobody's silence can be told."""
        now, bots = self._clock.now(), self._bots()
        self._seen = {who: self._seen.get(who, _Seen()) for who in bots}
        found = []
        for who, seen in self._seen.items():
            self._note(who, seen, now)
            since, words = self._strange(seen, now, alone=len(bots) == 1)
            if since is not None:
                found.append(BotStalled(*who, f"{words} for {now.since(since):.0f} s", since.t))
        return found

    def _note(self, who: Identity, seen: _Seen, now: Moment) -> None:
        known = procfs.stat(who[0])
        state = known.state if known is not None and known.start == who[1] else ""
        if state != seen.state:
            seen.state, seen.since = state, now
        log = _signature(self._log)
        if log != seen.log:
            seen.log, seen.spoke, seen.rhythm = log, now, seen.rhythm.spoke(now.m / 1e9)

    def _strange(self, seen: _Seen, now: Moment, *, alone: bool) -> tuple[Moment | None, str]:
        patience, words = STATES.get(seen.state, (0.0, ""))
        if words:
            return (seen.since if now.since(seen.since) >= patience else None), words
        silent = alone and seen.rhythm.silent(now.m / 1e9, self._floor_s)
        return (seen.spoke if silent else None), "has written nothing to its log"


def _signature(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_ino, status.st_size, status.st_mtime_ns)
