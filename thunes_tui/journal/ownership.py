"""Folders and files that are ours alone: no symbolic link, no other owner, nobody else's to write or read."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

from thunes_tui.errors import Unusable

NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "fuse.sshfs"})
"""File systems whose locks cannot be trusted."""
_NOBODY = 65_534
"""How root's folders look from within a user namespace."""


def private_folder(path: Path, *, create: bool = False) -> Path:
    """`path` as a 0700 folder of ours; made, with its parents, when asked. Raises Unusable for all else."""
    if create:
        _make(path)
    try:
        status = path.lstat()
    except OSError as error:
        raise Unusable(f"{path} cannot be used ({error.strerror})") from error
    if stat.S_ISLNK(status.st_mode):
        raise Unusable(f"{path} is a symbolic link: a session must be a folder of its own")
    if not stat.S_ISDIR(status.st_mode):
        raise Unusable(f"{path} is not a folder")
    _require_ours(path, status)
    if status.st_mode & 0o022:
        raise Unusable(f"{path} may be written by others: run chmod 700 on it after looking at what it holds")
    _require_safe_parents(path)
    if status.st_mode & 0o077:
        path.chmod(0o700)
    return path


def _make(path: Path) -> None:
    missing = []
    while not path.exists() and not path.is_symlink():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Unusable(f"cannot make the folder {folder} ({error.strerror})") from error


def _require_ours(path: Path, status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise Unusable(f"{path} belongs to another user (uid {status.st_uid})")


def _require_safe_parents(path: Path) -> None:
    """Nobody else may be able to swap a folder on the way for another."""
    for parent in path.resolve().parents:
        status = parent.stat()
        mode = status.st_mode
        if status.st_uid not in (0, os.geteuid(), _NOBODY):
            raise Unusable(f"{parent} belongs to another user: choose another place for {path}")
        if mode & stat.S_ISVTX:
            continue
        if mode & 0o002 or (mode & 0o020 and not _is_group_of_one(status)):
            raise Unusable(f"{parent} may be written by others: choose another place for {path}")


def _is_group_of_one(status: os.stat_result) -> bool:
    """Whether the group is the owner's private one, as many systems make for each user."""
    try:
        group = grp.getgrgid(status.st_gid)
        return status.st_uid in (0, os.geteuid()) and group.gr_name == pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        return False


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a regular 0600 file of ours, closed at exec. Raises Unusable for any other file.

    FileNotFoundError and FileExistsError pass, they mean something to the caller.
    """
    try:
        descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except (FileNotFoundError, FileExistsError):
        raise
    except OSError as error:
        what = "is a symbolic link" if path.is_symlink() else error.strerror
        raise Unusable(f"{path} cannot be used ({what})") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unusable(f"{path} is not a regular file")
        _require_ours(path, status)
        if status.st_nlink > 1:
            raise Unusable(f"{path} has a second name somewhere: it must not be shared")
        if status.st_mode & 0o022:
            raise Unusable(f"{path} may be written by others: run chmod 600 on it after looking at it")
        if status.st_mode & 0o177:
            os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def require_local(path: Path) -> None:
    """Raises Unusable where `path` lies on a network file system. Says nothing where that cannot be told."""
    try:
        device = path.stat().st_dev
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 6 and fields[2] == wanted:
            kind = fields[fields.index("-") + 1]
            if kind in NETWORK:
                raise Unusable(
                    f"{path} is on a network file system ({kind}), where locks do not hold: move it"
                )
