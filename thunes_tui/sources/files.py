"""A followed file of the bot as a source: appended lines are recorded, masked; what befalls it is marked."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from thunes_tui.events.base import Event
from thunes_tui.events.box import (
    SourceDown,
    SourceLines,
    SourceMarked,
    SourceOpened,
    SourceSpan,
    SourceThinned,
)
from thunes_tui.lines.follow import Follower, Start
from thunes_tui.lines.identity import FileId, Place
from thunes_tui.lines.packing import end_of, pack
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.turn import Marker, Turn
from thunes_tui.lines.watch import WatchHub
from thunes_tui.observations import Happened, Observation

CONTEXT = 256 * 1024
"""Bytes before the start that are looked through for what is known already; they are not recorded."""
WHOLE = 64 * 1024 * 1024
"""Bytes of one source that a drill records whole (design 6); a flood may not fill the box's disk."""
SAFETY_S = 1.0
"""After this time a file is looked at though nothing has told of a change: the kernel tells of almost all."""
_DOWN = {Turn.MISSING, Turn.UNREADABLE}


class LineMask(Protocol):
    @property
    def longest(self) -> int: ...
    def line(self, data: bytes) -> bytes: ...
    def text(self, text: str) -> str: ...


def raw_lines(data: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Each line with its place in the file, its newline off. An unfinished last one is a line too."""
    for line in data.removesuffix(b"\n").split(b"\n"):
        yield offset, line
        offset += len(line) + 1


def sha256(line: bytes) -> str:
    """Of a raw line without its newline."""
    return hashlib.sha256(line).hexdigest()


class FollowedFile:
    """Base of the log and the audit trail. `observe` never ends or raises: trouble is an observation."""

    def __init__(self, name: str, path: Path, shown: str, mask: LineMask, hub: WatchHub | None) -> None:
        """`name` is the source's, `shown` the path as people know it, relative to the project.

        `hub` wakes all followed files of the process, None makes one for this file; its rest between two
        wakes is the only batching.
        """
        self.name = name
        self.shown = shown
        self.start: Place | None = None
        """Where an earlier recording of this file stopped; set before `observe`, which then goes on there.

        Lines after the last place that was kept are observed twice rather than never.
        """
        self.place: Place | None = None
        """Where a later recording is to go on: everything before it has been observed."""
        self._thinned = False
        self.kept = 0
        """Bytes of it that this session has recorded whole; set before `observe` on a resume."""
        self.identity: tuple[int, ...] = ()
        """Device and inode of the file whose lines are handed on just now."""
        self._path = path
        self._mask = mask
        self._hub = hub

    async def observe(self) -> AsyncIterator[Observation]:
        """The file from `start`, or its end; one that is not there yet, from its beginning once it is."""
        first: list[tuple[FileId, int, int]] = []

        def opened(file: FileId, descriptor: int) -> None:
            if not first:
                first.append((file, follower.offset, os.dup(descriptor)))

        follower = Follower(self._path, self.start or Start.END, opened=opened)
        told = False
        hub = self._hub or WatchHub()
        watch = hub.watch(self._path)
        try:
            while True:
                found = follower.poll()
                if first and not told:
                    told = True
                    for observation in self._open(*first[0]):
                        yield observation
                for observation in self._observations(found, follower.place()):
                    yield observation
                for observation in self.pending():
                    yield observation
                self.place = follower.place()
                if follower.more:
                    await asyncio.sleep(0)
                else:
                    await watch.wait(SAFETY_S)
        finally:
            watch.close()
            if hub is not self._hub:
                hub.close()
            follower.close()

    def context(self, data: bytes, offset: int) -> Iterator[Observation]:  # noqa: ARG002 - for subclasses
        """What the complete lines before the start tell of the present; they begin at `offset`."""
        yield from ()

    def records(self, chunk: Chunk) -> Iterator[Observation]:  # noqa: ARG002 - for subclasses
        """What the new lines tell, besides being recorded."""
        yield from ()

    def pending(self) -> Iterator[Observation]:
        """What can be told only later, asked after every look."""
        yield from ()

    def _open(self, file: FileId, offset: int, descriptor: int) -> Iterator[Observation]:
        self.identity = file.device, file.inode
        yield Happened((SourceOpened(self.name, self.shown, file.generation, offset),))
        try:
            start = max(0, offset - CONTEXT)
            data = os.pread(descriptor, offset - start, start)
        except OSError:
            return
        finally:
            os.close(descriptor)
        if start:
            # The first line is a part of one.
            cut = data.find(b"\n") + 1
            data, start = data[cut:], start + cut
        if data:
            yield from self.context(data, start)

    def _observations(self, found: list[Chunk | Marker], place: Place | None) -> Iterator[Observation]:
        """The last lines of the look carry the place behind them, so that a resume repeats and skips none."""
        last = next((item for item in reversed(found) if isinstance(item, Chunk)), None)
        for item in found:
            if isinstance(item, Marker):
                yield Happened(tuple(self._marks(item)))
                continue
            self.identity = item.file.device, item.file.inode
            events = self._recorded(item, place if item is last else None)
            for event in events:
                yield Happened((event,))
            yield from self.records(item)

    def _recorded(self, chunk: Chunk, place: Place | None) -> list[Event]:
        """The chunk whole while there is room in the journal, else where it lies and what it hashes to."""
        behind = place.to_json() if place is not None else None
        if self.kept < WHOLE:
            self.kept += chunk.length
            packed = list(pack(self.name, chunk, self._mask.line, longest=self._mask.longest))
            whole = [SourceLines(**each, end=end_of(each)) for each in packed]
            return [*whole[:-1], *(replace(each, place=behind) for each in whole[-1:])]
        count = chunk.data.count(b"\n")
        digest, generation = sha256(chunk.data), chunk.file.generation
        span = SourceSpan(self.name, generation, chunk.offset, chunk.length, count, digest, behind)
        if self._thinned:
            return [span]
        self._thinned = True
        return [SourceThinned(self.name, WHOLE), span]

    def _marks(self, marker: Marker) -> Iterator[Event]:
        if marker.kind in _DOWN:
            reason = f"{self.shown}: {marker.detail.partition(': ')[2]}; waiting for it"
            if marker.kind is Turn.MISSING:
                reason = f"{self.shown} does not exist yet; waiting for it"
            yield SourceDown(self.name, reason)
            return
        generation = marker.file.generation if marker.file is not None else 0
        yield SourceMarked(self.name, marker.kind.value, generation, marker.detail, marker.possible_loss)
