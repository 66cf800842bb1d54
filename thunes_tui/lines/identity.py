"""Which file, and which place in it: told apart by device, inode and content, since a path says neither."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass, fields

HEAD_BYTES = 1024
"""How much of a file's beginning belongs to its fingerprint."""
MARK_BYTES = 64
"""How much before a read position belongs to its fingerprint."""


@dataclass(frozen=True, slots=True)
class FileId:
    """One content that a path has had."""

    device: int
    inode: int
    generation: int
    """Counts the contents of one followed path: 0, 1, ...; a truncation keeps the inode and raises this."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a follower stands, as plain numbers and text, so that a later one goes on exactly there."""

    device: int
    inode: int
    generation: int
    offset: int
    """Bytes consumed: everything before it was delivered."""
    head_length: int
    fingerprint: str
    """SHA-256 over the first `head_length` bytes and the up to 64 bytes before `offset`; never their text."""

    def to_json(self) -> dict[str, int | str]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: object) -> Place | None:
        """What `to_json` gave; None for anything else, which is then no place to go on from."""
        if not isinstance(data, dict) or data.keys() != {field.name for field in fields(cls)}:
            return None
        fingerprint = data["fingerprint"]
        numbers = [value for name, value in data.items() if name != "fingerprint"]
        is_good = isinstance(fingerprint, str) and all(type(one) is int and one >= 0 for one in numbers)
        return cls(**data) if is_good else None

    def fits(self, descriptor: int) -> bool:
        """True if the open file still holds what was consumed. Raises OSError if it can't be read."""
        if os.fstat(descriptor).st_size < self.offset:
            return False
        head = os.pread(descriptor, self.head_length, 0)
        start = max(0, self.offset - MARK_BYTES)
        return self.fingerprint == fingerprint(head, os.pread(descriptor, self.offset - start, start))


def fingerprint(head: bytes, mark: bytes) -> str:
    return hashlib.sha256(len(head).to_bytes(2, "big") + head + mark).hexdigest()
