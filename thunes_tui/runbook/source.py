"""A document's bytes as numbered lines that know where each of their characters lies in the file."""

from __future__ import annotations

import re
from itertools import accumulate

from thunes_tui.runbook.model import Span, Unplaced

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SHOWN = 200  # characters of a line shown in a message


class Line:
    """One line without its line end; bytes that are not UTF-8 stand in `text` as lone surrogates."""

    __slots__ = ("_offsets", "end", "number", "start", "text")

    def __init__(self, number: int, start: int, raw: bytes) -> None:
        self.number = number
        """Counted from 1."""
        self.start = start
        self.end = start + len(raw)
        self.text = raw.decode("utf-8", "surrogateescape")
        self._offsets: list[int] | None = None

    def offset(self, index: int) -> int:
        """The byte of the file at which character `index` begins; the line's end for the line's length."""
        if self.end - self.start == len(self.text):
            return self.start + index
        if self._offsets is None:
            widths = (len(character.encode("utf-8", "surrogateescape")) for character in self.text)
            self._offsets = list(accumulate(widths, initial=self.start))
        return self._offsets[index]

    def span(self, begin: int, end: int) -> Span:
        """The bytes of the characters from `begin` to `end` (exclusive)."""
        return Span(self.offset(begin), self.offset(end))

    @property
    def blank(self) -> bool:
        return not self.text or self.text.isspace()

    @property
    def indent(self) -> int:
        """Columns of leading white space, a tab reaching to the next multiple of four."""
        column = 0
        for character in self.text:
            if character == " ":
                column += 1
            elif character == "\t":
                column += 4 - column % 4
            else:
                break
        return column


def clean(text: str) -> str:
    """`text` with U+FFFD for every byte that was not UTF-8, so that it survives a trip through JSON."""
    return _SURROGATE.sub("�", text)


def decodable(text: str) -> bool:
    """Whether every byte of `text` was UTF-8."""
    return _SURROGATE.search(text) is None


def read_lines(data: bytes) -> tuple[Line, ...]:
    """The document's lines; ends are LF or CRLF, or lone CR where a document has no LF at all."""
    start = len(_BYTE_ORDER_MARK) if data.startswith(_BYTE_ORDER_MARK) else 0
    separator = b"\r" if b"\n" not in data and b"\r" in data else b"\n"
    pieces = data[start:].split(separator)
    if pieces[-1] == b"":
        pieces.pop()
    lines = []
    for number, piece in enumerate(pieces, 1):
        raw = piece[:-1] if piece.endswith(b"\r") else piece
        lines.append(Line(number, start, raw))
        start += len(piece) + 1
    return tuple(lines)


def unplaced(line: Line, why: str) -> Unplaced:
    """`line` as something that was seen and could not be placed."""
    return Unplaced(line.number, clean(line.text.strip()[:_SHOWN]), why)


def undecodable(data: bytes, lines: tuple[Line, ...]) -> list[Unplaced]:
    """The lines that are not UTF-8 text; one entry for a whole document in UTF-16."""
    if data.startswith(_UTF_16_MARKS):
        return [Unplaced(1, "", "the document is UTF-16; save it as UTF-8")]
    why = "bytes that are not UTF-8; they are shown as U+FFFD and never run"
    return [unplaced(line, why) for line in lines if not decodable(line.text)]
