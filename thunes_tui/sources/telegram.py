"""The sandbox's phone: its inbox is a file, one JSON line a message. At a real phone a person looks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from thunes_tui.lines.follow import Follower, Start
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.watch import WatchHub
from thunes_tui.observations import AlertArrived, Observation
from thunes_tui.sources.files import SAFETY_S

CLIP = 4000
"""Characters of a message that are kept; Telegram's own limit is 4096."""


class TextMask(Protocol):
    def text(self, text: str) -> str: ...


class Telegram:
    """Yields an `AlertArrived` for each message that arrives from now on, or after message `after`."""

    def __init__(
        self, inbox: Path | None, mask: TextMask, after: int | None = None, hub: WatchHub | None = None
    ) -> None:
        """`hub` wakes all sources of the process; None makes one for this file."""
        self._hub = hub
        self._inbox = inbox
        self._mask = mask
        self._after = after

    async def observe(self) -> AsyncIterator[Observation]:
        """Ends at once where there is no sandbox phone; else never."""
        if self._inbox is None:
            return
        follower = Follower(self._inbox, Start.END if self._after is None else Start.BEGINNING)
        hub = self._hub or WatchHub()
        watch = hub.watch(self._inbox)
        try:
            while True:
                for found in follower.poll():
                    if isinstance(found, Chunk):
                        for alert in self._alerts(found):
                            yield alert
                if not follower.more:
                    await watch.wait(SAFETY_S)
        finally:
            watch.close()
            if hub is not self._hub:
                hub.close()
            follower.close()

    def _alerts(self, chunk: Chunk) -> list[AlertArrived]:
        alerts = []
        offset = chunk.offset
        for line in chunk.data.split(b"\n"):
            alert = self._alert(line, offset)
            offset += len(line) + 1
            if alert is not None and (self._after is None or alert.number > self._after):
                alerts.append(alert)
        return alerts

    def _alert(self, line: bytes, offset: int) -> AlertArrived | None:
        try:
            message: Any = json.loads(line)
            number, arrived, text = (
                int(message["message_id"]),
                int(message["arrived_us"]),
                str(message["text"]),
            )
        except (ValueError, KeyError, TypeError):
            return None
        return AlertArrived(
            self._mask.text(text)[:CLIP], arrived, number, offset, hashlib.sha256(line).hexdigest()
        )
