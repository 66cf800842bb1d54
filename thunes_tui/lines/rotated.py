"""The generations of a log that lie beside it under another name, found by what they are and not by luck."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.lines.identity import Place

ROTATED_NAME = re.compile(r"[.\-_]?(?:\d[\d\-_T:.]*|old|bak)")
"""What rotation appends to a name: `.1`, `-20251009`, `.2025-10-09_10-00`, `.old`; nothing compressed."""
SURE_AT = 64
"""A file with fewer consumed bytes than this can't be told from another one by its fingerprint."""


@dataclass(frozen=True, slots=True)
class Sibling:
    path: Path
    device: int
    inode: int
    size: int
    written: int
    """Modification time, nanoseconds."""


def siblings(path: Path) -> list[Sibling]:
    """Regular files beside `path` that are named like rotated generations of it, the oldest first."""
    found: list[Sibling] = []
    for entry in _entries(path):
        if not (entry.name.startswith(path.name) and ROTATED_NAME.fullmatch(entry.name, len(path.name))):
            continue
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            where = Path(entry.path)
            found.append(Sibling(where, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda sibling: (sibling.written, _rank(path, sibling)))


def _rank(path: Path, sibling: Sibling) -> tuple[int, str]:
    """Order of files written within one tick of the file system's clock: `.2` is older than `.1`."""
    suffix = sibling.path.name[len(path.name) :]
    digits = suffix.lstrip(".-_")
    return (-int(digits) if digits.isdigit() and len(digits) < 6 else 0, suffix)


def missed(siblings: list[Sibling], known: Collection[Sibling], since: int) -> list[Sibling]:
    """Generations written at or after `since` that were not there before: rotated twice between two looks.

    A known sibling keeps inode, size and time under any name; an inode with other ones was used again.
    """
    old = {(one.device, one.inode, one.size, one.written) for one in known}
    return [
        one
        for one in siblings
        if one.written >= since and (one.device, one.inode, one.size, one.written) not in old
    ]


def open_inode(path: Path, device: int, inode: int) -> int | None:
    """A descriptor of the file with that inode in the folder of `path`, whatever its name is now."""
    for entry in _entries(path):
        if entry.inode() != inode:
            continue
        descriptor = open_regular(Path(entry.path))
        if descriptor is None:
            continue
        status = os.fstat(descriptor)
        if (status.st_dev, status.st_ino) == (device, inode):
            return descriptor
        os.close(descriptor)
    return None


def open_sibling(sibling: Sibling, tries: int = 5) -> int | None:
    """A descriptor of that very file, which may be renamed meanwhile; None if it is gone."""
    for _ in range(tries):
        descriptor = open_regular(sibling.path)
        if descriptor is not None:
            status = os.fstat(descriptor)
            if (status.st_dev, status.st_ino) == (sibling.device, sibling.inode):
                return descriptor
            os.close(descriptor)
        descriptor = open_inode(sibling.path, sibling.device, sibling.inode)
        if descriptor is not None:
            return descriptor
    return None


def open_copy(path: Path, place: Place) -> int | None:
    """A descriptor of the copy that was made of `path` before a truncation, if it goes on from `place`."""
    if place.offset < SURE_AT:
        return None
    for sibling in reversed(siblings(path)):
        if sibling.size < place.offset or sibling.inode == place.inode:
            continue
        descriptor = open_regular(sibling.path)
        if descriptor is None:
            continue
        if place.fits(descriptor):
            return descriptor
        os.close(descriptor)
    return None


def open_path(path: Path) -> tuple[int, os.stat_result]:
    """A read-only descriptor and what it leads to. Never blocks. Raises OSError, for no regular file too."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    status = os.fstat(descriptor)
    if stat.S_ISREG(status.st_mode):
        return descriptor, status
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is not a regular file")


def open_regular(path: Path) -> int | None:
    """As `open_path`, with None for what is gone, not readable or no regular file."""
    try:
        return open_path(path)[0]
    except OSError:
        return None


def _entries(path: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path.parent) as entries:
            return list(entries)
    except OSError:
        return []
