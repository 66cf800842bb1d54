"""What stands around a process: the files and sockets that it has open, and who starts it again."""

from __future__ import annotations

import os
import re
import socket
import stat
import struct
from pathlib import Path

from thunes_tui.config import Profile
from thunes_tui.events.box import ProcessLooked
from thunes_tui.sources import procfs

TABLE = 1 << 18
"""Bytes of a socket table that are read; on a box with more connections the rest is not told."""
STAYS_S = 60
"""What was open within this time counts as open: SQLite opens and closes with every word."""
OTHERS = 6
"""Files and peers that are named beside the known ones."""
_CONTAINER = re.compile(
    r"(?P<kind>docker|libpod|crio|cri-containerd|lxc|kubepods|machine)[-/.].*?(?P<id>[0-9a-f]{12,64})?"
)
_UNIT = re.compile(r"([\w@:.\\-]+\.service)(?:/|$)")
_TCP = "tcp "
_PASSING = ("/dev/", "/proc/", "/sys/")


class Survey:
    """Looks at processes again and again; what was open a moment ago counts as open."""

    def __init__(self, project: Path, profile: Profile) -> None:
        paths = profile.paths
        self._project = project
        self._known = {
            "log": project / paths.log,
            "audit": project / paths.audit,
            "database": project / paths.database,
        }
        self._is_world = bool(profile.world.file)
        self._peers: dict[int, tuple[frozenset[int], int, tuple[str, ...]]] = {}
        """By pid: its sockets, in which second their peers were read, and these."""

    def of(self, pid: int, start: int, seen: dict[str, int], second: int) -> ProcessLooked:
        """`seen` keeps for this process in which second each thing was open last."""
        found, sockets = around(pid, self._project, self._known)
        peers = self._peers_of(pid, sockets, second)
        seen |= dict.fromkeys((*found, *(f"{_TCP}{peer}" for peer in peers)), second)
        kept = [name for name, last in seen.items() if second - last <= STAYS_S]
        files = sorted((name for name in kept if not name.startswith(_TCP)), key=self._order)
        told = sorted(name.removeprefix(_TCP) for name in kept if name.startswith(_TCP))
        keeper = "" if self._is_world else keeper_of(pid)
        return ProcessLooked(pid, start, tuple(files), tuple(told), keeper)

    def _peers_of(self, pid: int, sockets: frozenset[int], second: int) -> tuple[str, ...]:
        """The kernel takes milliseconds to write a socket table: it is read where the sockets are others."""
        known, read, peers = self._peers.get(pid, (frozenset(), -STAYS_S, ()))
        if known != sockets or second - read >= STAYS_S:
            peers = tuple(sorted(_peers(pid, sockets))[:OTHERS])
            self._peers[pid] = (sockets, second, peers)
        return peers

    def _order(self, name: str) -> tuple[int, str]:
        known = list(self._known)
        return (known.index(name) if name in known else len(known)), name


def around(pid: int, project: Path, known: dict[str, Path]) -> tuple[tuple[str, ...], frozenset[int]]:
    """What the process has open now: files (known ones by name, `log`, `audit`, `database`; others of the
    project by path) and sockets by inode. Empty where that is hidden. Costs a look at each descriptor."""
    named = {(s.st_dev, s.st_ino): name for name, path in known.items() if (s := _stat(path)) is not None}
    files: set[str] = set()
    sockets: set[int] = set()
    folder = procfs.PROC / str(pid) / "fd"
    try:
        descriptors = os.listdir(folder)  # noqa: PTH208 - names, not paths
    except OSError:
        return (), frozenset()
    for each in descriptors:
        found = _stat(folder / each)
        if found is None:
            continue
        if stat.S_ISSOCK(found.st_mode):
            sockets.add(found.st_ino)
        elif stat.S_ISREG(found.st_mode):
            name = named.get((found.st_dev, found.st_ino)) or _inside(folder / each, project)
            files |= {name} - {""}
    order = [name for name in known if name in files]
    others = sorted(files - set(known))[:OTHERS]
    return (*order, *others), frozenset(sockets)


def keeper_of(pid: int) -> str:
    """Who starts the process again when it ends, from its control group, which everybody may read."""
    try:
        text = (procfs.PROC / str(pid) / "cgroup").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    for line in text.splitlines():
        path = line.split(":", maxsplit=2)[-1]
        found = _CONTAINER.search(path)
        if found is not None:
            named = f" {found['id'][:12]}" if found["id"] else ""
            return f"the {found['kind']} container{named}: its runtime starts it again, if it is told to"
        unit = [name for name in _UNIT.findall(path) if not name.startswith("user@")]
        if unit:
            return f"systemd's {unit[-1]}: systemctl cat {unit[-1]} says whether it is started again"
    return ""


def is_elsewhere(pid: int) -> bool:
    """Whether it runs in another PID namespace than this one, as in a container; everybody may read that."""
    return procfs.inner_pid(pid) != pid


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def _inside(descriptor: Path, project: Path) -> str:
    """A file's path in the project; empty for libraries and for what lies elsewhere."""
    try:
        path = os.readlink(descriptor)  # noqa: PTH115 - as the kernel writes it
    except OSError:
        return ""
    if path.startswith(_PASSING) or "/site-packages/" in path:
        return ""
    root = f"{project.resolve()}/"
    return path.removeprefix(root) if path.startswith(root) else ""


def _peers(pid: int, inodes: frozenset[int]) -> set[str]:
    """Of its TCP connections, `127.0.0.1:8443`, and `listens on :8000`."""
    found: set[str] = set()
    if not inodes:
        return found
    for table in ("tcp", "tcp6"):
        try:
            with open(procfs.PROC / str(pid) / "net" / table, "rb") as file:
                rows = file.read(TABLE).splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if len(fields) > 9 and int(fields[9]) in inodes:
                local, remote, state = fields[1].decode(), fields[2].decode(), fields[3]
                found.add(
                    f"listens on :{_address(local)[1]}"
                    if state == b"0A"
                    else "{}:{}".format(*_address(remote))
                )
    return found


def _address(text: str) -> tuple[str, int]:
    """`0100007F:20FB` as the kernel writes it: words of four bytes, each in the box's own order."""
    host, port = text.split(":")
    words = [int(host[at : at + 8], 16) for at in range(0, len(host), 8)]
    raw = struct.pack(f"={len(words)}I", *words)
    return socket.inet_ntop(socket.AF_INET if len(words) == 1 else socket.AF_INET6, raw), int(port, 16)
