"""Open positions of the bot, read again whenever its database was written, once a second at most."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from thunes_tui.observations import Observation, PositionsSeen
from thunes_tui.sources import database

LOOK_S = 0.1
"""Between two looks at the file's status, which costs nothing."""
READ_S = 1.0
"""Between two reads at least."""


class Positions:
    """Yields `PositionsSeen` at first and at each change, of the rows or of what is wrong with the file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def observe(self) -> AsyncIterator[Observation]:
        """Never ends, never raises for a database's sake."""
        last: PositionsSeen | None = None
        written: object = None
        while True:
            now = database.signature(self._path)
            if now == written:
                await asyncio.sleep(LOOK_S)
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
