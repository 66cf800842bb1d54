"""A hub, a journal on disk and the server's hand on processes, without a shell and without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from thunes_tui import clock, intents
from thunes_tui.config import Profile
from thunes_tui.drill import effects
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.effects import Effect
from thunes_tui.drill.facts import SignalState
from thunes_tui.drill.model import DrillState
from thunes_tui.events.base import Event
from thunes_tui.events.drill import DrillOpened
from thunes_tui.journal.codec import Record
from thunes_tui.journal.disk import Disk
from thunes_tui.journal.writer import Journal
from thunes_tui.observations import BotFound
from thunes_tui.server.guard import Guard, Mint
from thunes_tui.server.hub import Hub
from thunes_tui.server.process_control import ProcessControl
from thunes_tui.server.spec import SessionSpec
from thunes_tui.server.supervisor import Supervisor
from thunes_tui.sources import procfs

ANN = Actor("ann", "driver", 1)
PATIENCE = 20.0


class Tracked(Disk):
    """Knows whether all that was written has been synced, and what was written last."""

    def __init__(self) -> None:
        self.unsynced = b""
        self.last = b""

    def write(self, descriptor: int, data: bytes) -> int:
        self.unsynced = self.last = data
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        super().sync(descriptor)
        self.unsynced = b""


class Answers:
    """A worker for which the venue is the testnet; the real one has its own tests."""

    ok = True
    down = False

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert question == {"do": "probe"}
        if self.down:
            return {"ok": False, "kind": "down", "error": "connection refused"}
        return {"ok": True} if self.ok else {"ok": False, "error": "it looks like production"}


class Control:
    """Asks as a person does, through the hub, and waits for what became of it."""

    def __init__(self, folder: Path, project: Path, own: set[int]) -> None:
        self.disk = Tracked()
        opened = DrillOpened("s", "n", "drill", clock.boot_id(), "box", "ann", "1", "THUNES")
        time = clock.system()
        journal = Journal.create(folder, time, "drill.opened", {"session": "s"}, disk=self.disk)
        self.hub = Hub(journal, time, DrillState())
        self.hub.emit(opened)
        self.hub.outputs = [self]
        self.hub.effector = self._effect
        self.own = own
        self.project = project
        self.worker = Answers()
        self.events: list[Event] = []
        spec = SessionSpec("s", folder, folder, project, Profile(), "drill", "ann", None)
        self.guard = Guard(project, Profile(), {}, self.worker, time)
        self.hand = ProcessControl(
            spec, self.hub, Mint(), self.guard.prove_for, lambda: self.own, lambda text: text
        )
        self._supervisor = Supervisor(_failed)
        self._news = asyncio.Event()

    def _effect(self, effect: Effect) -> None:
        work: Coroutine[Any, Any, None]
        if isinstance(effect, effects.AimSignal):
            work = self.hand.aim(effect)
        elif isinstance(effect, effects.SendSignal):
            work = self.hand.send(effect)
        else:
            return
        self._supervisor.start(type(effect).__name__, work)

    def recorded(self, _record: Record, event: Event, _state: DrillState) -> None:
        self.events.append(event)
        self._news.set()

    def recording_lost(self, reason: str) -> None:
        raise AssertionError(reason)

    @property
    def signalling(self) -> SignalState:
        return self.hub.state.signalling

    def found(self, pid: int, role: str = "bot") -> tuple[int, int]:
        """The process is in the list, as the source would have told; its identity."""
        known = procfs.stat(pid)
        assert known is not None
        self.hub.observe(BotFound(role, pid, known.start, "python src/live/paper_trader.py"))
        return pid, known.start

    async def until(self, condition: Callable[[SignalState], object]) -> SignalState:
        async with asyncio.timeout(PATIENCE):
            while not condition(self.signalling):
                self._news.clear()
                await self._news.wait()
        return self.signalling

    async def ask(self, pid: int, start: int, how: str = "stop") -> SignalState:
        """Until it waits for the typed word, or has ended."""
        refused = self.hub.take(intents.SignalProcess(pid, start, how), ANN).refused
        assert not refused, refused
        return await self.until(lambda s: s.status in ("held", ""))

    async def do(self, pid: int, start: int, how: str = "stop") -> SignalState:
        """Asked, confirmed by the word that is asked for, and over."""
        held = await self.ask(pid, start, how)
        if held.status == "held":
            refused = self.hub.take(intents.ConfirmSignal(held.attempt, held.confirm), ANN).refused
            assert not refused, refused
        return await self.until(lambda s: not s.status)

    async def close(self) -> None:
        await self._supervisor.close()
        self.hand.close()
        self.hub.journal.close()


def _failed(worker: str, reason: str) -> None:
    raise AssertionError(f"{worker}: {reason}")
