"""One live session: journal, hub, shell, sources, clients, put together and run until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from socket import socket
from typing import Any, Protocol

from thunes_tui import wire
from thunes_tui.__main__ import __version__
from thunes_tui.clock import Clock, boot_id
from thunes_tui.drill.asked_drill import PREFLIGHT
from thunes_tui.drill.effects import AskGuard, Effect, RunInShell, SenseSections
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import UserError
from thunes_tui.events.base import Event
from thunes_tui.events.box import ProcessBorn, ProcessDied, WorkerFailed
from thunes_tui.events.shell import ShellEnded, ShellOutput, ShellStarted
from thunes_tui.handover import Taken
from thunes_tui.journal.codec import Record
from thunes_tui.journal.writer import RecordingLost
from thunes_tui.live_mask import signature
from thunes_tui.mask import Mask
from thunes_tui.observations import (
    CommandEnded,
    NotRun,
    Observation,
    PreflightVerdict,
    ServerCameBack,
    ShellGone,
)
from thunes_tui.paperwork.sheet import SheetWriter
from thunes_tui.server import damage, ours, runtime
from thunes_tui.server.checkpoints import Checkpoints
from thunes_tui.server.clients import Clients
from thunes_tui.server.effects import Effector
from thunes_tui.server.followed import Followed
from thunes_tui.server.hub import Hub
from thunes_tui.server.live_mask import SecretsWatch
from thunes_tui.server.opening import document_change
from thunes_tui.server.shell import ShellHost
from thunes_tui.server.spec import SessionSpec
from thunes_tui.server.successor import NEW, open_new
from thunes_tui.server.supervisor import Supervisor, reason

RUNBOOK_LOOK_S = 1.0
ALONE_S = 5.0
"""A watch or a rehearsal whose last console has gone ends itself after this time; a drill goes on."""


COMPANY_S = 1.0
"""Between looks who is there, and whether the journal still is."""


class Source(Protocol):
    def observe(self) -> AsyncIterator[Observation]: ...


class Service:
    """Wires one session together; every part is replaceable in a test through the constructor's arguments."""

    def __init__(
        self,
        spec: SessionSpec,
        clock: Clock,
        hub: Hub,
        mask: Mask,
        environment: dict[str, str],
        keeper: Taken | None,
        env_files: tuple[str, ...],
    ) -> None:
        self.spec = spec
        self.clock = clock
        self.hub = hub
        self.supervisor = Supervisor(self._worker_failed)
        self._mask = mask
        self._env_files = env_files
        self._stopped = asyncio.Event()
        self._told: set[str] = set()
        self._secrets = SecretsWatch(mask, hub)
        self._checkpoints = Checkpoints(hub, clock, self._screen, self._worker_failed)
        self.effector = Effector(spec, hub, self.supervisor, mask, environment, self._own, self._stopped.set)
        hub.effector = self._act
        self.clients = Clients(hub, self.supervisor, self._hello, self._screen, self._keys, masked=mask.text)
        self._environment = environment
        self.shell = self._shell(keeper) if keeper is not None else None
        self.effector.shell = self.shell
        self.effector.new_shell = self._new_shell
        hub.outputs = [self.clients, self]
        if spec.folder is not None:
            hub.outputs.insert(0, SheetWriter(spec.folder, self._sheet_failed))
        self.followed = Followed(
            spec,
            mask,
            hub,
            self.clients,
            lambda: ours.named(self.shell, self.effector.worker.pid, self.clients.pids),
        )

    def _shell(self, keeper: Taken) -> ShellHost:
        state = self.hub.state.shell
        return ShellHost(
            keeper,
            self.spec.steps,
            self._mask,
            self._from_shell,
            (state.cols, state.rows),
            state.output,
            (state.seq if state.running else 0, state.running),
            self.clients.refresh,
        )

    async def _new_shell(self) -> None:
        """In place of the one that has ended; why there is none is told as its end."""
        old = self.shell
        if old is None:
            return
        screen = old.screen()[0]
        old.close_drill()
        old.close()
        try:
            taken = await open_new(self.spec, self._environment)
        except (UserError, OSError) as error:
            self.hub.observe(ShellGone(f"there is no new shell: {reason(error)}"))
            return
        self.shell = self.effector.shell = self._shell(taken)
        self.shell.restore(screen)
        self.shell.open(again=False, detail=NEW)
        if self.hub.state.ending is not None:
            self.shell.close_drill()

    def _act(self, effect: Effect) -> None:
        """Begin an effect; one that cannot be begun is told to the drill, which must not wait for it."""
        if isinstance(effect, SenseSections | RunInShell):
            self._secrets.look()
        try:
            self.effector(effect)
        except Exception as error:  # noqa: BLE001 - whatever it was, the drill goes on and the screen says it
            self._worker_failed(type(effect).__name__, reason(error))
            if isinstance(effect, RunInShell):
                self._not_run(effect, reason(error))

    def _not_run(self, effect: RunInShell, why: str) -> None:
        if effect.name == PREFLIGHT:
            run = self.hub.state.preflight.run
            self.hub.observe(PreflightVerdict(run, "script", "UNKNOWN"))
        else:
            self.hub.observe(NotRun(effect.attempt, f"{effect.name} was not run: {why}"))

    def _from_shell(self, observation: Observation) -> None:
        if isinstance(observation, CommandEnded):
            self.effector.command_ended(observation)
        self.hub.observe(observation)
        if self.hub.lost:
            self.clients.refresh()

    def recorded(self, _record: Record, event: Event, _state: DrillState) -> None:
        """What the service itself does about an event: look for births when a command begins or ends."""
        self._checkpoints.recorded()
        if isinstance(event, ShellStarted | ShellEnded):
            self.followed.nudge()
            asyncio.get_running_loop().call_soon(self._secrets.look)
        elif isinstance(event, ShellOutput):
            self.effector.printed(event)
        elif isinstance(event, ProcessDied) and event.role == "bot":
            self.followed.bot_gone()
        elif isinstance(event, ProcessBorn) and event.role == "bot":
            self.followed.mark_next()

    def recording_lost(self, reason: str) -> None:
        """The clients say it; nothing more can be done here without a journal."""

    def _callback_failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What a callback of the event loop raised; nobody else would hear of it."""
        error = context.get("exception")
        why = reason(error) if error is not None else str(context.get("message", ""))
        if why not in self._told:  # a callback that fails at every turn is told once
            self._told.add(why)
            loop.call_soon(self._worker_failed, "event loop", why)

    def _worker_failed(self, worker: str, reason: str) -> None:
        self.hub.emit(WorkerFailed(worker, reason))

    def _sheet_failed(self, reason: str) -> None:
        """After the record that it was to show has reached everybody."""
        asyncio.get_running_loop().call_soon(self._worker_failed, "sheet", reason)

    def _own(self) -> set[int]:
        return ours.pids(self.shell, self.effector.worker.pid, self.clients.pids)

    def _keys(self, data: bytes) -> None:
        if self.shell is not None:
            self.shell.write(data)

    def _screen(self) -> tuple[bytes, int, int]:
        if self.shell is None:
            return b"", 80, 24
        return self.shell.screen()

    def _hello(self) -> wire.Hello:
        state = self.hub.state
        return wire.Hello(
            wire.PROTOCOL,
            __version__,
            self.spec.session,
            "witness",
            self.spec.mode,
            state.head,
            self.hub.journal.head.hash,
            folder=str(self.spec.folder or ""),
            recording=self.spec.folder is not None,
            env_files=self._env_files,
        )

    async def run(
        self, listener: socket, ready: Callable[[], None], *, resumed: bool, same_shell: bool
    ) -> None:
        """Until a client or a signal says stop. The bot and the shell's jobs stay as they are."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._callback_failed)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._stopped.set)
        if resumed:
            self.hub.observe(ServerCameBack(boot_id()))
        elif self.spec.mode != "watch":
            self.effector(AskGuard("start"))
        if self.shell is not None:
            before = self.hub.state.shell.pid
            again = same_shell and before == self.shell.pid
            self.shell.open(again=again, detail=NEW if before and not again else "")
        for source in self.followed.sources:
            self.supervisor.keep(type(source).__name__.lower(), lambda s=source: self._follow(s))  # type: ignore[misc]
        if self.spec.mode != "watch" and not resumed:
            self.supervisor.start("look for damage", damage.look(self.spec, self.hub.observe))
        self.supervisor.keep("runbook watch", self._watch_runbook)
        self.supervisor.keep("secrets", self._secrets.watch)
        self.supervisor.keep("checkpoint", self._checkpoints.watch)
        self.supervisor.keep("company", self._wait_alone)
        await self.clients.listen(listener)
        ready()
        await self._stopped.wait()
        await self._close()

    async def _follow(self, source: Source) -> None:
        async for observation in source.observe():
            for earlier in self.followed.before(observation):
                self.hub.observe(earlier)
            self.hub.observe(observation)

    async def _watch_runbook(self) -> None:
        """Changed in mid-drill, the document is shown as changed; the drill goes on with the pinned text."""
        known: object = ()
        while self.spec.mode != "watch" and not self.hub.state.runbook_changed:
            await asyncio.sleep(RUNBOOK_LOOK_S)
            now = signature(self.spec.document)
            if now == known:
                continue
            known = now
            changed = await asyncio.to_thread(document_change, self.spec, self.hub.state.runbook_sha256)
            if changed is not None:
                self.hub.emit(changed)

    async def _wait_alone(self) -> None:
        """Until nobody is there and nobody can come: then the server ends, and a drill's shell stays."""
        passing = self.spec.mode in ("watch", "rehearse")
        alone, place = 0.0, self.spec.runtime / runtime.SERVER
        while alone < ALONE_S if passing else self.clients.count or place.exists():
            await asyncio.sleep(COMPANY_S)
            self.hub.check()
            alone = 0.0 if self.clients.count else alone + COMPANY_S
        if passing and self.shell is not None:
            self.shell.close_drill()
        self._stopped.set()

    async def _close(self) -> None:
        """In order: no more input, shell's last output, workers, clients, journal."""
        await self.effector.close()
        await self.supervisor.close()
        if self.shell is not None:
            self.shell.close()
        await self.clients.close()
        try:
            self.hub.journal.sync()
        except RecordingLost:
            pass  # it was said when it happened
        self.hub.journal.close()
