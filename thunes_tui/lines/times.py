"""When lines were written, by the clock of the one who wrote them; and where in a file a time is.

A log's times have no zone: `SourceClock` says how they are read. Clocks may step back, so "at" means the
first record at or after a time, and the blocks are known by the latest time in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from thunes_tui.clock import EPOCH
from thunes_tui.lines.blocks import Block, BlockStore, Key, Span, keys
from thunes_tui.lines.line import Position
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.tally import UNKNOWN, Tally

_STAMP = re.compile(
    rb'^(?:\{[^\n]{0,400}?"(?:timestamp|asctime)"\s*:\s*")?'
    rb"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?)",
    re.MULTILINE,
)
_TIME = re.compile(rb"(.{19})(?:[.,](\d+))?(.*)")
KEPT = 4096
"""Seconds whose meaning is kept; neighbouring lines mostly have the same one."""
PROBES = 16
"""Blocks without times that are passed over at one place."""


@dataclass
class SourceClock:
    """How the times of one source are read."""

    tag: str
    """What people are shown: `local`, `UTC`, `local+2s`."""
    zone: tzinfo = UTC
    """Of times that say none of their own."""
    offset_us: int = 0
    """What the source's clock is ahead of ours, as far as it is known; taken off."""
    _known: dict[bytes, int] = field(default_factory=dict, repr=False, compare=False)

    def read(self, stamp: bytes) -> int | None:
        """Microseconds since the epoch of a time as it stands in a line; None for a 13th month."""
        match = _TIME.fullmatch(stamp)
        if match is None:
            return None
        second, fraction, zone = match.groups()
        known = self._known.get(second + zone)
        if known is None:
            try:
                known = self._read(second.decode("ascii"), zone.decode("ascii"))
            except (ValueError, OverflowError):
                return None
            if len(self._known) > KEPT:
                self._known.clear()
            self._known[second + zone] = known
        return known + (int(fraction[:6].ljust(6, b"0")) if fraction else 0) - self.offset_us

    def _read(self, second: str, zone: str) -> int:
        time = datetime.fromisoformat(second + zone)
        if time.tzinfo is None:
            time = time.replace(tzinfo=self.zone)
        return (time - EPOCH) // timedelta(microseconds=1)


def stamps(block: Block, clock: SourceClock) -> Iterator[tuple[int, int]]:
    """Where in the block a line with a time of its own begins, and when that is."""
    for match in _STAMP.finditer(block.data):
        time = clock.read(match[1])
        if time is not None:
            yield match.start(), time


class TimeIndex:
    """Finds times in one store. Eight bytes of memory a block."""

    def __init__(self, store: BlockStore, clock: SourceClock) -> None:
        self.store = store
        self.clock = clock
        self._latest = Tally(store, 1)
        """The latest time in each block, 0 for one without times."""

    @property
    def unknown(self) -> int:
        """Blocks that nobody has looked at yet."""
        self._latest.follow()
        return self._latest.unknown

    @property
    def is_complete(self) -> bool:
        """Every block is known, so that what is found is proven, however the clock has stepped."""
        return not self.unknown

    def step(self, budget: int = BLOCK) -> bool:
        """Look at about `budget` more bytes, towards the beginning; False when everything is known."""
        self._latest.follow()
        while budget > 0 and (key := self._latest.next_unknown()) is not None:
            self._look(key)
            budget -= BLOCK
        return self._latest.unknown > 0

    def latest(self, key: Key) -> int:
        """The latest time in a block; 0 if it has none."""
        known = self._latest.get(key)[0]
        return self._look(key) if known == UNKNOWN else known

    def latest_before(self, key: Key) -> int:
        """The latest time in all the blocks before, of those that are known; 0 if there is none."""
        self._latest.follow()
        return self._latest.most_before(key)

    def first_at(self, time_us: int) -> Position | None:
        """The first record of that time or later, in the order of the file; None if there is none.

        Before the index is complete it takes the clock for steady, and may have to be asked again later.
        """
        self._latest.follow()
        key = self._latest.first_with(time_us) if self.is_complete else self._probed(time_us)
        if key is None or self.latest(key) < time_us:
            return None
        block = self.store.block(key)
        found = (start for start, time in stamps(block, self.clock) if time >= time_us)
        start = next(found, None)
        return None if start is None else block.position(start)

    def time_of(self, position: Position) -> int | None:
        """When the record of the line at `position` was written; None if nothing says so."""
        for looked, key in enumerate(keys(self.store, forward=False, start=self.store.key_of(position))):
            block = self.store.block(key)
            found = [time for start, time in stamps(block, self.clock) if block.position(start) <= position]
            if found:
                return found[-1]
            if looked == 2:
                break
        return None

    def _probed(self, time_us: int) -> Key | None:
        """The first block of that time or later, for a clock that never steps back; None if there is none."""
        spans = self.store.spans()
        every = [(span, len(span.blocks)) for span in spans]
        low, high = 0, sum(size for _, size in every)
        best: Key | None = None
        while low < high:
            middle = at = (low + high) // 2
            latest = 0
            # A block without times says nothing; the ones before it do.
            while at >= max(low, middle - PROBES) and not (latest := self.latest(_key_at(every, at))):
                at -= 1
            if latest >= time_us:
                best, high = _key_at(every, at), at
            else:
                low = middle + 1
        return best

    def _look(self, key: Key) -> int:
        latest = max((time for _, time in stamps(self.store.block(key), self.clock)), default=0)
        self._latest.set(key, max(0, latest))
        return max(0, latest)


def _key_at(spans: list[tuple[Span, int]], at: int) -> Key:
    for span, size in spans:
        if at < size:
            return Key(span.number, span.blocks[at])
        at -= size
    raise IndexError(at)
