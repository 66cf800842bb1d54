"""What an engine says of a filter that it does not take: the words, and the place in the filter."""

from __future__ import annotations

import re
from typing import NamedTuple

FILTER_LINE = 2
"""Of the program that an engine gets; the filter stands there, alone."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_REFUSED = re.compile(r"(?:jq: )?[Ee]rror: (?:syntax error, )?(.*)")
_QUOTED_LINE = re.compile(r"\s*(\d+) │ ?(.*)")
_MARKS = re.compile(r"\s*┆ ([ ─]*[─┬][─┬]*)")
_UNDEFINED = re.compile(r"(\$?\w+)(?:/\d+)? is not defined")


class Complaint(NamedTuple):
    words: str
    """One line for a person."""
    at: int | None
    """Characters of the filter before the place; None where the engine does not say."""


def complaint(printed: str, text: str) -> Complaint:
    """From what jaq or jq printed about a program whose second line is the filter `text`."""
    lines = _COLOUR.sub("", printed).splitlines()
    match = _REFUSED.match(lines[0]) if lines else None
    said = match[1] if match else (lines[0] if lines else "it ended without a word")
    words = said.split(" at <")[0].split(" (Unix")[0]
    return Complaint(words, _place(lines, text, words))


def _place(lines: list[str], text: str, words: str) -> int | None:
    """jaq draws marks below the line that it quotes; jq names what it does not know."""
    number = 0
    for line in lines:
        if quoted := _QUOTED_LINE.match(line):
            number = int(quoted[1])
        elif number and (marks := _MARKS.match(line)):
            if number == FILTER_LINE:
                return min(len(marks[1]) - len(marks[1].lstrip()), len(text))
            if number > FILTER_LINE:
                return len(text)
            number = 0
    if undefined := _UNDEFINED.match(words):
        at = text.find(undefined[1])
        return at if at >= 0 else None
    return None
