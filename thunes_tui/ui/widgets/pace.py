"""The renderer's throttle: at once when quiet, at most ten times a second under load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PERIOD = 0.1
"""Seconds between two paintings under load."""


class Pace:
    """Calls `act` for the first request at once, and once at the period's end for all that came within it.

    It reads no clock: the loop's timer tells when the period is over.
    """

    def __init__(self, act: Callable[[], None], period: float = PERIOD) -> None:
        self._act = act
        self._period = period
        self._timer: asyncio.TimerHandle | None = None
        self._again = False

    def ask(self) -> None:
        """Have `act` called, now or at the end of the running period."""
        if self._timer is not None:
            self._again = True
            return
        self._timer = asyncio.get_running_loop().call_later(self._period, self._over)
        self._act()

    def stop(self) -> None:
        """Forget what was asked; for a widget that goes away."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._again = None, False

    def _over(self) -> None:
        self._timer = None
        if self._again:
            self._again = False
            self.ask()
