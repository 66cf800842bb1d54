"""What wakes a follower, and what it must not wait for."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.lines import rotating_bot
from tests.lines.test_follow import append, lines_of, poll_all
from thunes_tui.lines.follow import Follower, Start
from thunes_tui.lines.turn import Marker
from thunes_tui.lines.watch import PolledWatcher, Watcher, WatchHub, places_of

LONG = 20.0
"""Seconds: nothing in these tests may take a wake by timeout for a wake by the event."""


@pytest.fixture
async def hub() -> AsyncIterator[WatchHub]:
    hub = WatchHub()
    assert hub.reason == ""
    yield hub
    hub.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "logs"
    folder.mkdir(parents=True)
    return folder / "bot.log"


async def settle(watcher: Watcher) -> None:
    """Wait until the watches stand and what was there before has been told."""
    while await watcher.wait(0.02):
        pass


async def wakes(watcher: Watcher) -> bool:
    """True if the change that was just made wakes the waiter, long before its safety net."""
    return await watcher.wait(LONG)


async def test_wakes_at_an_append_and_not_at_the_neighbour_s(hub: WatchHub, log: Path) -> None:
    watcher = hub.watch(log)
    append(log, b"1\n")
    await settle(watcher)
    append(log, b"2\n")
    assert await wakes(watcher)
    await settle(watcher)
    append(log.with_name("other.log"), b"3\n")
    assert not await watcher.wait(0.05)


async def test_wakes_at_each_step_of_a_rotation(hub: WatchHub, log: Path) -> None:
    watcher = hub.watch(log)
    append(log, b"1\n")
    await settle(watcher)
    log.rename(f"{log}.1")
    assert await wakes(watcher)
    await settle(watcher)
    append(log, b"2\n")
    assert await wakes(watcher)
    await settle(watcher)
    log.unlink()
    assert await wakes(watcher)


async def test_hears_of_folders_that_come_and_go(hub: WatchHub, log: Path, tmp_path: Path) -> None:
    log.parent.rmdir()
    log.parent.parent.rmdir()
    watcher = hub.watch(log)
    await settle(watcher)
    for step in (log.parent.parent.mkdir, log.parent.mkdir, log.touch):
        step()
        assert await wakes(watcher)
        await settle(watcher)
    (tmp_path / "project").rename(tmp_path / "moved")
    assert await wakes(watcher)
    await settle(watcher)
    log.parent.mkdir(parents=True)
    assert await wakes(watcher)
    await settle(watcher)
    append(log, b"1\n")
    assert await wakes(watcher)


async def test_hears_of_the_file_behind_a_link(hub: WatchHub, log: Path, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    log.symlink_to(tmp_path / "a")
    watcher = hub.watch(log)
    await settle(watcher)
    append(tmp_path / "a", b"1\n")
    assert await wakes(watcher)
    await settle(watcher)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(wakes(watcher))
        await asyncio.sleep(0)
        (log.parent / "new").symlink_to("../../b")
        (log.parent / "new").rename(log)
    assert waiting.result()
    # Once more by itself: what came before the new watches stood was not heard.
    assert await wakes(watcher)
    append(tmp_path / "b", b"2\n")
    assert await wakes(watcher)


async def test_serves_many_paths_with_one_descriptor(hub: WatchHub, log: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    watchers = [hub.watch(log.with_name(f"{number}.log")) for number in range(20)]
    await asyncio.gather(*(settle(watcher) for watcher in watchers))
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    append(log.with_name("7.log"), b"1\n")
    woken = await asyncio.gather(*(watcher.wait(0.1) for watcher in watchers))
    assert [number for number, was in enumerate(woken) if was] == [7]
    for watcher in watchers:
        watcher.close()


async def test_polls_when_the_kernel_gives_no_watch(
    hub: WatchHub, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _mask: int) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(hub._inotify, "add_watch", refuse)
    watcher = hub.watch(log)
    await settle(watcher)
    assert hub.reason == "bot.log is polled: No space left on device"
    append(log, b"1\n")
    assert await wakes(watcher)


async def test_polls_without_inotify(log: Path) -> None:
    watcher = PolledWatcher(log, 0.001)
    assert not await watcher.wait(0.01)
    append(log, b"1\n")
    assert await wakes(watcher)
    log.unlink()
    assert await wakes(watcher)


async def test_a_follower_misses_nothing_through_its_wakes(hub: WatchHub, log: Path) -> None:
    """The two together: a writer that rotates, a follower that only ever looks when it is woken."""
    watcher = hub.watch(log)
    follower = Follower(log, Start.BEGINNING)
    found: list[bytes] = []

    async def write() -> None:
        for number in range(60):
            if number % 20 == 19:
                log.rename(f"{log}.{99 - number}")
            append(log, b"%d\n" % number)
            await asyncio.sleep(0)

    async def follow() -> None:
        found.extend(lines_of(poll_all(follower)))
        while len(found) < 60:
            assert await watcher.wait(LONG)
            found.extend(lines_of(poll_all(follower)))

    async with asyncio.timeout(LONG), asyncio.TaskGroup() as group:
        group.create_task(follow())
        group.create_task(write())
    follower.close()
    assert found == [b"%d" % number for number in range(60)]


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert {place.name for place in places_of(tmp_path / "a")} == {"a", "b"}


@pytest.mark.parametrize("backups", [200, 2])
async def test_rotation_under_load_loses_nothing_unsaid(hub: WatchHub, log: Path, backups: int) -> None:
    """Whatever rename leaves on the disk is read, in order and once; what is deleted unread is said."""
    watcher = hub.watch(log)
    follower = Follower(log, Start.BEGINNING)
    log.touch()
    assert poll_all(follower) == []
    arguments = [str(Path(rotating_bot.__file__)), str(log), "100", str(backups)]
    bot = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    numbers, rotations, gaps, said, is_over = [-1], 0, 0, False, False
    async with asyncio.timeout(LONG):
        while not is_over:
            for item in poll_all(follower):
                if isinstance(item, Marker):
                    rotations += item.file is not None
                    said = said or item.possible_loss
                    continue
                for line in item.data.splitlines():
                    number = int(line.split()[0])
                    gaps += number != numbers[-1] + 1
                    assert said or number == numbers[-1] + 1
                    numbers.append(number)
                    said = False
                is_over = item.data.endswith(b"end\n")
            if not is_over:
                await watcher.wait()
        assert await bot.wait() == 0
    follower.close()
    assert numbers == sorted(set(numbers))
    assert rotations > (50 if backups == 200 else 0)
    assert not gaps or backups == 2
