"""A strict reader of everything a program writes to a terminal, for finding what should never be written.

The oracle of the promise that no untrusted byte reaches the terminal as control: a token is text or one of
the few sequences that Textual writes for harmless content; everything else is reported with its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(
    rb"(?P<csi>\x1b\[[0-?]*[ -/]*[@-~])"
    rb"|(?P<string>\x1b[P\]X^_].*?(?:\x1b\\|\x07|\Z))"
    rb"|(?P<escape>\x1b[ -/]*[0-~])"
    rb"|(?P<control>[\x00-\x1f\x7f])"
    rb"|(?P<text>[^\x00-\x1f\x7f]+)",
    re.DOTALL,
)

ALLOWED = {
    "csi": re.compile(
        rb"\x1b\[(?:"
        rb"[\d;]*m"  # colours; the colon forms are not Textual's
        rb"|\d+;\d+H|H"  # place the cursor
        rb"|[\d]*[ABCDGJK]"  # move it, erase
        rb"|[\d;]*r"  # scroll region, by the launcher
        rb"|\?(?:1|6|7|25|1047|1049|1000|1002|1003|1004|1005|1006|1015|1016|2004|2026|2048|2031)[hl]"
        rb"|\?(?:2026|2048)\$p"  # asks whether these are known
        rb"|>\d+u|<\d*u|=0u|=0;1u|\?u"  # kitty keyboard
        rb"|[\d ]*q"  # cursor shape
        rb"|\?\d+n|[c]"
        rb")"
    ),
    "string": re.compile(rb"\x1b\]22;[a-z-]+\x07"),  # the pointer's shape, by a name of Textual's
    "escape": re.compile(rb"\x1b(?:[78]|\(B|>)"),
    "control": re.compile(rb"[\r\n\x0f]"),
}
"""Sequences for harmless content, by class; one kind of string (OSC, DCS, APC, PM, SOS) is among them."""

FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}


class Token(NamedTuple):
    kind: str
    data: bytes
    offset: int


class Foreign(NamedTuple):
    """Something that only hostile content can have brought, and where in the bytes it stands."""

    kind: str
    data: bytes
    offset: int


def tokens(data: bytes) -> Iterator[Token]:
    """Every byte of `data` in exactly one token."""
    at = 0
    while at < len(data):
        match = TOKEN.match(data, at)
        if match is None or match.lastgroup is None:  # a lone ESC at the end
            yield Token("escape", data[at : at + 1], at)
            at += 1
            continue
        yield Token(match.lastgroup, match[0], at)
        at = match.end()


def foreign(data: bytes) -> list[Foreign]:
    """The tokens outside the allow-list, controls hidden in UTF-8 text among them."""
    found: list[Foreign] = []
    for token in tokens(data):
        if token.kind == "text":
            found += _in_text(token)
        elif not ALLOWED[token.kind].fullmatch(token.data):
            found.append(Foreign(*token))
    return found


def _in_text(token: Token) -> Iterator[Foreign]:
    """C1 controls, bidi and zero-width characters, and bytes that are no UTF-8."""
    try:
        text = token.data.decode()
    except UnicodeDecodeError as error:
        yield Foreign("invalid UTF-8", token.data[error.start : error.end], token.offset + error.start)
        return
    for place, character in enumerate(text):
        if unicodedata.category(character) in FORBIDDEN_CATEGORIES:
            yield Foreign("hidden control", character.encode(), token.offset + len(text[:place].encode()))
