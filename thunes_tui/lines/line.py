"""A line and its place, the same for a file on disk and for a recording."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import NamedTuple

SHOWN = 32_768
"""Bytes of a line that a store hands out; of a longer one it says how many are left."""


class Position(NamedTuple):
    """The identity of a line: it stays the same while the file grows, and in the recording. Ordered."""

    generation: int
    """Which content of the path, as `FileId.generation`."""
    offset: int
    """Of the line's first byte in that content."""


BEGINNING = Position(-1, -1)
"""Before every line: `after(BEGINNING, n)` is the first n lines."""
END = Position(sys.maxsize, sys.maxsize)
"""Behind every line."""


@dataclass(frozen=True, slots=True)
class Line:
    offset: int
    data: bytes
    """Without its newline; at most `SHOWN` bytes."""
    clipped_bytes: int = 0
    """Bytes of the line that are not in `data`."""
    generation: int = 0
    torn: bool = False
    """It ends without a newline and will get none."""

    @property
    def position(self) -> Position:
        return Position(self.generation, self.offset)
