"""JSON values compared, ordered and joined as jq does it.

Where the engines differ (jq 1.6, jaq 3), jaq is followed, because it is also the engine behind the filters
that are not evaluated here: whole numbers are exact, a whole one and a fraction are compared as doubles,
numbers are shown as they were written, `contains` of other types is equality, a number finds nothing in an
object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

SAFE = 1 << 53
"""Up to here doubles hold every whole number."""


class FilterError(Exception):
    """The filter does not fit this record. The message is for a person."""


class Written(float):
    """A number that remembers how it was written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number


NUMBERS = frozenset({int, float, Written})
NAMES = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    Written: "number",
    str: "string",
    list: "array",
    dict: "object",
}
RANKS = {
    type(None): 0,
    bool: 1,
    int: 3,
    float: 3,
    Written: 3,
    str: 4,
    list: 5,
    dict: 6,
}


def described(value: Any) -> str:
    """For an error's message: the type, and for a short scalar the value."""
    name = NAMES[type(value)]
    if value is None:
        return name
    if type(value) is str and len(value) <= 20:
        return f'"{value}"'
    return f"{name} {value}" if type(value) in NUMBERS else name


def is_equal(one: Any, other: Any) -> bool:
    kind, other_kind = type(one), type(other)
    if kind is str or other_kind is str:
        return bool(one == other)
    if kind in NUMBERS:
        return other_kind in NUMBERS and _same_number(one, other)
    if kind is not other_kind:
        return False
    if kind is list:
        return len(one) == len(other) and all(map(is_equal, one, other))
    if kind is dict:
        return one.keys() == other.keys() and all(is_equal(one[key], other[key]) for key in one)
    return bool(one == other)


def is_less(one: Any, other: Any) -> bool:
    """null < false < true < numbers < texts < arrays < objects; nan is less than every number, itself too."""
    kind = type(one)
    rank, other_rank = RANKS[kind], RANKS[type(other)]
    if rank != other_rank:
        return rank < other_rank
    if rank == 3:
        return _lesser_number(one, other)
    if kind is list:
        return _lesser_list(one, other)
    if kind is dict:
        return _lesser_object(one, other)
    return kind is not type(None) and bool(one < other)


def contains(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return is_equal(one, other)
    if type(one) is str:
        return other in one
    if type(one) is list:
        return all(any(contains(part, wanted) for part in one) for wanted in other)
    if type(one) is dict:
        return all(key in one and contains(one[key], wanted) for key, wanted in other.items())
    return is_equal(one, other)


def add(one: Any, other: Any) -> Any:
    if one is None:
        return other
    if other is None:
        return one
    kind, other_kind = type(one), type(other)
    if kind in NUMBERS and other_kind in NUMBERS:
        return _computed(lambda: one + other)
    if kind is other_kind:
        if kind is str or kind is list:
            return one + other
        if kind is dict:
            return {**one, **other}
    raise FilterError(f"cannot add {described(one)} and {described(other)}")


def subtract(one: Any, other: Any) -> Any:
    kind, other_kind = type(one), type(other)
    if kind in NUMBERS and other_kind in NUMBERS:
        return _computed(lambda: one - other)
    if kind is list and other_kind is list:
        return [part for part in one if not any(is_equal(part, gone) for gone in other)]
    raise FilterError(f"cannot subtract {described(other)} from {described(one)}")


def length(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is list or kind is dict:
        return len(value)
    if value is None:
        return 0
    if kind in NUMBERS:
        return abs(value)
    raise FilterError("a boolean has no length")


def iterate(value: Any) -> list[Any]:
    if type(value) is list:
        return value
    if type(value) is dict:
        return list(value.values())
    raise FilterError(f"cannot iterate over {described(value)}")


def keys(value: Any) -> list[Any]:
    if type(value) is dict:
        return sorted(value)
    if type(value) is list:
        return list(range(len(value)))
    raise FilterError(f"{described(value)} has no keys")


def _as_double(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _same_number(one: float, other: float) -> bool:
    if type(one) is int and type(other) is int:
        return one == other
    return _as_double(one) == _as_double(other)


def _lesser_number(one: float, other: float) -> bool:
    if one != one:  # only nan differs from itself
        return True
    if type(one) is int and type(other) is int:
        return one < other
    return _as_double(one) < _as_double(other)


def _lesser_list(one: list[Any], other: list[Any]) -> bool:
    for part, other_part in zip(one, other, strict=False):
        if is_less(part, other_part):
            return True
        if not is_equal(part, other_part):
            return False
    return len(one) < len(other)


def _lesser_object(one: dict[str, Any], other: dict[str, Any]) -> bool:
    names, other_names = sorted(one), sorted(other)
    if names != other_names:
        return names < other_names
    return _lesser_list([one[name] for name in names], [other[name] for name in names])


def _computed(calculate: Callable[[], Any]) -> Any:
    try:
        return calculate()
    except OverflowError as error:
        raise FilterError("a number is too large to calculate with") from error
