"""The bot's database locked by somebody who never lets go, or with a page that is none any more."""

from __future__ import annotations

import contextlib
import hashlib
import os
import select
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from thunes_tui.clock import boot_id
from thunes_tui.errors import Refused
from thunes_tui.sandbox.fault.kind import Kind, Note, Order
from thunes_tui.sandbox.fault.scene import DATABASE, Scene
from thunes_tui.sandbox.place import started
from thunes_tui.sandbox.process import end as end_process
from thunes_tui.sandbox.process import start

PATIENCE_S = 5.0
TABLE = "positions"
GARBAGE = b"\xdb page damaged on purpose by thunes-tui sandbox fault \xdb" * 8
"""Over the head of a page, where its kind and its counts stand."""


@contextlib.contextmanager
def transaction(path: Path, kind: str) -> Iterator[sqlite3.Connection]:
    """No writer of the bot is in the middle of anything. Raises Refused when one never ends."""
    with closing(
        sqlite3.connect(path.absolute().as_uri() + "?mode=rw", uri=True, timeout=PATIENCE_S)
    ) as base:
        base.isolation_level = None
        try:
            base.execute(f"BEGIN {kind}")
        except sqlite3.Error as error:
            raise Refused(f"{path.name} cannot be had for a moment ({error}): try again") from error
        yield base


def lock(order: Order) -> None:
    """A process of the sandbox holds the database until it is told to end, or the world ends."""
    scene = order.scene
    world = scene.need_world()
    path = scene.path(DATABASE)
    with scene.file(DATABASE):
        pass

    def hold(tell: int) -> None:
        life = os.pidfd_open(world.init)
        with transaction(path, "EXCLUSIVE"):
            os.write(tell, b"{}\n")
            os.close(tell)
            select.select([life], [], [])

    pid, _ = start(hold, "the process that holds the database")
    order.keep({"pid": pid, "start": started(pid) or 0})


def unlock(_scene: Scene, note: Note) -> str:
    if note["boot"] != boot_id() or not end_process(note["pid"], note["start"], signal.SIGKILL):
        return "the process that held the database was gone already"
    return ""


def unlocked(scene: Scene, note: Note) -> str:
    if scene.world is not None and note["boot"] == boot_id() and started(note["pid"]) == note["start"]:
        return ""
    return "the process that held the database is gone"


def damage(order: Order) -> None:
    """Garbage over the head of the table's first page; page, digest and a whole copy are kept before."""
    scene = order.scene
    scene.need_world()
    path = scene.path(DATABASE)
    with scene.file(DATABASE) as descriptor, transaction(path, "IMMEDIATE") as base:
        found = base.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone()
        if found is None:
            raise Refused(f"{path.name} has no table {TABLE} yet: there is nothing to damage")
        offset = (int(found[0]) - 1) * int(base.execute("PRAGMA page_size").fetchone()[0])
        before = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        after = before[:offset] + GARBAGE + before[offset + len(GARBAGE) :]
        order.aside.write_bytes(before)  # not a copy by name: closing the file anew would end the lock on it
        original = before[offset : offset + len(GARBAGE)].hex()
        order.keep(
            {"offset": offset, "original": original, "digest": _digest(after), "aside": str(order.aside)}
        )
        os.pwrite(descriptor, GARBAGE, offset)
        os.fsync(descriptor)


def restore(scene: Scene, note: Note) -> str:
    """The page as it was. Raises Refused when something else was written into the damaged file meanwhile."""
    why = restored(scene, note)
    if why:
        return f"{why}; as it was before the damage it lies in {note['aside']}"
    path = scene.path(DATABASE)
    with scene.file(DATABASE) as descriptor, transaction(path, "EXCLUSIVE"):
        if _digest(os.pread(descriptor, os.fstat(descriptor).st_size, 0)) != note["digest"]:
            raise Refused(
                f"{path.name} was written to since it was damaged, the page alone would not make it whole: "
                f"copy {note['aside']} over it while no bot runs"
            )
        os.pwrite(descriptor, bytes.fromhex(note["original"]), note["offset"])
        os.fsync(descriptor)
    Path(note["aside"]).unlink(missing_ok=True)
    return ""


def restored(scene: Scene, note: Note) -> str:
    """Whether a person was faster: the file removed, or another put in its place."""
    try:
        with scene.path(DATABASE).open("rb") as file:
            file.seek(note["offset"])
            found = file.read(len(GARBAGE))
    except FileNotFoundError:
        return "the damaged database was removed meanwhile"
    return "" if found == GARBAGE else "the damaged database was replaced meanwhile"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


KINDS = (
    Kind(
        "database-locked",
        "a process holds an exclusive transaction on the positions",
        frozenset({"database"}),
        lock,
        unlock,
        unlocked,
    ),
    Kind(
        "database-damaged",
        "garbage over the first page of the positions; the original is kept",
        frozenset({"database"}),
        damage,
        restore,
        restored,
        in_files=True,
    ),
)
