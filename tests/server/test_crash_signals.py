"""Only the chosen process, ever: among twelve decoys, and where its number is another's by now."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.control_rig import ANN, Control
from tests.server.decoys import Decoys
from thunes_tui import intents

Rounds = Callable[[int, int], int]


@pytest.fixture
def decoys(tmp_path: Path) -> Iterator[Decoys]:
    made = Decoys(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.close()


async def test_among_twelve_decoys_only_the_chosen_one_dies(
    decoys: Decoys, tmp_path: Path, rounds: Rounds
) -> None:
    control = Control(tmp_path / "session", decoys.project, decoys.own)
    assert len(decoys.living) + 1 == 12
    try:
        for _ in range(rounds(25, 500)):
            bot = await decoys.bot()
            ended = await control.do(*control.found(bot.pid))
            assert ended.outcome == "dead"
            assert await asyncio.wait_for(bot.wait(), 5) == -signal.SIGTERM
            decoys.check()
    finally:
        await control.close()
    assert decoys.is_foreign() or os.geteuid() != 0
    if not decoys.is_foreign():
        pytest.skip(
            "eleven decoys lived on; the twelfth, another user's process, can be started by root alone"
        )


async def test_a_decoy_that_is_ours_is_refused_also_when_it_is_chosen(decoys: Decoys, tmp_path: Path) -> None:
    control = Control(tmp_path / "session", decoys.project, decoys.own)
    try:
        for name in ("keeper", "server", "console", "exchange worker"):
            ended = await control.ask(*control.found(decoys.living[name].pid))
            assert ended.outcome == "refused", name
            assert "console's own" in ended.detail
        gone = control.found(decoys.zombie)
        assert (await control.ask(*gone)).detail == f"process {decoys.zombie} is gone"
        held = await control.ask(*control.found(decoys.living["log tail"].pid, "drill"))
        assert held.confirm == "tail"
        control.hub.take(intents.LeaveSignal(held.attempt), ANN)
    finally:
        await control.close()
    decoys.check()


def in_a_namespace(module: str, rounds: int) -> str:
    """What a rig says that runs as the first process of a PID namespace; the test is skipped without one."""
    asked = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if os.geteuid() != 0:
        asked += ["--user", "--map-root-user"]
    if subprocess.run([*asked, "true"], capture_output=True).returncode != 0:
        pytest.skip("this system allows no PID namespace")
    program = [sys.executable, "-m", module, str(rounds), "paper_trader"]
    done = subprocess.run(
        [*asked, *program],
        capture_output=True,
        text=True,
        timeout=60 + rounds * 5,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_number_that_was_given_away_again_kills_no_innocent(rounds: Rounds) -> None:
    """In a PID namespace, where the kernel can be told which number comes next.

    The one who has the number now was born at least one clock tick later: within one tick a number comes
    round in no namespace but this one.
    """
    told = json.loads(in_a_namespace("tests.server.reuse_rig", rounds(60, 1000)))
    assert told["reused"] == told["rounds"], "numbers were not used again: nothing is tested"
    assert (told["innocents"], told["struck"]) == (0, 0)
    assert told["reached"] == told["rounds"], "the right identity must reach its process"


def test_the_seeds_pkill_lines_kill_what_was_shown_and_never_us(rounds: Rounds) -> None:
    """All in one PID namespace: server, keeper, shell, launcher and console beside bot, tail and editor."""
    done = in_a_namespace("tests.server.pkill_rig", rounds(10, 100))
    told = json.loads(done)
    assert told == dict.fromkeys(("rounds", "previewed", "killed", "seen", "spared"), told["rounds"])
