"""Expected output as documents write it: a block behind its label, inline code, bullets, shell comments."""

from __future__ import annotations

import re
from collections.abc import Sequence

from thunes_tui.runbook.inline import code_spans, item_of, plain
from thunes_tui.runbook.source import Line, clean

_LABEL = re.compile(
    r"^[\s>]*(?:[-*+]\s+)?(?P<bold>\*\*|__)?(?P<words>(?:expected|sample|example)(?:\s(?:output|result|response)s?)?"
    r"|(?:you\s)?should see)\s{0,3}:?\s{0,3}(?P<unbold>\*\*|__)?\s{0,3}:?(?P<rest>.*)$",
    re.IGNORECASE,
)
_COMMENT = re.compile(
    r"(?:^|\s)#+\s{0,3}(?:expected|should print|should show)(?:\soutput)?\s{0,3}:\s{0,3}(?P<rest>\S.*)$",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"\b(expect(ed|s)?|outputs?|prints?|printed|returns?|shows?|should (see|look)|looks? like)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“](?P<words>[^\"“”]{2,200})[\"”]")
_NOTHING = re.compile(r"^(no|empty)( output)?$|^nothing( is printed)?$|^no output\b", re.IGNORECASE)
_ATTRIBUTION = re.compile(r"^\s*(should|you|the|a|an|this|output (should|contains))\b", re.IGNORECASE)
_VALUE = re.compile(r"[0-9=✅✓❌]|\b[A-Z][A-Z_]{3,}\b")
NO_OUTPUT = "No output"
"""The pattern of a step that must print nothing."""


def label_rest(text: str) -> str | None:
    """What stands behind an `**Expected output**:` on its line; None for a line that is no such label."""
    match = _LABEL.match(text)
    if match is None:
        return None
    labelled = match["bold"] or match["unbold"] or ":" in text[match.start("words") : match.start("rest")]
    rest = match["rest"].strip()
    return rest if labelled or not rest or rest.endswith(":") else None


def announces_output(text: str) -> bool:
    """Whether the line above a block says that the block is output."""
    rest = label_rest(text)
    if rest is not None:
        return not rest or rest.endswith(":")
    return text.rstrip().rstrip("*").endswith(":") and _HINT.search(text) is not None


def of_block(text: str) -> tuple[str, ...]:
    """The patterns of a block of output."""
    return tuple(clean(line.strip()) for line in text.splitlines() if line.strip())


def of_comments(command: str) -> tuple[str, ...]:
    """The patterns that comments `# Expected: ...` of a command state."""
    found: list[str] = []
    for line in command.split("\n"):
        match = _COMMENT.search(line[:2000])
        if match is not None:
            found.extend(_patterns(match["rest"]))
    return tuple(found)


def of_prose(lines: Sequence[Line]) -> tuple[str, ...]:
    """The patterns that labels outside blocks state, with the bullets under them."""
    found: list[str] = []
    listening = False
    for line in lines:
        rest = label_rest(line.text)
        if rest is not None:
            found.extend(_patterns(rest))
            listening = True
        elif listening and item_of(line.text) is not None:
            found.extend(_patterns(line.text[_text_of(line.text) :]))
        elif not line.blank:
            listening = False
    return tuple(found)


def _text_of(text: str) -> int:
    item = item_of(text)
    return item.text if item else 0


def _patterns(text: str) -> tuple[str, ...]:
    """What of an expectation in words can be looked for in output; nothing of a sentence for a person."""
    if _NOTHING.match(plain(text).rstrip(".")):
        return (NO_OUTPUT,)
    spans = code_spans(text) or tuple(match["words"] for match in _QUOTED.finditer(text))
    if spans:
        return tuple(clean(span) for span in spans)
    words = clean(plain(text))
    if words and len(words) <= 120 and _VALUE.search(words) and not _ATTRIBUTION.match(words):
        return (words,)
    return ()
