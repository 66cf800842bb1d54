"""The audit trail damaged: a record that cannot be read, or the last one torn in half."""

from __future__ import annotations

import os

from thunes_tui.errors import Refused
from thunes_tui.sandbox.fault.kind import Kind, Note, Order
from thunes_tui.sandbox.fault.scene import AUDIT, Scene

GARBAGE = b"}\1{garbled\1}"
"""No JSON, wherever in a record it stands: a control character in a string, or something behind the end."""
CHUNK = 1 << 16


def garble(order: Order) -> None:
    """Garbage over the inside of the last whole record, whose length stays."""
    order.scene.need_world()
    with order.scene.locked(AUDIT) as descriptor:
        at, line = _last_record(descriptor)
        offset = at + len(line) // 2
        original = os.pread(descriptor, len(GARBAGE), offset)
        if len(line) < 4 * len(GARBAGE):
            raise Refused(
                "the last record of the audit trail is too short to be garbled: let the bot write one"
            )
        order.keep({"offset": offset, "original": original.hex()})
        os.pwrite(descriptor, GARBAGE, offset)
        os.fsync(descriptor)


def ungarble(scene: Scene, note: Note) -> str:
    if why := ungarbled(scene, note):
        return why
    with scene.locked(AUDIT) as descriptor:
        os.pwrite(descriptor, bytes.fromhex(note["original"]), note["offset"])
        os.fsync(descriptor)
    return ""


def ungarbled(scene: Scene, note: Note) -> str:
    return "" if _at(scene, note["offset"], len(GARBAGE)) == GARBAGE else REPLACED


def truncate(order: Order) -> None:
    """The file ends in the middle of its last record, as after a crash in mid-write."""
    order.scene.need_world()
    with order.scene.locked(AUDIT) as descriptor:
        at, line = _last_record(descriptor)
        size = at + len(line) // 2
        lost = os.pread(descriptor, os.fstat(descriptor).st_size - size, size)
        kept = os.pread(descriptor, size - at, at)
        order.keep({"size": size, "lost": lost.hex(), "at": at, "kept": kept.hex()})
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)


def complete(scene: Scene, note: Note) -> str:
    """What was cut off goes back to its place, before what the bot has written since."""
    if why := completed(scene, note):
        return why
    size, lost = note["size"], bytes.fromhex(note["lost"])
    with scene.locked(AUDIT) as descriptor:
        since = os.pread(descriptor, os.fstat(descriptor).st_size - size, size)
        # The bot sets a torn line apart with a newline of its own, which the whole line has already.
        os.pwrite(descriptor, lost + since.removeprefix(b"\n"), size)
        os.fsync(descriptor)
    return ""


def completed(scene: Scene, note: Note) -> str:
    """Whether the torn record is still torn: its first half, and then nothing or the next line."""
    kept = bytes.fromhex(note["kept"])
    found = _at(scene, note["at"], len(kept) + 1)
    return "" if found in (kept, kept + b"\n") else REPLACED


REPLACED = "the damaged audit trail was replaced or mended meanwhile"


def _at(scene: Scene, offset: int, length: int) -> bytes:
    try:
        with scene.path(AUDIT).open("rb") as file:
            file.seek(offset)
            return file.read(length)
    except FileNotFoundError:
        return b""


def _last_record(descriptor: int) -> tuple[int, bytes]:
    """Offset and bytes of the last whole line. Raises Refused when there is none."""
    size = os.fstat(descriptor).st_size
    begin = max(0, size - CHUNK)
    tail = os.pread(descriptor, size - begin, begin)
    end = tail.rfind(b"\n")
    if end <= 0:
        raise Refused("the audit trail holds no record yet: there is nothing to damage")
    first = tail.rfind(b"\n", 0, end) + 1
    return begin + first, tail[first : end + 1]


KINDS = (
    Kind(
        "audit-garbled",
        "bytes of garbage inside the last record of the audit trail",
        frozenset({"audit"}),
        garble,
        ungarble,
        ungarbled,
        in_files=True,
    ),
    Kind(
        "audit-truncated",
        "the last record of the audit trail is torn in half",
        frozenset({"audit"}),
        truncate,
        complete,
        completed,
        in_files=True,
    ),
)
