"""One line's JSON values exactly as written, and values as text: the careful way, for what is shown."""

from __future__ import annotations

import json
import math
import re
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from thunes_tui.lines.audit import Problem
from thunes_tui.lines.jq.values import Written

MOST_DIGITS = 4000
"""Of a whole number that is read exactly."""
_SPACE = re.compile(r"[ \t\r\n]*")
_HALF = re.compile("[\ud800-\udfff]")


class Reading(NamedTuple):
    values: list[Any]
    """In order; several where writes ran into each other."""
    problem: str
    """A `Problem` that leaves the values readable, or empty."""
    unread: str
    """The `Problem` of what follows the values, or empty."""


def read(line: bytes) -> Reading:
    """Total: any bytes, without an exception."""
    try:
        text, problem = line.decode(), ""
    except UnicodeDecodeError:
        text, problem = line.decode("utf-8", "replace"), Problem.INVALID_UTF8
    odd: set[Problem] = set()
    decoder = _decoder(odd)
    values: list[Any] = []
    at = _skip(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except RecursionError:
            return Reading(values, problem, Problem.TOO_DEEP)
        except ValueError:
            unread = (
                Problem.TORN
                if text[at] in "{[" and not text.rstrip().endswith(("}", "]"))
                else Problem.CORRUPT
            )
            return Reading(values, problem, unread)
        values.append(value)
        at = _skip(text, at)
    if len(values) > 1:
        odd.add(Problem.GLUED)
    return Reading(values, problem or min(odd, key=list(Problem).index, default=""), "")


def text_of(value: Any) -> str:
    """Compact JSON, numbers as they were written, keys in their order. Raises RecursionError."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        return (
            "{" + ",".join([f"{encode_basestring(key)}:{text_of(one)}" for key, one in value.items()]) + "}"
        )
    if kind is list:
        return "[" + ",".join([text_of(one) for one in value]) + "]"
    if kind is Written:
        return str(value.text)
    if kind is int:
        return str(value)
    if kind is float:
        return _float_text(value)
    return "null" if value is None else "true" if value else "false"


def _float_text(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _decoder(odd: set[Problem]) -> json.JSONDecoder:
    def clean(text: str) -> str:
        if not _HALF.search(text):
            return text
        odd.add(Problem.INVALID_UTF8)
        return _HALF.sub("\ufffd", text)

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {clean(key): cleaned(value) for key, value in pairs}

    def cleaned(value: Any) -> Any:
        if type(value) is str:
            return clean(value)
        return [cleaned(part) for part in value] if type(value) is list else value

    def constant(text: str) -> float:
        odd.add(Problem.NOT_A_NUMBER)
        return float(text)

    def whole(text: str) -> Any:
        return int(text) if len(text) < MOST_DIGITS else Written(text)

    return json.JSONDecoder(
        object_pairs_hook=members, parse_int=whole, parse_float=Written, parse_constant=constant
    )
