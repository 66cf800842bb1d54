"""The one sanitiser: from bytes that anybody may have written to text that a terminal only prints.

The widgets draw `SafeText` alone, and only this module makes it. The screen's library passes escape sequences
in data on to the terminal (measured), so everything that could be one is made visible here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from thunes_tui.emoji_tags import EMOJI, TAGS

if TYPE_CHECKING:
    from thunes_tui.mask import Mask

LIMIT = 4096
"""Bytes of one line that are shown."""
MARKS_PER_BASE = 4
TAB = 8
"""Cells."""

_VISIBLE_C0 = {code: chr(0x2400 + code) for code in range(0x20) if code != 0x09} | {0x7F: "\u2421"}
# Printable for Unicode, yet without ink or width: fillers, the grapheme joiner, rare variation selectors.
_INKLESS = frozenset("\u115f\u1160\u3164\uffa0\u034f\u2800") | frozenset(map(chr, range(0xE0100, 0xE01F0)))
_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))
_DOTTED_CIRCLE = "\u25cc"


class SafeText(str):
    """Text without control, bidi, invisible or private characters; made by this module's functions only."""

    __slots__ = ()

    def __new__(cls, *_: object) -> Self:
        raise TypeError("SafeText is made by thunes_tui.text.safe and its fellows")

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self


def _made(text: str) -> SafeText:
    return str.__new__(SafeText, text)


EMPTY = _made("")


def safe(raw: bytes | str, limit: int = LIMIT) -> SafeText:
    """`raw`, one line without its end, as text that is safe to print; at most `limit` bytes of it.

    Invalid UTF-8 shows as `\\xNN`, C0 controls as their pictures (`␛`), other unprintable characters as
    `\\u202e`, tabs as blanks to the next eighth cell; what is cut off is told by ` …+N bytes`.
    """
    if isinstance(raw, SafeText) and len(raw) <= limit // 4:
        return raw
    if isinstance(raw, str):
        text, more = _clipped_text(raw, limit)
    else:
        text, more = _clipped_bytes(raw, limit)
    if not text.isprintable() or not text.isascii():
        text = _visible(text)
    return _made(f"{text} …+{more} bytes" if more else text)


def shown(raw: bytes, mask: Mask, limit: int = LIMIT) -> SafeText:
    """A complete line, masked and then made safe: the way of all data to a pane."""
    return safe(mask.line(raw), limit)


def joined(parts: Iterable[SafeText], between: str = "") -> SafeText:
    """Safe texts in a row, with a safe text between them."""
    return _made(safe(between).join(parts))


def _clipped_bytes(raw: bytes, limit: int) -> tuple[str, int]:
    more = 0
    if len(raw) > limit:
        end = limit
        while end > limit - 3 and raw[end] & 0xC0 == 0x80:
            end -= 1  # not in the middle of a character
        more = len(raw) - end
        raw = raw[:end]
    return raw.decode("utf-8", "backslashreplace"), more


def _clipped_text(text: str, limit: int) -> tuple[str, int]:
    if len(text) <= limit // 4 or (len(text) <= limit and text.isascii()):
        return text, 0
    return _clipped_bytes(text.encode("utf-8", "backslashreplace"), limit)


def _visible(text: str) -> str:
    if not text.isascii():
        text = _visible_beyond_ascii(text)
    text = text.translate(_VISIBLE_C0)
    return _without_tabs(text) if "\t" in text else text


def _visible_beyond_ascii(text: str) -> str:
    text = text.translate(_SELECTORS)
    marked = False
    for character in set(text):
        if character < "\x80":
            continue
        if character in _INKLESS or not (character.isprintable() or unicodedata.category(character) == "Zs"):
            text = text.replace(character, _escape(character))
        elif _is_mark(character):
            marked = True
    return _few_marks(text) if marked else text


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me", "Mc")


def _few_marks(text: str) -> str:
    """At most four combining marks on a character, the rest counted; a mark that leads gets a circle."""
    parts: list[str] = []
    marks = 0
    dropped = 0
    based = False
    for character in text:
        if character >= "\u0300" and _is_mark(character):
            if not based:
                parts.append(_DOTTED_CIRCLE)
                based = True
            marks += 1
            if marks <= MARKS_PER_BASE:
                parts.append(character)
            else:
                dropped += 1
            continue
        if dropped:
            parts.append(f"[+{dropped} marks]")
        based, marks, dropped = True, 0, 0
        parts.append(character)
    if dropped:
        parts.append(f"[+{dropped} marks]")
    return "".join(parts)


def _without_tabs(text: str) -> str:
    if text.isascii():
        return text.expandtabs(TAB)
    first, *rest = text.split("\t")
    parts, column = [first], cell_width(first)
    for part in rest:
        blanks = TAB - column % TAB
        parts += [" " * blanks, part]
        column += blanks + cell_width(part)
    return "".join(parts)


def character_width(character: str) -> int:
    """Cells of one character on a terminal: 0, 1 or 2."""
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cell_width(text: str) -> int:
    """Cells that `text` takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(character_width, text))


def clip(text: SafeText, width: int) -> SafeText:
    """`text` cut to at most `width` cells, the last one an `…` where something was cut off."""
    if (len(text) <= width and text.isascii()) or cell_width(text) <= width:
        return text
    if width <= 0:
        return EMPTY
    if text.isascii():
        return _made(text[: width - 1] + "…")
    used = 0
    for place, character in enumerate(text):
        used += character_width(character)
        if used > width - 1:
            return _made(text[:place] + "…")
    return text


def tags(text: SafeText) -> SafeText:
    """`text` with each emoji, whose width terminals disagree about, as a tag of fixed width: `[STOP]`."""
    if text.isascii() or not EMOJI.search(text):
        return text
    return _made(EMOJI.sub(_tag, text))


def _tag(match: re.Match[str]) -> str:
    return TAGS.get(match[0]) or f"[U+{ord(match[0]):X}]"


def counted(number: int, noun: str) -> str:
    """`1 open position`, `2 open positions`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
