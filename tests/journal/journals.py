"""Journals for the tests: a clock that can be turned, a small drill, and a disk that fails on command."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from thunes_tui.clock import Clock
from thunes_tui.journal.disk import Disk
from thunes_tui.journal.writer import Journal

T0 = 1_760_006_535_123_456
"""2025-10-09T10:42:15.123456Z"""
ROOT = Path(__file__).parents[2]


class Turned:
    """A clock that moves a millisecond at each look, and further when told."""

    def __init__(self) -> None:
        self.wall_us = T0
        self.monotonic_ns = 5_000_000_000

    def clock(self) -> Clock:
        return Clock(self._wall, self._monotonic)

    def _wall(self) -> int:
        self.wall_us += 1_000
        return self.wall_us

    def _monotonic(self) -> int:
        self.monotonic_ns += 1_000_000
        return self.monotonic_ns


def clock() -> Clock:
    return Turned().clock()


def some_data(number: int) -> dict[str, Any]:
    return {"step": f"T1.S{number}", "text": "é🛑\x1b[2J" * (number % 5), "exit": number % 3, "none": None}


def written(folder: Path, events: int = 60) -> Path:
    """A closed journal of so many records; returns its file."""
    journal = Journal.create(folder, clock(), "drill.opened", {"drill": "7f3a", "operator": "ann"})
    for number in range(1, events):
        journal.append("step.started" if number % 2 else "step.ended", some_data(number))
    journal.close()
    return journal.path


def laid_out(folder: Path, data: bytes) -> Path:
    """A session folder whose journal holds exactly `data`."""
    folder.mkdir(mode=0o700)
    path = folder / "journal.jsonl"
    path.write_bytes(data)
    path.chmod(0o600)
    return path


class FailingDisk(Disk):
    """Fails the Nth call of one operation; one-shot, or from then on."""

    def __init__(
        self, operation: str, nth: int, error: int, *, persistent: bool = False, short: int = 0
    ) -> None:
        self._operation = operation
        self._left = nth
        self._error = error
        self._persistent = persistent
        self._short = short
        self.fired = 0

    def _hit(self, operation: str) -> bool:
        if operation != self._operation:
            return False
        self._left -= 1
        hit = self._left == 0 or (self._persistent and self._left < 0)
        self.fired += hit
        return hit

    def _or_fail(self, operation: str, call: Callable[[], Any]) -> Any:
        if self._hit(operation):
            raise OSError(self._error, os.strerror(self._error))
        return call()

    def open_append(self, path: Path, *, create: bool) -> int:
        found: int = self._or_fail("open", lambda: super(FailingDisk, self).open_append(path, create=create))
        return found

    def write(self, descriptor: int, data: bytes) -> int:
        if self._hit("write"):
            if self._short:
                return super().write(descriptor, data[: self._short])
            raise OSError(self._error, os.strerror(self._error))
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._or_fail("sync", lambda: super(FailingDisk, self).sync(descriptor))

    def cut(self, descriptor: int, size: int) -> None:
        self._or_fail("cut", lambda: super(FailingDisk, self).cut(descriptor, size))

    def free(self, folder: Path) -> int:
        if self._hit("free"):
            return 0
        return super().free(folder)

    def is_named(self, descriptor: int) -> bool:
        return not self._hit("is_named") and super().is_named(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        self._or_fail("rename", lambda: super(FailingDisk, self).rename(old, new))

    def sync_folder(self, folder: Path) -> None:
        self._or_fail("sync_folder", lambda: super(FailingDisk, self).sync_folder(folder))


def folders(parent: Path) -> Iterator[Path]:
    """Fresh names for session folders."""
    number = 0
    while True:
        number += 1
        yield parent / f"s{number}"
