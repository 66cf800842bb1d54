"""Shell output beyond what a drill records whole: the beginning and end of each flood, and proof of the rest.

A `yes` that nobody stops must not fill the box's disk. What is left out is counted and hashed.
"""

from __future__ import annotations

import hashlib
from collections import deque

from thunes_tui.events.shell import ShellOutput, ShellSkipped
from thunes_tui.sources.files import WHOLE

ENDS = 64 * 1024
"""Bytes of the beginning, and of the end, of a flood that are recorded."""
PART = 16 * 1024 * 1024
"""So many bytes left out are told while the flood goes on: a killed server loses no more of the count."""


class Thinning:
    """One shell's. Offsets count masked bytes from the session's start, those left out too."""

    def __init__(self, whole: int = WHOLE) -> None:
        self._whole = whole
        self._flood = 0
        """Bytes since it began."""
        self._held: deque[tuple[ShellOutput, bytes]] = deque()
        """Its last part, which is recorded when it is over."""
        self._held_bytes = 0
        self._from = self._left_out = 0
        self._sha256 = hashlib.sha256()

    @property
    def is_flooded(self) -> bool:
        """Whether something was shown that no record tells of yet; `end` tells of it."""
        return bool(self._held)

    def take(self, event: ShellOutput, data: bytes) -> list[ShellOutput | ShellSkipped]:
        """What is to be recorded now that this was printed."""
        if event.offset + len(data) <= self._whole:
            return [event]
        self._flood += len(data)
        if self._flood <= ENDS:
            return [event]
        self._held.append((event, data))
        self._held_bytes += len(data)
        while self._held_bytes > ENDS:
            self._leave_out(*self._held.popleft())
        return self._told() if self._left_out >= PART else []

    def end(self) -> list[ShellOutput | ShellSkipped]:
        """The flood is over: how much was left out, then its last part."""
        told = [*self._told(), *(event for event, _data in self._held)]
        self._held.clear()
        self._held_bytes = self._flood = 0
        return told

    def _leave_out(self, event: ShellOutput, data: bytes) -> None:
        if not self._left_out:
            self._from = event.offset
        self._held_bytes -= len(data)
        self._left_out += len(data)
        self._sha256.update(data)

    def _told(self) -> list[ShellOutput | ShellSkipped]:
        if not self._left_out:
            return []
        told = ShellSkipped(self._from, self._left_out, self._sha256.hexdigest())
        self._left_out, self._sha256 = 0, hashlib.sha256()
        return [told]
