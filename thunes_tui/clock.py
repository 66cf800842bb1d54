"""The only reader of time. Everything else is handed a `Clock`, so that everything else can be replayed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time on both clocks: the wall's for people, the monotonic one for durations."""

    t: int
    """Microseconds since 1970-01-01 UTC."""
    m: int
    """Nanoseconds of the boot's monotonic clock; comparable only within one boot."""

    def since(self, earlier: Moment) -> float:
        """Seconds from `earlier` to this moment, by the monotonic clock; never negative.

        After a reboot the monotonic clock starts again, so a backward step falls back on the wall clock.
        """
        if self.m >= earlier.m:
            return (self.m - earlier.m) / 1e9
        return max(0.0, (self.t - earlier.t) / 1e6)


@dataclass(frozen=True, slots=True)
class Clock:
    """What the time is. `system()` is the real one; tests pass their own two functions."""

    wall_us: Callable[[], int]
    monotonic_ns: Callable[[], int]

    def now(self) -> Moment:
        return Moment(self.wall_us(), self.monotonic_ns())


def system() -> Clock:
    return Clock(lambda: time.time_ns() // 1000, time.monotonic_ns)


def to_iso(t_us: int) -> str:
    """`2025-10-09T10:42:15.123456Z` from microseconds since the epoch."""
    return (EPOCH + timedelta(microseconds=t_us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> int:
    """Microseconds since the epoch from an ISO time; one without a zone is read as UTC. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return (parsed - EPOCH) // timedelta(microseconds=1)


def hhmmss(t_us: int) -> str:
    """`10:42:15`, UTC."""
    return to_iso(t_us)[11:19]


def boot_id() -> str:
    """The kernel's name of this boot; pids and the monotonic clock mean something only within it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
