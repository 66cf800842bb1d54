"""The disk full for the bot: in its world, log and data lie on a file system without a free block.

What is opened from now on lies on the full disk, a copy of what was there. What the bot has open already lies
on the real one, where a limit of its own stops it at once. As on any full disk, what fits into a file's last
block is still taken: it goes to the real file when the fault ends.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from thunes_tui.errors import Refused, Unusable
from thunes_tui.sandbox import namespace
from thunes_tui.sandbox.fault.database import transaction
from thunes_tui.sandbox.fault.kind import DISK, Kind, Note, Order
from thunes_tui.sandbox.fault.log import open_files
from thunes_tui.sandbox.fault.scene import AUDIT, DATABASE, LOG, Scene
from thunes_tui.sandbox.place import started

FOLDERS = ("logs", "data")
BALLAST = ".full"
BLOCK = 4096
SPARE = 16 * BLOCK
LARGEST = 256 << 20
STAGE = "/tmp/.disk"  # noqa: S108 - the world's own /tmp, for a moment
ALIVE = (".lock",)
"""Files that processes hold each other off with: the same ones on the full disk, or two bots could run."""
PASSING = ("-journal", ".new", BALLAST)


def fill(order: Order) -> None:
    """Raises Refused where the sandbox has no world of its own to mount in."""
    scene = order.scene
    world = scene.need_world()
    if world.pid is None:
        raise Refused(
            "this system allows no namespaces: the sandbox's disk cannot be filled for its bot alone"
        )
    for name in (LOG, AUDIT, DATABASE):
        with scene.file(name):
            pass
    size = sum(path.stat().st_size for folder in FOLDERS for path in _files(scene.path(folder)))
    if size > LARGEST:
        raise Refused(
            "the sandbox's log and data are too large to be copied: take it down and remove its folder"
        )
    limits = [[pid, ticks, _limit(pid)[0]] for pid, ticks in scene.bots()]
    order.keep({"limits": limits, "world": [world.init, world.init_start], "files": None})
    made = _in_world(world.pid, lambda: _cover(scene))
    order.keep({"limits": limits, "world": [world.init, world.init_start], "files": made})
    most = scene.path(LOG).stat().st_size
    for pid, ticks, _ in limits:
        _set_limit(pid, ticks, most)


def _in_world(pid: int, work: Any) -> Any:
    try:
        return namespace.inside(pid, work)
    except OSError as error:
        raise Unusable(f"the disk of the sandbox's world cannot be changed: {error}") from error


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _cover(scene: Scene) -> dict[str, Any]:
    """In the world: a full copy in place of each folder. Size and digest of each file, and the new device."""
    made: dict[str, Any] = {}
    with _still(scene):
        for folder in FOLDERS:
            real, stage = scene.path(folder), Path(STAGE)
            stage.mkdir(exist_ok=True)
            blocks = sum(-(-path.stat().st_size // BLOCK) for path in _files(real))
            namespace.mount(
                "tmpfs", STAGE, "tmpfs", namespace.MS_NOSUID, f"size={blocks * BLOCK + SPARE},mode=0755"
            )
            made[folder] = dict(_copy(real, stage))
            _fill_up(stage / BALLAST)
            namespace.mount(STAGE, str(real), None, namespace.MS_MOVE)
            made[f"{folder} device"] = real.stat().st_dev
            stage.rmdir()
    return made


@contextlib.contextmanager
def _still(scene: Scene) -> Iterator[None]:
    """No record and no transaction is half written while a folder changes hands."""
    with contextlib.ExitStack() as stack:
        if scene.path(AUDIT).exists():
            audit = stack.enter_context(open(scene.path(AUDIT), "rb"))
            scene.lock(audit.fileno(), AUDIT)
        if scene.path(DATABASE).exists():
            stack.enter_context(transaction(scene.path(DATABASE), "IMMEDIATE"))
        yield


def _copy(real: Path, stage: Path) -> Iterator[tuple[str, list[Any]]]:
    # The database comes by its name only once: closing it would end the lock that keeps writers away, so its
    # descriptor stays open until this process is done.
    for folder in sorted(path for path in real.rglob("*") if path.is_dir()):
        (stage / folder.relative_to(real)).mkdir()
    for path in _files(real):
        name = str(path.relative_to(real))
        copy = stage / name
        if name.endswith(ALIVE):
            copy.touch()
            namespace.mount(str(path), str(copy), None, namespace.MS_BIND)
        elif not name.endswith(PASSING):
            content = _content(path)
            copy.write_bytes(content)
            shutil.copystat(path, copy)
            yield name, _known(content)


def _content(path: Path) -> bytes:
    """Read by a descriptor that is never closed: the process that reads ends soon."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)


def _known(content: bytes) -> list[Any]:
    return [len(content), hashlib.sha256(content).hexdigest()]


def _fill_up(path: Path) -> None:
    """Until not one more block is to be had. Raises OSError when the disk does not become full."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        for _ in range(SPARE // BLOCK + 1 + LARGEST // BLOCK):
            os.write(descriptor, bytes(BLOCK))
    except OSError:
        return
    finally:
        os.close(descriptor)
    raise OSError("the file system for the full disk takes more than it was given")


def clear(scene: Scene, note: Note) -> str:
    """The real folders again, with what was written meanwhile; the bot may write as before."""
    world = scene.world
    if world is None or world.pid is None or [world.init, world.init_start] != list(note["world"]):
        return ""
    if note["files"] is None:
        _in_world(world.pid, lambda: _abandon(scene))
        return ""
    stranded = _stranded(scene, note)
    reals = {folder: os.open(scene.path(folder), os.O_RDONLY | os.O_DIRECTORY) for folder in FOLDERS}
    try:
        _in_world(world.pid, lambda: _uncover(scene, note, reals))
    finally:
        for descriptor in reals.values():
            os.close(descriptor)
    for pid, ticks, soft in note["limits"]:
        _set_limit(pid, ticks, soft)
    if stranded:
        pids = ", ".join(map(str, stranded))
        return f"the bot started meanwhile (pid {pids}) logs to the disk that is gone: start it again"
    return ""


def _abandon(scene: Scene) -> None:
    """In the world: away with a full disk that was only begun."""
    own = scene.place.project.stat().st_dev
    for folder in FOLDERS:
        if scene.path(folder).stat().st_dev != own:
            namespace.unmount(str(scene.path(folder)))
    stage = Path(STAGE)
    if stage.is_dir():
        if stage.stat().st_dev != stage.parent.stat().st_dev:
            namespace.unmount(STAGE)
        stage.rmdir()


def _stranded(scene: Scene, note: Note) -> list[int]:
    """Bots that have a file of the full disk open."""
    devices = {note["files"][f"{folder} device"] for folder in FOLDERS}
    return [pid for pid, _ in scene.bots() if any(device in devices for device, _ in open_files(pid))]


def _uncover(scene: Scene, note: Note, reals: dict[str, int]) -> None:
    """In the world: what changed on the full disk goes to the real one, then the full disk goes."""
    with _still(scene):
        for folder, real in reals.items():
            if scene.path(folder).stat().st_dev == note["files"][f"{folder} device"]:
                _give_back(scene.path(folder), note["files"][folder], real)
                namespace.unmount(str(scene.path(folder)))


def _give_back(full: Path, before: dict[str, list[Any]], real: int) -> None:
    """`real` is the covered folder, which has no name in here."""
    present = {str(path.relative_to(full)): path for path in _files(full)}
    for name, path in present.items():
        if name.endswith((*ALIVE, *PASSING)):
            continue
        content = _content(path)
        size, digest = before.get(name, [0, ""])
        if [len(content), hashlib.sha256(content).hexdigest()] == [size, digest]:
            continue
        if len(content) > size and hashlib.sha256(content[:size]).hexdigest() == digest:
            _write(real, name, content[size:], os.O_APPEND)
        else:
            _write(real, f"{name}.new", content, os.O_TRUNC)
            os.replace(f"{name}.new", name, src_dir_fd=real, dst_dir_fd=real)
    for name in before.keys() - present.keys():
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=real)


def _write(folder: int, name: str, content: bytes, kind: int) -> None:
    if "/" in name:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name.rpartition("/")[0], 0o700, dir_fd=folder)
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | kind
    descriptor = os.open(name, flags, 0o600, dir_fd=folder)
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def covered(scene: Scene, note: Note) -> str:
    world = scene.world
    if world is None or world.pid is None or [world.init, world.init_start] != list(note["world"]):
        return "the world whose disk was full is gone"
    devices = _in_world(world.pid, lambda: [scene.path(folder).stat().st_dev for folder in FOLDERS])
    made = note["files"] or {}
    return (
        ""
        if devices == [made.get(f"{folder} device") for folder in FOLDERS]
        else "the full disk was taken away"
    )


def _limit(pid: int) -> tuple[int, int]:
    return resource.prlimit(pid, resource.RLIMIT_FSIZE)


def _set_limit(pid: int, start_ticks: int, most: int) -> None:
    """How long a file of that process may become, in bytes; -1 for any length."""
    try:
        hard = _limit(pid)[1]
        if started(pid) == start_ticks:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
    except OSError:
        return


KINDS = (
    Kind(
        "disk-full",
        "no free block for the bot's log, audit trail and data; the box's own disk is not touched",
        DISK,
        fill,
        clear,
        covered,
    ),
)
