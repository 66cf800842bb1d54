"""Any moment of a recording: folded from the nearest one before it that is remembered, a record at a time.

What was folded once is remembered now and then, so that a second way to the same place is short. States
are frozen and share their parts, so remembering one costs little more than its screen.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from thunes_tui.drill.model import DrillState
from thunes_tui.journal import chain, checkpoint
from thunes_tui.journal.codec import Record
from thunes_tui.journal.reader import records
from thunes_tui.journal.writer import NAME
from thunes_tui.server.recall import Recalled, from_checkpoint, step
from thunes_tui.term.backend import make

APART = 2_000_000
"""Bytes of records between two remembered moments: folding them takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Moment:
    """State and screen after the record at `index`."""

    index: int
    state: DrillState
    screen: bytes

    def recalled(self) -> Recalled:
        """To go on from."""
        terminal = make(self.state.shell.cols, self.state.shell.rows)
        terminal.feed(self.screen)
        return Recalled(self.state, terminal)


class Moments:
    """Those of one recording. `before` gives each record's place in the chain, in order."""

    def __init__(self, folder: Path, before: Sequence[chain.Place], checkpoints: Sequence[int]) -> None:
        """`checkpoints`: indexes of the records that tell of a kept one."""
        self._folder = folder
        self._before = before
        self._checkpoints = checkpoints
        self._known: list[Moment] = []

    def stream(self, index: int) -> Iterator[Record]:
        """The records from that one on."""
        if index >= len(self._before):
            return iter(())
        return records(self._folder / NAME, place=self._before[index])

    def nearest(self, index: int) -> Moment | None:
        """The last one at or before it that need not be folded; None for none."""
        at = bisect.bisect_right(self._known, index, key=lambda moment: moment.index)
        known = self._known[at - 1] if at else None
        written = [n for n in self._checkpoints if n <= index and (known is None or n > known.index)]
        found = checkpoint.latest(self._folder, self._before[written[-1]].n) if written else None
        recalled = from_checkpoint(found) if found is not None else None
        if found is None or recalled is None:
            return known
        first = self._before[0].n
        return self._remember(Moment(found.n - first, recalled.state, found.screen))

    def walk(self, index: int) -> Iterator[Recalled]:
        """Fold up to the record at `index`; gives what it has after each record, the wanted one last."""
        start = self.nearest(index)
        recalled = start.recalled() if start is not None else Recalled(DrillState(), make(80, 24))
        at = start.index if start is not None else -1
        since = self._before[at].offset if at >= 0 else 0
        yield recalled
        for record in self.stream(at + 1) if at < index else ():
            step(recalled, record)
            at += 1
            if self._before[at].offset - since >= APART:
                since = self._before[at].offset
                self._remember(Moment(at, recalled.state, recalled.terminal.snapshot()))
            yield recalled
            if at >= index:
                return

    def _remember(self, moment: Moment) -> Moment:
        at = bisect.bisect_left(self._known, moment.index, key=lambda known: known.index)
        near = self._known[max(at - 1, 0) : at + 1]
        here = self._before[moment.index].offset
        if all(abs(self._before[known.index].offset - here) >= APART // 2 for known in near):
            self._known.insert(at, moment)
        return moment
