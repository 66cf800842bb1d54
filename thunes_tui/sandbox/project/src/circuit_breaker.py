"""Counts the failures of the exchange in a row: while it keeps failing, nothing new is begun on it."""

from __future__ import annotations

import time
from typing import Any


class CircuitBreaker:
    """Open after `fail_max` failures in a row, half-open `reset_timeout` seconds after the last of them.

    Open, the risk manager refuses new positions. Watching and selling go on, and one success closes it.
    """

    def __init__(self, fail_max: int = 5, reset_timeout: int = 60) -> None:
        self.fail_max, self.reset_timeout = fail_max, reset_timeout
        self.fail_counter = 0
        self._opened = 0.0

    @property
    def state(self) -> str:
        if self.fail_counter < self.fail_max:
            return "closed"
        waited = time.monotonic() - self._opened
        return "half-open" if waited >= self.reset_timeout else "open"

    def success(self) -> None:
        self.fail_counter = 0

    def failure(self) -> None:
        self.fail_counter += 1
        self._opened = time.monotonic()

    def status(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "fail_counter": self.fail_counter,
            "fail_max": self.fail_max,
            "reset_timeout": self.reset_timeout,
        }


BINANCE = CircuitBreaker()
"""Of this process; the exchange feeds it and the risk manager asks it."""


def all_status() -> dict[str, dict[str, Any]]:
    return {"BinanceAPI": BINANCE.status()}
