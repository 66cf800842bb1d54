"""What a step would signal: read from its text, matched as procps matches, against real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from dataclasses import replace
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
        ("sudo timeout 5 pkill -KILL -f paper_trader || true", (replace(BOT, privileged=True),)),
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


@pytest.mark.parametrize(
    "text",
    [
        "bash -lc 'pkill -f paper_trader'",
        "bash -o pipefail -ec 'pkill -f paper_trader'",
        "bash <<E\npkill -f paper_trader\nE",
        "bash <<< 'pkill -f paper_trader'",
        "flock /tmp/lock pkill -f paper_trader",
        "flock /tmp/lock -c 'pkill -f paper_trader'",
        "taskset -c 0 pkill -f paper_trader",
        "busybox pkill -f paper_trader",
        "nsenter -t 1 -m pkill -f paper_trader",
        "chroot /srv pkill -f paper_trader",
        "trap 'pkill -f paper_trader' EXIT",
        "env -S 'pkill -f paper_trader'",
        "pkill -n 15 -f paper_trader; pkill -f paper_trader",
        "PIDS=$(pgrep -f paper_trader); kill $PIDS",
        "for p in $(pgrep -f paper_trader); do kill -9 $p; done",
        "((attempt > 3)) || pkill -f paper_trader",
    ],
)
def test_what_runs_it_does_not_hide_it(text: str) -> None:
    found = targets(text)
    assert BOT in found, found
    assert not any(target.kind == "unresolved" for target in found), found


@pytest.mark.parametrize(
    "text",
    [
        "$K -9 -f paper_trader",
        "K=pkill; sudo $K -f paper_trader",
        "$(which pkill) -f paper_trader",
        'eval "$COMMAND"',
        "bash -c '\"$@\"' _ pkill x",
        "curl -s localhost/x | bash",
        "echo cGtpbGw= | base64 -d | sudo sh -s",
        "bash < /nowhere/x",
        "bash <(curl -s localhost)",
        ". /nowhere/functions.sh",
        "./nowhere.sh",
        "python -c 'import os; os.kill(4711, 9)'",
        'python -c \'import subprocess; subprocess.run(["pkill", "x"])\'',
        "python - <<E\nimport os\nos.system('pkill x')\nE",
        "perl -e 'kill 9, 4711'",
        "awk 'BEGIN { system(\"pkill x\") }'",
        "cat x.py | python",
        "alias k='pkill -f'",
        'pkill -f "$BOT"',
        "pkill -f $(cat name)",
        "pkill -f `cat name`",
        "pkill -u $USER",
        "pkill -P $$",
        "pkill -t pts/0",
        "pkill --pgroup 4711",
        "killall $NAME",
        "kill $OTHER; pgrep -f paper_trader",
        "PID=$(pgrep -f paper_trader); PID=1; kill $PID",
        "echo paper_trader | xargs pkill -f",
        "echo paper_trader | xargs -I% pkill -f %",
        "cat pids | xargs kill; pgrep -f paper_trader",
    ],
)
def test_what_cannot_be_read_from_the_text_is_said_to_be_unresolved(text: str) -> None:
    assert "unresolved" in {target.kind for target in targets(text)}


@pytest.mark.parametrize(
    "text",
    [
        "python -c \"from src.risk.manager import RiskManager; RiskManager().activate_kill_switch('DRILL')\"",
        "python -c 'import os; print(os.getcwd(), \"Kill-switch active: True (kill switch)\")'",
        "python <<'E'\nprint('kill-switch')\nE",
        "curl -s localhost | python -m json.tool",
        '"$VIRTUAL_ENV/bin/python" scripts/check.py',
        "if (( $count > 3 )); then echo many; fi",
        "files=($A $B); echo ${files[0]}",
        "ls *.py | grep pkill",
        "tail -f logs/paper_trader.log | grep kill",
        "echo $HOME > out",
    ],
)
def test_what_signals_nothing_is_left_alone(text: str) -> None:
    assert targets(text) == ()


def test_a_pattern_may_end_at_the_end_of_a_line() -> None:
    assert targets("pkill -f 'trader$'") == (Target("pattern", "trader$", full=True),)
    assert targets("pkill -P4711") == (Target("pattern", "", parents=("4711",)),)


async def test_a_script_of_the_project_is_looked_into(tmp_path: Path) -> None:
    project = make_checkout(tmp_path / "p")
    (project / "stop.sh").write_text("#!/bin/bash\n# stops it\npkill -9 -f paper_trader\n")
    (project / "more").write_text(". ./stop.sh\n# kill\n")
    (project / "calm.sh").write_text("$ECHO the kill-switch is off\n")
    (project / "tool").write_text("#!/usr/bin/env python3\nprint('kill')\n")
    async with started(project) as bot:
        for text in ("bash stop.sh", "./stop.sh", ". ./stop.sh now", "bash -x more", "bash < stop.sh"):
            found = await blast.look(text, project, Profile(), None, set())
            assert bot.pid in {victim.pid for victim in found.victims}, text
            assert found.unresolved == ()
        for text in ("bash calm.sh", "./tool"):
            assert await blast.look(text, project, Profile(), None, set()) == blast.Blast()
        (project / "stop.sh").write_text("pkill -f $1\n")
        assert (await blast.look("bash stop.sh x", project, Profile(), None, set())).unresolved


def test_with_sudo_the_processes_of_others_are_hit_too() -> None:
    own = procfs.read(os.getpid())
    assert own is not None
    other = replace(own, uid=own.uid + 1, argv=("decoy_trader",))
    alone = blast.victims("pkill -f decoy_trader", (other,), None, set())
    sudo = blast.victims("sudo -n pkill -f decoy_trader", (other,), None, set())
    assert len(sudo.victims) == 1
    assert len(alone.victims) == (1 if os.geteuid() == 0 else 0)


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
