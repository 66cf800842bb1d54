"""Lines of styled text: the one form in which words reach the screen, without any markup.

A `Line` is a list of parts, each a text and the name of a style of `ui.theme`. Cutting and padding count
cells, and a text with anything unprintable in it is sanitised once more, whoever made it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from thunes_tui.text import SafeText, cell_width, clip, safe, tags

Part = tuple[str, str]
"""A text and the name of its style."""
Line = list[Part]
Paint = Callable[[str, str], Style]
"""From a style's name, and that of the style whose ground it stands on or nothing, to the theme's style."""


def data(text: str, style: str = "text") -> Part:
    """A part whose text came from outside: a document, a log, a person."""
    return (tags(text if isinstance(text, SafeText) else safe(text)), style)


def width_of(line: Iterable[Part]) -> int:
    """Cells that a line takes."""
    return sum(len(text) if text.isascii() else cell_width(text) for text, _ in line)


def cut(line: Iterable[Part], width: int) -> Line:
    """The line within `width` cells, ending in `…` where something had to go."""
    kept: Line = []
    room = max(0, width)
    for text, style in line:
        wide = len(text) if text.isascii() else cell_width(text)
        if wide <= room:
            kept.append((text, style))
            room -= wide
            continue
        if room > 0:
            kept.append((clip(safe(text), room), style))
        elif kept:
            last, last_style = kept[-1]
            kept[-1] = (clip(safe(last + "……"), cell_width(last)), last_style)
        break
    return kept


def spread(left: Iterable[Part], right: Iterable[Part], width: int, gap: int = 1) -> Line:
    """`left` at the left and `right` at the right edge; `left` gives way where both do not fit."""
    ending = cut(right, width)
    taken = width_of(ending)
    beginning = cut(left, width - taken - gap if taken else width)
    space = width - taken - width_of(beginning)
    return [*beginning, (" " * max(0, space), "text"), *ending]


def strip(line: Iterable[Part], width: int, paint: Paint, over: str = "") -> Strip:
    """The line as exactly `width` cells, on the ground of the style `over`."""
    segments = []
    taken = 0
    for text, style in cut(line, width):
        shown = text if text.isprintable() else safe(text)
        taken += len(shown) if shown.isascii() else cell_width(shown)
        segments.append(Segment(shown, paint(style, over)))
    if taken < width:
        segments.append(Segment(" " * (width - taken), paint("text", over)))
    return Strip(segments, max(taken, width))


def wrapped(line: Line, width: int, indent: int = 0) -> list[Line]:
    """The line broken at spaces into lines of at most `width` cells, the later ones indented."""
    rows: list[Line] = [[]]
    room = width
    for text, style in line:
        for spaced in _words(text):
            word = spaced
            if cell_width(word) > room and rows[-1] and word.strip():
                rows.append([(" " * indent, style)] if indent else [])
                room = width - indent
                word = spaced.lstrip()
            rows[-1].append((word, style))
            room -= cell_width(word)
    return rows


def _words(text: str) -> Iterable[str]:
    """The words of a text, each with the spaces before it."""
    start = 0
    for at in range(1, len(text)):
        if text[at] == " " and text[at - 1] != " ":
            yield text[start:at]
            start = at
    if text:
        yield text[start:]
