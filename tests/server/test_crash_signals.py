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


def test_a_number_that_was_given_away_again_kills_no_innocent(rounds: Rounds) -> None:
    """In a PID namespace, where the kernel can be told which number comes next.

    The one who has the number now was born at least one clock tick later: within one tick a number comes
    round in no namespace but this one.
    """
    asked = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    can = os.geteuid() == 0 or subprocess.run([*asked, "--user", "true"], capture_output=True).returncode == 0
    if not can:
        pytest.skip("this system allows no PID namespace")
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    program = [sys.executable, "-m", "tests.server.reuse_rig", str(rounds(60, 1000))]
    done = subprocess.run(
        [*asked, *as_root, *program],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["reused"] == told["rounds"], "numbers were not used again: nothing is tested"
    assert (told["innocents"], told["struck"]) == (0, 0)
    assert told["reached"] == told["rounds"], "the right identity must reach its process"
