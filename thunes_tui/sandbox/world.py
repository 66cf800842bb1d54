"""Brings a sandbox up and down: stand-ins, the world's first process, the bot in it.

Forks and never execs anything of ours, so it is to be called before threads and event loops exist.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from platformdirs import user_state_path

from thunes_tui import title
from thunes_tui.clock import boot_id, system
from thunes_tui.errors import Refused, Unusable
from thunes_tui.sandbox import materialise, namespace
from thunes_tui.sandbox.place import Place, World, read_world, started, write_world

ALONE = "\0thunes-tui-sandbox"
"""An abstract socket: where the system allows no namespaces, one sandbox at a time on a machine."""
UP_S = 40.0
BOT = ("src/live/paper_trader.py", "--symbol", "BTCUSDT", "--side", "BUY", "--amount", "100")
HEALTHY = b"Bot healthy"


def up(place: Place, *, tied: bool = False, bot: bool = True) -> World:
    """Make the project when it is not there yet, start its world, wait for a healthy bot. Raises Unusable.

    `tied`: the world dies with this process.
    """
    known = read_world(place)
    if known is not None and known.alive:
        return known
    for folder in (place.root, user_state_path("thunes-tui")):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not materialise.exists(place):
        materialise.checkout(place)
    keys = known_keys(place)
    stand_ins, ports = start(lambda tell: stand_in(place, keys, tell, tied), "the stand-ins")
    materialise.settings(place, ports["exchange"], ports["telegram"], keys)
    mark = log_size(place)
    init, said = start(lambda tell: be_world(place, tell, tied, bot), "the sandbox's world")
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


def start(work: Callable[[int], None], what: str) -> tuple[int, dict[str, int]]:
    """Fork a process that tells one JSON object when it is ready. Raises Unusable with what it said."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(told)
        _child(work, tell)
    os.close(tell)
    with open(told, "rb") as answer:
        said = answer.readline()
    try:
        facts: dict[str, int] = json.loads(said)
    except ValueError:
        os.waitpid(pid, 0)
        text = said.decode("utf-8", "replace").strip()
        raise Unusable(f"{what} could not be started: {text or 'it died'}") from None
    return pid, facts


def _child(work: Callable[[int], None], tell: int) -> NoReturn:
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        title.neutralise()
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(null, standard)
        os.chdir("/")
        work(tell)
        code = 0
    except BaseException as error:  # noqa: BLE001 - the pipe is the only way to say it
        try:
            os.write(tell, f"{error}\n".replace("\n", " ").encode() + b"\n")
        except OSError:
            pass  # it was told already that all is well
    finally:
        os._exit(code)


def stand_in(place: Place, keys: dict[str, str], tell: int, tied: bool) -> None:
    """The exchange and the phone, until told to stop; their ports stay the same from start to start."""
    from thunes_tui.sandbox.exchange import service
    from thunes_tui.sandbox.telegram import server

    if tied:
        namespace.tie_to_parent(signal.SIGTERM)

    async def serve() -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        known = read_world(place)
        ports = (known.exchange_port, known.telegram_port) if known is not None else (0, 0)
        for folder in (place.exchange, place.telegram):
            folder.mkdir(mode=0o700, exist_ok=True)
        exchange = await service.serve(
            place.exchange,
            system(),
            port=free(ports[0]),
            api_key=keys["api_key"],
            api_secret=keys["api_secret"],
        )
        phone = await server.serve(
            place.telegram, system(), port=free(ports[1]), token=keys["token"], chat_id=int(keys["chat_id"])
        )
        os.write(tell, json.dumps({"exchange": exchange.port, "telegram": phone.port}).encode() + b"\n")
        os.close(tell)
        await stopped.wait()
        await phone.close()
        await exchange.close()

    asyncio.run(serve())


def free(port: int) -> int:
    """The port if it can be had, else 0 for any."""
    if not port:
        return 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


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


def bot_environment(place: Place) -> dict[str, str]:
    passed = {name: os.environ[name] for name in ("LANG", "LC_ALL", "USER", "LOGNAME") if name in os.environ}
    path = f"{place.project / '.venv' / 'bin'}:{place.home / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    return {**passed, "HOME": str(place.home), "PATH": path, "VIRTUAL_ENV": str(place.project / ".venv")}


def start_bot(place: Place) -> subprocess.Popen[bytes]:
    """The bot that runs before the drill begins, as a person would have left it running."""
    return subprocess.Popen(
        ["python", *BOT],
        executable=str(place.project / ".venv" / "bin" / "python"),
        cwd=place.project,
        env=bot_environment(place),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def log_size(place: Place) -> int:
    try:
        return (place.project / "logs" / "paper_trader.log").stat().st_size
    except OSError:
        return 0


def wait_healthy(place: Place, mark: int, world: World) -> None:
    """Until the bot's log says healthy behind `mark`. Raises Unusable with its last line when it does not."""
    clock = system()
    begun, tail = clock.now(), b""
    while clock.now().since(begun) < UP_S and world.alive:
        try:
            with open(place.project / "logs" / "paper_trader.log", "rb") as file:
                file.seek(mark)
                tail = file.read()
        except OSError:
            tail = b""
        if HEALTHY in tail:
            return
        time.sleep(0.05)
    last = tail.strip().splitlines()[-1:] or [b"nothing was logged"]
    raise Unusable(f"the sandbox's bot did not become healthy: {last[0].decode('utf-8', 'replace')[:200]}")


def down(place: Place) -> bool:
    """End the world and its stand-ins; the files stay. Whether anything ran."""
    world = read_world(place)
    if world is None:
        return False
    ran = False
    for pid, start_ticks in ((world.init, world.init_start), (world.stand_ins, world.stand_ins_start)):
        number = signal.SIGKILL if pid == world.init else signal.SIGTERM
        ran = end(pid, start_ticks, number) or ran
    if world.pid is None:
        end_bots(place)
    return ran


def end(pid: int, start_ticks: int, number: signal.Signals) -> bool:
    """Signal exactly this process, and wait until it is gone. Whether it lived."""
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if started(pid) != start_ticks:
            return False
        signal.pidfd_send_signal(descriptor, number)
        try:
            os.waitpid(pid, 0)
        except ChildProcessError:
            wait_gone(pid, start_ticks)
        return True
    finally:
        os.close(descriptor)


def wait_gone(pid: int, start_ticks: int) -> None:
    clock = system()
    begun = clock.now()
    while started(pid) == start_ticks and clock.now().since(begun) < 5:
        time.sleep(0.01)


def end_bots(place: Place) -> None:
    """Without namespaces: the bots whose directory is the sandbox's project, and nothing else."""
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - names, not paths
        try:
            same = Path(f"/proc/{name}/cwd").samefile(place.project)
            argv = Path(f"/proc/{name}/cmdline").read_bytes()
        except OSError:
            continue
        if same and b"paper_trader.py" in argv:
            end(int(name), started(int(name)) or 0, signal.SIGKILL)


def remove(place: Place) -> None:
    """Down, and its files away."""
    down(place)
    shutil.rmtree(place.root, ignore_errors=True)
