"""The server of a replay: the same socket, hello, snapshots and lines; only `seek` and `stop` are obeyed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from socket import socket

from thunes_tui import wire
from thunes_tui.__main__ import __version__
from thunes_tui.clock import Clock, to_iso
from thunes_tui.drill.decide import Decision
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import Unusable
from thunes_tui.intents import Intent, Seek, Stop, may
from thunes_tui.observations import Observation
from thunes_tui.server.clients import Clients
from thunes_tui.server.recall import event_of
from thunes_tui.server.replay import Replay
from thunes_tui.server.supervisor import Supervisor

TICK_S = 0.05
SAMPLE_S = 0.5
SLICE_NS = 15_000_000
"""How long the loop may be kept from its clients by a way to another place."""
ALONE_S, LEFT_S = 30.0, 1.0
"""A replay that nobody watches ends itself: sooner once its last watcher has left."""


class Playback:
    """One recording, any number of watchers."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.replay = Replay(folder)
        self._clock = clock
        self._ended = asyncio.Event()
        self.failure = ""
        self._survey: Iterator[object] | None = self.replay.survey()
        self._supervisor = Supervisor(self._failed)
        self.clients = Clients(
            self, self._supervisor, self._hello, self._screen, lambda _keys: None, fixed_role="replay"
        )

    def begin_at(self, at: str, speed: float) -> None:
        """Where to begin, as a person writes it: a time of day, a step, an id. Raises Unusable."""
        if len(at) in (5, 8) and at[2:3] == ":":
            day = to_iso(self.replay.places[0].t)[:10]
            at = f"time:{day}T{at}"
        try:
            self.replay.seek(Seek(at, speed))
            while self.replay.moving:
                self.replay.go_on()
        except ValueError as error:
            raise Unusable(f"{error}: name a time such as 10:42:15, a step such as 3.4, or an id") from error

    @property
    def state(self) -> DrillState:
        return self.replay.recalled.state

    @property
    def lost(self) -> str:
        return ""

    def take(self, intent: Intent, _actor: Actor, _ask: int = 0) -> Decision:
        if not may("replay", intent):
            return Decision(refused="this is a replay: nothing can be done in it, only watched")
        if isinstance(intent, Stop):
            self._ended.set()
        elif isinstance(intent, Seek):
            try:
                self.replay.seek(intent)
            except ValueError as error:
                return Decision(refused=str(error))
            self._go_on()
            self.clients.broadcast(wire.frame("sample", self.replay.sample()))
        return Decision()

    def _go_on(self) -> None:
        """On the way to another place, for a moment: who is connected is answered in between."""
        until = self._clock.now().m + SLICE_NS
        while self.replay.moving:
            if self.replay.go_on():
                self.clients.show_all()
                self.clients.broadcast(wire.frame("sample", self.replay.sample()))
            if self._clock.now().m >= until:
                return

    def _look_ahead(self) -> None:
        """While nothing else is to be done, fold what nobody has asked for yet."""
        until = self._clock.now().m + SLICE_NS
        while self._survey is not None and self._clock.now().m < until:
            if next(self._survey, None) is None:
                self._survey = None

    def observe(self, observation: Observation) -> None:
        """Watchers come and go; the recorded state knows nothing of them."""

    def _failed(self, worker: str, reason: str) -> None:
        if reason:
            self.failure = f"{worker}: {reason}"
            self._ended.set()

    def _hello(self) -> wire.Hello:
        state = self.state
        return wire.Hello(
            wire.PROTOCOL, __version__, state.session, "replay", "replay", state.head, "",
            folder=str(self.replay.folder), recording=False,
        )  # fmt: skip

    def _screen(self) -> tuple[bytes, int, int]:
        terminal = self.replay.recalled.terminal
        return terminal.snapshot(), *terminal.size

    async def run(self, listener: socket) -> None:
        """Play until told to stop, or until nobody has watched for a while."""
        await self.clients.listen(listener)
        self._supervisor.start("replay", self._play())
        await self._ended.wait()
        await self._supervisor.close()
        await self.clients.close()

    async def _play(self) -> None:
        last = self._clock.now()
        since_sample = alone = 0.0
        patience = ALONE_S
        while True:
            await asyncio.sleep(0 if self.replay.moving else TICK_S)
            if self.replay.moving:
                self._go_on()
            else:
                self._look_ahead()
            now = self._clock.now()
            elapsed, last = now.since(last), now
            alone = 0.0 if self.clients.count else alone + elapsed
            if alone > patience:
                self._ended.set()
                return
            if self.clients.count:
                patience = LEFT_S
                for record in self.replay.advance(elapsed):
                    self.clients.recorded(record, event_of(record)[0], self.state)
            since_sample += elapsed
            if since_sample >= SAMPLE_S:
                since_sample = 0.0
                self.clients.broadcast(wire.frame("sample", self.replay.sample()))
