"""A fast filter over raw bytes: which rows a block of lines has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from thunes_tui.lines.jq.compiled import Compiled, Kind, most_outputs
from thunes_tui.lines.jq.required import ESCAPE
from thunes_tui.lines.jq.step import NOTHING, Shape
from thunes_tui.lines.jq.values import FilterError

DENSE = 2048
"""Bytes per line that is found below which every line is looked at: searching for the next costs more."""
FREED = 1 << 20
"""Bytes; several times a block."""
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = (b"0" * 20, b"-" + b"0" * 19)
_LONG_NUMBER = re.compile(rb"\d{20}|-\d{19}")


class Hit(NamedTuple):
    """A row: an output of a record, or what stands in its place."""

    begin: int
    """Of the record's first byte in its block."""
    end: int
    """Behind its last byte, the newline not counted."""
    number: int = 0
    """Which of the record's rows."""
    kind: Kind = Kind.OUTPUT
    text: str | None = None
    """What the worker gave; None: to be evaluated when it is shown."""


class Counts(NamedTuple):
    rows: int = 0
    """Of every kind."""
    errors: int = 0
    """Records on which the filter failed, of those that were looked at."""
    unreadable: int = 0
    """Lines that are no JSON, or torn, of those that were looked at."""
    records: int = 0
    """Lines that have a row."""

    @property
    def matched(self) -> int:
        """Outputs."""
        return self.rows - self.errors - self.unreadable


NO_ROWS = Counts()


def counted(hits: Sequence[Hit]) -> Counts:
    kinds = [hit.kind for hit in hits]
    records = sum(not hit.number for hit in hits)
    return Counts(len(kinds), kinds.count(Kind.ERROR), kinds.count(Kind.UNREADABLE), records)


class Sieve:
    """`rows` is total on any bytes; a block of 256 KiB takes 0.1 ms where the needles are not, else 2 ms."""

    def __init__(self, compiled: Compiled) -> None:
        """`compiled` must be fast."""
        assert compiled.step is not None
        self.compiled = compiled
        self._shape, self._run = compiled.step
        # The C library learns from a large block that is freed to keep such memory instead of giving it back
        # to the kernel each time; that halves the cost of reading a file by blocks.
        bytes(FREED)

    def rows(self, data: bytes, base: int = 0) -> list[Hit]:
        """The rows of whole lines, in order; a last line may lack its newline. `base` is added to places."""
        needles = self.compiled.needles
        return self._some(data, base, candidates(data, needles)) if needles else self._all(data, base)

    def count(self, data: bytes) -> Counts:
        """How many rows the lines have; as `rows`, without making them."""
        if self.compiled.needles:
            lines = candidates(data, self.compiled.needles)
            return counted(self._some(data, 0, lines)) if lines else NO_ROWS
        if self._shape is Shape.MANY or (self.compiled.minds_numbers and has_long_number(data)):
            return counted(self._all(data, 0))
        run, loads = self._run, orjson.loads
        rows = errors = unreadable = further = 0
        for line in data.split(b"\n"):
            try:
                if run(loads(line)) is not NOTHING:
                    rows += 1
            except FilterError:
                rows, errors = rows + 1, errors + 1
            except (ValueError, RecursionError):
                if line:
                    more = counted(self._carefully(line, 0, len(line)))
                    rows, errors = rows + more.rows, errors + more.errors
                    unreadable += more.unreadable
                    further += more.rows - more.records
        return Counts(rows, errors, unreadable, rows - further)

    def _some(self, data: bytes, base: int, lines: list[tuple[int, int]]) -> list[Hit]:
        hits: list[Hit] = []
        for begin, end in lines:
            hits += self._all(data[begin:end], base + begin)
        return hits

    def _all(self, data: bytes, base: int) -> list[Hit]:
        hits: list[Hit] = []
        is_single, run, loads = self._shape is not Shape.MANY, self._run, orjson.loads
        is_exact = self.compiled.minds_numbers and has_long_number(data)
        begin = base
        for line in data.split(b"\n"):
            end = begin + len(line)
            try:
                if is_exact and _LONG_NUMBER.search(line):
                    raise ValueError  # read it with all its digits
                value = loads(line)
                if is_single:
                    if run(value) is not NOTHING:
                        hits.append(Hit(begin, end))
                else:
                    hits += self._several(value, line, begin, end)
            except FilterError:
                hits.append(Hit(begin, end, 0, Kind.ERROR))
            except (ValueError, RecursionError):
                if line:
                    hits += self._carefully(line, begin, end)
            begin = end + 1
        return hits

    def _several(self, value: object, line: bytes, begin: int, end: int) -> list[Hit]:
        hits: list[Hit] = []
        try:
            for number, _ in enumerate(self.compiled.outputs(value, most_outputs(line))):
                hits.append(Hit(begin, end, number))  # those before an error count
        except FilterError:
            hits.append(Hit(begin, end, len(hits), Kind.ERROR))
        return hits

    def _carefully(self, line: bytes, begin: int, end: int) -> list[Hit]:
        rows = self.compiled.evaluate(line)
        return [Hit(begin, end, number, row.kind) for number, row in enumerate(rows)]


def candidates(data: bytes, needles: tuple[bytes, ...]) -> list[tuple[int, int]]:
    """Where the lines that hold a needle or an escape begin and end, in order.

    The backward search is used because it skips ahead by the needle's length (20 GB/s where there is none).
    """
    wanted = [*needles, ESCAPE] if b"\\" in data and ESCAPE in data else needles
    most = len(data) // DENSE + 4
    found: dict[int, int] = {}
    for needle in wanted:
        at = data.rfind(needle)
        while at >= 0:
            begin = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at)
            found[begin] = end if end >= 0 else len(data)
            if len(found) > most:
                return _among_all(data, wanted)
            at = data.rfind(needle, 0, begin)
    return sorted(found.items())


def _among_all(data: bytes, wanted: Sequence[bytes]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    begin = 0
    for line in data.split(b"\n"):
        end = begin + len(line)
        for needle in wanted:
            if needle in line:
                found.append((begin, end))
                break
        begin = end + 1
    return found


def has_long_number(data: bytes) -> bool:
    """True if a number may be a whole one that a quick reader rounds."""
    digits = data.translate(_DIGITS)
    return any(run in digits for run in _LONG)
