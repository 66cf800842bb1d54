"""What a step would signal: read from its text, matched as procps matches, against real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.server.checkout_rig import make_checkout, started
from thunes_tui.clock import boot_id
from thunes_tui.config import Profile
from thunes_tui.errors import Refused
from thunes_tui.server import blast
from thunes_tui.server.signals import Identity, send
from thunes_tui.server.targets import Target, targets
from thunes_tui.sources import procfs
from thunes_tui.sources.procfs import Proc

SEED = """# Terminal 1: Check process status
ps aux | grep python

# If process is running but unresponsive:
pkill -TERM -f paper_trader
# Wait 10 seconds
sleep 10

# If still running:
pkill -9 -f paper_trader

# Restart from known state
python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 100 &
"""
BOT = Target("pattern", "paper_trader", full=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SEED, (BOT,)),
        ("pkill -9 -f paper_trader", (BOT,)),
        ("pkill --signal KILL --full 'paper_trader'", (BOT,)),
        ("sudo timeout 5 pkill -KILL -f paper_trader || true", (BOT,)),
        ("bash -c 'pkill -f paper_trader'", (BOT,)),
        ("kill -9 $(pgrep -f paper_trader)", (BOT,)),
        ("pgrep -f paper_trader | xargs kill -9", (BOT,)),
        ("pkill -fx 'python a.py'", (Target("pattern", "python a.py", full=True, exact=True),)),
        ("pkill -i -n Python", (Target("pattern", "Python", fold=True, newest=True),)),
        ("pkill -u root,1000 python", (Target("pattern", "python", users=("root", "1000")),)),
        ("killall -9 python3.11", (Target("name", "python3.11"),)),
        ("kill -TERM 4711 4712", (Target("pid", "4711"), Target("pid", "4712"))),
        ("kill -9 -- -4711", (Target("group", "4711"),)),
        ("kill -s KILL %1", (Target("unresolved", "kill %1: a job of the shell"),)),
        ("kill $BOT_PID", (Target("unresolved", "kill $BOT_PID: its target cannot be told from the text"),)),
        ("kill -0 4711", ()),
        ("pgrep -f paper_trader", ()),
        ("echo 'pkill -9 -f paper_trader'", ()),
        ("python -c 'print(\"kill 1\")'", ()),
        ("cat <<'EOF'\npkill -f paper_trader\nEOF", ()),
        ("# pkill -f paper_trader", ()),
        ("ls", ()),
    ],
)
def test_the_text_tells_what_it_signals(text: str, expected: tuple[Target, ...]) -> None:
    assert targets(text) == expected


async def test_the_seeds_pkill_hits_the_tail_too_and_that_is_said_before_it_runs(tmp_path: Path) -> None:
    project, other = make_checkout(tmp_path / "p"), make_checkout(tmp_path / "q")
    log = project / "logs/paper_trader.log"
    log.write_text("")
    tail = await asyncio.create_subprocess_exec("tail", "-f", str(log), stdout=asyncio.subprocess.DEVNULL)
    ours = await asyncio.create_subprocess_exec(
        "bash", "-c", "exec -a paper_trader-console sleep 60", cwd=tmp_path
    )
    try:
        async with started(project, "--symbol", "BTCUSDT") as bot, started(other) as stranger:
            found = await blast.look(SEED, project, Profile(), None, {ours.pid})
            roles = {victim.pid: (victim.role, victim.inside) for victim in found.victims}
            assert roles[bot.pid] == ("bot", True)
            assert roles[tail.pid] == ("log tail", True)
            assert roles[stranger.pid] == ("bot of another checkout", False)
            assert roles[ours.pid] == ("console (ours)", False)
            assert found.confirm == "paper_trader"
            # Other bots may run on this machine; they are victims too, and outside.
            outside = {int(line.split()[0]) for line in found.outside}
            assert {stranger.pid, ours.pid} <= outside
            assert not {bot.pid, tail.pid} & outside
    finally:
        for process in (tail, ours):
            process.kill()
            await process.wait()


@pytest.mark.parametrize(
    "options",
    ["-f decoy_trader", "-f ^sleep", "-f 'trader.*[0-9]$'", "decoy", "-x sleep", "-xf 'decoy_trader 60'",
     "-f -i DECOY", "-n -f decoy_trader", "-o -f decoy_trader", "-f '[[:alpha:]]+_trader [0-9]+'",
     "-x decoy_trader_that_is_long"],
)  # fmt: skip
async def test_the_pattern_matches_exactly_what_pgrep_matches(options: str) -> None:
    script = "exec -a decoy_trader sleep 60 & exec -a 'sleep x_trader 60' sleep 60 & sleep 60 & echo up; wait"
    shell = await asyncio.create_subprocess_exec(
        "bash", "-c", script, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert shell.stdout is not None
    await shell.stdout.readline()
    try:
        async with asyncio.timeout(5):
            while len(children := _programs(shell.pid)) < 3:
                await asyncio.sleep(0.01)
        asked = await asyncio.to_thread(
            subprocess.run, ["bash", "-c", f"pgrep -P {shell.pid} {options}"], capture_output=True, text=True
        )
        expected = {int(pid) for pid in asked.stdout.split()}
        found = blast.victims(f"pkill -P {shell.pid} {options}", children, None, set())
        assert {victim.pid for victim in found.victims} == expected
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        await shell.wait()


def _programs(parent: int) -> list[Proc]:
    """The children of a shell that have become programs of their own."""
    everyone = [each for pid in sorted(procfs.pids()) if (each := procfs.read(pid)) is not None]
    return [each for each in everyone if each.parent == parent and each.comm == "sleep"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a PID namespace here")
async def test_a_world_of_its_own_keeps_the_rest_out_of_reach(tmp_path: Path) -> None:
    """The same command line inside and outside; pids are those of the world."""
    world = await asyncio.create_subprocess_exec(
        "unshare", "--pid", "--fork", "--kill-child", "bash", "-c",
        "exec -a decoy_trader sleep 60 & echo $!; wait", stdout=asyncio.subprocess.PIPE, cwd=tmp_path,
    )  # fmt: skip
    outside = await asyncio.create_subprocess_exec("bash", "-c", "exec -a decoy_trader sleep 60")
    try:
        assert world.stdout is not None
        inner = int(await world.stdout.readline())
        async with asyncio.timeout(5):
            while len(decoys := _named("decoy_trader")) < 2:
                await asyncio.sleep(0.01)
        inside = next(each for each in decoys if each.pid != outside.pid)
        first = inside.parent
        assert inside.inner == inner
        for command in ("pkill -9 -f decoy_trader", f"kill {inner}"):
            found = blast.victims(command, decoys, first, set())
            assert [victim.pid for victim in found.victims] == [inside.pid]
        everywhere = blast.victims("pkill -9 -f decoy_trader", decoys, None, set())
        assert {victim.pid for victim in everywhere.victims} == {inside.pid, outside.pid}
    finally:
        for process in (world, outside):
            process.kill()
            await process.wait()


def _named(word: str) -> list[Proc]:
    everyone = [each for pid in sorted(procfs.pids()) if (each := procfs.read(pid)) is not None]
    return [each for each in everyone if each.argv[0] == word]


async def test_a_signal_reaches_exactly_the_named_process() -> None:
    one, two = [await asyncio.create_subprocess_exec("sleep", "60") for _ in range(2)]
    try:
        stat = procfs.stat(one.pid)
        assert stat is not None
        own = {os.getpid()}
        assert not send(Identity(boot_id(), one.pid, stat.start + 1), signal.SIGKILL, own)
        assert not send(Identity("another boot", one.pid, stat.start), signal.SIGKILL, own)
        assert send(Identity(boot_id(), one.pid, stat.start), signal.SIGKILL, own)
        assert await one.wait() == -signal.SIGKILL
        assert not send(Identity(boot_id(), one.pid, stat.start), signal.SIGKILL, own)
        assert two.returncode is None
        for protected in (1, os.getpid(), os.getppid()):
            with pytest.raises(Refused):
                send(Identity(boot_id(), protected, 0), signal.SIGTERM, own)
    finally:
        two.kill()
        await two.wait()
