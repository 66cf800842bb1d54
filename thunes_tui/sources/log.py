"""The bot's log: all of it recorded, and those records handed on that say something about the drill."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from thunes_tui.config import Bot
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.watch import WatchHub
from thunes_tui.observations import LogSeen, Observation
from thunes_tui.sources.behind import Times
from thunes_tui.sources.files import FollowedFile, LineMask, raw_lines, sha256

HEAD = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:[,.]\d+)? - (.*?) - ([A-Z]+) - (.*)", re.DOTALL)
"""Time without a zone, logger, level, text; a line that does not begin so continues the record before it."""
WORTH_A_LOOK = frozenset({"WARNING", "ERROR", "CRITICAL", "FATAL"})
_LEVELS = re.compile(rb" - (?:WARNING|ERROR|CRITICAL|FATAL) - ")
CLIP = 4000
LONGEST_RECORD = 200
"""Lines of one record that are looked at."""
EDGE = 8192
"""Bytes at the end of a piece in which the last time is looked for."""
SLACK_S = 2
"""The log counts whole seconds, and the kernel's start times are as coarse as its boot time."""

_NOTHING = re.compile("(?!)")
_GLOBAL_FLAGS = re.compile(r"\(\?([aimsux]+)\)")

Wanted = Callable[[], "re.Pattern[str] | None"]


def union(patterns: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for any of these; None when there are none. A wrong one is left out: it matches nothing.

    Flags in front of a pattern, `(?i)`, become its own: within a longer one they would be an error.
    """
    parts = []
    for pattern in patterns:
        flags = _GLOBAL_FLAGS.match(pattern)
        part = f"(?{flags[1]}:{pattern[flags.end() :]})" if flags else f"(?:{pattern})"
        try:
            re.compile(part)
        except re.error:
            continue
        parts.append(part)
    return re.compile("|".join(parts), re.MULTILINE) if parts else None


@dataclass(slots=True)
class _Record:
    offset: int
    time: str
    logger: str
    level: str
    raw: bytes
    lines: list[bytes] = field(default_factory=list)
    told: bool = False
    identity: tuple[int, ...] = ()
    behind_s: float = 0.0


class Log(FollowedFile):
    """Yields the recorded lines, and a `LogSeen` for each record that its words or level make interesting.

    `wanted` gives the pattern of the armed log checks, or None. `born` gives the wall time, in
    seconds, at which the running bot was started, None while none is known: only what was said after it is
    this bot's own word.
    """

    def __init__(
        self,
        path: Path,
        shown: str,
        mask: LineMask,
        bot: Bot,
        wanted: Wanted = lambda: None,
        born: Callable[[], float | None] = lambda: None,
        hub: WatchHub | None = None,
    ) -> None:
        super().__init__("log", path, shown, mask, hub)
        words = (bot.switch_on, bot.switch_off, bot.healthy, bot.trades)
        self._said = union(words) or _NOTHING
        self._each = tuple(union([each]) or _NOTHING for each in words)
        # In the file a head stands before the message, so what is bound to its beginning is not quickly seen.
        bound = any("^" in each or r"\A" in each for each in words)
        self._quick = re.compile(b"" if bound else self._said.pattern.encode())
        self._wanted = wanted
        self._born = born
        self._open_record: _Record | None = None
        self._marked = False
        self._successor_from: int | None = None
        self._first: _Record | None = None
        self._context: list[_Record] | None = None
        self._times = Times(SLACK_S, _wall)

    def bot_gone(self) -> None:
        """The bot died: what the file holds from here on is its successor's, the first record above all."""
        try:
            self._successor_from = self._path.stat().st_size
        except OSError:
            self._successor_from = 0
        self._first = None

    def mark_next(self) -> None:
        """A bot was born: its first record is handed on whatever it says, also if it was read already."""
        self._successor_from = None
        self._marked = self._first is None

    def context(self, data: bytes, offset: int) -> Iterator[Observation]:
        self._context = [record for record in _records(data, offset) if self._said.search(_text(record))]
        yield from ()

    def pending(self) -> Iterator[Observation]:
        """The last words on health and kill switch of the bot that runs, once it is known which one runs."""
        if self._first is not None and self._successor_from is None:
            record, self._first = self._first, None
            yield self._seen(record)
        born = self._born() if self._context else None
        if born is None or self._context is None:
            return
        own = [record for record in self._context if _wall(record.time) >= born - SLACK_S]
        self._context = None
        chosen: dict[int, _Record] = {}
        switches, healthy = self._each[:2], self._each[2]  # trades of before prove nothing
        for record in own:
            text = _text(record)
            if any(each.search(text) for each in switches):
                chosen[0] = record
            if healthy.search(text):
                chosen[1] = record
        for record in sorted(chosen.values(), key=lambda record: record.offset):
            yield self._seen(record, replayed=True)

    def records(self, chunk: Chunk) -> Iterator[Observation]:
        wanted = self._wanted()
        awaited = self._marked or (self._successor_from is not None and self._first is None)
        first, last = _edges(chunk.data)
        awaited = awaited or self._times.may_run_back(first, last)
        if not awaited and wanted is None and not self._interesting(chunk.data):
            self._times.passed(last)
            self._open_record = None
            return
        for place, line in raw_lines(chunk.data, chunk.offset):
            if HEAD.match(line) or self._open_record is None:
                yield from self._tell(wanted)
                self._open_record = _record(place, line)
                self._open_record.identity = self.identity
                self._open_record.behind_s = self._times.behind(self._open_record.time)
            elif len(self._open_record.lines) < LONGEST_RECORD:
                self._open_record.lines.append(line)
        # Not held back for a continuation that may never come; one that comes may still make it interesting.
        yield from self._tell(wanted)

    def _interesting(self, data: bytes) -> bool:
        return _LEVELS.search(data) is not None or self._quick.search(data) is not None

    def _tell(self, wanted: re.Pattern[str] | None) -> Iterator[Observation]:
        record = self._open_record
        if record is None or record.told:
            return
        if self._is_first(record):
            self._first = record
        text = _text(record)
        hit = record.level in WORTH_A_LOOK or self._said.search(text) is not None or record.behind_s > 0
        if hit or (wanted is not None and wanted.search(text) is not None) or (self._marked and record.time):
            self._marked = self._marked and not record.time
            record.told = True
            yield self._seen(record)

    def _is_first(self, record: _Record) -> bool:
        """Whether it is the first of a successor that nobody has seen being born yet."""
        start = self._successor_from
        return start is not None and self._first is None and bool(record.time) and record.offset >= start

    def _seen(self, record: _Record, *, replayed: bool = False) -> LogSeen:
        message = self._mask.text(_text(record))[:CLIP]
        return LogSeen(
            record.offset,
            sha256(record.raw),
            record.level,
            record.logger,
            message,
            record.time,
            self.shown,
            replayed,
            record.identity or self.identity,
            record.behind_s,
        )


def _record(place: int, line: bytes) -> _Record:
    match = HEAD.match(line)
    if match is None:
        return _Record(place, "", "", "", line, [line])
    stamp, logger, level, text = match.groups()
    return _Record(place, stamp.decode(), logger.decode("utf-8", "replace"), level.decode(), line, [text])


def _records(data: bytes, offset: int) -> Iterator[_Record]:
    record: _Record | None = None
    for place, line in raw_lines(data, offset):
        if HEAD.match(line) or record is None:
            if record is not None:
                yield record
            record = _record(place, line)
        elif len(record.lines) < LONGEST_RECORD:
            record.lines.append(line)
    if record is not None:
        yield record


def _edges(data: bytes) -> tuple[str, str]:
    """The times of the first and the last line that have one; of all between nothing is looked at."""
    first, last = HEAD.match(data), None
    for line in reversed(data[-EDGE:].splitlines()):
        last = HEAD.match(line)
        if last is not None:
            break
    return (first[1].decode() if first else ""), (last[1].decode() if last else "")


def _text(record: _Record) -> str:
    return b"\n".join(record.lines).decode("utf-8", "replace")


def _wall(stamp: str) -> float:
    """Seconds since the epoch of a log time, which is local to the box; 0 for none."""
    try:
        return time.mktime(time.strptime(stamp, "%Y-%m-%d %H:%M:%S"))
    except (ValueError, OverflowError):
        return 0.0
