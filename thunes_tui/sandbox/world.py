"""Brings a sandbox up and down: stand-ins, the world's first process, the bot in it.

Forks and never execs anything of ours, so it is to be called before threads and event loops exist.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

from platformdirs import user_state_path

from thunes_tui.clock import boot_id, system
from thunes_tui.errors import Refused, Unusable, UserError
from thunes_tui.sandbox import materialise, namespace
from thunes_tui.sandbox.bot import end_bots, log_size, start_bot, wait_healthy
from thunes_tui.sandbox.fault.catalogue import end as end_faults
from thunes_tui.sandbox.place import Place, World, read_world, started, write_world
from thunes_tui.sandbox.process import end, start, wait_gone
from thunes_tui.sandbox.stand_in import stand_in

ALONE = "\0thunes-tui-sandbox"
"""An abstract socket: where the system allows no namespaces, one sandbox at a time on a machine."""
ENDS_S = 30.0
"""A world full of processes, on a machine with much else to do."""


def up(place: Place, *, tied: bool = False, bot: bool = True) -> World:
    """Make the project when it is not there yet, start its world, wait for a healthy bot. Raises Unusable.

    `tied`: the world dies with this process.
    """
    known = read_world(place)
    if known is not None and known.alive:
        return known
    down(place)
    for folder in (place.root, user_state_path("thunes-tui")):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not materialise.exists(place):
        materialise.checkout(place)
    keys = known_keys(place)
    stand_ins, ports = start(lambda tell: stand_in(place, keys, tell, tied), "the stand-ins")
    materialise.settings(place, ports["exchange"], ports["telegram"], keys)
    mark = log_size(place)
    try:
        init, said = start(lambda tell: be_world(place, tell, tied, bot), "the sandbox's world")
    except Unusable:
        end(stand_ins, started(stand_ins) or 0, signal.SIGTERM)
        raise
    pid = said["pid"]
    world = World(
        pid or None,
        init,
        started(init) or 0,
        stand_ins,
        started(stand_ins) or 0,
        ports["exchange"],
        ports["telegram"],
        boot_id(),
    )
    write_world(place, world)
    if bot:
        wait_healthy(place, mark, world)
    return world


def known_keys(place: Place) -> dict[str, str]:
    """The sandbox's own keys, made once; they open nothing but the stand-ins."""
    path = place.root / "keys.json"
    if not path.exists():
        made = {
            "api_key": materialise.key(),
            "api_secret": materialise.key(),
            "token": f"{7_000_000_000 + int.from_bytes(os.urandom(4)) % 999_999_999}:{materialise.key(35)}",
            "chat_id": "424242",
        }
        materialise.private(path, json.dumps(made))
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def be_world(place: Place, tell: int, tied: bool, bot: bool) -> None:
    """The world's outer process: makes the namespaces and waits with what lives in them."""
    if tied:
        namespace.tie_to_parent(signal.SIGKILL)
    try:
        namespace.leave()
        alone = None
    except OSError:
        alone = hold_machine()
    inner = os.fork()
    if inner == 0:
        namespace.tie_to_parent(signal.SIGKILL)
        _inner(place, tell, alone is None, bot)
    os.write(tell, json.dumps({"pid": inner if alone is None else 0}).encode() + b"\n")
    os.close(tell)
    os.waitpid(inner, 0)


def hold_machine() -> socket.socket:
    """Without namespaces: this machine's only sandbox. Raises Refused when there is another."""
    lock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        lock.bind(ALONE)
    except OSError as error:
        lock.close()
        raise Refused(
            "this system allows no namespaces, and another sandbox runs: take it down first"
        ) from error
    return lock


def _inner(place: Place, tell: int, alone: bool, bot: bool) -> NoReturn:
    """The world's first process: furnish it, start the bot, bury the dead."""
    code = 1
    try:
        os.close(tell)
        if alone:
            state = user_state_path("thunes-tui")
            checkout = Path(__file__).parents[2]
            namespace.furnish((place.root, state, Path(sys.prefix), Path(sys.base_prefix), checkout))
        if bot:
            start_bot(place)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        while True:
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                time.sleep(0.2)
    finally:
        os._exit(code)


def down(place: Place) -> bool:
    """End the faults, the world and its stand-ins, and return when all of it is gone; the files stay.

    Whether anything ran. Raises Unusable when something does not end.
    """
    world = read_world(place)
    try:
        end_faults(place, system())
    except UserError:
        pass  # what it could not undo stays on its record, and status names it
    if world is None or world.boot != boot_id():
        return False
    living = started(world.init) == world.init_start
    inside = started(world.pid) if world.pid is not None and living else None
    ran = end(world.init, world.init_start, signal.SIGKILL)
    ran = end(world.stand_ins, world.stand_ins_start, signal.SIGTERM, signal.SIGKILL) or ran
    if world.pid is None:
        end_bots(place)
    elif inside is not None:  # it dies a moment after its outer process, and all that lives in it before it
        wait_gone(world.pid, inside, ENDS_S)
    left = {"world": (world.pid, inside), "stand-ins": (world.stand_ins, world.stand_ins_start)}
    for what, (pid, start_ticks) in left.items():
        if pid is not None and start_ticks is not None and started(pid) == start_ticks:
            raise Unusable(
                f"the sandbox's {what} (pid {pid}) did not end: look at it with ps, then try again"
            )
    return ran


def remove(place: Place) -> None:
    """Down, and its files away."""
    down(place)
    shutil.rmtree(place.root, ignore_errors=True)
