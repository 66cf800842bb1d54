"""The bot's processes: their births from /proc, their deaths from descriptors, their load once a second."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pwd
import shlex
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil

from thunes_tui.config import Profile
from thunes_tui.events.box import ProcessesSampled
from thunes_tui.events.steps import FindingNoted
from thunes_tui.observations import BotFound, BotGone, Happened, Observation
from thunes_tui.sources import pidfd, procfs
from thunes_tui.sources.recognise import Recogniser

SCAN_S = 0.25
YOUNG_SCANS = 12
"""For so many scans (3 s) a new process is young: a fork becomes a bot only when it execs."""
LOOKED_AT = frozenset({12, 11, 10, 8, 5, 1})
"""With so many scans to go a young process is looked at; most exec at once."""
SWEEP = 40
"""Every known process is looked at again once in so many scans (10 s), for those that exec late."""
RECORD_EVERY = 10
"""Samples pass by once a second; one in so many is recorded."""
CLIP = 300
"""Characters of a command line that are recorded."""

Row = tuple[int, float, int, int, int]


class TextMask(Protocol):
    def text(self, text: str) -> str: ...


@dataclass(slots=True)
class _Watched:
    role: str
    pid: int
    start: int
    descriptor: int
    load: psutil.Process | None = None


class Processes:
    """Watches the bot of one project and its children. `observe` yields births, deaths and recorded samples.

    `on_sample` gets the rows of every second: pid, CPU percent, resident bytes, threads, descriptors.
    """

    def __init__(
        self,
        project: Path,
        profile: Profile,
        mask: TextMask,
        on_sample: Callable[[tuple[Row, ...]], None] = lambda _: None,
    ) -> None:
        self._recogniser = Recogniser(project, profile.bot.scripts)
        self._mask = mask
        self._on_sample = on_sample
        self._queue: asyncio.Queue[Observation] = asyncio.Queue()
        self._watched: dict[int, _Watched] = {}
        self._known: set[int] = set()
        self._young: dict[int, int] = {}
        self._hidden: set[tuple[int, int]] = set()
        self._nudged = asyncio.Event()
        self._scans = 0

    @property
    def bots(self) -> tuple[int, ...]:
        """Pids of the bot's living processes."""
        return tuple(each.pid for each in self._watched.values() if each.role == "bot")

    @property
    def born(self) -> float | None:
        """When the bot that was started last was started, wall time in seconds; None when none runs."""
        starts = [each.start for each in self._watched.values() if each.role == "bot"]
        return procfs.wall_of(max(starts)) if starts else None

    def nudge(self) -> None:
        """Look now: a command began or ended, so something may have been born."""
        self._nudged.set()

    def look(self) -> list[Observation]:
        """What is new in /proc this moment, for who cannot wait for the next scan."""
        self.scan()
        found = []
        while not self._queue.empty():
            found.append(self._queue.get_nowait())
        return found

    async def observe(self) -> AsyncIterator[Observation]:
        """Never ends. What runs already when it begins is yielded as found."""
        tasks: list[asyncio.Future[Any]] = [
            asyncio.ensure_future(self._scan_for_ever()),
            asyncio.ensure_future(self._sample_for_ever()),
        ]
        try:
            while True:
                taken = asyncio.ensure_future(self._queue.get())
                tasks[2:] = [taken]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in tasks[:2]:
                    if task.done():
                        task.result()  # they never end: their failure is the source's
                yield taken.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for watched in list(self._watched.values()):
                self._release(watched)

    async def _scan_for_ever(self) -> None:
        while True:
            self.scan()
            self._nudged.clear()
            # Not wait_for, which swallows a cancellation that comes together with a nudge.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SCAN_S):
                    await self._nudged.wait()

    def scan(self) -> None:
        """One look at /proc: whatever is new in it is examined."""
        now = procfs.pids()
        self._scans += 1
        self._young = {pid: left - 1 for pid, left in self._young.items() if left > 1 and pid in now}
        self._young |= dict.fromkeys(now - self._known, YOUNG_SCANS)
        due = {pid for pid, left in self._young.items() if left in LOOKED_AT}
        late = {pid for pid in now if pid % SWEEP == self._scans % SWEEP}
        self._known = now
        # Ascending, so that a bot is known before the children it has just had.
        for pid in sorted((due | late) - self._watched.keys()):
            self._examine(pid)

    def _examine(self, pid: int) -> None:
        arguments = procfs.argv(pid)
        if not arguments or not (self._watched or self._recogniser.names_script(arguments)):
            return
        known = procfs.stat(pid)
        if known is None or known.dead:
            return
        try:
            bot = self._recogniser.is_bot(pid, arguments)
        except PermissionError:
            self._note_hidden(pid, known.start)
            return
        if known.parent in self._watched:
            # A bot's fork that has not become a program of its own shows the bot's arguments.
            self._watch("child", pid, known.start, arguments)
        elif bot:
            self._watch("bot", pid, known.start, arguments)

    def _watch(self, role: str, pid: int, start: int, arguments: tuple[str, ...]) -> None:
        descriptor = pidfd.hold(pid, start)
        if descriptor is None:
            return
        watched = _Watched(role, pid, start, descriptor)
        self._watched[pid] = watched
        self._young.pop(pid, None)
        asyncio.get_running_loop().add_reader(descriptor, self._died, watched)
        inner = procfs.inner_pid(pid)
        line = shlex.join(
            part.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for part in arguments
        )
        text, own = self._mask.text(line)[:CLIP], 0 if inner == pid else inner
        self._queue.put_nowait(BotFound(role, pid, start, text, own, procfs.age(start)))

    def _died(self, watched: _Watched) -> None:
        how = pidfd.death(watched.descriptor, watched.pid, watched.start)
        self._release(watched)
        self._queue.put_nowait(BotGone(watched.pid, watched.start, how.exit, how.signal, how.detail))
        self._nudged.set()

    def _release(self, watched: _Watched) -> None:
        if self._watched.pop(watched.pid, None) is not None:
            asyncio.get_running_loop().remove_reader(watched.descriptor)
            os.close(watched.descriptor)

    def _note_hidden(self, pid: int, start: int) -> None:
        if (pid, start) in self._hidden:
            return
        self._hidden.add((pid, start))
        text = (
            f"process {pid} looks like the bot and belongs to {_owner(pid)}: the console cannot see "
            "its folder, nor tell whether it is this project's, nor signal it; that user must restart it"
        )
        self._queue.put_nowait(Happened((FindingNoted(text, source="processes"),)))

    async def _sample_for_ever(self) -> None:
        seconds = 0
        while True:
            await asyncio.sleep(1.0)
            rows = self.sample()
            if not rows:
                continue
            self._on_sample(rows)
            seconds += 1
            if seconds % RECORD_EVERY == 1:
                self._queue.put_nowait(Happened((ProcessesSampled(rows),)))

    def sample(self) -> tuple[Row, ...]:
        """Load of the watched processes since the last call; those that are just dying are left out."""
        rows = []
        for watched in list(self._watched.values()):
            row = _load(watched)
            if row is not None:
                rows.append(row)
        return tuple(rows)


def _load(watched: _Watched) -> Row | None:
    try:
        if watched.load is None:
            watched.load = psutil.Process(watched.pid)
            watched.load.cpu_percent()
        load = watched.load
        with load.oneshot():
            row = (watched.pid, load.cpu_percent(), load.memory_info().rss, load.num_threads())
        return (*row, load.num_fds())
    except (psutil.Error, OSError):
        return None


def _owner(pid: int) -> str:
    try:
        uid = (procfs.PROC / str(pid)).stat().st_uid
    except OSError:
        return "another user"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
