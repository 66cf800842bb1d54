"""Looks for a line through a store of any size, in slices so short that the console goes on meanwhile."""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from thunes_tui.errors import Unusable
from thunes_tui.lines.line import Line, Position
from thunes_tui.lines.store import LineStore

SLICE_S = 0.004
"""What a slice should take; the number of its lines is fitted to it."""
FIRST, FEWEST, MOST = 64, 8, 2048
"""Lines of a slice."""
REGEX_BYTES = 4096
"""How much of a line a regular expression sees."""
MOST_REPEATS = 3
"""A pattern with more open repetitions could take minutes for one line."""
REPEATS = ("MAX_REPEAT", "MIN_REPEAT")
SHORT_REPEAT = 16
"""Up to so many times, a repetition counts as a fixed one."""

_parser: Any = importlib.import_module("re._parser")  # the one way to see a pattern's structure


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is looked for: plain text, or a regular expression after a leading `/`."""

    text: str
    raw: re.Pattern[bytes]
    shown: re.Pattern[str]

    def found_in(self, line: Line) -> bool:
        return self.raw.search(line.data, 0, REGEX_BYTES if self.is_regex else len(line.data)) is not None

    @property
    def is_regex(self) -> bool:
        return self.text.startswith("/")


def pattern_of(text: str) -> Pattern:
    """A pattern from what was typed; capitals in it make it tell them apart. Raises Unusable."""
    is_regex = text.startswith("/")
    source = text[1:] if is_regex else re.escape(text)
    flags = re.IGNORECASE if text == text.lower() else re.NOFLAG
    try:
        if is_regex and _is_dangerous(source):
            raise Unusable(f"{source} repeats repetitions: it could take for ever; say it more simply")
        return Pattern(text, re.compile(source.encode(), flags), re.compile(source, flags))
    except (re.error, RecursionError, OverflowError) as error:
        raise Unusable(f"{source} is no regular expression: {error}") from error


def _is_dangerous(source: str) -> bool:
    """Whether open repetitions stand in each other, or more of them in a row than is safe."""
    depths = list(_open_repeats(_parser.parse(source), 0))
    return len(depths) > MOST_REPEATS or any(depth > 0 for depth in depths)


def _open_repeats(parsed: object, depth: int) -> Iterator[int]:
    """For each repetition without a small bound: how many others it stands in."""
    if isinstance(parsed, (_parser.SubPattern, list)):
        for item in parsed:
            yield from _open_repeats(item, depth)
    elif isinstance(parsed, tuple):
        inner = depth
        if len(parsed) == 2 and str(parsed[0]) in REPEATS:
            _least, most, _body = parsed[1]
            if most > SHORT_REPEAT:
                yield depth
                inner = depth + 1
        for item in parsed:
            yield from _open_repeats(item, inner)


async def seek(
    store: LineStore,
    start: Position,
    matches: Callable[[Line], bool],
    *,
    forward: bool,
    progress: Callable[[float], object],
) -> Position | None:
    """The first line after (or before) `start` that matches; None when there is none. Cancel it at will.

    `BEGINNING` and `END` are places to start from as well.
    """
    loop = asyncio.get_running_loop()
    at, count = start, FIRST
    while True:
        began = loop.time()
        lines = store.after(at, count) if forward else store.before(at, count)[::-1]
        if not lines:
            return None
        for line in lines:
            if matches(line):
                return line.position
        at = lines[-1].position
        took = loop.time() - began
        count = max(FEWEST, count // 2) if took > SLICE_S else min(MOST, count * 2)
        progress(store.progress(at))
        await asyncio.sleep(0)
