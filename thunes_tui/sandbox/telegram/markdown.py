"""Legacy Markdown of the Bot API: the marks go, the entities come, and an unclosed mark is an error.

It is the old `parse_mode=Markdown`: no nesting, a backslash counts only outside an entity and only before
one of ``_ * ` [``, and offsets of errors are bytes of UTF-8 while offsets of entities are units of UTF-16.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MARKS = "_*`["
KINDS = {"_": "italic", "*": "bold", "`": "code"}


class EntityError(ValueError):
    """The text has a mark without its end. The message is the one that the Bot API sends."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What the phone shows."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()
    """`type`, `offset`, `length` and, where the kind has them, `url` or `language`."""


def units(text: str) -> int:
    """Length in UTF-16 code units, the measure of every offset in a message."""
    return len(text.encode("utf-16-le")) // 2


def render(source: str) -> Rendered:
    """Parse `source`. Raises EntityError where an entity has no end."""
    shown: list[str] = []
    entities: list[dict[str, Any]] = []
    place = 0
    while place < len(source):
        mark = source[place]
        if mark == "\\" and source[place + 1 : place + 2] in tuple(MARKS):
            shown.append(source[place + 1])
            place += 2
        elif mark in MARKS:
            body, extra, place = _entity(source, place)
            if body and extra:
                offset = units("".join(shown))
                entities.append({"offset": offset, "length": units(body), **extra})
            shown.append(body)
        else:
            shown.append(mark)
            place += 1
    return Rendered("".join(shown), tuple(entities))


def _entity(source: str, begin: int) -> tuple[str, dict[str, Any], int]:
    """The body of the entity that begins at `begin`, its other members, and the place behind it."""
    if source.startswith("```", begin):
        return _fence(source, begin)
    mark = source[begin]
    end = source.find("]" if mark == "[" else mark, begin + 1)
    if end < 0:
        raise _unclosed(source, begin)
    body = source[begin + 1 : end]
    if mark != "[":
        return body, {"type": KINDS[mark]}, end + 1
    if source[end + 1 : end + 2] != "(":
        return body, {}, end + 1
    close = source.find(")", end + 2)
    if close < 0:
        raise _unclosed(source, begin)
    url = source[end + 2 : close]
    return body, {"type": "text_link", "url": url} if "." in url else {}, close + 1


def _fence(source: str, begin: int) -> tuple[str, dict[str, Any], int]:
    end = source.find("```", begin + 3)
    if end < 0:
        raise _unclosed(source, begin)
    body = source[begin + 3 : end]
    language, newline, rest = body.partition("\n")
    if newline and language and not any(letter.isspace() for letter in language):
        return rest, {"type": "pre", "language": language}, end + 3
    return body.removeprefix("\n"), {"type": "pre"}, end + 3


def _unclosed(source: str, begin: int) -> EntityError:
    offset = len(source[:begin].encode())
    return EntityError(f"can't parse entities: Can't find end of the entity starting at byte offset {offset}")
