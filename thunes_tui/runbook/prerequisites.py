"""What must be at hand before the drill begins."""

from __future__ import annotations

from thunes_tui.runbook.criteria import items_of
from thunes_tui.runbook.headings import section_kind
from thunes_tui.runbook.inline import plain
from thunes_tui.runbook.source import clean
from thunes_tui.runbook.zones import Document

THUNES: tuple[str, ...] = (
    "2.5 hours without interruption",
    "Binance testnet account, its API keys configured",
    "Telegram bot configured, and the phone at hand",
    "Virtual environment active",
    "At least one open position, or a way to create one",
    "A second channel to the team, should Telegram fail",
    "A place for the results: this console keeps them; paper as a reserve",
)
"""The checklist of a THUNES drill, for a document that has none of its own."""


def prerequisites(data: bytes) -> tuple[str, ...]:
    """The boxed items of the document's own prerequisites section, outside its tests; else THUNES' seven."""
    document = Document(data)
    inside = {index for place in document.tests for index in range(place.first, place.end)}
    found: list[str] = []
    for position, heading in enumerate(document.headings):
        if heading.line in inside or section_kind(heading.text) != "prerequisites":
            continue
        following = document.headings[position + 1 :]
        end = next((other.line for other in following if other.level <= heading.level), len(document.lines))
        items = items_of(document.open_lines(heading.line + 1, end))
        boxed = (entry for entry in items if entry.item.box is not None)
        found.extend(clean(plain(entry.line.text[entry.item.text :])) for entry in boxed)
    return tuple(found) or THUNES
