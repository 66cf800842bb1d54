"""What must hold at the moment a block of an emergency runs, and the hashes of what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from thunes_tui.config import Profile
from thunes_tui.drill.emergency_blocks import SIDE
from thunes_tui.server import database_probe
from thunes_tui.server.guard import running_bots
from thunes_tui.server.reached import holders
from thunes_tui.sources.recognise import Recogniser

BLOCK = 1 << 20
File = tuple[str, int, str]


class Conditions:
    """Looks at one project. All of it blocks: call it in a thread."""

    def __init__(self, project: Path, profile: Profile, own: Callable[[], set[int]]) -> None:
        self._project = project
        self._profile = profile
        self._own = own
        self._database = project / profile.paths.database
        self._backup = Path(f"{self._database}.backup")

    def problem(self, needs: Iterable[str], evidence: Iterable[str]) -> str:
        """The first that does not hold, with what to do about it; empty when all do."""
        ways: dict[str, Callable[[], str]] = {
            "closed": self._open_by,
            "no bot": self._bot,
            "absent": self._in_the_way,
            "present": lambda: _missing(evidence),
            "backup": self._unsound_backup,
        }
        for need in needs:
            look = ways.get(need)
            why = look() if look is not None else f"nobody can tell whether it is {need}"
            if why:
                return why
        return ""

    def _bot(self) -> str:
        bots = running_bots(self._project, self._profile)
        return f"the bot lives, pid {bots[0]}: stop it first" if bots else ""

    def _open_by(self) -> str:
        """A bot that lives has it open, or will in a moment: SQLite opens it anew for every word."""
        bots = running_bots(self._project, self._profile)
        if bots:
            return f"the bot has the database in use, pid {bots[0]}: stop the bot first"
        paths = (self._database, *(Path(f"{self._database}-{each}") for each in (*SIDE, "shm")))
        inodes = {(s.st_dev, s.st_ino) for path in paths if path.exists() for s in (path.stat(),)}
        recogniser = Recogniser(self._project, self._profile.bot.scripts)
        others = [proc for proc in recogniser.snapshot() if proc.pid not in self._own()]
        found = holders(inodes, others)
        for procs in found.values():
            who = f"process {procs[0].pid} ({Path(procs[0].argv[0]).name})"
            return f"{who} has the database open: end it first"
        return ""

    def _in_the_way(self) -> str:
        """A journal that is left behind, too: SQLite would play it into the database that comes."""
        name = self._profile.paths.database
        if self._database.exists():
            return f"{name} is still in its place: set the damaged file aside first"
        left = next((each for each in SIDE if Path(f"{self._database}-{each}").exists()), "")
        return f"{name}-{left} would be played into the new database: move it beside the old" if left else ""

    def _unsound_backup(self) -> str:
        name = f"{self._profile.paths.database}.backup"
        if not self._backup.is_file():
            return f"there is no backup {name}: what is left is to reinitialise, which loses every position"
        found = database_probe.examine(self._backup)
        return "" if found.verdict == "PASS" else f"the backup {name} is no good itself: {found.cause}"

    def hashes(self, paths: Iterable[str]) -> tuple[File, ...]:
        """Of the files that are there: as shown, their bytes and SHA-256."""
        found = []
        for each in paths:
            path = Path(each)
            try:
                with path.open("rb") as file:
                    digest = hashlib.sha256()
                    size = 0
                    while block := file.read(BLOCK):
                        digest.update(block)
                        size += len(block)
            except OSError:
                continue
            inside = path.is_relative_to(self._project)
            shown = str(path.relative_to(self._project)) if inside else each
            found.append((shown, size, digest.hexdigest()))
        return tuple(found)


def _missing(evidence: Iterable[str]) -> str:
    first = next(iter(evidence), "")
    return "" if first and Path(first).is_file() else f"there is no {Path(first).name or 'file'} to set aside"
