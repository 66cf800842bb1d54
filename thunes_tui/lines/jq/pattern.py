"""The regular expressions that `test` evaluates here: those on which all engines agree, and in linear time.

Alternatives of pieces of a fixed length with `.*` between them, `^` first and `$` last. Python's matcher
never has a choice to take back, so no text makes it slow. All else goes to the worker.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from thunes_tui.lines.jq.syntax import NotFast

PLAIN = frozenset(" !\"#%&',-/:;<=>@_`~")
"""Signs that stand for themselves, outside a class."""
ESCAPABLE = frozenset("\\.+*?()|[]{}^$-/")
_CLASS = re.compile(r"\[(\^?)((?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9 _.:,;/])+)\]")
_MEMBER = re.compile(r"[A-Za-z0-9]-[A-Za-z0-9]|.")


class Piece(NamedTuple):
    expression: re.Pattern[str]
    length: int
    """Characters that every match of it has."""


class Alternative(NamedTuple):
    pieces: list[Piece]
    """In this order; where there are several, within one line."""
    at_start: bool
    at_end: bool


class Atom(NamedTuple):
    expression: str
    """As Python writes it."""
    end: int
    may_be_newline: bool = False


def occurrence(pattern: str, flags: str = "") -> Callable[[str], bool]:
    """A function that tells if the pattern occurs in a text. Raises NotFast."""
    if flags not in ("", "i") or (flags and not pattern.isascii()):
        raise NotFast("flags of a pattern")
    if not flags and (plain := _plain(pattern)):
        return lambda text: plain in text
    options = re.ASCII | re.IGNORECASE if flags else re.ASCII
    alternatives = [_alternative(part, options) for part in _split(pattern)]
    return lambda text: any(_occurs(alternative, text) for alternative in alternatives)


def _plain(pattern: str) -> str:
    """The text that the pattern stands for, if it has no operators; else empty."""
    text, at = "", 0
    while at < len(pattern):
        if pattern[at] == "\\" and pattern[at + 1 :] and pattern[at + 1] in ESCAPABLE:
            at += 1
        elif not _is_plain(pattern[at]):
            return ""
        text += pattern[at]
        at += 1
    return text


def _is_plain(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in PLAIN
    return ord(character) >= 0xA0


def _split(pattern: str) -> list[str]:
    parts, start, at = [], 0, 0
    while at < len(pattern):
        if pattern[at] == "\\":
            at += 1
        elif match := _CLASS.match(pattern, at):
            at = match.end() - 1
        elif pattern[at] == "|":
            parts.append(pattern[start:at])
            start = at + 1
        at += 1
    parts.append(pattern[start:])
    if len(parts) > 1 and not all(parts):
        raise NotFast("an empty alternative")
    return parts


def _alternative(part: str, options: re.RegexFlag) -> Alternative:
    at_start = part.startswith("^")
    at, at_end, may_be_newline = int(at_start), False, False
    pieces: list[list[str]] = [[]]
    while at < len(part):
        if part.startswith((".*", ".+"), at):
            if part[at + 1] == "+":
                pieces[-1].append("[^\n]")
            pieces.append([])
            at += 2
        elif part[at] == "$" and at == len(part) - 1:
            at_end, at = True, at + 1
        else:
            atom = _atom(part, at)
            pieces[-1].append(atom.expression)
            at, may_be_newline = atom.end, may_be_newline or atom.may_be_newline
        if part[at : at + 1] in {"*", "+", "?"}:
            raise NotFast("a repetition in a pattern")
    if len(pieces) > 1 and may_be_newline:
        raise NotFast("a gap beside what may be a newline")
    made = [Piece(re.compile("".join(atoms), options), len(atoms)) for atoms in pieces]
    return Alternative(made, at_start, at_end)


def _atom(part: str, at: int) -> Atom:
    character = part[at]
    if character == ".":
        return Atom("[^\n]", at + 1)
    if character == "\\":
        escaped = part[at + 1 : at + 2]
        if not escaped or escaped not in ESCAPABLE:
            raise NotFast("an escape in a pattern")
        return Atom(re.escape(escaped), at + 2)
    if match := _CLASS.match(part, at):
        members = _MEMBER.findall(match[2])
        if any(len(one) == 3 and one[0] > one[2] for one in members):
            raise NotFast("a range in a pattern")
        inside = "".join(one if len(one) == 3 else re.escape(one) for one in members)
        return Atom(f"[{match[1]}{inside}]", match.end(), may_be_newline=bool(match[1]))
    if not _is_plain(character):
        raise NotFast("an operator in a pattern")
    return Atom(re.escape(character), at + 1)


def _occurs(alternative: Alternative, text: str) -> bool:
    pieces, at_start, at_end = alternative
    if len(pieces) == 1:
        return _follows(alternative, text, 0, len(text))
    first, last = text.find("\n"), text.rfind("\n") + 1
    if at_start and at_end and last:
        return False
    if at_start:
        return _follows(alternative, text, 0, first if first >= 0 else len(text))
    if at_end:
        return _follows(alternative, text, last, len(text))
    start = 0
    while (stop := text.find("\n", start)) >= 0:
        if _follows(alternative, text, start, stop):
            return True
        start = stop + 1
    return _follows(alternative, text, start, len(text))


def _follows(alternative: Alternative, text: str, at: int, stop: int) -> bool:
    """Piece after piece, each at its first place: with fixed lengths nothing better can come later."""
    pieces, at_start, at_end = alternative
    for number, (expression, length) in enumerate(pieces):
        is_bound = at_start and not number
        if at_end and number == len(pieces) - 1:
            start = stop - length
            return start >= at and (start == at or not is_bound) and bool(expression.match(text, start, stop))
        match = expression.match(text, at, stop) if is_bound else expression.search(text, at, stop)
        if match is None:
            return False
        at = match.end()
    return True
