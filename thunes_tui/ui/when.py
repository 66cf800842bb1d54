"""Times as people type them: `10:42`, `10:42:15`, `-5m`, `+30s`, `2025-10-09 10:42`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from thunes_tui.clock import EPOCH
from thunes_tui.errors import Unusable

FORMS = "10:42, 10:42:15, -5m, +30s or 2025-10-09T10:42:15Z"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_RELATIVE = re.compile(r"([+-])\s*(\d{1,7})\s*([smhd])")
_OF_DAY = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def zone_of(offset: str) -> tzinfo:
    """From `+02:00`; UTC where it says nothing."""
    match = _OFFSET.fullmatch(offset)
    if match is None:
        return UTC
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def moment_of(text: str, reference_us: int, zone: tzinfo) -> int:
    """Microseconds since the epoch. A time of day is that of the reference's day in `zone`; what has a sign
    is counted from the reference. Raises Unusable for anything else."""
    typed = text.strip()
    try:
        if match := _RELATIVE.fullmatch(typed):
            seconds = int(match[2]) * _UNITS[match[3]]
            return reference_us + (-seconds if match[1] == "-" else seconds) * 1_000_000
        if match := _OF_DAY.fullmatch(typed):
            hour, minute, second, fraction = match.groups()
            day = EPOCH.astimezone(zone) + timedelta(microseconds=reference_us)
            micro = int((fraction or "").ljust(6, "0"))
            return _micros(
                day.replace(hour=int(hour), minute=int(minute), second=int(second or 0), microsecond=micro)
            )
        time = datetime.fromisoformat(typed)
        return _micros(time if time.tzinfo is not None else time.replace(tzinfo=zone))
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{typed!r} is no time: type {FORMS}") from error


def of_day(time_us: int, zone: tzinfo) -> str:
    """`10:42:15` in the zone."""
    return (EPOCH + timedelta(microseconds=time_us)).astimezone(zone).strftime("%H:%M:%S")


def _micros(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)
