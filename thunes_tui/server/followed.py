"""The sources of one session: log, audit trail, processes, positions, phone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Protocol

from thunes_tui import wire
from thunes_tui.drill.checks import want
from thunes_tui.lines.identity import Place
from thunes_tui.lines.watch import WatchHub
from thunes_tui.mask import Mask
from thunes_tui.observations import LogSeen, Observation
from thunes_tui.server.clients import Clients
from thunes_tui.server.hub import Hub
from thunes_tui.server.spec import SessionSpec
from thunes_tui.sources import procfs
from thunes_tui.sources.audit import Audit
from thunes_tui.sources.log import Log, union
from thunes_tui.sources.positions import Positions
from thunes_tui.sources.processes import Processes
from thunes_tui.sources.stall import Stall
from thunes_tui.sources.telegram import Telegram


class Source(Protocol):
    def observe(self) -> AsyncIterator[Observation]: ...


class Followed:
    """Makes the sources from the profile and passes on what they need to know of the drill."""

    def __init__(
        self,
        spec: SessionSpec,
        mask: Mask,
        hub: Hub,
        clients: Clients,
        own: Callable[[], Mapping[int, tuple[str, str]]],
    ) -> None:
        self._hub = hub
        self._clients = clients
        paths, world = spec.profile.paths, spec.profile.world
        self._processes = Processes(spec.project, spec.profile, mask, self._sampled, own)
        watches = WatchHub()  # one for all: the kernel gives a person few of them
        self._log = Log(
            spec.place("log"), paths.log, mask, spec.profile.bot, self._wanted, self._born, watches
        )
        audit = Audit(spec.place("audit"), paths.audit, mask, hub=watches)
        for source in (self._log, audit):
            known = hub.state.sources.get(source.name)
            if known is not None:
                source.start, source.kept = Place.from_json(known.place), known.kept
        after = hub.state.alert_number if spec.resume else None
        self.sources: list[Source] = [
            self._log,
            audit,
            self._processes,
            Positions(spec.place("database"), watches),
            Telegram(Path(world.inbox) if world.inbox else None, mask, after, watches),
            Stall(spec.place("log"), self._living, hub.clock),
        ]

    def before(self, observation: Observation) -> list[Observation]:
        """What must be known first: a log speaks of a bot whose birth the next scan would only find."""
        if isinstance(observation, LogSeen) and not self._hub.state.bots:
            return self._processes.look()
        return []

    def nudge(self) -> None:
        self._processes.nudge()

    def bot_gone(self) -> None:
        self._log.bot_gone()

    def mark_next(self) -> None:
        self._log.mark_next()

    def _sampled(self, rows: tuple[tuple[int, float, int, int, int], ...]) -> None:
        self._clients.broadcast(wire.frame("sample", wire.Sample(rows)))

    def _wanted(self) -> re.Pattern[str] | None:
        """The patterns of the running test's open log checks, as one."""
        state = self._hub.state
        test = state.running_test
        patterns = [
            str(want(c.check, "pattern", "(?!)"))
            for c in (test.criteria if test is not None else ())
            if c.check is not None and c.check.kind == "log" and not state.criteria[c.id].sensed
        ]
        return union(patterns)

    def _living(self) -> tuple[tuple[int, int], ...]:
        return tuple((bot.pid, bot.start) for bot in self._hub.state.bots)

    def _born(self) -> float | None:
        """Wall time, in seconds, at which the bot that runs now was started."""
        bots = self._hub.state.bots
        if not bots:
            return None
        return procfs.wall_of(bots[-1].start)
