"""Log lines grouped into log records: a record begins with a time, what follows without one belongs to it.

Two forms: `2025-10-09 10:42:15 - logger - LEVEL - message` in the host's local time, whole seconds, with
continuation lines; and one JSON object a line with `asctime`, `name`, `levelname` and `message`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from thunes_tui.lines.line import Line, Position

BEGIN = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - ")
HEAD = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) - (.*?) - ([A-Z]{1,12}) - (.*)", re.DOTALL)
TRACEBACK = b"Traceback (most recent call last):"
MOST_LINES = 1000
"""Lines that are kept of one record; of a longer one only their number is known."""

RANKS = {
    "NOTSET": 0,
    "TRACE": 5,
    "DEBUG": 10,
    "INFO": 20,
    "SUCCESS": 25,
    "WARN": 30,
    "WARNING": 30,
    "ERROR": 40,
    "FATAL": 50,
    "CRITICAL": 50,
}
"""Order of the levels, as Python's logging has them; an unknown one is 0."""


def rank(level: str) -> int:
    return RANKS.get(level.upper(), 0)


def is_error(level: str) -> bool:
    return rank(level) >= RANKS["ERROR"]


def is_warning(level: str) -> bool:
    """A warning and not an error."""
    return RANKS["WARNING"] <= rank(level) < RANKS["ERROR"]


@dataclass(frozen=True, slots=True)
class Head:
    """What the first line of a record says."""

    time: str
    """As written, local to the host and without a zone; a comma before milliseconds becomes a point."""
    logger: str
    level: str
    message: str


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record; without a head (shell noise, a traceback of its own) time, logger and level are empty."""

    position: Position
    time: str
    logger: str
    level: str
    message: str
    """Of the first line; the rest is in `lines`."""
    lines: tuple[bytes, ...]
    """Raw, the first one included, without newlines."""
    omitted: int = 0
    """Lines that are not in `lines`."""

    @property
    def offset(self) -> int:
        return self.position.offset

    @property
    def severity(self) -> int:
        """The level's rank; a traceback without a head counts as an error."""
        if not self.level and self.lines[0].startswith(TRACEBACK):
            return RANKS["ERROR"]
        return rank(self.level)


def begins_record(line: bytes) -> bool:
    """Else the line continues the record before it. Total."""
    return BEGIN.match(line) is not None or (line[:1] == b"{" and _json_head(line) is not None)


def head_of(line: bytes) -> Head | None:
    """The head in a record's first line; None for a continuation line. Total on any bytes."""
    if line[:1] == b"{":
        return _json_head(line)
    if not BEGIN.match(line):
        return None
    match = HEAD.match(line)
    if match is None:
        return Head(line[:19].decode("ascii"), "", "", _text(line[22:]))
    time, logger, level, message = match.groups()
    return Head(time.decode("ascii"), _text(logger), level.decode("ascii"), _text(message))


class Grouping:
    """Lines in, complete records out. A record is complete when the next one begins."""

    def __init__(self) -> None:
        self._first: Line | None = None
        self._head: Head | None = None
        self._lines: list[bytes] = []
        self._omitted = 0

    def feed(self, lines: Iterable[Line]) -> Iterator[LogRecord]:
        """The records that these lines complete."""
        for line in lines:
            head = head_of(line.data)
            is_orphan = self._head is None and line.data.startswith(TRACEBACK)
            if head or is_orphan or self._first is None:
                yield from self.flush()
                self._first, self._head = line, head
            if len(self._lines) < MOST_LINES:
                self._lines.append(line.data)
            else:
                self._omitted += 1

    def flush(self) -> Iterator[LogRecord]:
        """The record that is being collected, as far as it is known."""
        if self._first is None:
            return
        head = self._head or Head("", "", "", _text(self._lines[0]))
        first, lines, omitted = self._first, tuple(self._lines), self._omitted
        self._first, self._lines, self._omitted = None, [], 0
        yield LogRecord(first.position, head.time, head.logger, head.level, head.message, lines, omitted)


def group(lines: Iterable[Line]) -> list[LogRecord]:
    """All records of these lines, the last one as far as it is known."""
    grouping = Grouping()
    return [*grouping.feed(lines), *grouping.flush()]


def _json_head(line: bytes) -> Head | None:
    if b'"message"' not in line:
        return None
    try:
        data = orjson.loads(line)
    except ValueError:
        return None
    if not isinstance(data, dict) or "message" not in data:
        return None
    time = data.get("asctime") or data.get("timestamp")
    level = data.get("levelname", "")
    if not isinstance(time, str) or not isinstance(level, str):
        return None
    name, message = data.get("name", ""), data["message"]
    return Head(time.replace(",", "."), name if isinstance(name, str) else "", level, str(message))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
