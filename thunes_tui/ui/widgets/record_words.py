"""The words of a record that a person may see: masked as the bytes they came as, and as the text they became.

A secret can stand in a record as it is, in JSON's escapes, as a bare number, or be put together by a filter;
so the raw bytes are masked before they are read, and every text again before it is made safe to print.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from thunes_tui.lines.jq.exact import Members, Number, exact, written
from thunes_tui.mask import Mask
from thunes_tui.text import LIMIT
from thunes_tui.ui.widgets.line import Line, Part, data

PIECE = 1024
"""Characters that are made safe at a time."""
LONGEST = 65_536
"""Characters of one value that are shown."""
_LABEL = re.compile(rb"(?<=[:\[,\s])\[redacted:([A-Za-z0-9_.\- ]+)\](?=\s*[,}\]])")
_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is no UTF-8."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?\s*:?|[^"]+', re.DOTALL)


def readable(raw: bytes, mask: Mask) -> Any:
    """The value of a record without its secrets, as it is written; None where it can't be read as one."""
    masked = mask.line(raw)
    for text in (masked, _LABEL.sub(rb'"[redacted:\1]"', masked)):
        try:
            return exact(text)
        except ValueError:
            continue
    return None


def said(parts: Iterable[Part], mask: Mask) -> Line:
    """Texts from a record as parts that are safe to print, without any secret in one or across several."""
    return [safe_part for part in masked(parts, mask) for safe_part in _pieces(part)]


def masked(parts: Iterable[Part], mask: Mask) -> list[Part]:
    """The same parts, with what is secret in their texts one after the other replaced."""
    parts = list(parts)
    encoded = [text.encode("utf-8", "surrogatepass") for text, _ in parts]
    spans = mask.spans(b"".join(encoded))
    if not spans:
        return parts
    kept: list[Part] = []
    begin = 0
    for (_, style), whole in zip(parts, encoded, strict=True):
        end, at = begin + len(whole), begin
        for start, stop, name in spans:
            if stop <= begin or start >= end:
                continue
            before = whole[at - begin : max(0, start - begin)]
            label = f"[redacted:{name}]" if start >= begin else ""
            kept.append((before.decode("utf-8", "surrogatepass") + label, style))
            at = min(stop, end)
        kept.append((whole[at - begin :].decode("utf-8", "surrogatepass"), style))
        begin = end
    return kept


def _pieces(part: Part) -> Line:
    """One part, or several of a long text; one that is longer still says how much is left out."""
    text, style = part
    shown = _BYTE.sub(lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", text[:LONGEST])
    pieces = [data(shown[at : at + PIECE], style) for at in range(0, len(shown), PIECE)]
    if len(text) > LONGEST:
        pieces.append((f" … +{len(text) - LONGEST:,} characters", "dim"))
    return pieces


def value_text(value: Any) -> str:
    """A value as people read it: text without quotes, all else as JSON has it."""
    if isinstance(value, str):
        return str(value)
    return written(value)


def value_style(value: Any) -> str:
    """Text is plain; what is no text can be told from it."""
    if isinstance(value, Number) or value is None or isinstance(value, bool):
        return "added"
    return "dim" if isinstance(value, (Members, list)) else "text"


def tinted(text: str) -> Line:
    """JSON with the names of its members dimmed; the parts together are the text, byte for byte."""
    parts: Line = []
    for match in _TOKEN.finditer(text[:LIMIT]):
        token = match[0]
        style = "dim" if token[:1] != '"' or token.endswith(":") else "text"
        if style == "dim" and token[:1] != '"' and re.search(r"\w", token):
            style = "added" if not re.fullmatch(r"[\s{}\[\],:]*", token) else "dim"
        parts.append((token, style))
    return [*parts, (text[LIMIT:], "dim")] if len(text) > LIMIT else parts
