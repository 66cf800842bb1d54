"""A new shell for a drill whose shell has ended, with a keeper of its own and the first one's environment."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path

from thunes_tui import handover, shellrc
from thunes_tui.errors import Unusable
from thunes_tui.handover import Taken
from thunes_tui.ptyshell import KeeperSpec
from thunes_tui.server import runtime
from thunes_tui.server.spec import SessionSpec
from thunes_tui.server.world import world_pid
from thunes_tui.sources import procfs

NEW = "a new shell: variables, functions and an activated environment of the one before are gone"
START_S = 20.0
"""Until the new keeper runs; on a small box an interpreter takes its time."""
OURS = str(Path(handover.__file__).parents[1])
"""Where this very code was loaded from: the keeper is of the same version, whatever else is installed."""
ASIDE = "keeper-"
"""How the socket of a keeper is called whose shell has ended and whose jobs go on."""


def keeper_spec(spec: SessionSpec, environment: dict[str, str]) -> KeeperSpec:
    """A shell in the project, inside the sandbox's world where there is one; the folder of the steps is made.

    Raises Unusable where the world does not see that folder: no step could run.
    """
    shellrc.prepare(spec.steps)
    world = world_pid(spec.project, spec.profile)
    if world is not None and not is_seen(spec.steps, world):
        raise Unusable(f"the sandbox does not see {spec.steps}: thunes-tui sandbox down, and up again")
    return KeeperSpec(
        str(spec.runtime / runtime.KEEPER),
        shellrc.rc(),
        environment,
        str(spec.project),
        80,
        24,
        world,
    )


def is_seen(folder: Path, world: int) -> bool:
    """Whether it is the same folder in that process's world, which may have been made before it."""
    try:
        return procfs.same_file(procfs.seen_from(world, str(folder)), folder)
    except OSError:
        return False


async def open_new(spec: SessionSpec, environment: dict[str, str]) -> Taken:
    """The new shell, taken over. Raises Unusable where there is none to be had.

    By exec and not by fork: this process has threads. The keeper before it, told to close already, goes on
    until its last job has ended, under another name.
    """
    wanted = keeper_spec(spec, environment)
    set_aside(Path(wanted.socket_path))
    given = {**asdict(replace(wanted, rc=b"")), "rc": wanted.rc.decode()}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "thunes_tui.keeper",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (OURS, os.environ.get("PYTHONPATH"))))},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(START_S):
            said, _ = await process.communicate(json.dumps(given).encode("ascii"))
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if isinstance(error, TimeoutError):
            raise Unusable(f"its keeper did not start within {START_S:g} s") from error
        raise
    if process.returncode:
        raise Unusable(said.decode("utf-8", "replace").strip() or "its keeper died")
    return await asyncio.to_thread(handover.take, wanted.socket_path)


def set_aside(socket: Path) -> None:
    """Give the path of a keeper's socket free."""
    taken = {path.name for path in socket.parent.glob(f"{ASIDE}*")}
    free = next(name for n in range(1, len(taken) + 2) if (name := f"{ASIDE}{n}") not in taken)
    with contextlib.suppress(FileNotFoundError):
        socket.rename(socket.with_name(free))
