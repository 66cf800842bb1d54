"""A throttle for what a person types: their echo is painted at once, a flood ten times a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PERIOD = 0.1
"""Seconds between two paintings under load."""
BURST = 6
"""Paintings at once within one period: faster than anybody types, slower than a flood."""


class EagerPace:
    """Calls `act` at once for the first requests of a period, and once at its end for all the others."""

    def __init__(self, act: Callable[[], None], period: float = PERIOD, burst: int = BURST) -> None:
        self._act = act
        self._period = period
        self._burst = burst
        self._left = burst
        self._late = False
        self._timer: asyncio.TimerHandle | None = None

    def ask(self) -> None:
        """Have `act` called, now or at the end of the running period."""
        if self._timer is None:
            self._begin(self._burst)
        if self._left:
            self._left -= 1
            self._act()
        else:
            self._late = True

    def stop(self) -> None:
        """Forget what was asked; for a widget that goes away."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._late = None, False

    def _begin(self, left: int) -> None:
        self._left = left
        self._timer = asyncio.get_running_loop().call_later(self._period, self._over)

    def _over(self) -> None:
        self._timer = None
        if self._late:
            self._late = False
            self._begin(0)  # still under load: no more than one painting a period
            self._act()
