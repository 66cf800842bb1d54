"""The text of a filter as tokens, each with its place."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

MOST_TEXT = 20_000
"""Characters of a filter; what is longer was not typed."""
KEYWORDS = frozenset(
    [
        "__loc__",
        "and",
        "as",
        "catch",
        "def",
        "elif",
        "else",
        "end",
        "foreach",
        "if",
        "import",
        "include",
        "label",
        "or",
        "reduce",
        "then",
        "try",
    ]
)
SYMBOLS = ("?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n\\]*(?=\n|\Z))+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})')
_ANY_ESCAPE = re.compile(r"\\.", re.DOTALL)
CLOSERS = {"(": ")", "[": "]", "{": "}"}


class BadSyntax(ValueError):
    """No engine takes this filter."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"{message} at {at + 1}")
        self.at = at
        """Characters before the place."""


class NotFast(Exception):
    """This may be a good filter, but it is beyond the part of the language that is evaluated here."""


class Token(NamedTuple):
    kind: str
    """`name`, `field` (`.name`), `number`, `string`, `end`, or the symbol itself."""
    value: Any
    at: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens, one of kind `end` last. Raises BadSyntax, or NotFast at what only other engines read."""
    if len(text) > MOST_TEXT:
        raise BadSyntax("the filter is too long", MOST_TEXT)
    found: list[Token] = []
    at = 0
    while True:
        space = _SPACE.match(text, at)
        start = space.end() if space else at
        if start == len(text):
            found.append(Token("end", None, start, start))
            return found
        token = _token(text, start)
        found.append(token)
        at = token.end


def balance(text: str) -> None:
    """Raise BadSyntax at a bracket or a quote without its other half; for filters of the whole language.

    So that nothing of a filter can reach out of the brackets that it is put in.
    """
    _balance(text, 0, "")


def _balance(text: str, at: int, closer: str, depth: int = 0) -> int:
    """Where the bracket that was opened before `at` is closed."""
    opened = at - 1
    if depth > 200:
        raise BadSyntax("nested too deep", opened)
    while at < len(text):
        character = text[at]
        if character == "#":
            newline = text.find("\n", at)
            comment = text[at : newline if newline >= 0 else len(text)]
            if "\\" in comment:
                raise BadSyntax("a backslash in a comment", at)
            at += len(comment)
        elif character == '"':
            at = _balance_string(text, at, depth)
        elif character in CLOSERS:
            at = _balance(text, at + 1, CLOSERS[character], depth + 1)
        elif character in ")]}":
            if character != closer:
                raise BadSyntax(f"unexpected {character}", at)
            return at + 1
        else:
            at += 1
    if closer:
        raise BadSyntax(f"{text[opened]} is not closed, opened", opened)
    return at


def _balance_string(text: str, at: int, depth: int) -> int:
    opened = at
    at += 1
    while at < len(text):
        if text[at] == '"':
            return at + 1
        if text.startswith("\\(", at):
            at = _balance(text, at + 2, ")", depth + 1)
        else:
            at += 2 if text[at] == "\\" else 1
    raise BadSyntax('" is not closed, opened', opened)


def _token(text: str, at: int) -> Token:
    character = text[at]
    if character == '"':
        return _string(text, at)
    if number := _NUMBER.match(text, at):
        written = number[0]
        end = number.end()
        if text[end : end + 1] == ".":
            raise NotFast("a number with a point behind it")
        value: Any = int(written) if written.isdigit() and len(written) < 1000 else float(written)
        return Token("number", (value, written), at, end)
    if name := _NAME.match(text, at):
        if text.startswith("::", name.end()):
            raise NotFast("modules")
        return Token("name", name[0], at, name.end())
    if character == "." and (name := _NAME.match(text, at + 1)):
        return Token("field", name[0], at, name.end())
    for symbol in SYMBOLS:
        if text.startswith(symbol, at):
            return Token(symbol, None, at, at + len(symbol))
    if character in "$@":
        raise NotFast("variables and formats")
    if character in ".[](){}|,:;=<>+-*/%?":
        return Token(character, None, at, at + 1)
    if character in "#\\":
        raise NotFast("a comment that goes on")
    raise BadSyntax(f"unexpected {character}", at)


def _string(text: str, at: int) -> Token:
    match = _STRING.match(text, at)
    body = match[1] if match else text[at + 1 :]
    for escape in _ANY_ESCAPE.finditer(body):
        if escape[0] == "\\(":
            raise NotFast("text with filters in it")
        if not _ESCAPE.match(body, escape.start()):
            raise BadSyntax(f"unknown escape {escape[0]}", at + 1 + escape.start())
    if match is None:
        raise BadSyntax('" is not closed, opened', at)
    try:
        value = json.loads(f'"{body}"', strict=False)
        value.encode()
    except ValueError as error:
        raise NotFast("half a character") from error
    return Token("string", value, at, match.end())
