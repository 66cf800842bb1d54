"""A keeper with a real bash, and the reading half of a session server on it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from thunes_tui import handover, keeper, shellrc
from thunes_tui.marks import Mark, parse_marks

DEADLINE = 60.0


class Server:
    """The reading half of a session server: terminal, marks, handover."""

    def __init__(self, socket_path: str) -> None:
        self.taken = handover.take(socket_path)
        self.output = bytearray(self.taken.spool)
        self.taken.kept()
        self.marks: list[Mark] = []
        self._rest = b""

    def leave(self) -> None:
        if self.taken.link.fileno() >= 0:
            self.taken.leave()

    def pump(self, seconds: float = 0.02) -> None:
        for descriptor in select.select([self.taken.master, self.taken.marks], [], [], seconds)[0]:
            with contextlib.suppress(OSError):
                data = os.read(descriptor, 1 << 16)
                if descriptor == self.taken.master:
                    self.output += data
                else:
                    found, self._rest = parse_marks(self._rest + data, self.taken.key)
                    self.marks += found

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.perf_counter() + DEADLINE
        while not condition():
            assert time.perf_counter() < deadline, f"never: {what}\n{self.output.decode(errors='replace')}"
            self.pump()

    def type(self, line: str) -> None:
        os.write(self.taken.master, line.encode() + b"\r")

    def run(self, line: str) -> Mark:
        """Type a line, wait for its end; the mark of the end."""
        seen = len(self.marks)
        self.type(line)
        self.until(lambda: any(mark.kind == "end" for mark in self.marks[seen:]), f"the end of {line!r}")
        return next(mark for mark in self.marks[seen:] if mark.kind == "end")

    def shows(self, text: str) -> None:
        self.until(lambda: text.encode() in self.output, f"{text!r} in the output")


class Drill:
    """A keeper with its folders, and the servers that came and went."""

    def __init__(self, folder: Path, world_pid: int | None = None) -> None:
        self.folder = folder
        self.steps = folder / "steps"
        self.home = folder / "home"
        shellrc.prepare(self.steps)
        self.home.mkdir()
        self.path = str(folder / "run" / "keeper.sock")
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "THUNES_STEPS": str(self.steps),
        }
        self.spec = keeper.KeeperSpec(
            self.path, shellrc.rc(), env, str(self.home), cols=100, rows=30, world_pid=world_pid
        )
        self.shell = 0
        self.servers: list[Server] = []

    def start(self) -> Server:
        keeper.start(self.spec)
        server = self.server()
        server.until(lambda: server.marks, "the first prompt")
        return server

    def server(self) -> Server:
        server = Server(self.path)
        self.servers.append(server)
        self.shell = server.taken.pid
        return server

    def end(self) -> None:
        """Close the drill and kill whatever is left of it in its own session."""
        for server in self.servers:
            server.leave()
        with contextlib.suppress(handover.Gone):
            last = handover.take(self.path)
            last.close_drill()
            for pid in keeper.jobs(self.shell, -1):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            last.leave()
        wait_for(lambda: not Path(self.path).exists(), "the keeper's end")


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.perf_counter() + DEADLINE
    while not condition():
        assert time.perf_counter() < deadline, f"never: {what}"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except OSError:
        return False


def name_of(pid: int) -> str:
    """The program that the process runs; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
