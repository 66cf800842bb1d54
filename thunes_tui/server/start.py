"""The session server's process: shell, journal, event loop. It runs where `daemon.detach` has put it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from socket import socket

from thunes_tui import handover, keeper, localsocket
from thunes_tui.clock import Clock
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import Refused, UserError
from thunes_tui.events.base import Event, encode
from thunes_tui.handover import Gone, Taken
from thunes_tui.journal.folder import create_folder
from thunes_tui.journal.lock import Lock
from thunes_tui.journal.writer import Journal, JournalLike, NullJournal
from thunes_tui.live_mask import LiveMask
from thunes_tui.mask import Mask
from thunes_tui.server import runtime
from thunes_tui.server.choose import ABOUT, forget
from thunes_tui.server.hub import Hub
from thunes_tui.server.opening import Opening, complete, prepare
from thunes_tui.server.playback import Playback
from thunes_tui.server.recall import Recalled, recall
from thunes_tui.server.service import Service
from thunes_tui.server.spec import SessionSpec, shell_environment
from thunes_tui.server.successor import keeper_spec
from thunes_tui.term.backend import make

CLOSING_S = 3.0
"""A rehearsal's shell is closed with it: its keeper has that time to end."""


def replay(
    folder: Path, place: Path, clock: Clock, ready: Callable[[], None], *, at: str, speed: float
) -> None:
    """A replay's server on the socket in `place`, until nobody watches any more."""
    listener = localsocket.listen(place / runtime.SERVER)
    listener.setblocking(False)

    async def play() -> None:
        playback = Playback(folder, clock)
        playback.begin_at(at, speed)
        ready()
        await playback.run(listener)

    try:
        asyncio.run(play())
    finally:
        shutil.rmtree(place, ignore_errors=True)


class Started:
    """Says once that the session is up, and remembers it."""

    def __init__(self, ready: Callable[[], None]) -> None:
        self.up = False
        self._ready = ready

    def __call__(self) -> None:
        self.up = True
        self._ready()


def serve(spec: SessionSpec, clock: Clock, ready: Callable[[], None]) -> None:
    """The server's process. The journal's lock comes first: without it nothing of the session is touched.

    A start that fails leaves nothing of what it made.
    """
    opening = prepare(spec, clock) if not spec.resume else None
    started = Started(ready)
    if runtime.goes_on_answering(spec.runtime / runtime.SERVER):
        raise Refused(f"session {spec.session} has a server already: attach to it")
    if spec.folder is not None and opening is not None:
        create_folder(spec.session, spec.folder.parent)
    journal: JournalLike | None = None
    try:
        journal, recalled = open_journal(spec, clock, opening)
        live(spec, clock, started, opening, journal, recalled)
    finally:
        if journal is not None:
            journal.close()
        clear(spec, failed=opening is not None and not started.up)


def clear(spec: SessionSpec, *, failed: bool) -> None:
    """Take away what an ended server leaves, unless another one has the session by now.

    A shell that still has a job keeps its own socket, and takes the folder away when it goes; a session that
    never came up goes as a whole.
    """
    lock = None
    try:
        if spec.folder is not None and spec.folder.is_dir():
            lock = Lock.take(spec.folder)
        for name in (runtime.SERVER, ABOUT):
            (spec.runtime / name).unlink(missing_ok=True)
        if failed and spec.folder is not None:
            shutil.rmtree(spec.folder, ignore_errors=True)
        closing = CLOSING_S if spec.mode == "rehearse" else 0.0
        if failed or not runtime.goes_on_answering(spec.runtime / runtime.KEEPER, closing):
            forget(spec.session)
    except (UserError, OSError):
        pass  # another server has it
    finally:
        if lock is not None:
            lock.release()


def tell_about(spec: SessionSpec) -> None:
    """Leave word for other commands which project this session is on."""
    facts = {"project": str(spec.project), "mode": spec.mode}
    (runtime.private(spec.runtime) / ABOUT).write_text(json.dumps(facts), encoding="utf-8")


def take_shell(spec: SessionSpec, environment: dict[str, str]) -> tuple[Taken, bool]:
    """The shell of this session: its keeper's, taken up again, or a new one. Whether it is the old one.

    Called with the session's lock held. Raises Unusable where a keeper lives and does not hand over: its
    shell is never given up for a new one.
    """
    place = spec.runtime / runtime.KEEPER
    try:
        return handover.take(str(place)), True
    except Gone:
        start_keeper(spec, environment)
        return handover.take(str(place)), False


def live(
    spec: SessionSpec,
    clock: Clock,
    started: Started,
    opening: Opening | None,
    journal: JournalLike,
    recalled: Recalled,
) -> None:
    """The journal is ours, the shell is taken and the socket listens; until the session is told to stop."""
    tell_about(spec)
    environment = shell_environment(spec, spec.steps)
    env_files = (spec.place("environment"),)
    mask = LiveMask(env_files, os.environ)
    shell, again = take_shell(spec, environment) if spec.mode != "watch" else (None, False)
    try:
        listener = localsocket.listen(spec.runtime / runtime.SERVER)
        listener.setblocking(False)
        hub = Hub(journal, clock, recalled.state)
        asyncio.run(
            _run(spec, clock, hub, mask, environment, listener, started, recalled, opening, shell, again)
        )
    except BaseException:
        if shell is not None and not again and not started.up:
            shell.close_drill()
            shell.leave()
        raise


async def _run(
    spec: SessionSpec,
    clock: Clock,
    hub: Hub,
    mask: Mask,
    environment: dict[str, str],
    listener: socket,
    ready: Callable[[], None],
    recalled: Recalled,
    opening: Opening | None,
    shell: Taken | None,
    again: bool,
) -> None:
    rest = opening if opening is not None else complete(spec, clock, hub.state)
    if opening is None and spec.folder is not None:
        for document in rest.documents:
            keep_missing(spec.folder / "evidence" / document.name, document.data)
    for event in rest.events:
        hub.emit(event)
    for problem in mask.warnings:
        hub.emit(warning(problem))
    files = (str(spec.place("environment")),)
    service = Service(spec, clock, hub, mask, environment, shell, files)
    if service.shell is not None and opening is None and again:
        service.shell.restore(recalled.terminal.snapshot())
    await service.run(listener, ready, resumed=opening is None, same_shell=again)


def warning(text: str) -> Event:
    from thunes_tui.events.steps import FindingNoted

    return FindingNoted(text, source="mask")


def start_keeper(spec: SessionSpec, environment: dict[str, str]) -> None:
    """A new shell. Raises Unusable where there is none to be had."""
    keeper.start(keeper_spec(spec, environment))


def open_journal(spec: SessionSpec, clock: Clock, opening: Opening | None) -> tuple[JournalLike, Recalled]:
    """A new journal with its record 0 and the documents beside it, or an old one recovered."""
    if spec.folder is None:
        journal: JournalLike = NullJournal(clock)
        assert opening is not None
        record = journal.append(opening.opened.KIND, {"by": spec.operator, **encode(opening.opened)})
    elif opening is None:
        journal, _recovery = Journal.resume(spec.folder, clock)
        return journal, recall(spec.folder)
    else:
        data = {"by": spec.operator, **encode(opening.opened)}
        journal = Journal.create(spec.folder, clock, opening.opened.KIND, data)
        for document in opening.documents:
            keep_document(spec.folder / "evidence" / document.name, document.data)
        return journal, recall(spec.folder)
    return journal, Recalled(first_state(record, opening), make(80, 24))


def first_state(record: object, opening: Opening) -> DrillState:
    """The state after record 0 of a watch, which has no file to recall it from."""
    from thunes_tui.clock import Moment
    from thunes_tui.drill.apply import apply
    from thunes_tui.journal.codec import Record

    assert isinstance(record, Record)
    return apply(DrillState(), opening.opened, record.n, Moment(record.t, record.m), "server")


def keep_missing(path: Path, data: bytes) -> None:
    """The copy that a server which died before could not keep any more; one that is there stays."""
    if not path.exists():
        keep_document(path, data)


def keep_document(path: Path, data: bytes) -> None:
    """A copy of a document as evidence, 0600 and on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
