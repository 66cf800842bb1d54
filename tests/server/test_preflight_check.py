"""The project's own script is run where the steps run, and nothing of it outlives its time."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.server.checkout_rig import ENVIRON, make_checkout
from thunes_tui.config import Profile, World
from thunes_tui.server.preflight_check import run_script
from thunes_tui.server.spec import SessionSpec
from thunes_tui.sources import procfs


def spec_of(project: Path, profile: Profile, script: str) -> SessionSpec:
    (project / "scripts/dr_drill_preflight.sh").write_text(script)
    return SessionSpec("s", None, project / "run", project, profile, "watch", "ann")


async def test_what_it_prints_and_how_it_ends_is_known(tmp_path: Path) -> None:
    spec = spec_of(make_checkout(tmp_path), Profile(), "echo out; echo err >&2; pwd; sleep 2 & exit 3\n")
    output, status = await run_script(spec, ENVIRON, 20.0)
    assert (output, status) == (f"out\nerr\n{tmp_path}\n", 3), "a job in the background keeps nobody waiting"


async def test_a_script_that_does_not_end_leaves_nothing_behind(tmp_path: Path) -> None:
    started = tmp_path / "pids"
    script = (
        f"(setsid sh -c 'echo $$ >> {started}; sleep 301; true') &\n"
        f"sh -c 'echo $$ >> {started}; trap \"\" TERM HUP; sleep 302; true' &\n"
        f"echo $$ >> {started}\nsleep 303\n"
    )
    spec = spec_of(make_checkout(tmp_path / "a"), Profile(), script)
    output, status = await run_script(spec, ENVIRON, 1.0)
    assert (output, status) == ("the script did not end within 1 s", 124)
    pids = [int(line) for line in started.read_text().split()]
    assert len(pids) == 3, "all of it had begun"
    async with asyncio.timeout(10):
        while any((known := procfs.stat(pid)) is not None and not known.dead for pid in pids):
            await asyncio.sleep(0.02)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a mount namespace here")
async def test_it_sees_the_world_of_the_steps(tmp_path: Path) -> None:
    script = "mount -t tmpfs none /mnt && echo there > /mnt/here && echo up && sleep 60"
    world = await asyncio.create_subprocess_exec(
        "unshare", "--mount", "--propagation", "private", "bash", "-c", script, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert world.stdout is not None
        assert await world.stdout.readline() == b"up\n"
        project = make_checkout(tmp_path / "a")
        (project / "world.json").write_text(json.dumps({"pid": world.pid}))
        spec = spec_of(project, Profile(world=World(file="world.json")), "cat /mnt/here\n")
        assert await run_script(spec, ENVIRON, 20.0) == ("there\n", 0)
    finally:
        world.kill()
        await world.communicate()
    assert not Path("/mnt/here").exists()
