"""Cutting, shifting and marking lines of styled text by cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from thunes_tui.text import cell_width, character_width
from thunes_tui.ui.widgets.line import Line, Part

HIT = "tab_on"
"""The style of what a search found."""
Find = Callable[[str], Sequence[tuple[int, int]]]
"""Where in a text the hits begin and end, in order."""


def shifted(line: Line, cells: int) -> Line:
    """The line without its first `cells` cells; half of a wide character that is left is a blank."""
    kept: Line = []
    for text, style in line:
        wide = cell_width(text)
        if cells >= wide:
            cells -= wide
            continue
        kept.append((_without(text, cells) if cells else text, style))
        cells = 0
    return kept


def _without(text: str, cells: int) -> str:
    if text.isascii():
        return text[cells:]
    for at, character in enumerate(text):
        if cells <= 0 and character_width(character):
            return " " * -cells + text[at:]
        cells -= character_width(character)
    return ""


def folded(line: Line, width: int, indent: int) -> list[Line]:
    """The line broken into rows of `width` cells wherever it is full, the later ones indented."""
    rows: list[Line] = [[]]
    room = width
    for text, style in line:
        rest = text
        while rest:
            taken = _fitting(rest, room)
            if taken:
                rows[-1].append((rest[:taken], style))
                room -= cell_width(rest[:taken])
                rest = rest[taken:]
            if rest:
                rows.append([(" " * indent, "text")])
                room = max(2, width - indent)
    return rows


def _fitting(text: str, room: int) -> int:
    """How many characters fit into `room` cells."""
    if text.isascii():
        return min(len(text), room)
    for at, character in enumerate(text):
        room -= character_width(character)
        if room < 0:
            return at
    return len(text)


def marked(line: Line, find: Find) -> Line:
    """The line with every hit in it marked."""
    return [piece for part in line for piece in _pieces(part, find(part[0]))]


def _pieces(part: Part, spans: Sequence[tuple[int, int]]) -> Line:
    text, style = part
    pieces: Line = []
    at = 0
    for start, end in spans:
        pieces += [(text[at:start], style), (text[start:end], HIT)]
        at = end
    return [piece for piece in [*pieces, (text[at:], style)] if piece[0]]
