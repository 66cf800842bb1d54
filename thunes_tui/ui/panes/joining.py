"""Other sources, merged into the log by time: what the shell printed, the audit trail, more logs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path

from textual.worker import Worker

from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.compressed import CompressedStore
from thunes_tui.lines.recorded import RecordedStore
from thunes_tui.lines.rotated import siblings
from thunes_tui.lines.shell_lines import ShellLines
from thunes_tui.lines.store import FileStore
from thunes_tui.lines.times import SourceClock
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.line_feed import JOURNAL, hub_of

SHELL, AUDIT = "shell", "audit"
LOOK_S = 0.25
"""How often it is looked whether a recording has more."""
REST_S = 0.002
"""What the console has for itself between two slices of unpacking."""
MOST = 6
"""Earlier parts of the log that are offered, and other logs."""
PACKED = (".gz", ".zst")


@dataclass
class Member:
    """A source that is merged in."""

    name: str
    clock: SourceClock
    store: BlockStore
    close: Callable[[], None]


class Joining:
    """The others; `run` runs what reads one, `changed` is called when they are others, `arrived` when one of
    them has more lines."""

    def __init__(
        self,
        desk: Desk,
        run: Callable[[Coroutine[None, None, None], str], Worker[None]],
        changed: Callable[[], None],
        arrived: Callable[[], None],
    ) -> None:
        self.members: list[Member] = []
        self._desk = desk
        self._run = run
        self._changed = changed
        self._arrived = arrived
        self._tasks: dict[str, Worker[None]] = {}

    def offered(self) -> list[tuple[str, str]]:
        """Names of what can be merged in, each with what it is."""
        offers = []
        if self._desk.hello.folder:
            offers.append((SHELL, "what the shell printed: the standard error of a bot that a step started"))
        if self._desk.state.paths.get(AUDIT) or self._desk.role == "replay":
            offers.append((AUDIT, "the audit trail"))
        own = Path(self._desk.state.paths.get("log", ""))
        if own.name and self._desk.role != "replay":
            offers += [(path.name, "an earlier part of the log") for path in earlier(own)]
            others = sorted(path for path in own.parent.glob("*.log") if path.name != own.name)
            offers += [(path.name, f"{path.parent.name}/{path.name}") for path in others[:MOST]]
        return offers

    def has(self, name: str) -> bool:
        return name in self._tasks

    def toggle(self, name: str, local: tzinfo, tag: str) -> None:
        """Merge a source in, or leave it out again. Raises OSError, and Unusable."""
        if name in self._tasks:
            self._tasks.pop(name).cancel()
            gone = [member for member in self.members if member.name == name]
            self.members = [member for member in self.members if member.name != name]
            self._changed()
            for member in gone:
                member.close()
            return
        clock = SourceClock("UTC", UTC) if name in (SHELL, AUDIT) else SourceClock(tag, local)
        journal = Path(self._desk.hello.folder) / JOURNAL
        if name == SHELL:
            self._join_shell(clock, journal)
        elif self._desk.role == "replay":
            recorded = RecordedStore(journal, name, upto=self._desk.state.head)
            self._join(Member(name, clock, recorded, recorded.close), self._reading(recorded))
        else:
            log = Path(self._desk.state.paths["log"])
            path = Path(self._desk.state.paths[AUDIT]) if name == AUDIT else log.with_name(name)
            if path.suffix in PACKED:
                packed = CompressedStore(path)
                self._join(Member(name, clock, packed, packed.close), self._unpacking(packed))
                return
            file = FileStore(path)
            self._join(Member(name, clock, file, file.close), self._following(file, path))

    def close(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()
        for member in self.members:
            member.close()
        self.members.clear()

    def _join_shell(self, clock: SourceClock, journal: Path) -> None:
        shell = ShellLines(journal)
        self._join(Member(SHELL, clock, shell, shell.close), self._listening(shell, clock, journal))

    def _join(self, member: Member, feeding: Coroutine[None, None, None]) -> None:
        self._tasks[member.name] = self._run(feeding, f"reading of {member.name}")
        self.members.append(member)
        self._changed()

    async def _following(self, store: FileStore, path: Path) -> None:
        watch = hub_of(self._desk).watch(path)
        try:
            while True:
                if store.poll():
                    self._arrived()
                if store.follower.more:
                    await asyncio.sleep(0)
                else:
                    await watch.wait()
        finally:
            watch.close()

    async def _unpacking(self, store: CompressedStore) -> None:
        while store.step():
            self._arrived()
            await asyncio.sleep(REST_S)
        self._arrived()
        if store.problem:
            self._desk.say(store.problem, alarming=True)

    async def _reading(self, store: RecordedStore) -> None:
        head = -1
        while True:
            if store.step() or head != self._desk.state.head:
                head = self._desk.state.head
                store.move(head)
                self._arrived()
            await asyncio.sleep(0 if store.size_lines() is None else LOOK_S)

    async def _listening(self, store: ShellLines, clock: SourceClock, journal: Path) -> None:
        """Read on; from the beginning again where a replay went back."""
        while store.number <= self._desk.state.head:
            if store.poll(self._desk.state.head):
                self._arrived()
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(LOOK_S)
        del self._tasks[SHELL]
        self.members = [member for member in self.members if member.name != SHELL]
        self._join_shell(clock, journal)
        store.close()


def earlier(log: Path) -> list[Path]:
    """Files beside a log that were rotated away from it, packed ones too, the newest first."""
    found = [(one.written, one.path) for one in siblings(log)]
    for suffix in PACKED:
        found += [(path.stat().st_mtime_ns, path) for path in log.parent.glob(f"{log.name}*{suffix}")]
    return [path for _, path in sorted(found, reverse=True)][:MOST]
