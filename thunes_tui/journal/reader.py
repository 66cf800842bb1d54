"""Reading a journal that may be growing, and telling how it ends."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from thunes_tui.errors import Unusable
from thunes_tui.journal.chain import START, Break, Chain, Place
from thunes_tui.journal.codec import LONGEST, Record, RecordDamaged, decode, header, record_of

TailKind = Literal["clean", "torn", "zero-filled", "garbage", "repeated", "damaged inside"]

LOOK = 64 * 1024 * 1024
"""Bytes behind the last sound record that are looked at for another one."""
_BLOCK = 1 << 20
_WHOLE_END = re.compile(rb',"h":"[0-9a-f]{64}"\}')
_PRINTABLE = re.compile(rb"[ -~]*")


@dataclass(frozen=True, slots=True)
class Tail:
    """How a journal ends."""

    kind: TailKind
    """`torn`: a write cut short; `zero-filled`: space the file system gave and never filled; `garbage`: bytes
    that were never a record; `repeated`: the last record again; `damaged inside`: a record altered after it
    was written, which is never cut away."""
    good_bytes: int
    records: int
    """Sound ones, from the beginning."""
    detail: str
    """One line for a person; empty when clean."""
    place: Place = START
    """Behind the last sound record."""


def open_journal(path: Path) -> BinaryIO:
    """The journal for reading; no link is followed. Raises Unusable."""
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise Unusable(f"{path} cannot be read ({error.strerror})") from error


def records(path: Path, start: int = 0, *, place: Place = START) -> Iterator[Record]:
    """Sound records from number `start` on, in order, ending before an unfinished last line.

    `place`, when given, is where to begin to read (behind a checkpoint). What a crash left at the end is
    passed over. Raises Damaged at a record that was altered after it was written.
    """
    with open_journal(path) as file:
        while True:
            chain = Chain(file, place)
            for line, head in chain:
                if head.n >= start:
                    yield record_of(line, head)
            if chain.broken is None:
                return
            place = chain.place
            file.seek(place.offset)
            rest = file.read(LOOK)
            if _is_sound(rest.partition(b"\n")[0]) and chain.broken.problem.damage == "unfinished":
                continue  # the writer has finished the line in the meantime
            if kind_of(rest, place.n, chain.last_line) == "damaged inside":
                raise problem_of(chain.broken)
            return


def problem_of(broken: Break) -> RecordDamaged:
    """The problem with its place in it."""
    where = f"record {broken.place.n} (byte {broken.place.offset})"
    return RecordDamaged(broken.problem.damage, f"{where}: {broken.problem}")


def classify(path: Path, place: Place = START) -> Tail:
    """How the journal ends, its chain followed from `place`. Raises Unusable when it cannot be read."""
    with open_journal(path) as file:
        chain = Chain(file, place)
        good = place
        for line, head in chain:
            try:
                record_of(line, head)
            except RecordDamaged as problem:
                # Its hash holds and its data does not: nobody's accident.
                return _tail("damaged inside", good, str(problem_of(Break(good, problem))))
            good = Place(head.n + 1, head.e, head.hash, good.offset + len(line))
        if chain.broken is None:
            return _tail("clean", chain.place, "")
        file.seek(chain.place.offset)
        rest = file.read(LOOK)
        last = chain.last_line or _line_before(file, place)
    return _tail(kind_of(rest, chain.place.n, last), chain.place, str(problem_of(chain.broken)))


def _tail(kind: TailKind, place: Place, detail: str) -> Tail:
    return Tail(kind, place.offset, place.n, detail, place)


def _line_before(file: BinaryIO, place: Place) -> bytes:
    """The line that ends at `place`, when following began there and found none."""
    start = max(0, place.offset - LONGEST)
    file.seek(start)
    lines = file.read(place.offset - start).splitlines(keepends=True)
    return lines[-1] if lines else b""


def kind_of(rest: bytes, due: int, last_line: bytes) -> TailKind:
    """What the bytes behind the last sound record are; `due` is the number of the record expected there."""
    if not rest:
        return "clean"
    if last_line and rest == last_line * (len(rest) // len(last_line)):
        return "repeated"
    written = rest.rstrip(b"\0")
    if not written or (written != rest and _is_beginning(written, due)):
        return "zero-filled"
    if _is_beginning(rest, due):
        return "torn"
    if rest.startswith(b'{"v":') and b"\n" in rest:
        return "damaged inside"
    # A whole record further on, even with an altered neighbour, was acknowledged once.
    return (
        "damaged inside" if _WHOLE_END.search(rest) or any(map(_is_sound, rest.split(b"\n"))) else "garbage"
    )


def _is_beginning(data: bytes, due: int) -> bool:
    """Whether `data` is what a write of record `due` leaves when it is cut short anywhere."""
    if len(data) >= LONGEST or not _PRINTABLE.fullmatch(data):
        return False
    expected = b'{"v":1,"n":%d,"e":' % due
    if not (data.startswith(expected) or expected.startswith(data)):
        return False
    whole = _WHOLE_END.search(data)
    return whole is None or whole.end() == len(data)


def _is_sound(line: bytes) -> bool:
    try:
        header(line + b"\n")
    except RecordDamaged:
        return False
    return True


def last_of(path: Path, kind: str, reach: int | None = None) -> Iterator[Record]:
    """The records of one kind, the last first, found without reading the lines between.

    Only records that begin in the last `reach` bytes, when given. Each is sound in itself; that it belongs to
    the chain is not proven here.
    """
    needle = f'"k":"{kind}"'.encode()
    with open_journal(path) as file:
        end = file.seek(0, os.SEEK_END)
        stop = 0 if reach is None else max(0, end - reach)
        while end > stop:
            start = max(stop, end - _BLOCK)
            file.seek(start)
            block = file.read(end - start + len(needle) - 1)
            place = block.rfind(needle)
            while place >= 0:
                record = _record_around(file, start + place)
                if record is not None and record.kind == kind:
                    yield record
                place = block.rfind(needle, 0, place)
            end = start


def _record_around(file: BinaryIO, place: int) -> Record | None:
    """The record whose kind stands at `place`; None when the bytes there only look like one."""
    start = max(0, place - 200)  # what stands before the kind is shorter
    file.seek(start)
    before = file.read(place - start).rpartition(b"\n")[2]
    try:
        return decode(before + file.readline(LONGEST))
    except RecordDamaged:
        return None


def head_and_last(path: Path) -> tuple[Record, Record] | None:
    """Record 0 and the last finished record, read without following the chain; None when there is none.

    Raises Unusable, and Damaged when one of the two cannot be read.
    """
    with open_journal(path) as file:
        first = file.readline(LONGEST + 1)
        if not first.endswith(b"\n"):
            return None
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - 2 * LONGEST)
        file.seek(start)
        finished = file.read(2 * LONGEST).rpartition(b"\n")[0]
    return decode(first), decode(finished.rpartition(b"\n")[2] + b"\n")
