"""The part of another document that belongs beside a step, and the documents that a step names."""

from __future__ import annotations

import re

from thunes_tui.runbook.headings import Heading
from thunes_tui.runbook.model import Span, Step
from thunes_tui.runbook.zones import Document

_DOCUMENT = re.compile(
    r"(?<![\w/.~:-])(?P<path>(?:~|\.{1,2})?/?(?:[\w.-]{1,80}/){0,12}[\w.-]{1,80}\.(?:md|markdown|rst))\b"
)
_WORD = re.compile(r"\w+")
_STEM = 6  # letters that two forms of one word share: deactivat-e, deactivat-ion


def section(data: bytes, words: str) -> Span | None:
    """The section whose heading holds all `words`, up to the next heading as high; None without one.

    Letter case and hyphens do not count. Where no heading holds the words themselves, one that holds their
    stems does. Of several the first is taken.
    """
    document = Document(data)
    wanted = [word.lower() for word in _WORD.findall(words)]
    if not wanted:
        return None
    for stemmed in (False, True):
        for position, heading in enumerate(document.headings):
            if _holds(heading, wanted, stemmed=stemmed):
                return _span(document, position)
    return None


def links(step: Step) -> tuple[str, ...]:
    """The documents that a step's title, prose and block name, each once, in order."""
    text = f"{step.title}\n{step.prose}\n{step.command}"
    return tuple(dict.fromkeys(match["path"] for match in _DOCUMENT.finditer(text)))


def _holds(heading: Heading, wanted: list[str], *, stemmed: bool) -> bool:
    present = [word.lower() for word in _WORD.findall(heading.text)]
    if stemmed:
        return all(any(word[:_STEM] == other[:_STEM] for other in present) for word in wanted)
    return all(word in present for word in wanted)


def _span(document: Document, position: int) -> Span:
    heading = document.headings[position]
    following = document.headings[position + 1 :]
    end = next((other.line for other in following if other.level <= heading.level), len(document.lines))
    return Span(document.lines[heading.line].start, document.lines[end - 1].end)
