"""One line of the audit trail into rows: an event each, or a finding with its class and its place.

The fast way reads what every JSON reader agrees on; all else goes the careful way, which never fails and
tells a torn line from a corrupt one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson

from thunes_tui.lines.line import Line

EVENT_KEYS = ("event", "event_type")
"""Names that an event's type goes by; the first one present counts."""
SAFE_INTEGER = 1 << 53
"""Beyond this not every reader of JSON keeps an integer exactly."""
MOST_TRIES = 64
"""Places in a damaged line at which a whole object is looked for."""

_LONG_INTEGER = re.compile(rb"(?<![.\d])\d{16}")
_SPACED_COLON = re.compile(rb"[ \t\r]:")
_SPACE = re.compile(r"[ \t\r\n]*")
_ESCAPED = re.compile("[\ud800-\udfff]")
_HEAD_FIELD = '"{}"\\s*:\\s*"([^"\\\\]*)"'


class Problem(StrEnum):
    """What is wrong with a row. Only the first group makes it unusable as evidence."""

    TORN = "torn"
    """A write that was cut short: the last line, or a fragment with the next object right behind it."""
    CORRUPT = "corrupt"
    INVALID_UTF8 = "invalid utf-8"
    NOT_AN_OBJECT = "not an object"
    TOO_LONG = "too long"
    TOO_DEEP = "too deep"

    GLUED = "glued"
    """A whole object that stands behind another one on the same line."""
    DUPLICATE_KEYS = "duplicate keys"
    HUGE_NUMBER = "huge number"
    NOT_A_NUMBER = "not a number"
    """NaN or Infinity, which JSON does not have."""


HARMLESS = {"", Problem.GLUED, Problem.DUPLICATE_KEYS, Problem.HUGE_NUMBER, Problem.NOT_A_NUMBER}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An event, or what stands in its place."""

    offset: int
    """Of the row's first byte in the file."""
    ok: bool
    """A whole object, read without doubt as to its meaning."""
    event: str
    timestamp: str
    """As written: ISO, UTC without a zone."""
    fields: dict[str, Any]
    problem: str
    """A `Problem`, or empty."""
    raw: bytes


def rows_of(line: Line, keys: Sequence[str] = EVENT_KEYS) -> list[AuditRow]:
    """The rows of one line: one, none of a blank line, several where writes ran into each other. Total."""
    data = line.data
    if not (line.torn or line.clipped_bytes):
        try:
            value = orjson.loads(data)
        except ValueError:
            pass
        else:
            if type(value) is dict and not _is_doubtful(data, value):
                return [_row(line.offset, value, "", data, keys)]
    if line.clipped_bytes:
        return [_too_long(line, keys)]
    rows = list(_careful(line, keys))
    if line.torn and rows:
        last = rows[-1]
        rows[-1] = AuditRow(
            last.offset, last.ok, last.event, last.timestamp, last.fields, Problem.TORN, last.raw
        )
    return rows


def _is_doubtful(data: bytes, value: dict[str, Any]) -> bool:
    """True where the fast reader may have passed over a doubled key or rounded a number."""
    if _LONG_INTEGER.search(data) or _SPACED_COLON.search(data):
        return True
    # Each key has its own `":`. Texts can only add to them, so equal numbers mean that no key was dropped.
    return data.count(b'":') != _count_keys(value)


def _count_keys(value: dict[str, Any]) -> int:
    total = 0
    left: list[Any] = [value]
    while left:
        part = left.pop()
        if type(part) is dict:
            total += len(part)
            part = part.values()
        left.extend(member for member in part if type(member) is dict or type(member) is list)
    return total


def _row(offset: int, fields: dict[str, Any], problem: str, raw: bytes, keys: Sequence[str]) -> AuditRow:
    event = next((fields[key] for key in keys if key in fields), "")
    timestamp = fields.get("timestamp", "")
    return AuditRow(
        offset,
        problem in HARMLESS,
        event if isinstance(event, str) else str(event),
        timestamp if isinstance(timestamp, str) else str(timestamp),
        fields,
        problem,
        raw,
    )


def _too_long(line: Line, keys: Sequence[str]) -> AuditRow:
    text = line.data.decode("utf-8", "replace")

    def find(names: Sequence[str]) -> str:
        found = (re.search(_HEAD_FIELD.format(re.escape(name)), text) for name in names)
        return next((match[1] for match in found if match), "")

    return AuditRow(line.offset, False, find(keys), find(["timestamp"]), {}, Problem.TOO_LONG, line.data)


@dataclass
class _Reading:
    """One attempt to read an object, and what was odd about it."""

    odd: set[Problem] = field(default_factory=set)

    def decode(self, text: str, start: int) -> tuple[Any, int]:
        """The value that begins at `start`, and where it ends. Raises ValueError or RecursionError."""
        decoder = json.JSONDecoder(
            object_pairs_hook=self._pairs,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=self._constant,
        )
        return decoder.raw_decode(text, start)

    @property
    def problem(self) -> str:
        return min(self.odd, key=list(Problem).index) if self.odd else ""

    def _pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        fields = {self._clean(key): self._clean(value) for key, value in pairs}
        if len(fields) < len(pairs):
            self.odd.add(Problem.DUPLICATE_KEYS)
        return fields

    def _clean(self, value: Any) -> Any:
        """Half characters can't be shown, stored or sent."""
        if isinstance(value, str) and _ESCAPED.search(value):
            self.odd.add(Problem.INVALID_UTF8)
            return _ESCAPED.sub("\ufffd", value)
        if isinstance(value, list):
            return [self._clean(part) for part in value]
        return value

    def _integer(self, text: str) -> int | str:
        if len(text) > 30:
            self.odd.add(Problem.HUGE_NUMBER)
            return text
        if abs(number := int(text)) > SAFE_INTEGER:
            self.odd.add(Problem.HUGE_NUMBER)
        return number

    def _float(self, text: str) -> float | str:
        if math.isfinite(number := float(text)):
            return number
        self.odd.add(Problem.HUGE_NUMBER)
        return text

    def _constant(self, text: str) -> str:
        self.odd.add(Problem.NOT_A_NUMBER)
        return text


def _careful(line: Line, keys: Sequence[str]) -> Iterator[AuditRow]:
    text = line.data.decode("utf-8", "surrogateescape")
    position, after_object = _skip(text, 0), False
    while position < len(text):
        value, end, problem = _object_at(text, position)
        if value is None:
            end = _next_object(text, position + 1, keys)
            problem = _fragment_problem(text, position, end, problem)
        elif after_object and not problem:
            problem = Problem.GLUED
        after_object = value is not None
        raw = text[position:end].encode("utf-8", "surrogateescape")
        offset = line.offset + len(text[:position].encode("utf-8", "surrogateescape"))
        yield _row(offset, value or {}, problem, raw, keys)
        position = _skip(text, end)


def _object_at(text: str, position: int) -> tuple[dict[str, Any] | None, int, str]:
    """The object that begins there, its end, its problem; or None and why there is none."""
    reading = _Reading()
    try:
        value, end = reading.decode(text, position)
    except RecursionError:
        return None, len(text), Problem.TOO_DEEP
    except ValueError:
        return None, len(text), Problem.CORRUPT
    if isinstance(value, dict):
        return value, end, reading.problem
    is_all = _skip(text, end) == len(text)
    return None, len(text), Problem.NOT_AN_OBJECT if is_all else Problem.CORRUPT


def _fragment_problem(text: str, position: int, end: int, problem: str) -> str:
    if _ESCAPED.search(text, position, end):
        return Problem.INVALID_UTF8
    if end < len(text) and text[position] == "{":
        return Problem.TORN
    return problem


def _next_object(text: str, start: int, keys: Sequence[str]) -> int:
    """Where the next whole event begins; the end of the text if there is none.

    An object inside the fragment is not one: it has no type and time, or goes on with something else.
    """
    second_best = len(text)
    for _ in range(MOST_TRIES):
        start = text.find('{"', start)
        if start < 0:
            break
        value, end, _problem = _object_at(text, start)
        if value is not None and _skip(text, end) in (len(text), text.find("{", end)):
            has_time, has_type = "timestamp" in value, not value.keys().isdisjoint(keys)
            if has_time and has_type:
                return start
            if has_time or has_type:
                second_best = min(second_best, start)
        start += 1
    return second_best


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position
