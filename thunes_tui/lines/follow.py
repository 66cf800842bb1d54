"""One path followed through everything that happens to logs, for panes and sources alike.

`stat` decides, whatever woke the caller: device, inode, size and a fingerprint of what was read tell an
append from a rename, a truncation, a truncation that has grown again, a deletion, and a symlink that points
elsewhere. The old file is read to its end before the new one begins.
"""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from thunes_tui.lines.identity import FileId, Place
from thunes_tui.lines.reader import BLOCK, KEEP, Chunk, LineReader, last_line_start
from thunes_tui.lines.succession import Succession
from thunes_tui.lines.turn import Marker, Turn


class Start(StrEnum):
    """Where to begin in a file that is there at the first look. One that appears later is read from 0."""

    BEGINNING = "beginning"
    END = "end"


class State(StrEnum):
    """What the path is at the moment; `Follower.reason` says why."""

    NEW = "new"
    FOLLOWING = "following"
    MISSING = "missing"
    UNREADABLE = "unreadable"


Opened = Callable[[FileId, int], None]
"""Told which content is read next and the descriptor it is read from (to be duplicated if it is kept)."""


class Follower:
    """Follows one path. Not thread-safe; never blocks; holds a block and one clipped line in memory."""

    def __init__(
        self,
        path: Path,
        start: Start | Place = Start.END,
        *,
        opened: Opened | None = None,
        keep: int = KEEP,
    ) -> None:
        """`start` as a `Place` goes on where a follower stood. `keep`: bytes kept of an over-long line."""
        self.path = path
        self.state = State.NEW
        self.reason = ""
        self.more = False
        """There is more to read at once: poll again without waiting."""
        self._start = start
        self._opened = opened
        self._keep = keep
        self._succession = Succession(path, keep)
        self._reader: LineReader | None = None
        self._next: deque[tuple[LineReader, Marker]] = deque()
        self._previous: LineReader | None = None
        self._is_late = False
        self._was_absent = False
        self._misses = 0

    @property
    def file(self) -> FileId | None:
        """The content that is being read; None before the first one was there."""
        return self._reader.file if self._reader else None

    @property
    def offset(self) -> int:
        """Bytes of `file` that were delivered."""
        return self._reader.offset if self._reader else 0

    @property
    def held(self) -> bytes:
        """The partial last line, as far as it is kept: read, and not delivered before its newline comes."""
        return self._reader.held if self._reader else b""

    def place(self) -> Place | None:
        """Where a later follower is to go on; None before the first content was there."""
        return self._reader.place() if self._reader else None

    def poll(self, budget: int = 4 * BLOCK) -> list[Chunk | Marker]:
        """What is new, in order, reading about `budget` bytes at most. Trouble is a marker, never raised."""
        found: list[Chunk | Marker] = []
        try:
            status = self._look(found)
            if self._reader is None and status is not None:
                self._open_first(found)
            self._check_previous(found)
            self.more = self._reader is not None and self._advance(budget, status, found)
        except OSError as error:
            self.more = False
            self._turn(State.UNREADABLE, error.strerror or str(error), found)
        return found

    def drain(self) -> list[Chunk | Marker]:
        """Everything there is, a partial last line included, flagged torn: the end of the following."""
        found = self.poll()
        while self.more:
            found += self.poll()
        torn = self._reader.rest() if self._reader else None
        return [*found, torn] if torn else found

    def close(self) -> None:
        """Give the descriptors back; the follower is not used after this."""
        for reader in (self._reader, self._previous, *(reader for reader, _ in self._next)):
            if reader:
                reader.close()
        self._reader = self._previous = None
        self._next.clear()

    def _look(self, found: list[Chunk | Marker]) -> os.stat_result | None:
        try:
            status = self.path.stat()
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR):
                self._turn(State.UNREADABLE, error.strerror or str(error), found)
                return None
            self._was_absent = True
            self._misses += 1
            # A rotation is two steps for the bot; only a second look in vain is worth a word.
            if self._reader is None or self._misses > 1:
                self._turn(State.MISSING, "there is no such file", found)
            return None
        self._misses = 0
        if stat.S_ISREG(status.st_mode):
            return status
        self._was_absent = True
        what = "it is a folder" if stat.S_ISDIR(status.st_mode) else "it is not a regular file"
        self._turn(State.UNREADABLE, what, found)
        return None

    def _stat(self) -> os.stat_result | None:
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status if stat.S_ISREG(status.st_mode) else None

    def _turn(self, state: State, reason: str, found: list[Chunk | Marker]) -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason = state, reason
            found.append(Marker(Turn(state.value), f"{self.path.name}: {reason}"))

    def _follow(self, reader: LineReader) -> None:
        self._reader = reader
        self.state, self.reason = State.FOLLOWING, ""
        if self._opened:
            self._opened(reader.file, reader.descriptor)

    def _open_first(self, found: list[Chunk | Marker]) -> None:
        waited = self.state is not State.NEW
        if isinstance(self._start, Place):
            reader, marker = self._succession.resume(self._start)
            self._follow(reader)
            found.extend([marker] if marker else [])
            return
        descriptor, status = self._succession.open_first()
        from_end = self._start is Start.END and not self._was_absent
        offset = last_line_start(descriptor, status.st_size) if from_end else 0
        file = FileId(status.st_dev, status.st_ino, 0)
        self._follow(LineReader(descriptor, file, offset, self._keep))
        if waited:
            found.append(Marker(Turn.APPEARED, f"{self.path.name} is there", file=file))

    def _check_previous(self, found: list[Chunk | Marker]) -> None:
        old = self._previous
        late = os.fstat(old.descriptor).st_size - old.seen if old else 0
        if late > 0 and not self._is_late:
            detail = f"{late} bytes came into the old {self.path.name} after the new one"
            found.append(Marker(Turn.LATE, detail, possible_loss=True))
            self._is_late = True

    def _advance(self, budget: int, status: os.stat_result | None, found: list[Chunk | Marker]) -> bool:
        """Read on, from content to content; True if there is more to read at once."""
        while (reader := self._reader) is not None:
            before = reader.seen
            chunks = reader.read(budget)
            if not reader.is_intact():
                self._truncated(reader)
                if reader is not self._reader:
                    return True
            else:
                found.extend(chunks)
                budget -= reader.seen - before
                if reader.is_at_end and not self._next and status is not None:
                    self._compare(reader, status, found)
            if not (reader.is_at_end and self._next):
                return bool(self._next) or not reader.is_at_end
            self._move(reader, found)
            if budget <= 0:
                return True
            # Asked anew: whether this content has a successor must be known before it is read to its end.
            status = self._stat()
        return False

    def _truncated(self, reader: LineReader) -> None:
        copy, fresh, marker = self._succession.truncated(reader)
        self._next.appendleft((fresh, marker))
        if copy:
            reader.close()
            self._follow(copy)
        else:
            reader.give_up()

    def _compare(self, reader: LineReader, status: os.stat_result, found: list[Chunk | Marker]) -> None:
        """Does the path still lead to the file that is open, and if not: is its successor in use already?

        As long as the new file is empty its writer may still be writing the old one. Seen with content before
        the old one was read to its end, it proves that a single writer has left the old one.
        """
        if (status.st_dev, status.st_ino) == (reader.file.device, reader.file.inode):
            if self.state is not State.FOLLOWING:
                self.state, self.reason = State.FOLLOWING, ""
                found.append(Marker(Turn.APPEARED, f"{self.path.name} is there again", file=reader.file))
        elif status.st_size:
            self._next.extend(self._succession.after(reader, self._previous))

    def _move(self, old: LineReader, found: list[Chunk | Marker]) -> None:
        reader, marker = self._next.popleft()
        torn = old.rest()
        found.extend([torn, marker] if torn else [marker])
        if self._previous:
            self._previous.close()
        self._previous, self._is_late = old, False
        if marker.kind is Turn.TRUNCATED:
            old.close()
            self._previous = None
        self._follow(reader)
