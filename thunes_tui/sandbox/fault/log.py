"""The bot's log rotated under it, in the two ways that log rotation knows."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from thunes_tui.sandbox.fault.kind import Kind, Note, Order
from thunes_tui.sandbox.fault.scene import LOG, Scene

CHUNK = 1 << 16


def rename(order: Order) -> None:
    """The log renamed and a new one made in its place; the bot goes on in the old one, as it has it open."""
    scene = order.scene
    scene.need_world()
    path = scene.path(LOG)
    with scene.file(LOG) as descriptor:
        known = os.fstat(descriptor)
        rotated = _free(path)
        order.keep({"rotated": str(rotated), "file": [known.st_dev, known.st_ino]})
        os.rename(path, rotated)  # noqa: PTH104 - as rotation does it
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, known.st_mode & 0o777))


def rename_back(scene: Scene, note: Note) -> str:
    """The file that the bot writes to gets its name again, with what others wrote into the new one."""
    if why := renamed_back(scene, note):
        return f"{why}; the older lines stay in {Path(note['rotated']).name}"
    path, rotated = scene.path(LOG), Path(note["rotated"])
    try:
        newer = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        os.rename(rotated, path)  # noqa: PTH104 - as rotation does it
        return ""
    older = os.open(rotated, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _drain(newer, older)
        os.replace(rotated, path)
        _drain(newer, older)  # what was written into it while the name changed hands
    finally:
        os.close(newer)
        os.close(older)
    return ""


def renamed_back(scene: Scene, note: Note) -> str:
    """Once no bot writes to the renamed file any more, the rotation is complete and no fault."""
    device, inode = note["file"]
    try:
        known = Path(note["rotated"]).lstat()
    except FileNotFoundError:
        return "the renamed log is gone"
    if (known.st_dev, known.st_ino) != (device, inode):
        return "the renamed log is another file by now"
    if any(_has_open(pid, device, inode) for pid, _ in scene.bots()):
        return ""
    return "no bot writes to the renamed log any more"


def copy_and_truncate(order: Order) -> None:
    """The log copied and then emptied in place; what is written in between is lost, as it always is."""
    scene = order.scene
    scene.need_world()
    path = scene.path(LOG)
    with scene.file(LOG) as descriptor:
        rotated = _free(path)
        order.keep({"rotated": str(rotated)})
        shutil.copy(path, rotated)
        os.ftruncate(descriptor, 0)


def leave(_scene: Scene, note: Note) -> str:
    return f"the older lines stay in {Path(note['rotated']).name}, as after any rotation"


def never(_scene: Scene, _note: Note) -> str:
    return ""


def _free(path: Path) -> Path:
    """The next name that no rotation has taken yet."""
    number = 1
    while (taken := path.with_name(f"{path.name}.{number}")).exists():
        number += 1
    return taken


def _drain(source: int, target: int) -> None:
    """All that is left to read of one goes behind the other."""
    while chunk := os.read(source, CHUNK):
        while chunk:
            chunk = chunk[os.write(target, chunk) :]


def _has_open(pid: int, device: int, inode: int) -> bool:
    return (device, inode) in open_files(pid)


def open_files(pid: int) -> set[tuple[int, int]]:
    """Device and inode of what the process has open; nothing of one that is gone."""
    found = set()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                known = descriptor.stat()
            except OSError:
                continue
            found.add((known.st_dev, known.st_ino))
    except OSError:
        pass
    return found


KINDS = (
    Kind(
        "log-renamed",
        "the log rotated by rename: the bot goes on in the old file, a new one is empty",
        frozenset({"log"}),
        rename,
        rename_back,
        renamed_back,
        in_files=True,
    ),
    Kind(
        "log-copytruncated",
        "the log rotated by copy and truncate: the file is empty and goes on",
        frozenset({"log"}),
        copy_and_truncate,
        leave,
        never,
        in_files=True,
    ),
)
