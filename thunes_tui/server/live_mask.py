"""The mask's look at its files, once a second; what is wrong with them is told."""

from __future__ import annotations

import asyncio

from thunes_tui.errors import Unusable
from thunes_tui.events.box import WorkerFailed
from thunes_tui.events.steps import FindingNoted
from thunes_tui.live_mask import LiveMask
from thunes_tui.mask import Mask
from thunes_tui.server.hub import Hub

LOOK_S = 1.0
WORKER = "mask"
"""Name under which trouble with reading the secrets is told."""


class SecretsWatch:
    """Has the mask look at its files once a second, and whenever `look` is called; trouble is told once."""

    def __init__(self, mask: Mask, hub: Hub) -> None:
        self._mask = mask
        self._hub = hub
        self._problem = ""

    def look(self) -> None:
        """What was filled into the file meanwhile is a secret from now on."""
        if not isinstance(self._mask, LiveMask):
            return
        problem, warnings = "", tuple[str, ...]()
        try:
            warnings = self._mask.renew()
        except Unusable as error:
            problem = str(error)
        if problem != self._problem:
            self._problem = problem
            self._hub.emit(WorkerFailed(WORKER, problem))
        for warning in warnings:
            self._hub.emit(FindingNoted(warning, source="mask"))

    async def watch(self) -> None:
        """Never ends, where the mask can be renewed."""
        while isinstance(self._mask, LiveMask):
            self.look()
            await asyncio.sleep(LOOK_S)
