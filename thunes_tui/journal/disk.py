"""The few things a journal asks of a file system, in one place so that a test can make each of them fail."""

from __future__ import annotations

import os
from pathlib import Path

from thunes_tui.journal.ownership import open_private


class Disk:
    """The real one. Every method may raise OSError."""

    def open_append(self, path: Path, *, create: bool) -> int:
        """A descriptor whose writes go to the end. Raises FileExistsError when told to create what exists."""
        return open_private(path, os.O_RDWR | os.O_APPEND | (os.O_CREAT | os.O_EXCL if create else 0))

    def write(self, descriptor: int, data: bytes) -> int:
        """One write; the count may be short."""
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """The file's bytes and size are on the disk."""
        os.fdatasync(descriptor)

    def free(self, folder: Path) -> int:
        """Bytes that we may still write there."""
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize

    def is_named(self, descriptor: int) -> bool:
        """Whether the file still has a name: one that was deleted takes every write and keeps none."""
        return os.fstat(descriptor).st_nlink > 0

    def cut(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)

    def rename(self, old: Path, new: Path) -> None:
        os.replace(old, new)

    def sync_folder(self, folder: Path) -> None:
        """The names in the folder are on the disk."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
