"""A box full of processes that look like the bot, stand near it, or must not be touched at all."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.server.checkout_rig import ENVIRON, SCRIPT, make_checkout
from thunes_tui.sources import procfs

NOBODY = 65534
OURS = (
    "from thunes_tui.title import neutralise; import time\n"
    "neutralise(); print('up', flush=True); time.sleep(600)\n"
)
"""One of our own processes, as `ps` shows them all."""


@dataclass
class Decoys:
    """Started once; after every round all of them must live as they did, and the zombie be one."""

    root: Path
    living: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)
    zombie: int = 0

    def __post_init__(self) -> None:
        self.project = make_checkout(self.root / "ours")
        self.other = make_checkout(self.root / "theirs")
        (self.project / "logs/paper_trader.log").write_text("")

    def start(self) -> None:
        log, script = str(self.project / "logs/paper_trader.log"), str(self.project / SCRIPT)
        editor = self.root / "vim"
        shutil.copy(shutil.which("tail") or "", editor)
        self._start("log tail", "tail", "-f", log)
        self._start("editor", str(editor), "-f", script)
        self._start("grep", "grep", "paper_trader")
        for name in ("keeper", "server", "console", "exchange worker"):
            self._start(name, sys.executable, "-c", OURS, up=True)
        self._start("another checkout's bot", sys.executable, str(self.other / SCRIPT), up=True)
        user = NOBODY if os.geteuid() == 0 else None
        self._start("another user's", "sleep", "600", user=user)
        self._start("stopped", "tail", "-f", log)
        self.living["stopped"].send_signal(signal.SIGSTOP)
        self._start("same process group", "sleep", "601", group=0)
        self.zombie = os.posix_spawn("/bin/true", ["true"], ENVIRON)
        os.waitid(os.P_PID, self.zombie, os.WEXITED | os.WNOWAIT)

    def _start(
        self, name: str, *argv: str, up: bool = False, user: int | None = None, group: int | None = None
    ) -> None:
        out = subprocess.PIPE if up else subprocess.DEVNULL
        started = subprocess.Popen(
            argv,
            cwd=self.project,
            env={**ENVIRON, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=out,
            user=user,
            process_group=group,
        )
        self.living[name] = started
        if started.stdout is not None:
            assert started.stdout.readline() == b"up\n"
        known = procfs.stat(started.pid)
        assert known is not None
        self.starts[started.pid] = known.start

    @property
    def own(self) -> set[int]:
        """What the server knows as its own; the exchange worker is known by its title alone."""
        return {os.getpid(), *(self.living[name].pid for name in ("keeper", "server", "console"))}

    def check(self) -> None:
        """Nobody but the target has felt anything."""
        for name, process in self.living.items():
            known = procfs.stat(process.pid)
            assert known is not None, f"{name} is gone"
            assert known.start == self.starts[process.pid], f"{name} is another process"
            assert (known.state == "T") == (name == "stopped"), f"{name} is in state {known.state}"
        zombie = procfs.stat(self.zombie)
        assert zombie is not None
        assert zombie.dead

    def is_foreign(self) -> bool:
        """Whether the other user's process is one: only root can start it."""
        pid = self.living["another user's"].pid
        return Path(f"/proc/{pid}").stat().st_uid != os.geteuid()

    async def bot(self) -> asyncio.subprocess.Process:
        """The one to be chosen, in the process group of a decoy."""
        started = await asyncio.create_subprocess_exec(
            sys.executable,
            SCRIPT,
            cwd=self.project,
            env=ENVIRON,
            stdout=asyncio.subprocess.PIPE,
            process_group=self.living["same process group"].pid,
        )
        assert started.stdout is not None
        assert await asyncio.wait_for(started.stdout.readline(), 20) == b"up\n"
        assert os.getpgid(started.pid) == os.getpgid(self.living["same process group"].pid)
        return started

    def close(self) -> None:
        for process in self.living.values():
            process.kill()
            process.communicate()
        if self.zombie:
            os.waitpid(self.zombie, 0)
