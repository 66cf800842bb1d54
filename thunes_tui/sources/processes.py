"""The processes of a drill: their births from /proc, their deaths from descriptors, their load once a second.

The bot and its children, what the drill's shell has started, and the console's own.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from thunes_tui.config import Profile
from thunes_tui.events.box import ProcessesSampled, ProcessFroze, ProcessLooked
from thunes_tui.events.steps import FindingNoted
from thunes_tui.observations import BotFound, BotGone, Happened, Observation
from thunes_tui.sources import pidfd, procfs
from thunes_tui.sources.load import Load, Row
from thunes_tui.sources.recognise import Recogniser
from thunes_tui.sources.survey import Survey, is_elsewhere, keeper_of

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
OWN_EVERY = 4
"""Once in so many scans (1 s) it is looked which processes are the console's own."""
SETTLED = 8
"""With so many scans to go (after 1 s) what the shell has started is worth a row."""
MOST = 40
"""Rows of what the drill has started; more are not watched."""
LOOK_EVERY = 5
"""Seconds between looks at what the bot has open."""


class TextMask(Protocol):
    def text(self, text: str) -> str: ...


@dataclass(slots=True)
class _Watched:
    role: str
    pid: int
    start: int
    descriptor: int
    load: Load | None = None
    seen: dict[str, int] = field(default_factory=dict)
    """Files and sockets, and in which second it last had them open."""
    told: ProcessLooked | None = None
    frozen: bool | None = None
    """As last told; None before the first look."""


class Processes:
    """Watches the bot of one project, its children, the drill's and the console's own processes.

    `observe` yields births, deaths and recorded samples. `on_sample` gets the rows of every second: pid, CPU
    percent, resident bytes, threads, descriptors. `own` gives the console's processes by pid, as role and
    name; the shell among them has the role `drill`, and so has what it starts.
    """

    def __init__(
        self,
        project: Path,
        profile: Profile,
        mask: TextMask,
        on_sample: Callable[[tuple[Row, ...]], None] = lambda _: None,
        own: Callable[[], Mapping[int, tuple[str, str]]] = dict,
    ) -> None:
        self._survey = Survey(project, profile)
        self._own = own
        self._recogniser = Recogniser(project, profile.bot.scripts)
        self._mask = mask
        self._on_sample = on_sample
        self._queue: asyncio.Queue[Observation] = asyncio.Queue()
        self._watched: dict[int, _Watched] = {}
        self._known: set[int] = set()
        self._young: dict[int, int] = {}
        self._hidden: set[tuple[int, int]] = set()
        self._nudged = asyncio.Event()
        self._last_pid = -1
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
        last = procfs.last_pid()
        now = self._known if last == self._last_pid >= 0 else procfs.pids()
        self._last_pid = last
        self._scans += 1
        self._young = {pid: left - 1 for pid, left in self._young.items() if left > 1 and pid in now}
        self._young |= dict.fromkeys(now - self._known, YOUNG_SCANS)
        due = {pid for pid, left in self._young.items() if left in LOOKED_AT}
        late = {pid for pid in now if pid % SWEEP == self._scans % SWEEP}
        self._known = now
        if self._scans % OWN_EVERY == 1:
            self._find_own()
        settled = {pid for pid, watched in self._watched.items() if watched.role != "drill"}
        # Ascending, so that a bot is known before the children it has just had.
        for pid in sorted((due | late) - settled):
            self._examine(pid)

    def _find_own(self) -> None:
        """The console's own processes as they are now, each under its name."""
        for pid, (role, name) in self._own().items():
            if pid not in self._watched:
                known = procfs.stat(pid)
                if known is not None and not known.dead:
                    self._watch(role, pid, known.start, (name,), known.parent)

    def _examine(self, pid: int) -> None:
        arguments = procfs.argv(pid)
        # Whose parent matters is looked at while it is young; later it can only have become a bot.
        if not arguments or not (pid in self._young or self._recogniser.names_script(arguments)):
            return
        known = procfs.stat(pid)
        if known is None or known.dead:
            return
        try:
            bot = self._recogniser.is_bot(pid, arguments)
        except PermissionError:
            self._note_hidden(pid, known.start, arguments)
            return
        above = self._watched.get(known.parent)
        if above is not None and above.role in ("bot", "child"):
            # A bot's fork that has not become a program of its own shows the bot's arguments.
            self._watch("child", pid, known.start, arguments, known.parent)
        elif bot:
            self._watch("bot", pid, known.start, arguments, known.parent)
        elif above is not None and above.role == "drill" and self._has_settled(pid):
            self._watch("drill", pid, known.start, arguments, known.parent)

    def _has_settled(self, pid: int) -> bool:
        """Not at once: a fork of the shell may yet become the bot, and most commands are over by then."""
        count = sum(each.role == "drill" for each in self._watched.values())
        return self._young.get(pid, 0) <= SETTLED and count < MOST

    def _watch(self, role: str, pid: int, start: int, arguments: tuple[str, ...], parent: int) -> None:
        before = self._watched.get(pid)
        if before is not None:
            if before.role == role or before.start != start:
                return
            self._release(before)  # what the shell started has become the bot
        descriptor = pidfd.hold(pid, start)
        if descriptor is None:
            return
        watched = _Watched(role, pid, start, descriptor)
        self._watched[pid] = watched
        if role != "drill":
            self._young.pop(pid, None)
        asyncio.get_running_loop().add_reader(descriptor, self._died, watched)
        inner = procfs.inner_pid(pid)
        line = shlex.join(
            part.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for part in arguments
        )
        text, own = self._mask.text(line)[:CLIP], 0 if inner == pid else inner
        self._queue.put_nowait(BotFound(role, pid, start, text, own, procfs.age(start), parent))

    def _died(self, watched: _Watched) -> None:
        how = pidfd.death(watched.descriptor, watched.pid, watched.start)
        self._release(watched)
        self._queue.put_nowait(BotGone(watched.pid, watched.start, how.exit, how.signal, how.detail))
        self._nudged.set()

    def _release(self, watched: _Watched) -> None:
        if self._watched.pop(watched.pid, None) is not None:
            asyncio.get_running_loop().remove_reader(watched.descriptor)
            os.close(watched.descriptor)

    def _note_hidden(self, pid: int, start: int, arguments: tuple[str, ...]) -> None:
        if (pid, start) in self._hidden:
            return
        self._hidden.add((pid, start))
        self._watch("hidden", pid, start, arguments, 0)
        where = ", in another PID namespace (a container)" if is_elsewhere(pid) else ""
        again = f"; it runs under {keeper}" if (keeper := keeper_of(pid)) else ""
        text = (
            f"process {pid} looks like the bot and belongs to {procfs.owner_of(pid)}{where}: the console "
            "cannot see its folder, its open files or its environment, nor tell whether it is this "
            f"project's, nor signal it; that user must restart it{again}"
        )
        self._queue.put_nowait(Happened((FindingNoted(text, source="processes"),)))

    def look_around(self, second: int) -> None:
        """What each bot has open and who starts it again, told when that changes."""
        for watched in [each for each in self._watched.values() if each.role in ("bot", "hidden")]:
            told = self._survey.of(watched.pid, watched.start, watched.seen, second)
            if told != watched.told:
                watched.told = told
                self._queue.put_nowait(Happened((told,)))

    def look_still(self) -> None:
        """Who stands still, whoever stopped it: told when it changes, and once of everybody."""
        for watched in self._watched.values():
            known = procfs.stat(watched.pid) if watched.role not in ("console", "hidden") else None
            if known is None or known.dead or known.start != watched.start:
                continue
            if known.frozen != watched.frozen:
                watched.frozen = known.frozen
                told = ProcessFroze(watched.pid, watched.start, known.frozen)
                self._queue.put_nowait(Happened((told,)))

    async def _sample_for_ever(self) -> None:
        seconds = 0
        while True:
            await asyncio.sleep(1.0)
            self.look_still()
            rows = self.sample()
            if not rows:
                continue
            self._on_sample(rows)
            seconds += 1
            if seconds % LOOK_EVERY == 1:
                self.look_around(seconds)
            if seconds % RECORD_EVERY == 1:
                self._queue.put_nowait(Happened((ProcessesSampled(rows),)))

    def sample(self) -> tuple[Row, ...]:
        """Load of the watched processes since the last call; those that are just dying are left out."""
        rows = []
        for watched in list(self._watched.values()):
            watched.load = watched.load or Load(watched.pid)
            row = watched.load.now()
            if row is not None:
                rows.append(row)
        return tuple(rows)
