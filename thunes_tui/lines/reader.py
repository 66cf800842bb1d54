"""Complete lines out of one open file, block by block, in bounded memory whatever the length of a line."""

from __future__ import annotations

import os
from dataclasses import dataclass

from thunes_tui.lines.identity import HEAD_BYTES, MARK_BYTES, FileId, Place, fingerprint
from thunes_tui.lines.line import SHOWN, Line

BLOCK = 262_144
"""Bytes of one read: long enough to be fast, short enough (0.3 ms) that no search in it is felt."""
KEEP = 1 << 20
"""Bytes that are kept of a line that is longer than this."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive complete lines of one file, newlines included; or a single clipped or torn line."""

    file: FileId
    offset: int
    """Of the first byte, in its file."""
    data: bytes
    length: int
    """Bytes of the file that this stands for; more than `len(data)` where a long line was clipped."""
    torn: bool = False
    """The line has no newline and will get none: the file ended or was given up there."""

    @property
    def end(self) -> int:
        return self.offset + self.length

    @property
    def clipped_bytes(self) -> int:
        """Bytes of the chunk's only line that are not in `data`, its newline not counted."""
        missing = self.length - len(self.data)
        return missing if self.torn or not missing else missing - 1

    def lines(self, shown: int = SHOWN) -> list[Line]:
        """The chunk's lines, each cut to `shown` bytes."""
        generation = self.file.generation
        lines: list[Line] = []
        offset = self.offset
        for data in self.data.removesuffix(b"\n").split(b"\n"):
            clipped = max(0, len(data) - shown) + self.clipped_bytes
            lines.append(Line(offset, data[:shown], clipped, generation, self.torn))
            offset += len(data) + 1
        return lines


class LineReader:
    """Reads forward from an offset. A partial last line is held back until its newline comes.

    Owns the descriptor. Remembers the file's head and the bytes before its own position, by which
    `is_intact` tells an append from other content at the same place.
    """

    def __init__(self, descriptor: int, file: FileId, offset: int = 0, keep: int = KEEP) -> None:
        self.descriptor = descriptor
        self.file = file
        self.offset = offset
        """Of the first byte that was not delivered yet."""
        self.is_at_end = False
        """The last read met the end of the file."""
        self._keep = keep
        self._held = bytearray()
        self._held_length = 0
        self._head = os.pread(descriptor, min(offset, HEAD_BYTES), 0)
        self._mark = self._seen_mark = _before(descriptor, offset)

    @property
    def seen(self) -> int:
        """Offset up to which bytes were read, a held-back partial line included."""
        return self.offset + self._held_length

    @property
    def held(self) -> bytes:
        """The partial last line, clipped."""
        return bytes(self._held)

    def read(self, budget: int) -> list[Chunk]:
        """The complete lines of the next `budget` bytes, rounded up to a block. Raises OSError."""
        chunks: list[Chunk] = []
        if not self.seen:
            self._skip_hole()
        self.is_at_end = False
        while budget > 0 and not self.is_at_end:
            data = os.pread(self.descriptor, BLOCK, self.seen)
            if data:
                self._remember(data)
                chunks.extend(self._cut(data))
            self.is_at_end = len(data) < BLOCK
            budget -= len(data)
        return chunks

    def rest(self) -> Chunk | None:
        """The held-back partial line, as torn: nothing more is expected for it."""
        return self._take(torn=True) if self._held_length else None

    def give_up(self) -> None:
        """The file holds something else now: nothing that was held back can be trusted."""
        self._held.clear()
        self._held_length = 0
        self.is_at_end = True

    def is_intact(self) -> bool:
        """False if the file shrank below what was read or holds something else there. Raises OSError."""
        if os.fstat(self.descriptor).st_size < self.seen:
            return False
        if os.pread(self.descriptor, len(self._head), 0) != self._head:
            return False
        start = self.seen - len(self._seen_mark)
        return os.pread(self.descriptor, len(self._seen_mark), start) == self._seen_mark

    def place(self) -> Place:
        head = self._head[: self.offset]
        device, inode, generation = self.file.device, self.file.inode, self.file.generation
        mark = fingerprint(head, self._mark)
        return Place(device, inode, generation, self.offset, len(head), mark)

    def resembles(self, descriptor: int) -> bool:
        """True if another open file begins as this one does: a copy of it, not a generation of its own."""
        other = os.pread(descriptor, HEAD_BYTES, 0)
        shared = min(len(other), len(self._head))
        return shared >= MARK_BYTES and other[:shared] == self._head[:shared]

    def close(self) -> None:
        os.close(self.descriptor)

    def _skip_hole(self) -> None:
        """Step over the zeros that a truncation leaves under a writer that goes on at its old offset."""
        if os.pread(self.descriptor, 1, 0) == b"\0":
            self.offset = first_data(self.descriptor)
            self._head = os.pread(self.descriptor, min(self.offset, HEAD_BYTES), 0)
            self._mark = self._seen_mark = _before(self.descriptor, self.offset)

    def _remember(self, data: bytes) -> None:
        if len(self._head) == self.seen < HEAD_BYTES:
            self._head += data[: HEAD_BYTES - self.seen]
        self._seen_mark = (self._seen_mark + data[-MARK_BYTES:])[-MARK_BYTES:]

    def _cut(self, data: bytes) -> list[Chunk]:
        end = data.rfind(b"\n") + 1
        if not end:
            self._hold(data)
            return []
        chunks: list[Chunk] = []
        start = 0
        if self._held_length:
            first = data.index(b"\n") + 1
            if self._held_length + first > self._keep:
                self._hold(data[:first])
                chunks.append(self._take())
                start = first
        if start < end:
            lines = bytes(self._held) + data[start:end]
            self._held.clear()
            self._held_length = 0
            chunks.append(self._deliver(lines, len(lines), torn=False))
        self._hold(data[end:])
        return chunks

    def _hold(self, data: bytes) -> None:
        self._held += data[: max(0, self._keep - len(self._held))]
        self._held_length += len(data)

    def _take(self, *, torn: bool = False) -> Chunk:
        data, length = bytes(self._held), self._held_length
        self._held.clear()
        self._held_length = 0
        return self._deliver(data, length, torn=torn)

    def _deliver(self, data: bytes, length: int, *, torn: bool) -> Chunk:
        chunk = Chunk(self.file, self.offset, data, length, torn)
        self.offset += length
        if length == len(data):
            self._mark = (self._mark + data[-MARK_BYTES:])[-MARK_BYTES:]
        else:
            self._mark = _before(self.descriptor, self.offset)
        return chunk


def _before(descriptor: int, offset: int) -> bytes:
    start = max(0, offset - MARK_BYTES)
    return os.pread(descriptor, offset - start, start)


def last_line_start(descriptor: int, size: int, limit: int = KEEP) -> int:
    """Where the unfinished line at the end begins: behind the last newline, or `size` if none is near."""
    position = size
    while position > max(0, size - limit):
        start = max(0, position - 65_536)
        found = os.pread(descriptor, position - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        position = start
    return 0 if position == 0 else size


def first_data(descriptor: int, limit: int = 64 * KEEP) -> int:
    """Offset of the first byte that is neither in a hole nor zero; skips `limit` written zeros at most."""
    try:
        start = os.lseek(descriptor, 0, os.SEEK_DATA)
    except OSError:
        return 0
    stop = start + limit
    while start < stop:
        data = os.pread(descriptor, BLOCK, start)
        text = data.lstrip(b"\0")
        start += len(data) - len(text)
        if text or not data:
            break
    return start
