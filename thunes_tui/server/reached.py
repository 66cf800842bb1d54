"""The files that a step would really take away or write over, and who has them open."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.config import Profile
from thunes_tui.server.touched import Touch
from thunes_tui.server.world import place
from thunes_tui.sources import procfs
from thunes_tui.sources.procfs import Proc

Inode = tuple[int, int]
Open = Callable[[set[Inode]], dict[Inode, list[Proc]]]
MOST = 200
"""Files that are looked at; of more, the folder alone is named."""
SHOWN = 20
KINDS = ("database", "audit", "log", "environment")
WORDS = {"database": "the database", "audit": "the audit trail", "log": "the log", "environment": "the keys"}
PASSING = ("/tmp/", "/var/tmp/", "/dev/shm/")  # noqa: S108 - nothing is written there
"""Where files lie that a step may make and take away."""
BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a database."""


@dataclass(frozen=True, slots=True)
class Reached:
    """One file that is there now."""

    path: str
    """As shown: relative to the project where it lies in it."""
    what: str
    kind: str = ""
    """`the database` and the like; empty for a file of no name."""
    holders: tuple[str, ...] = ()
    """Who has it open: `8123 bot`."""
    inside: bool = True
    """It lies in the drilled project, or in a folder for what passes."""

    @property
    def line(self) -> str:
        """`data/positions.db is removed: the database; open: 8123 bot`."""
        kind = f": {self.kind}" if self.kind else ""
        return f"{self.path} is {self.what}{kind}" + (
            f"; open: {', '.join(self.holders)}" if self.holders else ""
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the text would run, and what stands there that matters."""

    project: Path
    profile: Profile
    world_pid: int | None
    cwd: str
    """The shell's folder, as it names it; empty for the project."""

    def paths(self, touch: Touch) -> list[Path]:
        """Where the touched files can be opened from here: those of a pattern, and of a folder's name."""
        home = self.profile.world.home or os.environ.get("HOME", "/")
        named = os.path.join(self.cwd, _at_home(touch.base, home), _at_home(touch.path, home))  # noqa: PTH118 - names
        there = place(self.project, self.world_pid, named)
        found = [Path(each) for each in glob.glob(str(there))] if glob.has_magic(str(there)) else [there]  # noqa: PTH207 - a whole path is the pattern
        if touch.into:
            found = [each / touch.into if each.is_dir() else each for each in found]
        return found

    def known(self) -> dict[Inode, str]:
        """The project's own files that a drill hangs on, by what they are."""
        found: dict[Inode, str] = {}
        for kind in KINDS:
            path = self.project / getattr(self.profile.paths, kind)
            for each in (path, *(Path(f"{path}{suffix}") for suffix in BESIDE if kind == "database")):
                inode = _inode(each)
                if inode is not None:
                    found[inode] = WORDS[kind] if each == path else f"beside {WORDS[kind]}"
        return found

    def shown(self, path: Path) -> tuple[str, bool]:
        """Its name for a person, and whether it is for a step to touch."""
        real, project = path.resolve(), self.project.resolve()
        if real.is_relative_to(project):
            return str(real.relative_to(project)), True
        name = str(path).removeprefix(f"/proc/{self.world_pid}/root")
        return name, name.startswith(PASSING)


def reached(
    touches: Iterable[Touch], ground: Ground, who: Open
) -> tuple[tuple[Reached, ...], tuple[str, ...]]:
    """What a person should know before: files that matter, that are open, or that are taken away.

    A new file, or one of no name that is only written over, is none of it. Then what cannot be told.
    """
    untold: list[str] = []
    there: dict[Path, Touch] = {}
    for touch in touches:
        if touch.what == "unresolved":
            untold.append(touch.path)
            continue
        for path in ground.paths(touch):
            for each in _with_content(path) if touch.deep else (path,):
                there.setdefault(each, touch)
    inodes = {path: inode for path in there if (inode := _inode(path)) is not None}
    known, holders = ground.known(), who(set(inodes.values())) if inodes else {}
    found = []
    for path, inode in inodes.items():
        touch, kind, open_by = there[path], known.get(inode, ""), holders.get(inode, [])
        name, inside = ground.shown(path)
        passes = inside and not Path(name).is_absolute()
        taken = touch.what in ("removed", "moved away") and (passes or not inside)
        if kind or open_by or taken:
            who_has = tuple(f"{proc.pid} {Path(proc.argv[0]).name}" for proc in open_by)
            found.append(Reached(name, touch.what, kind, who_has, inside))
    found.sort(key=lambda each: (not each.kind, not each.holders))
    return tuple(found), tuple(dict.fromkeys(untold))


def holders(inodes: set[Inode], processes: Iterable[Proc]) -> dict[Inode, list[Proc]]:
    """Which processes have which of these files open, as far as this user may see."""
    found: dict[Inode, list[Proc]] = {}
    for proc in processes:
        for inode in procfs.open_inodes(proc.pid) & inodes:
            found.setdefault(inode, []).append(proc)
    return found


def _with_content(path: Path) -> list[Path]:
    """A folder's files, however deep, or the folder alone where they are many."""
    if not path.is_dir() or path.is_symlink():
        return [path]
    files: list[Path] = []
    for folder, _, names in os.walk(path):
        files += [Path(folder, name) for name in names]
        if len(files) > MOST:
            return [path, *(each for each in files[:MOST] if each.suffix in (".db", ".jsonl", ".log"))]
    return files or [path]


def _inode(path: Path) -> Inode | None:
    """None for what is not there, and for pipes and devices, which nothing can overwrite."""
    try:
        known = path.stat()
    except (OSError, ValueError):
        return None
    ordinary = stat.S_ISREG(known.st_mode) or stat.S_ISDIR(known.st_mode)
    return (known.st_dev, known.st_ino) if ordinary else None


def _at_home(path: str, home: str) -> str:
    return home + path[1:] if path == "~" or path.startswith("~/") else path
