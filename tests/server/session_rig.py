"""Real sessions for tests: a sandbox, a server in its own process, a client that waits for facts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from thunes_tui import clock, daemon, intents
from thunes_tui.connection import Closed, Connection, Folded, Snapshot, Update
from thunes_tui.drill.model import DrillState
from thunes_tui.journal.codec import Record
from thunes_tui.journal.reader import records
from thunes_tui.sandbox import process, world
from thunes_tui.sandbox.place import Place, started
from thunes_tui.server import choose, order, runtime
from thunes_tui.server.spec import SessionSpec

PATIENCE = 60.0


@contextlib.contextmanager
def private_dirs() -> Iterator[Path]:
    """State, runtime and configuration folders of this test alone, under a short path."""
    root = Path(tempfile.mkdtemp(prefix="tt-"))
    before = dict(os.environ)
    os.environ["XDG_STATE_HOME"] = str(root / "state")
    os.environ["XDG_RUNTIME_DIR"] = str(root / "run")
    os.environ["XDG_CONFIG_HOME"] = str(root / "config")
    (root / "run").mkdir(mode=0o700)
    try:
        yield root
    finally:
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(root, ignore_errors=True)


def seen_by_the_world(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A world that was made for a module sees that module's folders, not those of a single test."""
    root = place.root.parent
    for name, folder in (("STATE_HOME", "state"), ("RUNTIME_DIR", "run"), ("CONFIG_HOME", "config")):
        monkeypatch.setenv(f"XDG_{name}", str(root / folder))


@contextlib.contextmanager
def sandbox(root: Path, *, bot: bool) -> Iterator[Place]:
    """A sandbox that dies with the test."""
    place = Place(root / "sandbox")
    world.up(place, tied=True, bot=bot)
    try:
        yield place
    finally:
        world.remove(place)


def runbook(project: Path, text: str) -> Path:
    path = project / "scripts" / "test_runbook.md"
    path.write_text(text, encoding="utf-8")
    return path


def start_server(spec: SessionSpec) -> None:
    """In a process of its own. Raises UserError with its one line of trouble."""
    daemon.detach(lambda ready: order.carry_out(spec, clock.system(), ready), spec.runtime / "trouble.txt")


class Session:
    """One session's server; `kill` and `start` it as often as the test likes."""

    def __init__(self, project: Path, document: Path | None, mode: str = "drill") -> None:
        self.players: list[Player] = []
        self.spec: SessionSpec = order.new_spec(project, mode, "ann", clock.system(), document)

    def start(self) -> None:
        start_server(self.spec)
        self.spec = replace(self.spec, resume=True)

    @property
    def socket(self) -> Path:
        return self.spec.runtime / runtime.SERVER

    @property
    def folder(self) -> Path:
        assert self.spec.folder is not None
        return self.spec.folder

    @property
    def server_pid(self) -> int:
        """The writer of the journal, as its lock says."""
        return int((self.folder / "lock").read_text(encoding="ascii").split()[0])

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End the server and wait until it is gone."""
        pid = self.server_pid
        ticks = started(pid)
        assert ticks is not None
        process.end(pid, ticks, signal.Signals(number))

    def journal(self) -> list[Record]:
        return list(records(self.folder / "journal.jsonl"))

    def kinds(self) -> list[str]:
        return [record.kind for record in self.journal()]

    def close(self) -> None:
        """Server, keeper and shell are gone afterwards."""
        with contextlib.suppress(OSError, ValueError, AssertionError):
            self.kill()
        with contextlib.suppress(Exception):
            from thunes_tui import handover

            taken = handover.take(str(self.spec.runtime / runtime.KEEPER))
            for pid in (taken.pid,):
                os.kill(pid, signal.SIGKILL)
            taken.close_drill()
            taken.leave()
        choose.forget(self.spec.session)


@contextlib.contextmanager
def session(project: Path, document: Path | None, mode: str = "drill") -> Iterator[Session]:
    made = Session(project, document, mode)
    made.start()
    try:
        yield made
    finally:
        made.close()


class Player:
    """A client that asks and waits for what becomes of it."""

    def __init__(self, link: Connection) -> None:
        self.link = link
        self.updates = link.updates()
        self.closed = ""
        self.snapshots: list[Snapshot] = []
        self.seen: list[Folded] = []

    @classmethod
    async def join(cls, made: Session, name: str = "ann", want: str = "any") -> Player:
        player = cls(await Connection.open(made.socket, name, want))
        made.players.append(player)
        await player.until(lambda _s: bool(player.snapshots))
        return player

    @property
    def state(self) -> DrillState:
        return self.link.state

    async def until(self, condition: Callable[[DrillState], object], what: str = "") -> DrillState:
        """Read on until the state fulfils the condition; AssertionError when it never does."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition(self.state):
                    self._take(await anext(self.updates), what)
        except TimeoutError:
            last = [(each.record.n, each.record.kind) for each in self.seen[-20:]]
            raise AssertionError(f"never: {what}; at last: {last}") from None
        return self.state

    def _take(self, update: Update, what: str) -> None:
        match update:
            case Closed(reason):
                self.closed = reason
                raise AssertionError(f"the server ended ({reason}) before {what}")
            case Snapshot():
                self.snapshots.append(update)
            case Folded():
                self.seen.append(update)
            case _:
                pass

    async def ask(self, intent: intents.Intent, then: Callable[[DrillState], object]) -> DrillState:
        self.link.ask(intent)
        return await self.until(then, f"{intent} had its effect")

    async def refused(self, intent: intents.Intent) -> str:
        """Ask for something that must be refused; the reason."""
        number = self.link.ask(intent)
        found: list[str] = []

        def told(_state: DrillState) -> bool:
            for update in self.seen:
                data = update.record.data
                mine = (number, self.link.hello.client)
                if update.record.kind == "intent.refused" and (data["ask"], data["client"]) == mine:
                    found.append(str(data["reason"]))
                    return True
            return False

        await self.until(told, f"{intent} was refused")
        return found[0]

    async def ready(self) -> DrillState:
        """Shell up, testnet proven."""
        return await self.until(lambda s: s.shell.alive and s.proven and not s.shell.running, "ready")

    async def pass_preflight(self) -> None:
        await self.ready()
        self.link.ask(intents.RunPreflight())
        state = await self.until(lambda s: s.preflight.run and not s.preflight.running, "pre-flight ended")
        assert state.preflight.passed, state.preflight
        await self.until(lambda s: not s.shell.running)
        await self.ask(intents.StartPreparation(), lambda s: s.phases["preparation"].started)

    async def run(self, step: str) -> DrillState:
        return await self.ask(intents.RunStep(step), lambda s: s.steps[step].status == "done")

    async def stop(self) -> None:
        """End the server, as `thunes-tui stop` does, and leave."""
        self.link.ask(intents.Stop())
        async for update in self.updates:
            if isinstance(update, Closed):
                break
        await self.close()

    async def close(self) -> None:
        await self.link.close()


async def begin(made: Session) -> Player:
    """A driver in the middle of Test 1."""
    player = await Player.join(made)
    await player.pass_preflight()
    await player.ask(intents.StartTest("T1"), lambda s: s.tests["T1"].status == "running")
    return player


@contextlib.asynccontextmanager
async def opened(place: Place, document: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Session]:
    """A session of a test's own in a world that was made for its module; its players leave at the end."""
    seen_by_the_world(place, monkeypatch)
    with session(place.project, runbook(place.project, document)) as made:
        yield made
        for player in made.players:
            await player.close()


def output(made: Session) -> str:
    """All the shell's output as recorded."""
    return "".join(str(r.data.get("text") or "") for r in made.journal() if r.kind == "shell.output")
