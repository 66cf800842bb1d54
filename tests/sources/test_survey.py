"""What stands around a process: open files by name, peers, and who starts it again."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.checkout_rig import SCRIPT, make_checkout, started
from tests.sources.follow_rig import running
from thunes_tui.config import Profile
from thunes_tui.events.box import ProcessLooked
from thunes_tui.events.steps import FindingNoted
from thunes_tui.mask import Mask
from thunes_tui.observations import BotFound, BotGone, Happened
from thunes_tui.sources import procfs, survey
from thunes_tui.sources.processes import Processes
from thunes_tui.sources.survey import Survey, keeper_of

OPENS = (
    "import socket, sys, time\nlog = open('logs/paper_trader.log', 'a')\nother = open('data/x.bin', 'wb')\n"
    "peer = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
    "print('up', flush=True)\ntime.sleep(60)\n"
)
MASK = Mask.of({})
CROWD = 400


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def test_its_log_its_other_files_and_its_peers_are_named(tmp_path: Path, port: int) -> None:
    project = make_checkout(tmp_path / "p")
    (project / SCRIPT).write_text(OPENS)
    survey, seen = Survey(project, Profile()), dict[str, int]()
    async with started(project, str(port)) as bot:
        told = survey.of(bot.pid, 1, seen, 1)
        assert (told.files, told.sockets) == (("log", "data/x.bin"), (f"127.0.0.1:{port}",))
        log = project / "logs/paper_trader.log"
        log.rename(log.with_suffix(".1"))
        log.write_text("")
        assert survey.of(bot.pid, 1, {}, 1).files == ("data/x.bin", "logs/paper_trader.1"), (
            "not the log any more"
        )
    assert survey.of(bot.pid, 1, seen, 60).files == ("log", "data/x.bin"), "a moment ago counts"
    assert survey.of(bot.pid, 1, seen, 62).files == ()


async def test_socket_tables_are_read_again_where_its_sockets_are_others(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_checkout(tmp_path / "p")
    (project / SCRIPT).write_text(OPENS)
    around, seen = Survey(project, Profile()), dict[str, int]()
    reads: list[frozenset[int]] = []

    def read(_pid: int, inodes: frozenset[int]) -> set[str]:
        reads.append(inodes)
        return {"a:1"}

    monkeypatch.setattr(survey, "_peers", read)
    async with started(project, str(port)) as bot, started(project, str(port)) as other:
        for second in (1, 6, 11):
            assert around.of(bot.pid, 1, seen, second).sockets == ("a:1",)
        assert len(reads) == 1
        around.of(other.pid, 1, {}, 11)
        around.of(bot.pid, 1, seen, 61)
    assert [len(inodes) for inodes in reads] == [1, 1, 1]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("0::/system.slice/thunes-bot.service", "systemd's thunes-bot.service: systemctl cat"),
        ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/bot.service", "systemd's bot.service"),
        ("0::/user.slice/user-1000.slice/session-3.scope", ""),
        (f"0::/system.slice/docker-{'ab12' * 16}.scope", "the docker container ab12ab12ab12: its runtime"),
        (f"12:pids:/docker/{'cd34' * 16}\n0::/", "the docker container cd34cd34cd34"),
        (f"0::/machine.slice/libpod-{'ef56' * 16}.scope", "the"),
        ("0::/", ""),
    ],
)
def test_who_starts_it_again_is_read_from_its_control_group(
    group: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/cgroup").write_text(group + "\n")
    monkeypatch.setattr(procfs, "PROC", tmp_path)
    assert keeper_of(7).startswith(expected)
    assert bool(keeper_of(7)) == bool(expected)


async def test_the_bots_surroundings_are_told_when_they_change(tmp_path: Path, port: int) -> None:
    project = make_checkout(tmp_path / "p")
    (project / SCRIPT).write_text(OPENS)
    async with started(project, str(port)) as bot, running(Processes(project, Profile(), MASK)) as got:
        await got.until(lambda: any(isinstance(e, ProcessLooked) for h in got.of(Happened) for e in h.events))
        told = next(e for h in got.of(Happened) for e in h.events if isinstance(e, ProcessLooked))
        assert (told.pid, told.files[0]) == (bot.pid, "log")


async def test_what_the_shell_starts_is_the_drills_and_the_consoles_own_are_named(tmp_path: Path) -> None:
    """And what the shell started and became the bot is the bot."""
    project = make_checkout(tmp_path / "p")
    (project / SCRIPT).write_text("import time\ntime.sleep(60)\n")
    script = f"sleep 61 & (sleep 1.5; exec {sys.executable} {SCRIPT}) & sleep 0.1 & wait"
    shell = await asyncio.create_subprocess_exec("bash", "-c", script, cwd=project, start_new_session=True)
    own = {shell.pid: ("drill", "shell"), os.getpid(): ("console", "server")}
    try:
        async with running(Processes(project, Profile(), MASK, own=lambda: own)) as got:
            await got.until(lambda: any(each.role == "bot" for each in got.of(BotFound)))
            found = {(each.role, each.argv) for each in got.of(BotFound)}
            assert {("drill", "shell"), ("console", "server"), ("drill", "sleep 61")} <= found
            assert not any(each.argv == "sleep 0.1" for each in got.of(BotFound)), "it was over at once"
            bot = next(each for each in got.of(BotFound) if each.role == "bot")
            assert bot.parent == shell.pid
            job = next(each for each in got.of(BotFound) if each.argv == "sleep 61")
            os.kill(job.pid, 9)
            await got.until(lambda: any(each.pid == job.pid for each in got.of(BotGone)))
    finally:
        os.killpg(shell.pid, 9)
        await shell.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may start another user's process")
async def test_of_another_users_bot_it_is_said_what_cannot_be_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a user who may not look; here the look is refused, as the kernel would refuse it."""
    project = make_checkout(tmp_path / "p")
    async with started(project) as bot:

        def refuse(_self: object, pid: int, _arguments: object) -> bool:
            if pid == bot.pid:
                raise PermissionError("ptrace")
            return False

        monkeypatch.setattr("thunes_tui.sources.recognise.Recogniser.is_bot", refuse)
        monkeypatch.setattr("thunes_tui.sources.processes.keeper_of", lambda _pid: "systemd's bot.service")
        async with running(Processes(project, Profile(), MASK)) as got:
            await got.until(lambda: got.of(BotFound) and got.of(Happened))
            assert [(each.role, each.pid) for each in got.of(BotFound)] == [("hidden", bot.pid)]
            note = next(e for h in got.of(Happened) for e in h.events if isinstance(e, FindingNoted))
            assert "cannot see its folder, its open files or its environment" in note.text
            assert "it runs under systemd's bot.service" in note.text
            bot.kill()
            await got.until(lambda: got.of(BotGone))
    assert survey.is_elsewhere(1) is False


async def test_a_box_with_many_processes_costs_next_to_nothing(tmp_path: Path) -> None:
    """Of the processor time of one core, while a bot runs and nothing happens: 0.3 % on a quiet machine.

    The bound is for a machine that is busy; what looks at every process in every second is far beyond it.
    """
    project = make_checkout(tmp_path / "p")
    script = f"for ((n = 0; n < {CROWD}; n++)); do sleep 300 & done; echo up; wait"
    crowd = await asyncio.create_subprocess_exec(
        "bash", "-c", script, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        assert crowd.stdout is not None
        await crowd.stdout.readline()
        own = {os.getpid(): ("console", "server")}
        async with started(project), running(Processes(project, Profile(), MASK, own=lambda: own)) as got:
            await got.until(lambda: len(got.of(BotFound)) == 2)
            await asyncio.sleep(3.2)  # until the crowd is not young any more
            before = os.times()
            await asyncio.sleep(4.0)
            after = os.times()
        spent = after.user + after.system - before.user - before.system
        assert spent / 4.0 <= 0.05, f"{spent / 4.0:.2%} of a core"
    finally:
        os.killpg(crowd.pid, 9)
        await crowd.wait()
