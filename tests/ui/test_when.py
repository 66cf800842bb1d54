"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from thunes_tui.clock import from_iso
from thunes_tui.errors import Unusable
from thunes_tui.ui.when import moment_of, of_day, zone_of

REFERENCE = from_iso("2025-10-09T23:30:00Z")
EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("10:42", "2025-10-09T10:42:00"),
        ("10:42:15", "2025-10-09T10:42:15"),
        ("10:42:15.5", "2025-10-09T10:42:15.500000"),
        ("-5m", "2025-10-09T23:25:00"),
        ("+90s", "2025-10-09T23:31:30"),
        ("-1d", "2025-10-08T23:30:00"),
        ("2025-10-01T10:00:00Z", "2025-10-01T10:00:00"),
        ("2025-10-01 10:00", "2025-10-01T10:00:00"),
        ("2025-10-01T10:00:00+02:00", "2025-10-01T08:00:00"),
    ],
)
def test_the_forms(text: str, utc: str) -> None:
    assert moment_of(text, REFERENCE, UTC) == from_iso(utc + "Z")


def test_a_time_of_day_is_that_of_the_day_in_the_zone() -> None:
    assert moment_of("00:10", REFERENCE, EAST) == from_iso("2025-10-09T22:10:00Z")
    assert of_day(REFERENCE, EAST) == "01:30:00"


@pytest.mark.parametrize("text", ["", "x", "25:00", "10:99", "5m", "-99999999m", "0001-01-01T00:00+99:00"])
def test_anything_else_is_said(text: str) -> None:
    with pytest.raises(Unusable, match="is no time"):
        moment_of(text, REFERENCE, UTC)


def test_zones() -> None:
    assert zone_of("+02:00") == EAST
    assert zone_of("") is UTC
    assert zone_of("-05:30").utcoffset(None) == timedelta(hours=-5, minutes=-30)
