"""A project to drill and the programs on it, each behind a terminal of its own, gone again at the end."""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import processes
from bench.files import BigFiles
from tests.rig.glass import Glass
from thunes_tui.sandbox import world
from thunes_tui.sandbox.place import Place

SIZE = (200, 50)
MARK = "THUNES_BENCH"
"""Variable that tells the console's processes from all others."""
LOG_LINE = "2025-10-09 10:42:15 - src.live.paper_trader - INFO - {}\n"
READY_S = 30.0


class Bench:
    """The sandbox's project, without its bot so that nothing moves by itself."""

    def __init__(self, root: Path, peers_at: Path | None, megabytes: int) -> None:
        """`peers_at`: an environment with peers in it; `megabytes`: the size of the big log."""
        self.root = root
        self.peers_at = peers_at
        self.files = BigFiles(root, megabytes)
        self.tag = secrets.token_hex(8)
        self.place = Place(root / "sandbox")
        self.log = self.place.project / "logs" / "paper_trader.log"
        self.audit = self.place.project / "logs" / "audit_trail.jsonl"
        folders = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "XDG_RUNTIME_DIR": "run"}
        for name in folders.values():
            (root / name).mkdir(mode=0o700)
        self.environment = {
            **{variable: str(root / name) for variable, name in folders.items()},
            MARK: self.tag,
            "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        }

    def begin_log(self) -> None:
        """Another log with some lines in it, while nobody reads it."""
        self.log.unlink(missing_ok=True)
        lines = (LOG_LINE.format(f"heartbeat BTCUSDT 109608.00 number {number}") for number in range(200))
        self.log.write_text("".join(lines), encoding="utf-8")

    def append(self, text: str) -> None:
        """One line of the bot's log, in one write."""
        with self.log.open("a", encoding="utf-8") as file:
            file.write(LOG_LINE.format(text))

    @contextlib.contextmanager
    def console(self) -> Iterator[Glass]:
        """The console with its drill open, quiet."""
        with self.starting() as glass:
            glass.expect("TESTNET", READY_S)
            glass.expect("PROCESSES", READY_S)
            settle(glass)
            yield glass

    @contextlib.contextmanager
    def starting(self) -> Iterator[Glass]:
        """The console from its first moment on."""
        argv = [sys.executable, "-m", "thunes_tui", "drill", "--new", "--project", str(self.place.project)]
        with Glass(argv, size=SIZE, env=self.environment, cwd=str(self.root)) as glass:
            try:
                yield glass
            finally:
                self.end_console()

    @contextlib.contextmanager
    def holding(self, path: Path, big: Path) -> Iterator[None]:
        """Another file in the place of the log or the audit trail."""
        aside = path.with_name(path.name + ".aside")
        path.rename(aside)
        try:
            path.hardlink_to(big)
            yield
        finally:
            path.unlink(missing_ok=True)
            aside.rename(path)

    @contextlib.contextmanager
    def beside(self, argv: Sequence[str]) -> Iterator[Glass]:
        """Another program on the same files."""
        with Glass(argv, size=SIZE, env={MARK: ""}, cwd=str(self.place.project)) as glass:
            yield glass

    @contextlib.contextmanager
    def tmux(self, *panes: str) -> Iterator[Glass]:
        """Shell commands in the panes of one tmux window, as a person has them today."""
        name = f"bench-{self.tag}"
        tmux = f"tmux -L {name} -f /dev/null"
        first, *others = (shlex.quote(pane) for pane in panes)
        splits = "".join(f" \\; split-window {pane} \\; select-layout tiled" for pane in others)
        try:
            with self.beside(["sh", "-c", f"exec {tmux} new-session {first}{splits}"]) as glass:
                settle(glass)
                yield glass
        finally:
            subprocess.run(["tmux", "-L", name, "kill-server"], capture_output=True, check=False)

    def tmux_pid(self) -> int:
        """The tmux server, under which its panes' programs live."""
        asked = ["tmux", "-L", f"bench-{self.tag}", "display-message", "-p", "#{pid}"]
        return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)

    def console_pids(self) -> list[int]:
        """Launcher, screen, server, keeper and what they started themselves; not the shell's jobs."""
        wanted = f"{MARK}={self.tag}".encode()
        return [pid for pid in processes.everyone() if processes.has_marked(pid, wanted)]

    def screen_pid(self, glass: Glass) -> int:
        """The process that paints: the launcher's child."""
        return max(set(processes.below(glass.pid)) - {glass.pid}, key=processes.resident)

    def end_console(self) -> None:
        """End every process of the console, until none is left."""
        while pids := [pid for pid in self.console_pids() if pid != os.getpid()]:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


@contextlib.contextmanager
def bench(peers_at: Path | None = None, megabytes: int = 1000) -> Iterator[Bench]:
    root = Path(tempfile.mkdtemp(prefix="tb-"))
    made = Bench(root, peers_at, megabytes)
    try:
        with _variable("XDG_STATE_HOME", made.environment["XDG_STATE_HOME"]):
            world.up(made.place, tied=True, bot=False)  # the world shows the sessions' folder, and no other
        made.audit.touch()
        made.begin_log()
        yield made
    finally:
        made.end_console()
        world.remove(made.place)
        shutil.rmtree(root, ignore_errors=True)


@contextlib.contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def settle(glass: Glass, quiet_s: float = 1.5, at_most_s: float = 6.0) -> None:
    """Wait until the screen has not been drawn on for a while; a clock may tick on it."""
    deadline = time.perf_counter() + at_most_s
    last, size = time.perf_counter(), len(glass.raw)
    while time.perf_counter() < deadline and time.perf_counter() - last < quiet_s:
        glass.pump(0.05)
        if len(glass.raw) > size + 400:
            last = time.perf_counter()
        size = len(glass.raw)


def until(glass: Glass, condition: Callable[[], bool], at_most_s: float = 5.0) -> float:
    """When the bytes that fulfil the condition could be read. AssertionError if they never come."""
    deadline = time.perf_counter() + at_most_s
    while time.perf_counter() < deadline:
        if not select.select([glass.master], [], [], 0.1)[0]:
            continue
        readable = time.perf_counter()
        if not glass.pump():
            break
        if condition():
            return readable
    raise AssertionError(f"never seen\n{glass.text()}")


def shows(glass: Glass, text: str) -> Callable[[], bool]:
    """Whether the text stands in one row of the screen."""
    return lambda: any(text in row for row in glass.screen.text())


def rest(glass: Glass, seconds: float) -> None:
    """Only read what is drawn, as a terminal does."""
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        glass.pump(left)
