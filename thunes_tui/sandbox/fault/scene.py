"""Proof that what a fault is about to touch is the sandbox's own. A real checkout can't be faulted."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.clock import Clock
from thunes_tui.config import load_profile
from thunes_tui.errors import Refused, Unusable
from thunes_tui.sandbox.place import Place, World, read_world, started

SCRIPT = b"paper_trader.py"
LOG = "logs/paper_trader.log"
AUDIT = "logs/audit_trail.jsonl"
DATABASE = "data/positions.db"
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a fault is made or undone."""

    place: Place
    clock: Clock
    world: World | None
    """None when it does not run: what is wrong in files can be undone all the same."""

    @classmethod
    def of(cls, place: Place, clock: Clock) -> Scene:
        """Raises Refused where the folder is not the sandbox's own project."""
        known = read_world(place)
        check_own(place)
        return cls(place, clock, known if known is not None and known.alive else None)

    def need_world(self) -> World:
        """What runs. Raises Unusable when the sandbox does not run."""
        if self.world is None:
            raise Unusable("no sandbox runs: thunes-tui sandbox up")
        return self.world

    def path(self, name: str) -> Path:
        return self.place.project / name

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[int]:
        """A file of the project, open for reading and writing. Raises Refused for one that is not its own."""
        path = self.path(name)
        if path.parent.resolve() != self.place.project.resolve() / Path(name).parent:
            raise Refused(f"{path.parent} leads out of the sandbox: nothing was touched")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise Refused(f"{name} of the sandbox cannot be opened: {error.strerror}") from error
        try:
            known = os.fstat(descriptor)
            if not stat.S_ISREG(known.st_mode) or known.st_nlink != 1:
                raise Refused(f"{name} is not the sandbox's alone (a link leads to it): nothing was touched")
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def locked(self, name: str) -> Iterator[int]:
        """`file`, with the lock that the bot's own writers take."""
        with self.file(name) as descriptor:
            self.lock(descriptor, name)
            yield descriptor

    def lock(self, descriptor: int, name: str) -> None:
        """Until the descriptor is closed. Raises Refused when somebody, hung perhaps, does not let go."""
        begun = self.clock.now()
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if self.clock.now().since(begun) > PATIENCE_S:
                    raise Refused(
                        f"{name} is locked by somebody who does not let go: end that first"
                    ) from None
                time.sleep(0.02)
            else:
                return

    def bots(self) -> list[tuple[int, int]]:
        """Pid and start of every bot of this sandbox; the pids are those of the box."""
        return bots(self.place, self.world)


def check_own(place: Place) -> None:
    """Raises Refused unless the project is the one that this sandbox made, reached by no link."""
    project = place.project
    if project.resolve() != place.root.resolve() / "home" / "LAB" / "projects" / "THUNES":
        raise Refused(f"{project} leads out of the sandbox: a fault is made in the sandbox alone")
    if project.is_dir() and load_profile(project).world.file != str(place.world_file):
        raise Refused(f"{project} is not the sandbox's project: a fault is made in the sandbox alone")


def bots(place: Place, world: World | None) -> list[tuple[int, int]]:
    """A bot is a Python that runs the script in the sandbox's project, and in its world where it has one."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - names, not paths
        process = Path("/proc") / name
        try:
            argv = (process / "cmdline").read_bytes().split(b"\0")
            own = (process / "cwd").samefile(place.project)
            python = "python" in Path(os.readlink(process / "exe")).name  # noqa: PTH115 - may be gone
            inside = world is None or world.pid is None or _same_world(process, world.pid)
            ticks = started(int(name))
        except OSError:
            continue
        script = any(argument.rpartition(b"/")[2] == SCRIPT for argument in argv[1:4])
        if own and python and script and inside and ticks is not None:
            found.append((int(name), ticks))
    return sorted(found)


def _same_world(process: Path, pid: int) -> bool:
    """Whether both count their processes in the same namespace."""
    return (process / "ns" / "pid").stat().st_ino == Path(f"/proc/{pid}/ns/pid").stat().st_ino


def state(pid: int, start_ticks: int) -> str:
    """The kernel's letter for what the process does (`T` is stopped); empty for one that is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return fields[0].decode("ascii") if int(fields[19]) == start_ticks else ""
