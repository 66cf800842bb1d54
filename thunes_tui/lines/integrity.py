"""The proof that a file was only ever appended to: the hash of its first bytes, taken now and later."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.rotated import open_path


@dataclass(frozen=True, slots=True)
class Anchor:
    """What the first `size` bytes of a file were."""

    size: int
    sha256: str


def prefix_hash(path: Path, size: int) -> str:
    """SHA-256 of the first `size` bytes. Raises OSError, and ValueError if there are fewer."""
    descriptor, _ = open_path(path)
    try:
        digest, read = _hash(descriptor, size)
    finally:
        os.close(descriptor)
    if read < size:
        raise ValueError(f"{path.name} has {read} bytes, not {size}")
    return digest


def check(path: Path, size: int, sha: str) -> str | None:
    """None if the first `size` bytes are still those with this hash, else what is wrong. Never raises."""
    try:
        now = prefix_hash(path, size)
    except ValueError as error:
        return f"cut: {error}"
    except FileNotFoundError:
        return f"gone: there is no {path.name}"
    except OSError as error:
        return f"unreadable: {path.name}: {error.strerror or error}"
    return None if now == sha else f"changed: the first {size} bytes of {path.name} are not what they were"


class AuditIntegrity:
    """Watches that one file is only appended to. Both methods read, so a large file belongs in a thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.anchor = Anchor(0, hashlib.sha256().hexdigest())
        self._running = hashlib.sha256()

    def note(self) -> Anchor:
        """Take in what was appended, up to the last newline; reads only that. Raises OSError.

        A file that is shorter than it was leaves the anchor as it is: `check` tells.
        """
        descriptor, status = open_path(self.path)
        try:
            size = self.anchor.size
            while size < status.st_size:
                data = os.pread(descriptor, BLOCK, size)
                cut = data.rfind(b"\n") + 1 or (len(data) if len(data) == BLOCK else 0)
                if not cut:
                    break
                self._running.update(data[:cut])
                size += cut
        finally:
            os.close(descriptor)
        self.anchor = Anchor(size, self._running.hexdigest())
        return self.anchor

    def check(self) -> str | None:
        """None if all that was noted is still there, byte for byte; else what is wrong."""
        return check(self.path, self.anchor.size, self.anchor.sha256)


def _hash(descriptor: int, size: int) -> tuple[str, int]:
    digest, read = hashlib.sha256(), 0
    while read < size and (data := os.pread(descriptor, min(BLOCK, size - read), read)):
        digest.update(data)
        read += len(data)
    return digest.hexdigest(), read
