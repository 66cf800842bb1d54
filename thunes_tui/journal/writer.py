"""The one writer of a session: each record is one write at the end of one file."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from thunes_tui.clock import Clock
from thunes_tui.errors import Unusable
from thunes_tui.journal.chain import START, Place
from thunes_tui.journal.codec import Record, decode, encode, hash_of
from thunes_tui.journal.disk import Disk
from thunes_tui.journal.lock import Lock
from thunes_tui.journal.ownership import private_folder, require_local

if TYPE_CHECKING:
    from thunes_tui.journal.resume import Recovery

ROOM = 4 * 1024 * 1024
"""Bytes that must be free on a disk that was full before recording goes on: it would soon be full again."""
FULL = (errno.ENOSPC, errno.EDQUOT)
NAMED_NS = 1_000_000_000
"""Between two looks whether the journal's file has been deleted."""
AGAIN = "stop this session and open it again: it is taken up where it stood"
NAME = "journal.jsonl"
EVIDENCE = "evidence"


class RecordingLost(Exception):
    """A record could not be written; it is not in the journal and nothing may build on it."""

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final
        """Whether this journal takes no more records at all."""


class Head(NamedTuple):
    """The last record written."""

    n: int
    """-1 before the first."""
    hash: str


class JournalLike(Protocol):
    """What the hub writes to: a session's journal, or the passing one of `watch`."""

    @property
    def head(self) -> Head: ...

    @property
    def epoch(self) -> int: ...

    def append(self, kind: str, data: dict[str, Any], *, sync: bool = False) -> Record: ...

    def sync(self) -> None: ...

    def close(self) -> None: ...


class Journal:
    """An open session. Made by `create` or `resume`; holds the session's lock until `close`."""

    def __init__(
        self, folder: Path, clock: Clock, disk: Disk, lock: Lock, descriptor: int, place: Place
    ) -> None:
        self.folder = folder
        self._clock = clock
        self._disk = disk
        self._lock = lock
        self._descriptor = descriptor
        self._place = place
        self._lost = ""
        self._final = False
        self._unsynced = False
        self._full = False
        """The disk was full when a record was last tried."""
        self._looked_ns = 0

    @classmethod
    def create(
        cls, folder: Path, clock: Clock, kind: str, data: dict[str, Any], *, disk: Disk | None = None
    ) -> Journal:
        """A new session in `folder` (made when missing) with its record 0 on the disk.

        Raises Refused when another process has it, Unusable when the place is not ours or holds a journal.
        """
        disk = disk or Disk()
        private_folder(folder, create=True)
        require_local(folder)
        (folder / EVIDENCE).mkdir(mode=0o700, exist_ok=True)
        private_folder(folder / EVIDENCE)
        lock = Lock.take(folder)
        try:
            descriptor = disk.open_append(folder / NAME, create=True)
        except FileExistsError:
            lock.release()
            raise Unusable(f"{folder} holds a session already: resume it") from None
        except BaseException:
            lock.release()
            raise
        journal = cls(folder, clock, disk, lock, descriptor, START)
        try:
            journal.append(kind, data, sync=True)
            disk.sync_folder(folder)
            disk.sync_folder(folder.parent)
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def resume(cls, folder: Path, clock: Clock, *, disk: Disk | None = None) -> tuple[Journal, Recovery]:
        """The session in `folder`, recovered and open for a new epoch (see `journal.resume`)."""
        from thunes_tui.journal.resume import resume  # it builds on this module

        return resume(folder, clock, disk or Disk())

    @property
    def path(self) -> Path:
        return self.folder / NAME

    @property
    def head(self) -> Head:
        return Head(self._place.n - 1, self._place.prev)

    @property
    def place(self) -> Place:
        """Behind the last record."""
        return self._place

    @property
    def epoch(self) -> int:
        return self._place.e

    def append(self, kind: str, data: dict[str, Any], *, sync: bool = False) -> Record:
        """Writes one record; with `sync` it is on the disk when this returns.

        `data` is plain (`thunes_tui.plain`) and masked. Raises ValueError for data that no record can hold,
        and RecordingLost when it was not written: what a short write left is trimmed away, and a later record
        may succeed, unless the error is final.
        """
        self._require_open()
        moment = self._clock.now()
        place = self._place
        line = encode(place.n, place.e, moment.t, moment.m, kind, data, place.prev)
        self._write(line)
        hashed = hash_of(line)
        self._place = Place(place.n + 1, place.e, hashed, place.offset + len(line))
        self._unsynced = True
        if sync:
            self.sync()
        if b"\\ud" in line:
            return decode(
                line
            )  # half characters were written out: what is shown now is what will be replayed
        return Record(place.n, place.e, moment.t, moment.m, kind, data, place.prev, hashed, line)

    def sync(self) -> None:
        """Everything appended is on the disk when this returns. Raises RecordingLost.

        A failure is final: the kernel forgets what it could not write, so a second try would seem to work.
        """
        self._require_open()
        if not self._unsynced:
            self._require_name()
            return
        try:
            self._disk.sync(self._descriptor)
        except OSError as error:
            why = f"the disk did not take it ({error.strerror}): {AGAIN}"
            raise self._fail(why, final=True) from error
        self._unsynced = False
        self._require_name()

    def _require_name(self) -> None:
        """Looks once a second at the most. Raises RecordingLost, final, for a journal that was deleted."""
        now = self._clock.now().m
        if now - self._looked_ns < NAMED_NS:
            return
        self._looked_ns = now
        if not self._disk.is_named(self._descriptor):
            why = f"{self.path} was deleted, with all that was recorded: end this session, begin a new one"
            raise self._fail(why, final=True)

    def close(self) -> None:
        """Gives the session up; may be called twice. What was appended is synced if the disk lets us."""
        if self._descriptor < 0:
            return
        try:
            if not self._final:
                self.sync()
        finally:
            os.close(self._descriptor)
            self._descriptor = -1
            self._lock.release()

    def _require_open(self) -> None:
        if self._descriptor < 0:
            raise RecordingLost(f"journal {self.folder.name} is closed", final=True)
        if self._final:
            raise RecordingLost(self._lost, final=True)

    def _write(self, line: bytes) -> None:
        if self._full and self._room() < ROOM:
            raise self._fail(self._advice(), final=False)
        self._full = False
        try:
            written = self._disk.write(self._descriptor, line)
            if written == len(line):
                return
            self._full = self._room() < ROOM
            reason = f"only {written} of {len(line)} bytes were written"
        except OSError as error:
            self._full = error.errno in FULL
            reason = error.strerror or str(error)
        try:
            self._disk.cut(self._descriptor, self._place.offset)
        except OSError as error:
            raise self._fail(
                f"{reason}, and what was written stays ({error.strerror})", final=True
            ) from error
        raise self._fail(self._advice() if self._full else reason, final=False)

    def _room(self) -> int:
        try:
            return self._disk.free(self.folder)
        except OSError:
            return 0

    def _advice(self) -> str:
        """What is full, and how much it takes to go on."""
        return f"the disk of {self.folder} is full: free {ROOM >> 20} MB there, and it goes on by itself"

    def _fail(self, reason: str, *, final: bool) -> RecordingLost:
        self._lost = f"recording of {self.folder.name} is lost: {reason}"
        self._final = final
        return RecordingLost(self._lost, final=final)


class NullJournal:
    """The journal of `watch`: the same chain, nothing kept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._head = Head(-1, START.prev)
        self.epoch = 0

    @property
    def head(self) -> Head:
        return self._head

    def append(self, kind: str, data: dict[str, Any], *, sync: bool = False) -> Record:  # noqa: ARG002 - a protocol
        moment = self._clock.now()
        n, prev = self._head.n + 1, self._head.hash
        line = encode(n, self.epoch, moment.t, moment.m, kind, data, prev)
        self._head = Head(n, hash_of(line))
        return Record(n, self.epoch, moment.t, moment.m, kind, data, prev, self._head.hash, line)

    def sync(self) -> None:
        """There is nothing to sync."""

    def close(self) -> None:
        """There is nothing to close."""
