"""Open positions of the bot, read again whenever its database was written, once a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from thunes_tui.lines.watch import Watcher, WatchHub
from thunes_tui.observations import Observation, PositionsSeen
from thunes_tui.sources import database
from thunes_tui.sources.files import SAFETY_S

LOOK_S = 0.1
"""Between two looks at a database that the bot has locked."""
READ_S = 1.0
"""Between two reads at least."""


class Positions:
    """Yields `PositionsSeen` at first and at each change, of the rows or of what is wrong with the file."""

    def __init__(self, path: Path, hub: WatchHub | None = None) -> None:
        """`hub` wakes all sources of the process; None makes one for this file."""
        self._path = path
        self._hub = hub

    async def observe(self) -> AsyncIterator[Observation]:
        """Never ends, never raises for a database's sake."""
        hub = self._hub or WatchHub()
        watch = hub.watch(self._path)
        try:
            async for seen in self._seen(watch):
                yield seen
        finally:
            watch.close()
            if hub is not self._hub:
                hub.close()

    async def _seen(self, watch: Watcher) -> AsyncIterator[Observation]:
        last: PositionsSeen | None = None
        written: object = None
        while True:
            now = database.signature(self._path)
            if now == written:
                await watch.wait(SAFETY_S)
                continue
            seen = await self.read()
            if seen.problem == database.LOCKED:
                # The bot is committing: not a fact about the positions. Looked at again at once.
                await asyncio.sleep(LOOK_S)
                continue
            written = now
            if seen != last:
                last = seen
                yield seen
            await asyncio.sleep(READ_S)

    async def read(self) -> PositionsSeen:
        """The positions now, read in a thread: a lock of the bot must not stop the server."""
        return await asyncio.to_thread(read, self._path)


def read(path: Path) -> PositionsSeen:
    """The positions now, or why they cannot be read."""
    try:
        return PositionsSeen(tuple(position.row for position in database.open_positions(path)))
    except database.Unreadable as error:
        return PositionsSeen(problem=str(error))
