"""jq's functions, as far as they are evaluated here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from thunes_tui.lines.jq.pattern import occurrence
from thunes_tui.lines.jq.step import NOTHING, Run, Shape, Step, truth
from thunes_tui.lines.jq.syntax import NotFast
from thunes_tui.lines.jq.values import NAMES, FilterError, contains, described, iterate, keys, length

UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise FilterError(f"{described(value)} is not a text")


def _only(*names: str) -> Step:
    def of_type(value: Any) -> Any:
        return value if NAMES[type(value)] in names else NOTHING

    return Step(Shape.MAYBE, of_type)


PLAIN: Mapping[str, Step] = {
    "not": Step(Shape.ONE, lambda value: not truth(value)),
    "length": Step(Shape.ONE, length),
    "keys": Step(Shape.ONE, keys),
    "type": Step(Shape.ONE, lambda value: NAMES[type(value)]),
    "any": Step(Shape.ONE, lambda value: any(map(truth, iterate(value)))),
    "all": Step(Shape.ONE, lambda value: all(map(truth, iterate(value)))),
    "ascii_downcase": Step(Shape.ONE, lambda value: _text(value).translate(LOWER)),
    "ascii_upcase": Step(Shape.ONE, lambda value: _text(value).translate(UPPER)),
    "empty": Step(Shape.MAYBE, lambda _value: NOTHING),
    "values": Step(Shape.MAYBE, lambda value: NOTHING if value is None else value),
    "nulls": _only("null"),
    "booleans": _only("boolean"),
    "numbers": _only("number"),
    "strings": _only("string"),
    "arrays": _only("array"),
    "objects": _only("object"),
    "iterables": _only("array", "object"),
    "scalars": _only("null", "boolean", "number", "string"),
}
"""Without arguments."""


def _has(wanted: list[Any]) -> Run:
    (key,) = wanted
    if not (type(key) is str or (type(key) is int and key >= 0)):
        raise NotFast("has with such a key")

    def has(value: Any) -> bool:
        if type(value) is dict:
            return key in value
        if type(value) is list and type(key) is int:
            return key < len(value)
        if value is None:
            return False
        raise FilterError(f"{described(value)} has no key {described(key)}")

    return has


def _contains(wanted: list[Any]) -> Run:
    (part,) = wanted
    return lambda value: contains(value, part)


def _beginning(wanted: list[Any]) -> Run:
    (part,) = wanted
    if type(part) is not str:
        raise NotFast("startswith of no text")
    return lambda value: _text(value).startswith(part)


def _ending(wanted: list[Any]) -> Run:
    (part,) = wanted
    if type(part) is not str:
        raise NotFast("endswith of no text")
    return lambda value: _text(value).endswith(part)


def _test(wanted: list[Any]) -> Run:
    if any(type(part) is not str for part in wanted):
        raise NotFast("test of no text")
    occurs = occurrence(*wanted)
    return lambda value: occurs(_text(value))


WITH_CONSTANTS: Mapping[tuple[str, int], Callable[[list[Any]], Run]] = {
    ("has", 1): _has,
    ("contains", 1): _contains,
    ("startswith", 1): _beginning,
    ("endswith", 1): _ending,
    ("test", 1): _test,
    ("test", 2): _test,
}
"""By name and number of arguments, which are literals; may raise NotFast."""
NAMES_HERE = sorted({*PLAIN, *(name for name, _ in WITH_CONSTANTS), "select", "map"})


def function(name: str, constants: list[Any]) -> Step:
    """The function with these literals as arguments. Raises NotFast."""
    if not constants and name in PLAIN:
        return PLAIN[name]
    make = WITH_CONSTANTS.get((name, len(constants)))
    if make is None:
        raise NotFast(f"the function {name}/{len(constants)}")
    return Step(Shape.ONE, make(constants))
