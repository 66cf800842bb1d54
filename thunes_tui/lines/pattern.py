"""What is looked for in lines, and what can be proven about it: the words that every hit contains, its cost.

A pattern is judged line by line and never across lines. It is applied to bytes; ignoring case means the
letters A to Z.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from thunes_tui.errors import Unusable

MOST_WORDS = 16
"""Alternatives of which a hit contains one; with more of them the search for words is no shortcut."""
CHEAP = 64
"""Ways times steps from one place in the text, up to which a pattern may run in the console's own process."""

_parser: Any = importlib.import_module("re._parser")  # the one way to see a pattern's structure
_names: Any = importlib.import_module("re._constants")
_REPEATS = (_names.MAX_REPEAT, _names.MIN_REPEAT, _names.POSSESSIVE_REPEAT)
_ALONE = {"ASSERT", "ASSERT_NOT", "ATOMIC_GROUP", "POSSESSIVE_REPEAT", "GROUPREF_EXISTS"}
"""What may judge a line otherwise if it is seen together with its neighbours."""

NEWLINE = 10

Words = tuple[bytes, ...]


@dataclass(frozen=True)
class Pattern:
    """Plain text, or a regular expression in Python's syntax. Raises Unusable if it is none."""

    text: str
    is_regex: bool = False
    ignores_case: bool = False
    compiled: re.Pattern[bytes] = field(init=False, repr=False, compare=False)
    words: Words = field(init=False, compare=False)
    """Every line with a hit contains one of these, in small letters if case is ignored; none: not known."""
    is_cheap: bool = field(init=False, compare=False)
    """It takes linear time, with a small factor, whatever the text."""
    is_by_line: bool = field(init=False, compare=False)
    """It may only ever be shown one line at a time."""
    stays_in_line: bool = field(init=False, compare=False)
    """No match is empty or holds a newline, so that it finds the same lines in a text as line by line."""
    folds: bool = field(init=False, compare=False)
    """The words are compared with the text in small letters."""

    def __post_init__(self) -> None:
        source = self.text.encode("utf-8", "surrogatepass")
        if not self.is_regex:
            source = re.escape(source)
        flags = re.MULTILINE | (re.IGNORECASE if self.ignores_case else re.NOFLAG)
        try:
            compiled = re.compile(source, flags)
            parsed = _parser.parse(source, flags)
        except (re.error, RecursionError, OverflowError, ValueError) as error:
            raise Unusable(
                f"{self.text} is no regular expression: {error}; mend it or look for text"
            ) from error
        self._set("compiled", compiled)
        self._set("folds", bool(compiled.flags & re.IGNORECASE))
        self._set("words", _fewest(_required(parsed, folds=self.folds), compiled.flags))
        self._set("is_cheap", not self.is_regex or _ways(parsed) * _steps(parsed) <= CHEAP)
        self._set("is_by_line", self.is_regex and _is_by_line(parsed))
        is_wide = bool(compiled.flags & re.DOTALL)
        stays = (
            parsed.getwidth()[0] > 0 and not self.is_by_line and not _takes_newline(parsed, is_wide=is_wide)
        )
        self._set("stays_in_line", stays)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)


def typed(text: str) -> Pattern:
    """From what a person typed: a leading `/` makes a regular expression, a capital letter minds the case."""
    is_regex = text.startswith("/")
    return Pattern(text[1:] if is_regex else text, is_regex, text == text.lower())


def _fewest(found: Sequence[Words], flags: int) -> Words:
    """The set of words that says most: the longest shortest word, then the fewest."""
    if flags & re.LOCALE or not found:
        return ()
    return max(found, key=lambda words: (min(4, *map(len, words)), -len(words), min(map(len, words))))


def _required(parsed: Iterable[Any], *, folds: bool) -> list[Words]:
    """Sets of words; of each set, every match contains one. Words of which nothing is known are left out."""
    found: list[Words] = []
    run = bytearray()

    def end_run() -> None:
        if run:
            found.append((bytes(run).lower() if folds else bytes(run),))
            run.clear()

    for operation, argument in parsed:
        if operation is _names.LITERAL:
            run.append(argument)
            continue
        end_run()
        if operation is _names.SUBPATTERN:
            _group, added, dropped, body = argument
            if not (added | dropped) & re.IGNORECASE:
                found += _required(body, folds=folds)
        elif operation is _names.ATOMIC_GROUP:
            found += _required(argument, folds=folds)
        elif operation in _REPEATS:
            least, _most, body = argument
            found += _required(body, folds=folds) if least else []
        elif operation is _names.BRANCH:
            found += _of_branches(argument[1], folds=folds)
    end_run()
    return found


def _of_branches(branches: Sequence[Any], *, folds: bool) -> list[Words]:
    each = [_fewest(_required(branch, folds=folds), 0) for branch in branches]
    words = tuple(dict.fromkeys(word for words in each for word in words))
    return [words] if all(each) and len(words) <= MOST_WORDS else []


def _ways(parsed: Iterable[Any]) -> float:
    """In how many ways the pattern can go on from one place, at most."""
    return prod((_ways_of(operation, argument) for operation, argument in parsed), start=1.0)


def _ways_of(operation: Any, argument: Any) -> float:
    if operation is _names.BRANCH:
        return float(sum(_ways(branch) for branch in argument[1]))
    if operation is _names.SUBPATTERN:
        return _ways(argument[3])
    if operation in _REPEATS:
        least, most, body = argument
        if most > CHEAP:
            return float("inf")
        return float(sum(_ways(body) ** times for times in range(least, most + 1)))
    if operation in (_names.ASSERT, _names.ASSERT_NOT):
        return _ways(argument[1])
    if operation is _names.ATOMIC_GROUP:
        return _ways(argument)
    # What goes back to a group costs what the group is long.
    return float("inf") if operation in (_names.GROUPREF, _names.GROUPREF_EXISTS) else 1.0


def _steps(parsed: Iterable[Any]) -> float:
    """How many steps one way takes, at most."""
    total = 0.0
    for operation, argument in parsed:
        if operation is _names.BRANCH:
            total += max(_steps(branch) for branch in argument[1])
        elif operation is _names.SUBPATTERN:
            total += _steps(argument[3])
        elif operation in _REPEATS:
            total += argument[1] * _steps(argument[2])
        elif operation in (_names.ASSERT, _names.ASSERT_NOT):
            total += _steps(argument[1])
        elif operation is _names.ATOMIC_GROUP:
            total += _steps(argument)
        else:
            total += 1
    return total


def _is_by_line(parsed: Iterable[Any]) -> bool:
    return any(_is_alone(operation, argument) for operation, argument in parsed)


def _is_alone(operation: Any, argument: Any) -> bool:
    if str(operation) in _ALONE:
        return True
    if operation is _names.AT:
        # `\b` sees a newline as it sees an end; `^` and `$` are told to by MULTILINE.
        return str(argument) in ("AT_BEGINNING_STRING", "AT_END_STRING", "AT_NON_BOUNDARY")
    if operation is _names.BRANCH:
        return any(_is_by_line(branch) for branch in argument[1])
    if operation is _names.SUBPATTERN:
        return bool(argument[2] & re.MULTILINE) or _is_by_line(argument[3])
    return operation in _REPEATS and _is_by_line(argument[2])


def _takes_newline(parsed: Iterable[Any], *, is_wide: bool) -> bool:
    """Whether a match may hold a newline; `is_wide` is DOTALL."""
    return any(_may_be_newline(operation, argument, is_wide=is_wide) for operation, argument in parsed)


def _may_be_newline(operation: Any, argument: Any, *, is_wide: bool) -> bool:
    if operation is _names.ANY:
        return is_wide
    if operation is _names.LITERAL:
        return bool(argument == NEWLINE)
    if operation is _names.AT:
        return False
    if operation is _names.IN:
        return _set_has_newline(argument)
    if operation is _names.BRANCH:
        return any(_takes_newline(branch, is_wide=is_wide) for branch in argument[1])
    if operation is _names.SUBPATTERN:
        wide = (is_wide or bool(argument[1] & re.DOTALL)) and not argument[2] & re.DOTALL
        return _takes_newline(argument[3], is_wide=wide)
    # A group that is gone back to was judged where it stands; of anything else the worst is taken.
    if operation in _REPEATS:
        return _takes_newline(argument[2], is_wide=is_wide)
    return operation is not _names.GROUPREF


def _set_has_newline(members: Iterable[Any]) -> bool:
    is_negated = is_in = False
    for operation, argument in members:
        if operation is _names.NEGATE:
            is_negated = True
        elif operation is _names.LITERAL:
            is_in = is_in or argument == NEWLINE
        elif operation is _names.RANGE:
            is_in = is_in or argument[0] <= NEWLINE <= argument[1]
        else:
            category = str(argument)
            is_in = is_in or category in ("CATEGORY_SPACE", "CATEGORY_NOT_DIGIT", "CATEGORY_NOT_WORD")
    return is_in is not is_negated
