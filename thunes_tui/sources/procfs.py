"""Processes as /proc shows them: who they are, where they stand, which namespace they see."""

from __future__ import annotations

import contextlib
import os
import pwd
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
CLIP = 65_536
"""Longest command line that is looked at, bytes."""


@dataclass(frozen=True, slots=True)
class Stat:
    """What /proc/PID/stat tells, parsed behind its last `)`: a name may hold spaces and brackets."""

    comm: str
    state: str
    parent: int
    group: int
    start: int
    """Clock ticks since boot: with pid and boot id it is the identity of a process."""
    exit_status: int | None
    """Wait status of a zombie; None where the kernel hides it or the process lives."""

    @property
    def dead(self) -> bool:
        return self.state in "ZX"

    @property
    def frozen(self) -> bool:
        """It stands still: stopped by a signal, or held by a debugger."""
        return self.state in "Tt"


@dataclass(frozen=True, slots=True)
class Proc:
    """One living process, as far as this user may see it."""

    pid: int
    start: int
    parent: int
    group: int
    comm: str
    argv: tuple[str, ...]
    uid: int
    cwd: str
    """Empty where it cannot be read."""
    namespace: str
    """Its PID namespace, `pid:[4026531836]`; empty where it cannot be read."""
    inner: int
    """Its pid in that namespace; equal to `pid` in our own."""
    bot: bool = False
    """It is a bot of the drilled project."""
    inside: bool = False
    """It works in the drilled project: by its directory or by a file that its arguments name."""

    @property
    def line(self) -> str:
        """The command line as procps joins it."""
        return " ".join(self.argv)


def pids() -> set[int]:
    """All processes now. Cheap: one directory listing."""
    return {int(name) for name in os.listdir(PROC) if name.isdigit()}  # noqa: PTH208 - names, not paths


def last_pid() -> int:
    """The number that was given away last: where it stands still nobody was born. -1 where /proc hides it.

    The last field of /proc/loadavg, which costs a twentieth of a listing.
    """
    try:
        return int((PROC / "loadavg").read_bytes().split()[-1])
    except (OSError, ValueError, IndexError):
        return -1


def stat(pid: int) -> Stat | None:
    """None when there is no such process any more."""
    try:
        raw = (PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    head, _, tail = raw.rpartition(b")")
    fields = tail.split()
    state = fields[0].decode()
    status = int(fields[49]) if len(fields) > 49 and state == "Z" else None
    comm = head.partition(b"(")[2].decode("utf-8", "replace")
    return Stat(comm, state, int(fields[1]), int(fields[2]), int(fields[19]), status)


def argv(pid: int) -> tuple[str, ...]:
    """The arguments; empty for kernel threads, zombies and the gone."""
    try:
        with open(PROC / str(pid) / "cmdline", "rb") as file:
            raw = file.read(CLIP)
    except OSError:
        return ()
    return tuple(part.decode("utf-8", "surrogateescape") for part in raw.rstrip(b"\0").split(b"\0") if raw)


def environ(pid: int) -> dict[str, str]:
    """The environment that the process was started with. Raises OSError where it is not ours to read."""
    raw = (PROC / str(pid) / "environ").read_bytes()
    pairs = (part.decode("utf-8", "surrogateescape").partition("=") for part in raw.split(b"\0") if part)
    return {name: value for name, _, value in pairs}


def age(start: int) -> float:
    """Seconds since a start in clock ticks since boot, to a hundredth; 0 where /proc does not say."""
    try:
        uptime = float((PROC / "uptime").read_bytes().split()[0])
    except (OSError, ValueError, IndexError):
        return 0.0
    return max(0.0, round(uptime - start / os.sysconf("SC_CLK_TCK"), 2))


def wall_of(start: int) -> float:
    """A start in clock ticks since boot as wall seconds; off by up to one, as the kernel rounds."""
    for line in (PROC / "stat").read_bytes().splitlines():
        if line.startswith(b"btime "):
            return int(line.split()[1]) + start / os.sysconf("SC_CLK_TCK")
    return 0.0


def inner_pid(pid: int) -> int:
    """The pid that the process has in its own namespace; `pid` itself where /proc does not say."""
    try:
        for line in (PROC / str(pid) / "status").read_bytes().splitlines():
            if line.startswith(b"NSpid:"):
                return int(line.split()[-1])
    except (OSError, ValueError):
        pass
    return pid


def namespace(pid: int) -> str:
    """Its PID namespace; empty where it cannot be read."""
    return _link(pid, "ns/pid")


def _link(pid: int, name: str) -> str:
    try:
        return str((PROC / str(pid) / name).readlink())
    except OSError:
        return ""


def owner_of(pid: int) -> str:
    """The name of the user whose process it is."""
    try:
        uid = (PROC / str(pid)).stat().st_uid
    except OSError:
        return "another user"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def open_inodes(pid: int) -> set[tuple[int, int]]:
    """Device and inode of every file that it has open; empty where that is hidden."""
    found: set[tuple[int, int]] = set()
    try:
        with os.scandir(PROC / str(pid) / "fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    known = entry.stat()
                    found.add((known.st_dev, known.st_ino))
    except OSError:
        pass
    return found


def read(pid: int) -> Proc | None:
    """One process; None for one that is gone, dead or a kernel thread."""
    known = stat(pid)
    if known is None or known.dead:
        return None
    arguments = argv(pid)
    if not arguments:
        return None
    try:
        uid = (PROC / str(pid)).stat().st_uid
    except OSError:
        return None
    cwd, space = _link(pid, "cwd"), namespace(pid)
    return Proc(
        pid, known.start, known.parent, known.group, known.comm, arguments, uid, cwd, space, inner_pid(pid)
    )


def is_python(pid: int, arguments: tuple[str, ...]) -> bool:
    """Whether the program is a Python, whatever it calls itself; by its first argument if that is hidden."""
    program = _link(pid, "exe") or (arguments[0] if arguments else "")
    return Path(program.removesuffix(" (deleted)")).name.startswith(("python", "pypy"))


def seen_from(pid: int, path: str) -> Path:
    """A path that the process would name, as this process can open it: through its root and directory.

    A process of a sandbox's world has a /tmp of its own; `/proc/PID/root` is that world's view.
    """
    if path.startswith("/"):
        return PROC / str(pid) / "root" / path.lstrip("/")
    return PROC / str(pid) / "cwd" / path


def same_file(one: Path, other: Path) -> bool:
    """Whether both are the same file or folder, by device and inode. Raises PermissionError."""
    try:
        first, second = one.stat(), other.stat()
    except PermissionError:
        raise
    except (OSError, ValueError):
        return False
    return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)


def ancestors(pid: int) -> tuple[int, ...]:
    """Pids of the parents, nearest first, without the box's first process."""
    found: list[int] = []
    known = stat(pid)
    while known is not None and known.parent > 1 and known.parent not in found:
        found.append(known.parent)
        known = stat(known.parent)
    return tuple(found)
