"""The assignments of a `.env` file: one grammar for the guard, which needs values, and the mask, which needs
every text that a secret may be printed as."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ASSIGNMENT = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*
    (?: "(?P<double>(?:[^"\\\n]|\\[^\n])*)" | '(?P<single>[^'\n]*)'
      | "(?P<doubles>(?:[^"\\]|\\.)*)"(?=[ \t\r]*(?:\#[^\n]*)?$)
      | '(?P<singles>[^']*)'(?=[ \t\r]*(?:\#[^\n]*)?$)
      | (?P<bare>[^\r\n]*) )""",
    re.MULTILINE | re.VERBOSE | re.DOTALL,
)
"""A quoted value may span lines where its quote is closed at the end of one; a quote that is never closed is
a character of its line."""
_COMMENT = re.compile(r"(?:^|\s+)#.*")
_ESCAPED = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line of the file, or the lines that a quoted value spans."""

    name: str
    value: str
    """Quotes taken off, escapes resolved, a comment behind it dropped."""
    otherwise: tuple[str, ...] = ()
    """What a reader of another mind makes of it: escapes left as they are, `#` as part of the value."""


def assignments(text: str) -> Iterator[Assignment]:
    """In the order of the file; lines that assign nothing are passed over."""
    for match in _ASSIGNMENT.finditer(text):
        name, bare = match["name"], match["bare"]
        double = match["double"] if match["double"] is not None else match["doubles"]
        if double is not None:
            value = re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), double, flags=re.DOTALL)
            yield Assignment(name, value, (double,) if double != value else ())
        elif bare is not None:
            value = _COMMENT.sub("", bare, count=1).strip()
            yield Assignment(name, value, (bare.strip(),) if bare.startswith("#") else ())
        else:
            yield Assignment(name, match["single"] if match["single"] is not None else match["singles"])
