"""Whether the audit trail is still what it was, and whole: the hash of its beginning, and every line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.sources.audit import wrong_with

BLOCK = 1 << 20
LONGEST = 64 << 20
"""Bytes of the longest line that is looked at as one."""


@dataclass(frozen=True, slots=True)
class Prefix:
    """The complete lines of the file: bytes, hash and number; `tail` bytes of an unfinished one behind."""

    size: int
    sha256: str
    lines: int
    tail: int = 0


@dataclass(frozen=True, slots=True)
class Damage:
    """A line that is no record: where it begins, what is wrong with it, and its hash."""

    offset: int
    line: int
    what: str
    sha256: str


def prefix(path: Path) -> Prefix:
    """The file now, up to its last newline. A missing file has no bytes. Raises OSError. Blocks."""
    digest, pending = hashlib.sha256(), b""
    size = lines = 0
    try:
        with open(path, "rb") as file:
            while block := file.read(BLOCK):
                whole, newline, rest = block.rpartition(b"\n")
                if newline:
                    digest.update(pending + whole + newline)
                    size += len(pending) + len(whole) + 1
                    lines += whole.count(b"\n") + 1
                    pending = rest
                else:
                    pending += block
    except FileNotFoundError:
        return Prefix(0, hashlib.sha256().hexdigest(), 0)
    return Prefix(size, digest.hexdigest(), lines, len(pending))


def hash_of(path: Path, size: int) -> str | None:
    """SHA-256 of the first `size` bytes; None when there are fewer, or no file. Raises OSError. Blocks."""
    digest, left = hashlib.sha256(), size
    try:
        with open(path, "rb") as file:
            while left:
                block = file.read(min(left, BLOCK))
                if not block:
                    return None
                digest.update(block)
                left -= len(block)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def damage(path: Path, start: int = 0) -> Damage | None:
    """The first complete line from `start` on that is no record of an event. Raises OSError. Blocks."""
    offset, number = start, 0
    with open(path, "rb") as file:
        file.seek(start)
        while line := file.readline(LONGEST):
            number += 1
            if not line.endswith(b"\n"):
                return None if len(line) < LONGEST else Damage(offset, number, "a line without end", "")
            what = wrong_with(line[:-1])
            if what:
                return Damage(offset, number, what, hashlib.sha256(line[:-1]).hexdigest())
            offset += len(line)
    return None
