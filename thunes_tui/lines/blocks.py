"""Lines in bulk: a store cut into blocks of whole lines, so that searches and filters work on bytes.

Every line belongs to one block, the one that it begins in; a block never changes but by lines added at the
end of the last one. Blocks are what bounds a slice of work: at most 256 KiB, and a long last line's rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from thunes_tui.lines.line import SHOWN, Line, Position
from thunes_tui.lines.questions import LineStore
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.scan import Scan

EXTRA = 4096
"""Read behind a block's end at once: nearly always the rest of its last line."""
REST = BLOCK
"""At most so much of a last line is read behind a block's end; what is left of it is not searched."""


CHUNK = 512
"""Lines that are asked for at a time of a store that has no blocks."""


# The C library hands a large buffer back to the kernel as soon as it is free, and every block would pay for
# fresh pages again, until it has seen a larger buffer come and go: four times the cost of a search.
_LARGEST_BUFFER = len(bytes(4 << 20))


class Key(NamedTuple):
    """Which block of a store; ordered as the lines are."""

    span: int
    number: int


class Span(NamedTuple):
    """Blocks that follow each other without a break: those of one content, or of a recording."""

    number: int
    blocks: range
    low: int
    high: int
    """Both change with the content: a file that was cut has another `low`, one that grew another `high`."""


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive lines as bytes."""

    generation: int
    offset: int
    """Of the first byte in its content."""
    data: bytes
    """The lines with their newlines; the last one may have none, torn or cut."""
    places: tuple[Position, ...] = ()
    """Of each line, where it does not follow from the place in `data`."""
    is_cut: bool = False
    """The last line is longer than what is in `data`."""
    counted: int | None = None
    """How many lines it has, where that is known; `size_lines` counts them where it is not."""

    @property
    def size_lines(self) -> int:
        if self.counted is not None:
            return self.counted
        return self.data.count(b"\n") + (self.data[-1:] not in (b"", b"\n"))

    def position(self, start: int) -> Position:
        """Of the line that begins at `data[start]`."""
        if self.places:
            return self.places[self.data.count(b"\n", 0, start)]
        return Position(self.generation, self.offset + start)

    def start_of(self, position: Position) -> int:
        """Where in `data` the first line at or behind `position` begins; its length if there is none."""
        if self.places:
            start = 0
            for place in self.places:
                if place >= position:
                    return start
                start = self.data.find(b"\n", start) + 1 or len(self.data)
            return len(self.data)
        if position <= Position(self.generation, self.offset):
            return 0
        at = position.offset - self.offset
        if position.generation > self.generation or at >= len(self.data):
            return len(self.data)
        return at if self.data[at - 1] == 10 else self.data.find(b"\n", at) + 1 or len(self.data)

    def line(self, start: int) -> Line | None:
        """The line that begins at `data[start]`, as a store would show it; None if it is not wholly here."""
        end = self.data.find(b"\n", start)
        torn = end < 0
        if torn and self.is_cut:
            return None
        end = len(self.data) if torn else end
        generation, offset = self.position(start)
        shown = self.data[start : min(end, start + SHOWN)]
        return Line(offset, shown, end - start - len(shown), generation, torn)


@runtime_checkable
class BlockStore(LineStore, Protocol):
    """A `LineStore` that gives its lines in blocks as well."""

    def spans(self) -> list[Span]:
        """The blocks there are, in order."""

    def block(self, key: Key) -> Block:
        """One block, perhaps without lines. Empty where it can't be read."""

    def key_of(self, position: Position) -> Key:
        """The block that the line at `position` is in."""


def keys(store: BlockStore, *, forward: bool, start: Key | None = None) -> Iterator[Key]:
    """The blocks in order from `start` on (or back), as far as they exist when this is asked."""
    spans = store.spans()
    for span in spans if forward else reversed(spans):
        blocks = span.blocks
        if start is not None:
            if span.number < start.span if forward else span.number > start.span:
                continue
            if span.number == start.span and forward:
                blocks = range(max(blocks.start, start.number), blocks.stop)
            elif span.number == start.span:
                blocks = range(blocks.start, min(blocks.stop, start.number + 1))
        for number in blocks if forward else reversed(blocks):
            yield Key(span.number, number)


def walk(store: LineStore, start: Position, *, forward: bool) -> Iterator[tuple[Key, Block]]:
    """The lines of any store from the one at `start` on (or back), in bulk."""
    if isinstance(store, BlockStore):
        for key in keys(store, forward=forward, start=store.key_of(start)):
            yield key, store.block(key)
        return
    number, at = 0, start
    while lines := store.after(at, CHUNK) if forward else store.before(at, CHUNK):
        yield Key(0, number), bundle(lines)
        number, at = number + 1, lines[-1 if forward else 0].position


def bundle(lines: Sequence[Line]) -> Block:
    """Lines as a block; none of them is cut but the last one."""
    if not lines:
        return Block(0, 0, b"")
    last = lines[-1]
    data = b"\n".join(line.data for line in lines) + (b"" if last.torn or last.clipped_bytes else b"\n")
    places = tuple(line.position for line in lines)
    return Block(last.generation, last.offset, data, places, last.clipped_bytes > 0)


def numbers_of(scan: Scan) -> range:
    """The blocks of one content."""
    if scan.high <= scan.low:
        return range(0)
    return range(scan.low // BLOCK, (scan.high - 1) // BLOCK + 1)


def block_of(scan: Scan, number: int) -> Block:
    """The lines of a content that begin in `BLOCK` bytes of it. Raises OSError."""
    start, stop = max(scan.low, number * BLOCK), min(scan.high, (number + 1) * BLOCK)
    base = start - (start > scan.low)
    empty = Block(scan.generation, stop, b"")
    is_blank = base < start and scan.index is not None and scan.index.is_without_newline(number)
    # The byte before a block without newlines may still end a line; then one begins here.
    if start >= stop or (is_blank and scan.read(base, 1) != b"\n"):
        return empty
    data = scan.read(base, min(scan.high, stop + EXTRA) - base)
    begin = 0
    if base < start:
        begin = data.find(b"\n", 0, stop - base - 1) + 1
        if not begin:
            return empty
    end = data.find(b"\n", stop - 1 - base) + 1
    is_cut = False
    if not end:
        if base + len(data) < scan.high:
            more = scan.read(base + len(data), min(scan.high, stop + REST) - base - len(data))
            found = more.find(b"\n") + 1
            is_cut = not found and stop + REST < scan.high
            data += more[:found] if found else more
        end = len(data)
    offset, lines = base + begin, data[begin:end]
    counted = scan.index.newlines_in(number) if scan.index is not None else None
    if counted is not None:
        # A line begins behind each newline but one at the very end, and perhaps at the block's first byte.
        counted += (offset == start) - (offset + len(lines) == stop and lines[-1:] == b"\n")
    return Block(scan.generation, offset, lines, (), is_cut, counted)
