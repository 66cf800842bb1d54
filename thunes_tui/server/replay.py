"""A finished session played back through the same door: records go to the same clients at their own pace.

Sources, shell and effects are absent; a pane cannot tell the difference. Idle stretches are shortened, the
real time is always shown, and any moment can be reached by a refold from the last checkpoint before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from thunes_tui import wire
from thunes_tui.clock import from_iso
from thunes_tui.drill.draft import short
from thunes_tui.errors import Unusable
from thunes_tui.intents import Seek
from thunes_tui.journal import chain
from thunes_tui.journal.checkpoint import KIND as CHECKPOINT
from thunes_tui.journal.codec import Record
from thunes_tui.journal.reader import records
from thunes_tui.server.checkpoints import KEPT
from thunes_tui.server.moments import Moments
from thunes_tui.server.recall import Recalled, event_of, step

IDLE_US = 2_000_000
"""A pause between records longer than this is played as this long."""
SPEEDS = (0.25, 100.0)
MARKED = {"test.started": "▸", "test.ended": "✓", "finding.noted": "!", "step.started": "·"}


@dataclass(frozen=True, slots=True)
class Place:
    """One record's number and time, and its sign on the time line: small, where a record may be large."""

    number: int
    t: int
    kind: str
    item: str = ""
    """Step or test id of a start; empty otherwise."""
    sign: str = ""
    before: chain.Place = chain.START
    """Where the record begins."""


class Replay:
    """Where a replay stands and how it moves. `send` gets journal lines, `reset` a whole new state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = tuple(scan(folder))
        if not self.places:
            raise Unusable(f"{folder} holds no recording: name a session's folder")
        self.playing = True
        self.speed = 1.0
        self.skipped_us = 0
        written = [n for n, place in enumerate(self.places) if place.kind == CHECKPOINT][-KEPT:]
        self._moments = Moments(folder, [place.before for place in self.places], written)
        self._marks = tuple((p.t, p.sign) for p in self.places if p.sign and p.sign != "·")
        self._walk: Iterator[Recalled] | None = None
        """On the way to another place; `goal` is its index."""
        self._at = self.goal = 0
        self._play_us = 0.0
        self._ahead: Recalled
        for recalled in self._moments.walk(0):
            self.recalled: Recalled = recalled
        self._stream: Iterator[Record] = self._moments.stream(1)

    @property
    def at_end(self) -> bool:
        return self._at >= len(self.places) - 1

    def sample(self) -> wire.Sample:
        """The position, as a passing frame."""
        here = self.places[self._at]
        return wire.Sample(
            (),
            wire.Replay(
                self.playing and not self.at_end,
                self.speed,
                self.places[0].t,
                here.t,
                self.places[-1].t,
                here.number,
                self.places[-1].number,
                self.skipped_us,
                self._marks,
            ),
        )

    def advance(self, seconds: float) -> list[Record]:
        """The records that are due after so many seconds of playing."""
        if not self.playing or self.at_end or self.moving:
            return []
        self._play_us += seconds * 1e6 * self.speed
        due: list[Record] = []
        while not self.at_end:
            gap = self.places[self._at + 1].t - self.places[self._at].t
            wait = min(max(gap, 0), IDLE_US)
            if wait > self._play_us:
                break
            self._play_us -= wait
            self.skipped_us += max(gap - wait, 0)
            due.append(self._next())
        return due

    def _next(self) -> Record:
        record = next(self._stream)
        step(self.recalled, record)
        self._at += 1
        self.goal = self._at
        return record

    @property
    def moving(self) -> bool:
        """Whether it is on its way to another place; `go_on` then."""
        return self._walk is not None

    def seek(self, intent: Seek) -> bool:
        """Set out for a place; whether there is a way to go. Raises ValueError for one that is not there."""
        if intent.speed > 0:
            self.speed = min(max(intent.speed, SPEEDS[0]), SPEEDS[1])
        match intent.to:
            case "pause":
                self.playing = False
                return False
            case "play":
                self.playing = True
                return False
            case "":
                return False
        self.goal = self._target(intent.to)
        self._walk = self._moments.walk(self.goal)
        return True

    def go_on(self) -> bool:
        """One record further on the way; whether it has arrived, which everybody is to be shown then."""
        if self._walk is None:
            return False
        try:
            self._ahead = next(self._walk)
        except StopIteration:
            self.recalled, self._walk = self._ahead, None
            self._at, self._play_us = self.goal, 0.0
            self._stream = self._moments.stream(self._at + 1)
            return True
        return False

    def survey(self) -> Iterator[object]:
        """Folds all of it once, a record at a time, so that every later way is short."""
        return self._moments.walk(len(self.places) - 1)

    def _target(self, to: str) -> int:
        """Index of the place that a seek names."""
        steps = [n for n, p in enumerate(self.places) if p.item]
        match to:
            case "start":
                return 0
            case "end":
                return len(self.places) - 1
            case "step+":
                return next((n for n in steps if n > self.goal), len(self.places) - 1)
            case "step-":
                return next((n for n in reversed(steps) if n < self.goal), 0)
            case "event+":
                return min(self.goal + 1, len(self.places) - 1)
            case "event-":
                return max(self.goal - 1, 0)
        name, _, value = to.partition(":")
        if name == "time":
            wanted = from_iso(value)
            return max((n for n, p in enumerate(self.places) if p.t <= wanted), default=0)
        if name == "number":
            return max((n for n, p in enumerate(self.places) if p.number <= int(value)), default=0)
        return self._named(to)

    def _named(self, to: str) -> int:
        """`T3.S4`, `3.4`, `T3`, or a cited id whose last part is `#number`."""
        if "#" in to:
            return self._target("number:" + to.rpartition("#")[2])
        wanted = to.rpartition("/")[2] if to.count("/") else to
        for n, place in enumerate(self.places):
            if place.item and wanted in (place.item, short(place.item) if "." in place.item else ""):
                return n
        raise ValueError(f"the recording has no {to}")


def scan(folder: Path) -> Iterator[Place]:
    """Every record's place on the time line, in one reading."""
    path = folder / "journal.jsonl"
    if not path.is_file():
        raise Unusable(f"no recording at {folder}: a session's folder holds journal.jsonl")
    offset = 0
    for record in records(path):
        before = chain.Place(record.n, record.e, record.prev, offset)
        offset += len(record.line)
        item = ""
        if record.kind in ("step.started", "test.started"):
            item = str(record.data.get("step") or record.data.get("test") or "")
        yield Place(record.n, record.t, record.kind, item, sign(record), before)


def sign(record: Record) -> str:
    """What stands on the time line for this record."""
    if record.kind not in MARKED:
        return ""
    event, _ = event_of(record)
    if record.kind == "test.ended":
        return ("✓" if getattr(event, "verdict", "") == "PASS" else "✗") + str(getattr(event, "test", ""))[1:]
    if record.kind == "test.started":
        return "▸" + str(getattr(event, "test", ""))[1:]
    return MARKED[record.kind]
