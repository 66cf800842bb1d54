"""Births, deaths and load of real processes, told apart from those that only look like the bot."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.server.checkout_rig import ENVIRON, SCRIPT, make_checkout, started
from tests.sources.follow_rig import running
from thunes_tui.config import Profile
from thunes_tui.events.box import ProcessFroze
from thunes_tui.mask import Mask
from thunes_tui.observations import BotFound, BotGone, Happened
from thunes_tui.sources import pidfd, procfs
from thunes_tui.sources.load import Row
from thunes_tui.sources.processes import Processes
from thunes_tui.sources.recognise import Recogniser

KERNEL = tuple(int(part) for part in os.uname().release.split(".")[:2])
MASK = Mask.of({"KEY": "0123456789abcdef"})


def watch(project: Path) -> Processes:
    return Processes(project, Profile(), MASK)


async def test_a_bot_that_runs_already_is_found_and_its_signal_is_known(tmp_path: Path) -> None:
    project = make_checkout(tmp_path / "a")
    async with started(project, "--key", "0123456789abcdef") as bot, running(watch(project)) as got:
        await got.until(lambda: got.of(BotFound))
        found = got.of(BotFound)[0]
        assert (found.role, found.pid, found.inner) == ("bot", bot.pid, 0)
        assert "paper_trader.py --key" in found.argv
        assert "0123456789abcdef" not in found.argv
        bot.send_signal(signal.SIGKILL)
        await got.until(lambda: got.of(BotGone))
    gone = got.of(BotGone)[0]
    assert (gone.pid, gone.start, gone.signal, gone.exit) == (found.pid, found.start, 9, None)


async def test_a_bot_is_as_old_as_it_is_however_late_it_is_found(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    async with started(project) as bot:
        known = procfs.stat(bot.pid)
        assert known is not None
        async with asyncio.timeout(20):
            while procfs.age(known.start) < 0.3:
                await asyncio.sleep(0.02)
        before = procfs.age(known.start)
        async with running(watch(project)) as got:
            await got.until(lambda: got.of(BotFound))
        assert before <= got.of(BotFound)[0].age_s <= procfs.age(known.start)


@pytest.mark.skipif(KERNEL < (6, 15), reason="an older kernel tells strangers nothing")
async def test_the_exit_of_a_strangers_child_is_known_though_its_parent_reaps_at_once(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    (project / SCRIPT).write_text("import sys\nsys.stdin.readline()\nsys.exit(int(sys.argv[1]))\n")
    script = f"exec 3<&0; for n in 3 4 5; do {sys.executable} {SCRIPT} $n <&3; done"
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", script, cwd=project, stdin=asyncio.subprocess.PIPE
    )
    assert shell.stdin is not None
    async with running(watch(project)) as got:
        for count in (1, 2, 3):
            await got.until(lambda count=count: len(got.of(BotFound)) == count)  # type: ignore[misc] # bound early
            shell.stdin.write(b"\n")
            await got.until(lambda count=count: len(got.of(BotGone)) == count)  # type: ignore[misc] # bound early
    shell.stdin.close()
    await shell.wait()
    assert [(each.exit, each.signal, each.detail) for each in got.of(BotGone)] == [
        (3, None, ""),
        (4, None, ""),
        (5, None, ""),
    ]


async def test_who_stands_still_is_told_whoever_stopped_it(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)

    def told() -> list[bool]:
        return [e.frozen for each in got.of(Happened) for e in each.events if isinstance(e, ProcessFroze)]

    async with started(project) as bot, running(watch(project)) as got:
        await got.until(lambda: told() == [False])
        bot.send_signal(signal.SIGSTOP)
        await got.until(lambda: told() == [False, True])
        bot.send_signal(signal.SIGCONT)
        await got.until(lambda: told() == [False, True, False])


def unreaped(project: Path) -> int:
    """A child of ours that nobody waits for."""
    return os.posix_spawn(sys.executable, [sys.executable, str(project / SCRIPT)], ENVIRON)


def reap(pid: int) -> None:
    os.waitpid(pid, 0)


async def test_a_zombie_is_dead_and_tells_how_it_died(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    pid = unreaped(project)
    try:
        async with running(watch(project)) as got:
            await got.until(lambda: got.of(BotFound))
            os.kill(pid, signal.SIGTERM)
            await got.until(lambda: got.of(BotGone))
            stat = procfs.stat(pid)
            assert stat is not None
            assert stat.state == "Z", "it was reaped: nothing is tested"
            assert got.of(BotGone)[0].signal == signal.SIGTERM
        async with running(watch(project)) as again:
            await asyncio.sleep(0.3)
            assert not again.of(BotFound)
    finally:
        reap(pid)


async def test_only_this_projects_bot_is_the_bot(tmp_path: Path) -> None:
    ours, theirs = make_checkout(tmp_path / "ours"), make_checkout(tmp_path / "theirs")
    log = ours / "logs/paper_trader.log"
    log.write_text("")
    tail = await asyncio.create_subprocess_exec("tail", "-f", str(log), stdout=asyncio.subprocess.DEVNULL)
    other = ours / "src/other.py"
    other.write_text("import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    try:
        async with (
            started(theirs),
            started(ours, command="src/other.py"),
            started(ours / "src", command="live/paper_trader.py") as bot,
            running(watch(ours)) as got,
        ):
            await got.until(lambda: got.of(BotFound))
            await asyncio.sleep(0.6)
        assert [each.pid for each in got.of(BotFound)] == [bot.pid]
    finally:
        tail.kill()
        await tail.wait()


async def test_a_bot_that_execs_late_and_its_children_are_found(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    (project / SCRIPT).write_text("import subprocess\nsubprocess.run(['sleep', '60'])\n")
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", f"sleep 0.6; exec {sys.executable} {SCRIPT}", cwd=project, start_new_session=True
    )
    try:
        async with running(watch(project)) as got:
            await got.until(lambda: len(got.of(BotFound)) == 2)
            assert [(each.role, each.pid == shell.pid) for each in got.of(BotFound)] == [
                ("bot", True),
                ("child", False),
            ]
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        await shell.wait()


async def test_the_load_of_the_watched_is_sampled(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    (project / SCRIPT).write_text("print('up', flush=True)\nwhile True: pass\n")
    rows: list[tuple[Row, ...]] = []
    processes = Processes(project, Profile(), MASK, rows.append)
    async with started(project) as bot, running(processes) as got:
        await got.until(lambda: got.of(BotFound))
        async with asyncio.timeout(10):
            while len(rows) < 2:
                await asyncio.sleep(0.05)
    pid, cpu, resident, threads, descriptors = rows[-1][0]
    assert pid == bot.pid
    assert cpu > 10
    assert resident > 1 << 20
    assert (threads, descriptors >= 3) == (1, True)


async def test_a_pid_with_another_start_is_not_held(tmp_path: Path) -> None:
    async with started(make_checkout(tmp_path)) as bot:
        known = procfs.stat(bot.pid)
        assert known is not None
        assert pidfd.hold(bot.pid, known.start + 1) is None
        descriptor = pidfd.hold(bot.pid, known.start)
        assert descriptor is not None
        os.close(descriptor)


async def test_a_name_with_brackets_and_blanks_does_not_confuse(tmp_path: Path) -> None:
    program = tmp_path / "a) Z 1 (b"
    program.symlink_to(Path("/bin/sleep").resolve())
    process = await asyncio.create_subprocess_exec(str(program), "60")
    try:
        stat = procfs.stat(process.pid)
        assert stat is not None
        assert (stat.comm, stat.parent) == ("a) Z 1 (b", os.getpid())
        assert not stat.dead
    finally:
        process.kill()
        await process.wait()


async def test_inside_is_by_folder_or_by_a_named_file(tmp_path: Path) -> None:
    project = make_checkout(tmp_path / "p")
    recogniser = Recogniser(project, Profile().bot.scripts)
    near = await asyncio.create_subprocess_exec("sleep", "60", cwd=project / "src")
    far = await asyncio.create_subprocess_exec(
        "tail", "-f", str(project / ".env"), stdout=asyncio.subprocess.DEVNULL
    )
    out = await asyncio.create_subprocess_exec("sleep", "60", cwd=tmp_path)
    try:
        marks = {each.pid: each.inside for each in recogniser.snapshot()}
        assert (marks[near.pid], marks[far.pid], marks[out.pid]) == (True, True, False)
    finally:
        for process in (near, far, out):
            process.kill()
            await process.wait()


@pytest.mark.parametrize("part", ["scan", "sample"])
async def test_a_look_that_fails_is_the_failure_of_the_source(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nothing would be seen from then on, and nobody would know."""
    processes = watch(make_checkout(tmp_path))

    def fail() -> None:
        raise RuntimeError("no /proc")

    monkeypatch.setattr(processes, part, fail)

    async def observe() -> None:
        async for _each in processes.observe():
            pass

    with pytest.raises(RuntimeError, match="no /proc"):
        await asyncio.wait_for(observe(), 10)
