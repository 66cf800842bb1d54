"""What stands inside a line of Markdown: emphasis, code spans, list markers, durations."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINK = re.compile(r"\[([^\[\]]{1,300})\]\([^()\s]{0,500}\)")
_EMPHASIS = re.compile(r"\*\*|~~|`")
_CODE = re.compile(r"(?<!`)(`{1,4})(?!`)([^`]*)\1(?!`)")
_NUMBER = r"[0-9]{1,4}(?:\.[0-9]{1,3})?"
_DURATION = re.compile(
    rf"\(\s{{0,3}}[~≈]?\s?(?:{_NUMBER}\s?[-–—]\s?)?(?P<amount>{_NUMBER})\s?"
    r"(?P<unit>seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\.?\s{0,3}\)",
    re.IGNORECASE,
)
_MINUTES = {"s": 1 / 60, "m": 1.0, "h": 60.0}
_ITEM = re.compile(
    r"^(?P<indent>[ \t]*)(?P<marker>[-*+]|[0-9]{1,3}[.)])[ \t]+(?P<box>\[[ xX]\](?!\()(?=\s|$)[ \t]*)?"
)


@dataclass(frozen=True, slots=True)
class Item:
    """The head of a list item: where its text begins and where its box stands, if it has one."""

    text: int
    """Character at which the item's text begins, behind marker and box."""
    box: int | None
    """Character of the box's opening bracket."""
    number: str
    """Of an ordered item, else empty."""


def plain(text: str) -> str:
    """`text` without emphasis, code marks and link targets, white space collapsed."""
    return " ".join(_EMPHASIS.sub("", _LINK.sub(r"\1", text)).split())


def code_spans(text: str) -> tuple[str, ...]:
    """The contents of the inline code in `text`, in order."""
    return tuple(match.group(2).strip() for match in _CODE.finditer(text) if match.group(2).strip())


def without_code(text: str) -> str:
    """`text` with every character of its inline code blanked, its length kept."""
    return _CODE.sub(lambda match: " " * len(match.group()), text)


def split_minutes(text: str) -> tuple[str, float]:
    """`text` without its `(30 minutes)` and the minutes; the larger of a range, 0 where none is written."""
    match = _DURATION.search(text)
    if match is None:
        return text.strip(), 0.0
    minutes = float(match["amount"]) * _MINUTES[match["unit"][0].lower()]
    return (text[: match.start()] + text[match.end() :]).strip(), minutes


def item_of(text: str) -> Item | None:
    """The list item that `text` begins; None for a line that begins none."""
    match = _ITEM.match(text)
    if match is None:
        return None
    marker = match["marker"]
    box = match.start("box") if match["box"] else None
    return Item(match.end(), box, marker[:-1] if marker[0].isdigit() else "")
