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
from thunes_tui.journal.codec import Record
from thunes_tui.journal.reader import records
from thunes_tui.server.recall import Recalled, event_of, recall, step

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
        self.recalled: Recalled = recall(folder, self.places[0].number)
        self._at = 0
        self._play_us = 0.0
        self._stream: Iterator[Record] = records(folder / "journal.jsonl", self.places[0].number + 1)

    @property
    def at_end(self) -> bool:
        return self._at >= len(self.places) - 1

    def sample(self) -> wire.Sample:
        """The position, as a passing frame."""
        marks = tuple((p.t, p.sign) for p in self.places if p.sign and p.sign != "·")
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
                marks,
            ),
        )

    def advance(self, seconds: float) -> list[Record]:
        """The records that are due after so many seconds of playing."""
        if not self.playing or self.at_end:
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
        return record

    def seek(self, intent: Seek) -> bool:
        """Move; whether clients need a new snapshot. Raises ValueError for a place that is not there."""
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
        self._jump(self._target(intent.to))
        return True

    def _target(self, to: str) -> int:
        """Index of the place that a seek names."""
        steps = [n for n, p in enumerate(self.places) if p.item]
        match to:
            case "start":
                return 0
            case "end":
                return len(self.places) - 1
            case "step+":
                return next((n for n in steps if n > self._at), len(self.places) - 1)
            case "step-":
                return next((n for n in reversed(steps) if n < self._at), 0)
            case "event+":
                return min(self._at + 1, len(self.places) - 1)
            case "event-":
                return max(self._at - 1, 0)
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

    def _jump(self, index: int) -> None:
        number = self.places[index].number
        self.recalled = recall(self.folder, number)
        self._stream = records(self.folder / "journal.jsonl", number + 1)
        self._at = index
        self._play_us = 0.0


def scan(folder: Path) -> Iterator[Place]:
    """Every record's place on the time line, in one reading."""
    path = folder / "journal.jsonl"
    if not path.is_file():
        raise Unusable(f"no recording at {folder}: a session's folder holds journal.jsonl")
    for record in records(path):
        item = ""
        if record.kind in ("step.started", "test.started"):
            item = str(record.data.get("step") or record.data.get("test") or "")
        yield Place(record.n, record.t, record.kind, item, sign(record))


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
