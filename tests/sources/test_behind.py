"""A step back in the times of a file is seen where it stands, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.follow_rig import running
from thunes_tui.config import Bot
from thunes_tui.events.box import SourceOpened
from thunes_tui.lines.watch import WatchHub
from thunes_tui.mask import Mask
from thunes_tui.observations import AuditSeen, LogSeen
from thunes_tui.sources.audit import Audit
from thunes_tui.sources.behind import Times
from thunes_tui.sources.log import Log

MASK = Mask.of({})


@pytest.fixture
def hub() -> Iterator[WatchHub]:
    made = WatchHub()
    yield made
    made.close()


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def line(time: str, text: str = "heartbeat", level: str = "INFO") -> str:
    return f"2025-10-09 {time} - bot - {level} - {text}\n"


def record(time: str, **members: str) -> str:
    return json.dumps({"timestamp": f"2025-10-09T{time}", "event": "TRADE_APPROVED", **members}) + "\n"


@pytest.mark.parametrize("level", ["INFO", "ERROR"], ids=["quickly passed over", "looked at"])
async def test_the_log_hands_on_the_record_at_which_time_goes_back(
    tmp_path: Path, hub: WatchHub, level: str
) -> None:
    path = tmp_path / "log"
    path.write_text(line("09:00:00"))
    async with running(Log(path, "log", MASK, Bot(), hub=hub)) as got:
        await got.until(lambda: got.events(SourceOpened))
        # A whole hour in one piece, two writers within a second of each other, then a step back.
        append(path, line("10:00:00", level=level) + line("11:00:01") + line("11:00:00") + line("11:00:02"))
        append(path, line("11:00:03"))
        append(path, line("10:50:03", "odd") + line("10:50:04"))
        append(path, line("10:50:05", "end", "ERROR"))
        await got.until(lambda: any(each.message == "end" for each in got.of(LogSeen)))
    assert [(each.message, each.behind_s) for each in got.of(LogSeen) if each.behind_s] == [("odd", 600.0)]


async def test_of_the_audit_trail_each_record_is_looked_at(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "audit"
    path.write_text("")
    async with running(Audit(path, "audit", MASK, hub)) as got:
        await got.until(lambda: got.events(SourceOpened))
        times = ("10:00:00.000001", "10:00:05", "10:00:04.990000", "10:00:06.1", "09:00:00", "09:00:01", "")
        append(path, "".join(record(time) if time else '{"event": "X"}\n' for time in times))
        await got.until(lambda: len(got.of(AuditSeen)) == len(times))
    assert [each.behind_s for each in got.of(AuditSeen)] == [0, 0, 0, 0, pytest.approx(3606.1), 0, 0]


def test_many_small_steps_are_one_large_one() -> None:
    times = Times(2.0, float)
    assert [times.behind(f"{900 - step}") for step in range(3)] == [0.0, 0.0, 0.0]
    assert times.behind("897") == 3.0


async def test_a_trail_that_begins_anew_is_no_step_back(tmp_path: Path, hub: WatchHub) -> None:
    path = tmp_path / "audit"
    path.write_text("")
    async with running(Audit(path, "audit", MASK, hub)) as got:
        await got.until(lambda: got.events(SourceOpened))
        append(path, record("10:00:00"))
        await got.until(lambda: got.of(AuditSeen))
        path.rename(tmp_path / "audit.1")
        path.write_text(record("08:00:00") + record("08:00:01") + record("07:00:00"))
        await got.until(lambda: len(got.of(AuditSeen)) == 4)
    assert [each.behind_s for each in got.of(AuditSeen)] == [0, 0, 0, 3601.0]
