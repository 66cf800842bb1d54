"""One content of a followed path, readable for as long as anything of it can be read."""

from __future__ import annotations

import os

from thunes_tui.lines.identity import FileId
from thunes_tui.lines.index import LineIndex
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.scan import Scan

KEPT = 262_144
"""Bytes of the end that are kept in memory, to be shown after the file has been overwritten in place."""


class Content:
    """The lines of one content up to `scan.high`, by a descriptor that outlives renames and deletions."""

    def __init__(self, file: FileId, descriptor: int, high: int) -> None:
        """`high`: how far the content is visible at first. Raises OSError."""
        self.file = file
        self.torn = False
        """The last line has no newline."""
        self.is_rescued = False
        """Read from the copy that was made before the file was overwritten."""
        self._descriptor: int | None = os.dup(descriptor)
        self._kept = bytearray()
        self._kept_from = high
        self.index = LineIndex(self._read, 0, high)
        self.scan = Scan(self._read, 0, high, file.generation, self.index)
        self._keep_end(high)

    @property
    def size_lines(self) -> int | None:
        newlines = self.index.newlines
        return None if newlines is None else newlines + self.torn

    def add(self, chunk: Chunk) -> None:
        """The follower has delivered this: it is visible from now on. Raises OSError."""
        if not self.scan.high and chunk.offset:
            # The content begins behind a hole.
            self.index = LineIndex(self._read, chunk.offset, chunk.offset)
            self.scan = Scan(self._read, chunk.offset, chunk.offset, self.file.generation, self.index)
            self._kept_from = chunk.offset
        self.torn = chunk.torn
        self.scan.high = chunk.end
        is_clipped = chunk.length > len(chunk.data)
        self.index.extend(chunk.end, None if is_clipped else chunk.data)
        if is_clipped:
            self._kept.clear()
            self._kept_from = chunk.end
            return
        self._kept += chunk.data
        if len(self._kept) > 2 * KEPT:
            cut = self._kept.find(b"\n", len(self._kept) - KEPT) + 1
            del self._kept[:cut]
            self._kept_from += cut

    def read_from(self, descriptor: int) -> None:
        """Go on with another descriptor of the same bytes."""
        self.close()
        self._descriptor = os.dup(descriptor)
        self.is_rescued = True

    def lose(self) -> None:
        """The file holds something else now: only the kept end is left."""
        self.close()
        self.index = LineIndex(self._read, self._kept_from, self.scan.high)
        self.scan = Scan(self._read, self._kept_from, self.scan.high, self.file.generation, self.index)
        while self.index.step():
            pass

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _read(self, offset: int, length: int) -> bytes:
        if self._descriptor is not None:
            return os.pread(self._descriptor, length, offset)
        start = offset - self._kept_from
        return bytes(self._kept[start : start + length]) if start >= 0 else b""

    def _keep_end(self, high: int) -> None:
        start = max(0, high - KEPT)
        data = self._read(start, high - start)
        cut = data.find(b"\n") + 1 if start else 0
        self._kept += data[cut:]
        self._kept_from = start + cut
