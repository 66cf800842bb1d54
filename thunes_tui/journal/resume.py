"""Opening a session again after any end of its writer. Each step may be cut short and done again."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thunes_tui.clock import Clock, boot_id
from thunes_tui.errors import Damaged, Unusable
from thunes_tui.journal import checkpoint
from thunes_tui.journal.chain import Place
from thunes_tui.journal.checkpoint import Checkpoint
from thunes_tui.journal.codec import LONGEST, Record
from thunes_tui.journal.disk import Disk
from thunes_tui.journal.lock import Lock
from thunes_tui.journal.ownership import open_private, private_folder, require_local
from thunes_tui.journal.reader import LOOK, Tail, TailKind, classify, kind_of
from thunes_tui.journal.writer import NAME, Journal

KIND = "journal.resumed"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found and done."""

    epoch: int
    """The new one."""
    tail: TailKind
    records: int
    """Sound ones found."""
    torn_bytes: int
    """Moved from the end of the journal into the sidecar."""
    sidecar: str
    """Its file name in the session's folder; empty when the journal ended clean."""
    sha256: str
    """Of the sidecar's bytes; empty without one."""
    record: Record
    """The event that says so, the first of the new epoch."""
    checkpoint: Checkpoint | None
    """Where folding the state may begin: `records(path, checkpoint.n + 1, place=checkpoint.place)`."""


@dataclass(frozen=True, slots=True)
class _Sidecar:
    name: str
    size: int
    sha256: str
    tail: TailKind


def resume(folder: Path, clock: Clock, disk: Disk) -> tuple[Journal, Recovery]:
    """Locks, proves, cleans the tail into a sidecar, opens a new epoch.

    Raises Refused when the session is being written, Damaged when a record inside was altered (nothing is
    changed then), Unusable when there is no session.
    """
    private_folder(folder)
    require_local(folder)
    if not (folder / NAME).exists():
        raise Unusable(f"{folder} holds no session: start one with thunes-tui drill")
    lock = Lock.take(folder)
    descriptor = -1
    try:
        descriptor = disk.open_append(folder / NAME, create=False)
        tail, start = _prove(folder)
        _require_resumable(folder, tail)
        if tail.kind != "clean":
            _set_aside(folder, descriptor, tail, disk)
            disk.cut(descriptor, tail.good_bytes)
            disk.sync(descriptor)
        place = Place(tail.records, tail.place.e + 1, tail.place.prev, tail.good_bytes)
        journal = Journal(folder, clock, disk, lock, descriptor, place)
        aside = _set_aside_before(folder, place.n)
        record = journal.append(KIND, _facts(place.e, aside), sync=True)
    except BaseException:
        if descriptor >= 0:
            os.close(descriptor)
        lock.release()
        raise
    first = aside[0] if aside else _Sidecar("", 0, "", "clean")
    return journal, Recovery(
        place.e, first.tail, place.n, first.size, first.name, first.sha256, record, start
    )


def _prove(folder: Path) -> tuple[Tail, Checkpoint | None]:
    """The tail, with the chain followed from the last checkpoint that it proves, else from the beginning."""
    start = checkpoint.latest(folder)
    if start is not None:
        tail = classify(folder / NAME, start.place)
        # The event that names the checkpoint comes behind it: following it is what makes it trustworthy.
        if tail.records > start.n + 1 and tail.kind != "damaged inside":
            return tail, start
    return classify(folder / NAME), None


def _require_resumable(folder: Path, tail: Tail) -> None:
    if tail.kind == "damaged inside":
        raise Damaged(
            f"session {folder.name} was altered at {tail.detail}; "
            f"nothing was changed: keep {folder} as it is and start a new session"
        )
    if tail.records == 0:
        raise Unusable(f"session {folder.name} never began (no record in it): start a new one")


def _set_aside(folder: Path, descriptor: int, tail: Tail, disk: Disk) -> None:
    """The bytes behind the last sound record, in a file `torn-N` that appears whole or not at all."""
    partial = folder / "torn.part"
    copy = open_private(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    digest = hashlib.sha256()
    try:
        offset = tail.good_bytes
        while chunk := os.pread(descriptor, _CHUNK, offset):
            digest.update(chunk)
            offset += len(chunk)
            while chunk:
                chunk = chunk[disk.write(copy, chunk) :]
        disk.sync(copy)
    finally:
        os.close(copy)
    for name in _names(tail.records):
        path = folder / name
        if not path.exists():
            disk.rename(partial, path)
            break
        if _digest(path)[1] == digest.hexdigest():
            partial.unlink()  # set aside by a resume that was cut short
            break
    disk.sync_folder(folder)


def _names(n: int) -> list[str]:
    """Sidecars of record `n`: more than one when the resume itself was torn."""
    return [f"torn-{n}", *(f"torn-{n}.{again}" for again in range(2, 1000))]


def _set_aside_before(folder: Path, n: int) -> list[_Sidecar]:
    """What lies aside from before record `n`, the oldest first: what no event has named yet."""
    found = []
    for name in _names(n):
        path = folder / name
        if not path.exists():
            break
        size, digest, rest = _digest(path)
        found.append(_Sidecar(name, size, digest, kind_of(rest, n, _last_line(folder))))
    return found


def _digest(path: Path) -> tuple[int, str, bytes]:
    """Size, SHA-256 and the first bytes."""
    with os.fdopen(open_private(path, os.O_RDONLY), "rb") as file:
        first = file.read(LOOK)
        digest = hashlib.sha256(first)
        size = len(first)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest(), first


def _last_line(folder: Path) -> bytes:
    with (folder / NAME).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LONGEST))
        lines = file.read().splitlines(keepends=True)
    return lines[-1] if lines else b""


def _facts(epoch: int, aside: list[_Sidecar]) -> dict[str, Any]:
    first = aside[0] if aside else _Sidecar("", 0, "", "clean")
    facts: dict[str, Any] = {
        "epoch": epoch,
        "boot": boot_id(),
        "tail": first.tail,
        "torn_bytes": first.size,
        "sidecar": first.name,
        "sha256": first.sha256,
    }
    if len(aside) > 1:
        facts["more"] = [
            {"sidecar": each.name, "bytes": each.size, "sha256": each.sha256} for each in aside[1:]
        ]
    return facts
