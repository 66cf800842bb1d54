"""When a live session writes its checkpoints, and how many of them are kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from thunes_tui.clock import Clock
from thunes_tui.errors import Unusable
from thunes_tui.events.registry import decode
from thunes_tui.journal import checkpoint
from thunes_tui.journal.writer import Journal, RecordingLost
from thunes_tui.plain import to_plain
from thunes_tui.server.hub import Hub

LOOK_S = 5.0
KEPT = 3


class Checkpoints:
    """One session's. `recorded` counts what would have to be read again; `failed` hears of trouble."""

    def __init__(
        self,
        hub: Hub,
        clock: Clock,
        screen: Callable[[], tuple[bytes, int, int]],
        failed: Callable[[str, str], None],
    ) -> None:
        self._hub = hub
        self._clock = clock
        self._screen = screen
        self._failed = failed
        self._at = clock.now()
        self._records = 0
        self._in_trouble = False

    def recorded(self) -> None:
        """One more record since the last checkpoint."""
        self._records += 1

    async def watch(self) -> None:
        """Never ends, where there is a journal on the disk."""
        while isinstance(self._hub.journal, Journal):
            await asyncio.sleep(LOOK_S)
            self.look(self._hub.journal)

    def look(self, journal: Journal) -> None:
        """Write one if it is time. Its own record is no reason for the next."""
        now = self._clock.now()
        if checkpoint.due(self._records, now.since(self._at)):
            self._at = now
            self._write(journal)
            self._records = 0

    def _write(self, journal: Journal) -> None:
        try:
            record = checkpoint.write(journal, to_plain(self._hub.state), self._screen()[0])
        except RecordingLost as error:
            self._hub.recording_lost(str(error))
            return
        except (OSError, Unusable) as error:
            self._failed("checkpoint", str(error))
            self._in_trouble = True
            return
        if self._in_trouble:
            self._failed("checkpoint", "")
            self._in_trouble = False
        self._hub.adopt(record, decode(record.kind, record.data))
        thin(journal.folder / checkpoint.FOLDER)


def thin(folder: Path) -> None:
    """Only the last ones are kept: resume needs the last, and a replay can read the records instead."""
    for old in sorted(folder.glob("*.z"), key=lambda path: (len(path.name), path.name))[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
