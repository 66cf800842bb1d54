"""The bot that runs in the sandbox before a drill begins, as a person would have left it running."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from thunes_tui.clock import system
from thunes_tui.errors import Unusable
from thunes_tui.sandbox.fault.scene import bots
from thunes_tui.sandbox.place import Place, World
from thunes_tui.sandbox.process import end

UP_S = 40.0
BOT = ("src/live/paper_trader.py", "--symbol", "BTCUSDT", "--side", "BUY", "--amount", "100")
HEALTHY = b"Bot healthy"


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


def end_bots(place: Place) -> None:
    """Without namespaces: the sandbox's bots, and neither another checkout's nor who reads their files."""
    for pid, start_ticks in bots(place, None):
        end(pid, start_ticks, signal.SIGKILL)
