"""A hang: the bot lives and stands still, or is silent against its own habit. A quiet bot is none."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from thunes_tui.clock import Clock
from thunes_tui.drill.rhythm import LEAST, Rhythm
from thunes_tui.sources import procfs
from thunes_tui.sources.stall import STILL_S, Stall


class Hands:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.clock = Clock(lambda: round(self.seconds * 1e6), lambda: round(self.seconds * 1e9))


def beats(gap: float, count: int = LEAST + 1) -> Rhythm:
    rhythm = Rhythm()
    for beat in range(count):
        rhythm = rhythm.spoke(beat * gap)
    return rhythm


def silence(rhythm: Rhythm, seconds: float) -> float:
    assert rhythm.last_s is not None
    return rhythm.silent(rhythm.last_s + seconds)


class TestRhythm:
    def test_who_speaks_every_second_is_missed_after_a_minute_and_not_before(self) -> None:
        assert silence(beats(1), 59) == 0
        assert silence(beats(1), 61) == 61

    def test_who_speaks_every_minute_is_given_several(self) -> None:
        assert silence(beats(60), 300) == 0
        assert silence(beats(60), 400) == 400

    def test_who_speaks_seldom_has_no_habit(self) -> None:
        assert silence(beats(1, LEAST), 10_000) == 0
        assert Rhythm().silent(10_000) == 0

    def test_one_long_pause_of_its_own_makes_the_next_one_usual(self) -> None:
        rhythm = beats(1)
        rhythm = rhythm.spoke((rhythm.last_s or 0) + 50)
        assert silence(rhythm, 200) == 0


@pytest.fixture
async def process() -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(sys.executable, "-c", "import time; time.sleep(60)")
    yield started
    started.kill()
    await started.wait()


def identity(process: asyncio.subprocess.Process) -> tuple[int, int]:
    known = procfs.stat(process.pid)
    assert known is not None
    return process.pid, known.start


async def test_a_bot_that_was_stopped_hangs_until_it_goes_on(
    tmp_path: Path, process: asyncio.subprocess.Process
) -> None:
    hands, who = Hands(), identity(process)
    stall = Stall(tmp_path / "log", lambda: (who,), hands.clock)
    assert stall.look() == []
    process.send_signal(signal.SIGSTOP)
    await until_state(process.pid, "T")
    assert stall.look() == []
    hands.seconds += STILL_S + 1
    first = stall.look()
    hands.seconds += 30
    again = stall.look()
    assert [each.cause for each in (*first, *again)] == [
        "has stood still (stopped) for 4 s",
        "has stood still (stopped) for 34 s",
    ]
    assert first[0].since_us == again[0].since_us
    process.send_signal(signal.SIGCONT)
    await until_state(process.pid, "SR")
    assert stall.look() == []


async def test_a_log_that_went_on_and_stands_still_is_a_hang_of_its_only_bot(
    tmp_path: Path, process: asyncio.subprocess.Process
) -> None:
    hands, who, log = Hands(), identity(process), tmp_path / "log"
    bots = [who]
    stall = Stall(log, lambda: tuple(bots), hands.clock)
    for beat in range(LEAST + 1):
        log.write_text("heartbeat\n" * (beat + 1), encoding="utf-8")
        assert stall.look() == []
        hands.seconds += 1
    hands.seconds += 58
    assert stall.look() == []
    hands.seconds += 10
    (found,) = stall.look()
    assert found.cause == "has written nothing to its log for 69 s"
    bots.append((1, 1))
    assert stall.look() == []


async def test_a_bot_whose_log_is_quiet_by_nature_does_not_hang(
    tmp_path: Path, process: asyncio.subprocess.Process
) -> None:
    hands, who = Hands(), identity(process)
    stall = Stall(tmp_path / "log", lambda: (who,), hands.clock)
    for _ in range(100):
        assert stall.look() == []
        hands.seconds += 60


async def until_state(pid: int, wanted: str) -> None:
    async with asyncio.timeout(10):
        while (known := procfs.stat(pid)) is None or known.state not in wanted:
            await asyncio.sleep(0.01)
