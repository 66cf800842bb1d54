"""A world of its own for the drilled project: process and mount namespaces with a private /tmp.

The seed's `pkill -9 -f paper_trader` can then be run verbatim: it reaches nothing outside.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

NEWUSER, NEWNS, NEWPID = 0x10000000, 0x00020000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 8192, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1


def libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def leave() -> None:
    """Unshare this process's mounts and the process ids of its future children. Raises OSError.

    Without the right to, a user namespace of one's own gives it; the user stays who they are.
    """
    if libc().unshare(NEWNS | NEWPID) != 0:
        leave_as_user()


def leave_as_user() -> None:
    """`leave` as one does without the right to. Raises OSError where the system lets nobody do it."""
    uid, gid = os.getuid(), os.getgid()
    _call(libc().unshare(NEWUSER | NEWNS | NEWPID), "no namespaces on this system")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")


def furnish(keep: Iterable[Path]) -> None:
    """In the world's first process: its own /proc, and an empty /tmp in which only `keep` is seen as before.

    Raises OSError.
    """
    c = libc()
    _call(c.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "cannot make mounts private")
    kept = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in _below_tmp(keep)]
    _call(c.mount(b"tmpfs", b"/tmp", b"tmpfs", MS_NOSUID | MS_NODEV, b"mode=1777"), "cannot make a /tmp")
    for path, descriptor in kept:
        path.mkdir(parents=True, exist_ok=True)
        source = f"/proc/self/fd/{descriptor}".encode()
        _call(c.mount(source, os.fsencode(path), None, MS_BIND | MS_REC, None), f"cannot show {path}")
        os.close(descriptor)
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    _call(c.mount(b"proc", b"/proc", b"proc", flags, None), "cannot make a /proc")


def _below_tmp(paths: Iterable[Path]) -> list[Path]:
    """Those that a new /tmp would hide, outermost first, none twice."""
    real = sorted({path.resolve() for path in paths if path.exists()})
    below = [path for path in real if path.is_relative_to("/tmp")]  # noqa: S108 - the folder itself is meant
    return [p for n, p in enumerate(below) if not any(p.is_relative_to(q) for q in below[:n])]


def enter(pid: int) -> None:
    """See the mounts of that process from now on; only for a process of one thread. Raises OSError."""
    c = libc()
    for name, kind in (("user", NEWUSER), ("mnt", NEWNS)):
        theirs = os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            if os.fstat(theirs).st_ino != Path(f"/proc/self/ns/{name}").stat().st_ino:
                _call(c.setns(theirs, kind), "cannot enter the sandbox's world")
        finally:
            os.close(theirs)


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """mount(2). Raises OSError."""
    of_kind = None if kind is None else kind.encode()
    data = None if options is None else options.encode()
    done = libc().mount(os.fsencode(source), os.fsencode(target), of_kind, flags, data)
    _call(done, f"cannot mount {target}")


def unmount(target: str) -> None:
    """Take a mount away with all below it; who has files open on it keeps them. Raises OSError."""
    _call(libc().umount2(os.fsencode(target), MNT_DETACH), f"cannot unmount {target}")


def inside(pid: int, work: Callable[[], Any]) -> Any:
    """What `work` returns, as JSON carries it, done by a child that sees the mounts of that process.

    Raises OSError with what went wrong there. The child keeps the open descriptors of this process.
    """
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        _inside(pid, work, tell)
    os.close(tell)
    with open(told, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    try:
        answered = json.loads(said)
    except ValueError:
        raise OSError("what was sent into the sandbox's world died there") from None
    if "error" in answered:
        raise OSError(answered["error"])
    return answered["done"]


def _inside(pid: int, work: Callable[[], Any], tell: int) -> NoReturn:
    try:
        try:
            enter(pid)
            said = {"done": work()}
        except Exception as error:  # noqa: BLE001 - the pipe is the only way to say it
            said = {"error": str(error)}
        with open(tell, "wb") as answer:
            answer.write(json.dumps(said).encode())
    finally:
        os._exit(0)


def tie_to_parent(signal_number: int) -> None:
    """This process gets the signal when its parent dies."""
    libc().prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
