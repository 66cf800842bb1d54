"""The lines of one source out of a recording's journal, as they were known at any of its records."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from typing import Any

import orjson

from thunes_tui.lines.blocks import Block, Key, Span, bundle
from thunes_tui.lines.line import BEGINNING, Line, Position
from thunes_tui.lines.packing import end_of, unpack
from thunes_tui.lines.reader import BLOCK

KIND = "source.lines"
KIND_BYTES = KIND.encode()
CACHED = 16
"""Decoded records that are kept; scrolling reads the same few again and again."""


class RecordedStore:
    """A `LineStore` over a journal that may still grow; 48 bytes of memory for each record of the source.

    `upto` is the number of the last record that counts, so that replay sees what was known at that moment;
    it moves in either direction at the cost of a binary search. A line that was recorded twice counts once.
    """

    def __init__(self, journal: Path, source: str, upto: int | None = None) -> None:
        """Raises OSError if the journal can't be opened. `upto` None: everything there is."""
        self._descriptor = os.open(journal, os.O_RDONLY | os.O_CLOEXEC)
        self._source = source
        self._upto = upto
        self._read_to = 0
        self._is_complete = False
        self._end = BEGINNING
        self._at, self._length, self._number = array("Q"), array("I"), array("Q")
        """Of each record of the source: where it is in the journal, how long it is, its number ..."""
        self._generation, self._begin = array("q"), array("Q")
        """... the place of its first line that no earlier record holds ..."""
        self._lines = array("Q")
        """... and the lines in all records up to it, its own included."""
        self._cache: OrderedDict[int, list[Line]] = OrderedDict()
        self._visible = 0

    def close(self) -> None:
        os.close(self._descriptor)

    def move(self, upto: int | None) -> None:
        """Show what was recorded up to record number `upto`."""
        self._upto = upto
        self._visible = len(self._at) if upto is None else bisect_right(self._number, upto)

    def step(self, budget: int = BLOCK) -> bool:
        """Index about `budget` more bytes of the journal; False at its end. A torn last record waits."""
        while budget > 0:
            data = os.pread(self._descriptor, BLOCK, self._read_to)
            cut = data.rfind(b"\n") + 1
            # A record is at most 64 kB, so a block without an end is no journal.
            self._is_complete = not cut
            if not cut:
                break
            self._index(data[:cut])
            budget -= cut
        self.move(self._upto)
        return not self._is_complete

    def size_lines(self) -> int | None:
        is_behind = self._upto is not None and self._number and self._number[-1] >= self._upto
        if not (self._is_complete or is_behind):
            return None
        return self._lines[self._visible - 1] if self._visible else 0

    def last(self, count: int) -> list[Line]:
        return self._backwards(self._visible - 1, None, count)

    def before(self, position: Position, count: int) -> list[Line]:
        return self._backwards(self._find(position), position, count)

    def after(self, position: Position, count: int) -> list[Line]:
        lines: list[Line] = []
        record = max(0, self._find(position))
        while record < self._visible and len(lines) < count:
            lines += [line for line in self._record(record) if line.position > position]
            record += 1
        return lines[:count]

    def at(self, position: Position) -> Line | None:
        record = self._find(position)
        held = [line for line in self._record(record) if line.position <= position] if record >= 0 else []
        if not held or held[-1].generation != position.generation:
            return None
        line = held[-1]
        size = len(line.data) + line.clipped_bytes + (not line.torn)
        return line if position.offset < line.offset + size else None

    def line_number(self, position: Position) -> int | None:
        record = self._find(position)
        if not self._is_complete and record == self._visible - 1:
            return None
        if record < 0:
            return 0
        inside = [line for line in self._record(record) if line.position < position]
        return len(inside) + (self._lines[record - 1] if record else 0)

    def progress(self, position: Position) -> float:
        record = self._find(position)
        if record <= 0:
            return 0.0
        return self._lines[record - 1] / self._lines[self._visible - 1]

    def spans(self) -> list[Span]:
        return [Span(0, range(self._visible), 0, self._visible)]

    def key_of(self, position: Position) -> Key:
        return Key(0, max(0, self._find(position)))

    def block(self, key: Key) -> Block:
        return bundle(self._record(key.number) if key.number < self._visible else [])

    def _find(self, position: Position) -> int:
        """The last record that begins at or before `position`; -1 if none does."""

        def begin(record: int) -> Position:
            return Position(self._generation[record], self._begin[record])

        return bisect_right(range(self._visible), position, key=begin) - 1

    def _backwards(self, record: int, position: Position | None, count: int) -> list[Line]:
        lines: list[Line] = []
        while record >= 0 and len(lines) < count:
            held = self._record(record)
            lines = [line for line in held if position is None or line.position < position] + lines
            record -= 1
        return lines[max(0, len(lines) - count) :]

    def _record(self, record: int) -> list[Line]:
        lines = self._cache.get(record)
        if lines is None:
            try:
                raw = os.pread(self._descriptor, self._length[record], self._at[record])
                data = orjson.loads(raw)["d"]
            except (OSError, ValueError):
                return []
            begin = self._begin[record]
            lines = self._cache[record] = [line for line in unpack(data) if line.offset >= begin]
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return lines

    def _index(self, block: bytes) -> None:
        at = self._read_to
        self._read_to += len(block)
        for line in block.splitlines(keepends=True):
            if KIND_BYTES in line:
                self._note(at, line)
            at += len(line)

    def _note(self, at: int, line: bytes) -> None:
        try:
            record: dict[str, Any] = orjson.loads(line)
            data = record["d"]
            if record["k"] != KIND or data["source"] != self._source:
                return
            first = Position(int(data["file"]), int(data["offset"]))
            end, count, number = (
                Position(first.generation, end_of(data)),
                int(data["count"]),
                int(record["n"]),
            )
        except (ValueError, TypeError, KeyError):
            return
        if first.generation < self._end.generation:  # of an older content: it has no place in the order
            return
        if end <= self._end:
            return
        if first < self._end:
            first = self._end
            count = sum(one.offset >= first.offset for one in unpack(data))
        self._end = end
        self._at.append(at)
        self._length.append(len(line))
        self._number.append(number)
        self._generation.append(first.generation)
        self._begin.append(first.offset)
        self._lines.append(count + (self._lines[-1] if self._lines else 0))
