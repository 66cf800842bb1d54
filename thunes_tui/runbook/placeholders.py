"""What in a block waits to be filled in: `[DATE]`, `<NAME>`, `your_key_here`, a blank; and filling it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from thunes_tui.runbook.hidden import hides_text
from thunes_tui.runbook.wrappers import names

LONGEST = 500
"""Characters of a value."""
_COMMENT = re.compile(r"^[ \t]*#[^\n]*$", re.MULTILINE)
_STATUS_WORDS = names(
    "OK INFO WARN WARNING ERROR DEBUG CRITICAL FATAL NOTE PASS PASSED FAIL FAILED SKIP SKIPPED DONE YES NO "
    "DRILL TEST TESTNET LIVE STEP START END EXIT RUN CHECK"
)
_BRACKET = re.compile(
    r"(?<![\w$.\])\\^])\[(?P<text>[A-Z][A-Z0-9_]+(?:[ /_-][A-Z0-9_]+){0,6}|[A-Z]/[0-9](?: [a-z ]{1,30})?"
    r"|[A-Z][a-z]+(?: [a-z]+){0,4} [0-9N]{1,2}|(?:your|insert|enter|fill|replace)[ _-][\w -]{1,40}"
    r"|Not yet [a-z ]{1,30})\](?![\w*+?{(])"
)
_PLACEHOLDER = re.compile(
    r"(?<!\w)_{3,}(?!\w)"
    r"|(?<![<\w])<(?:[A-Z][A-Z0-9_-]+|your[ _-][\w -]{1,40}|[a-z]+(?:[_-][a-z]+){1,5}"
    r"|pid|id|name|date|path|file|user|host)>"
    r"|\byour[_-]\w+|\bYOUR[_-]\w+|\b(?:CHANGEME|CHANGE_ME|REPLACE_ME|FILL_ME)\b|\{\{ ?[A-Z_]+ ?\}\}"
)
_SECRET = re.compile(r"(?i)(?:key|secret|token|password|passphrase|credential)s?(?![a-z])")
_BY_NAME = re.compile(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One place of a block that waits for its value."""

    text: str
    """As it stands there."""
    start: int
    end: int
    """Its characters in the block, `end` exclusive."""
    line: str
    """The line around it, for a person to see what is asked."""

    @property
    def is_secret(self) -> bool:
        """Whether what belongs there is a secret, by its own name or by the one that it is given to."""
        before = self.line.partition(self.text)[0]
        given_to = re.search(r"(\w+)\s*[=:]\s*['\"]?$", before)
        return any(_SECRET.search(word) for word in (self.text, given_to[1] if given_to else ""))


def placeholders(block: str) -> tuple[Placeholder, ...]:
    """Those of a block in the order of its text; a comment's wait for nobody."""
    text = _COMMENT.sub(lambda comment: " " * len(comment[0]), block)
    found = [match.span() for match in _PLACEHOLDER.finditer(text)]
    found += [match.span() for match in _BRACKET.finditer(text) if match["text"] not in _STATUS_WORDS]
    places: list[Placeholder] = []
    for start, end in sorted(found):
        if places and start < places[-1].end:
            continue  # the wider one, which begins first, says it all
        begin = block.rfind("\n", 0, start) + 1
        until = block.find("\n", end)
        line = block[begin : until if until >= 0 else len(block)]
        places.append(Placeholder(block[start:end], start, end, line.strip()))
    return tuple(places)


def filled(block: str, values: Sequence[str]) -> str:
    """The block with a value in each place; as many of them as it has places."""
    parts, at = [], 0
    for place, value in zip(placeholders(block), values, strict=True):
        parts += [block[at : place.start], value]
        at = place.end
    return "".join([*parts, block[at:]])


def unfit(place: Placeholder, value: str) -> str:
    """Why a value cannot stand there; empty when it can. Left as it stands it always can."""
    if value == place.text:
        return ""
    if not value.strip():
        return "has no value yet"
    if len(value) > LONGEST:
        return f"takes {LONGEST} characters at most"
    if "\n" in value or "\r" in value or not value.isprintable() or hides_text(value):
        return "takes one line of plain characters"
    if placeholders(value):
        return "is filled with another placeholder"
    if place.is_secret and not _BY_NAME.fullmatch(value):
        return "is a secret: set a variable in the shell, and give its name here, as $NAME"
    return ""
