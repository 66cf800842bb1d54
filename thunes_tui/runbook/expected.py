"""What of a step's expected output its real output did not show.

Documents write expectations by hand: numbers, dates, quotes and spacing differ from run to run. So a line of
expectation is a pattern: numbers, `...`, blanks and placeholders stand for anything, quotes and the width of
white space do not count, `<5` and `3.x` mean what they say.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from thunes_tui.runbook.expectations import NO_OUTPUT

_QUOTES = str.maketrans("", "", "\"'`“”‘’")
_SPACE = re.compile(r"\s+")
_TOKEN = re.compile(
    r"(?P<bound>(?<![\w>-])[<≤>≥]=?\s?[0-9]+(?:\.[0-9]+)?(?![\w>]))"
    r"|(?P<version>\b[0-9]+(?:\.[0-9]+)*\.x\b)"
    r"|(?P<wild>\.{3,}|…|_{3,}|<[A-Za-z][\w -]{0,40}>|\[[A-Z][A-Z0-9_/ -]{1,40}\]"
    r"|\bX{2,}\b|\bYYYY[-/]MM[-/]DD\b)"
    r"|(?P<number>(?:(?<![0-9])[+-])?[0-9]+(?:[.,:T-][0-9]+)*)"
)
_NUMBER = r"[+-]?[0-9]+(?:[.,:T-][0-9]+)*"
_CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])"
)  # colours and titles
_EDGES = re.compile(r"^(?:\\ )+|(?:\\ )+$")  # escaped spaces at the ends of a piece
_LINE_LIMIT = 4000  # characters of a line of output that are looked at
_LINES_LIMIT = 20_000  # lines of output, the last ones
_HITS_LIMIT = 2000  # lines that may answer one pattern


def differences(expected: tuple[str, ...], output: str) -> tuple[str, ...]:
    """The lines of `expected` that `output` does not show; empty when it shows all of them in order.

    Where some are missing the longest run that does stand in order counts as shown.
    """
    seen = _CONTROL.sub("", output) if "\x1b" in output else output
    lines = [_normal(line) for line in seen.splitlines()[-_LINES_LIMIT:]]
    wanted = [(position, text) for position, text in enumerate(expected) if text.strip()]
    hits = {position: _hits(text, lines) for position, text in wanted}
    shown = _longest_in_order([(position, hits[position]) for position, _ in wanted])
    return tuple(text for position, text in wanted if position not in shown)


def _normal(text: str) -> str:
    return _SPACE.sub(" ", text[:_LINE_LIMIT].translate(_QUOTES)).strip()


def _hits(text: str, lines: list[str]) -> list[int]:
    """The lines of output that answer a pattern; line 0 stands for none being wanted and none being there."""
    if text.strip().rstrip(".").lower() == NO_OUTPUT.lower():
        return [0] if not any(lines) else []
    pattern = _Pattern(text)
    found = [index for index, line in enumerate(lines) if pattern.answers(line)]
    return found[:_HITS_LIMIT]


class _Pattern:
    """One line of expectation made searchable: pieces that must follow one another, anything between them."""

    def __init__(self, text: str) -> None:
        normal = _normal(text)
        self._pieces: list[tuple[re.Pattern[str], tuple[str, ...]]] = []
        self._parts: list[str] = []
        self._bounds: list[str] = []
        since = 0
        for match in _TOKEN.finditer(normal):
            self._parts.append(re.escape(normal[since : match.start()]))
            since = match.end()
            if match["wild"]:
                self._finish_piece()
            else:
                self._parts.append(self._token(match))
        self._parts.append(re.escape(normal[since:]))
        self._finish_piece()

    def _token(self, match: re.Match[str]) -> str:
        if match["bound"]:
            self._bounds.append(match["bound"])
            return r"[<≤>≥]?=?\s?(-?[0-9]+(?:\.[0-9]+)?)"
        if match["version"]:
            return re.escape(match["version"][:-1]) + r"[0-9]+"
        return _NUMBER

    def _finish_piece(self) -> None:
        piece = re.compile(_EDGES.sub("", "".join(self._parts)), re.IGNORECASE)
        self._pieces.append((piece, tuple(self._bounds)))
        self._parts, self._bounds = [], []

    def answers(self, line: str) -> bool:
        """Whether the line holds the pieces in order, with their numbers inside their bounds."""
        position = 0
        for piece, bounds in self._pieces:
            match = piece.search(line, position)
            if match is None or not all(map(_within, bounds, match.groups())):
                return False
            position = match.end()
        return True


def _within(bound: str, value: str) -> bool:
    number = float(value)
    limit = float(bound.lstrip("<≤>≥= "))
    if bound[0] in "<≤":
        return number <= limit if "=" in bound or bound[0] == "≤" else number < limit
    return number >= limit if "=" in bound or bound[0] == "≥" else number > limit


def _longest_in_order(hits: list[tuple[int, list[int]]]) -> set[int]:
    """The patterns of the longest chain whose lines never go backwards.

    Several patterns may stand on one line (the keys of one record), so equal line numbers are in order.
    """
    tails: list[int] = []
    owners: list[tuple[int, int]] = []  # for each length: pattern, index of its link
    links: list[tuple[int, int]] = []  # pattern, link of its predecessor or -1
    for position, lines in hits:
        updates: dict[int, int] = {}
        for line in lines:
            length = bisect_right(tails, line)
            if updates.get(length, line + 1) > line:
                updates[length] = line
        for length in sorted(updates, reverse=True):
            links.append((position, owners[length - 1][1] if length else -1))
            entry = (position, len(links) - 1)
            if length == len(tails):
                tails.append(updates[length])
                owners.append(entry)
            elif updates[length] <= tails[length]:
                tails[length] = updates[length]
                owners[length] = entry
    shown: set[int] = set()
    link = owners[-1][1] if owners else -1
    while link >= 0:
        position, link = links[link]
        shown.add(position)
    return shown
