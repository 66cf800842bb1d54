"""A JSON value exactly as it is written: doubled members both, numbers digit by digit.

For people who look at one record; filters read records by `reading`, for which numbers are numbers.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_SPACE = re.compile(r"[ \t\r\n]*")


class Number(str):
    """A number, NaN and Infinity included, as it is written."""

    __slots__ = ()


class Members(tuple[tuple[str, Any], ...]):
    """The members of an object, in order; a name may be there twice."""

    __slots__ = ()


DECODER: Final = json.JSONDecoder(
    object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=Number
)


def exact(raw: bytes) -> Any:
    """`None`, a bool, a str, a `Number`, a list or `Members`. Raises ValueError for anything but one value.

    Bytes that are no UTF-8 become half characters, as with `surrogateescape`.
    """
    text = raw.decode("utf-8", "surrogateescape")
    try:
        value, end = DECODER.raw_decode(text, _skip(text, 0))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if _skip(text, end) != len(text):
        raise ValueError("more than one value")
    return value


def written(value: Any) -> str:
    """The text of one value; compact JSON of an object or an array. Raises RecursionError."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Members):
        return "{" + ", ".join(f"{json.dumps(key)}: {written(one)}" for key, one in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
