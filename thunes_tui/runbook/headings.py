"""Titles: headings, `Test N: Title (30 minutes)`, `**Step N: Title**`, and the known sections of a test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from thunes_tui.runbook.inline import item_of, plain, split_minutes
from thunes_tui.runbook.source import Line

SectionKind = Literal["objective", "prerequisites", "procedure", "criteria", "results"]

BOLD_LEVEL = 7
"""The level of a bold line that serves as a title: below every heading."""

_ATX = re.compile(r"^ {0,3}(?P<marks>#{1,6})(?:[ \t](?P<text>.*))?$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$")
_NUMBERED = r"\s{1,3}#?(?P<number>[0-9]{1,4}(?:\.[0-9]{1,4}){0,3}[a-z]?)"
_TITLE = r"(?:\s{0,3}[:.)\-–—]\s*(?P<title>.*))?$"
_TEST = re.compile(rf"^(?:[^\w\s]{{1,4}}\s)?(?:[0-9]{{1,2}}[.)]\s)?Test{_NUMBERED}{_TITLE}", re.IGNORECASE)
_STEP = re.compile(rf"^(?:[^\w\s]{{1,4}}\s)?Step{_NUMBERED}{_TITLE}", re.IGNORECASE)
_BOLD = re.compile(r"^(?P<mark>\*\*|__)(?P<inner>[^*]{1,400}?)(?P=mark)(?P<after>.*)$")
_LABEL = re.compile(r"^\*\*(?P<label>[^*]{1,80}?):?\*\*:?(?P<after>.*)$")
_LOOSE_STEP = re.compile(r"^\s{0,3}Step\s[0-9]{1,4}\s?[:.)]", re.IGNORECASE)
_WORDS: tuple[tuple[SectionKind, re.Pattern[str]], ...] = (
    (
        "criteria",
        re.compile(
            r"\b(success|acceptance|pass|validation) (criteri|point)|\bvalidation points?\b", re.IGNORECASE
        ),
    ),
    (
        "prerequisites",
        re.compile(r"\b(prerequisites?|preconditions?|before you (start|begin))\b", re.IGNORECASE),
    ),
    ("objective", re.compile(r"^(test )?(objectives?|goals?|purpose)\b", re.IGNORECASE)),
    (
        "results",
        re.compile(r"^(test |drill )?(results?|recording|observations|measurements)\b", re.IGNORECASE),
    ),
    ("procedure", re.compile(r"^(test )?(procedure|steps|execution|actions)\b", re.IGNORECASE)),
)
_OUTSIDE = re.compile(
    r"\b(post-?drill|appendix|overall results?|drill summary|action items|key learnings|emergenc|sign-?off)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading; `line` counts from 0, `text` is without its marks."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Title:
    """What the title of a test or a step says."""

    number: str
    title: str
    minutes: float
    level: int
    after: int = 0
    """Character of the line behind a bold title, where its prose goes on; 0 for a heading."""


def find_headings(lines: tuple[Line, ...], covered: frozenset[int]) -> tuple[Heading, ...]:
    """Every heading outside the `covered` lines, underlined ones included."""
    found = []
    for index, line in enumerate(lines):
        if index in covered:
            continue
        heading = _atx(line.text, index)
        if heading is None and _underlined(lines, covered, index):
            heading = Heading(index, 1 if "=" in lines[index + 1].text else 2, plain(line.text))
        if heading is not None:
            found.append(heading)
    return tuple(found)


def test_title(heading: Heading) -> Title | None:
    """The title of a test: `Test 3: Crash recovery (30 minutes)`."""
    return _titled(_TEST, heading.text, heading.level)


def step_title(heading: Heading) -> Title | None:
    """The title of a step written as a heading: `Step 1.2: Start the bot (5 minutes)`."""
    return _titled(_STEP, heading.text, heading.level)


def bold_step(text: str) -> Title | None:
    """The title of a step written as a bold line, in a list or not: `**Step 2: Activate** (10 min)`."""
    item = item_of(text)
    begin = item.text if item else len(text) - len(text.lstrip())
    if item is None and begin > 3:
        return None
    match = _BOLD.match(text[begin:])
    if match is None:
        return None
    after = match["after"]
    if "[ ]" in after or "___" in after:
        return None
    inner, minutes = split_minutes(plain(match["inner"]).rstrip(":"))
    titled = _STEP.match(inner)
    if titled is None:
        return None
    rest, behind = split_minutes(after)
    name = (titled["title"] or "").strip()
    if not name:
        name, after = rest.lstrip(":.-–— "), ""
    spoken = begin + match.start("after") if after.strip() and rest.strip(" :") else len(text)
    return Title(titled["number"], plain(name), minutes or behind, BOLD_LEVEL, spoken)


def section_kind(text: str) -> SectionKind | None:
    """Which part of a test a heading's text begins; None for any other heading."""
    words = plain(text).strip(" :")
    return next((kind for kind, pattern in _WORDS if pattern.search(words)), None)


def section_label(text: str) -> tuple[SectionKind, int] | None:
    """The part of a test that a line `**Success Criteria**:` begins, and where in it the text goes on."""
    match = _LABEL.match(text)
    if match is None:
        return None
    kind = section_kind(match["label"])
    if kind in (None, "procedure") or (kind == "results" and match["after"].strip(" :")):
        return None
    return kind, match.start("after")


def leaves_tests(heading: Heading) -> bool:
    """Whether a heading begins what stands behind the tests, however deep it is."""
    return _OUTSIDE.search(heading.text) is not None


def is_landmark(text: str) -> bool:
    """Whether a line of an open block is so surely a title that the block must have ended before it.

    A shell comment may read `# Step 2: check`; a bold step, a second-level test, a third-level step is none.
    """
    if bold_step(text) is not None:
        return True
    heading = _atx(text, 0)
    if heading is None or text[0] != "#":
        return False
    return (heading.level >= 2 and test_title(heading) is not None) or (
        heading.level >= 3 and step_title(heading) is not None
    )


def is_loose_step(text: str) -> bool:
    """Whether a line reads like a step's title but is neither bold nor a heading."""
    return _LOOSE_STEP.match(text) is not None


def _titled(pattern: re.Pattern[str], text: str, level: int) -> Title | None:
    name, minutes = split_minutes(plain(text))
    match = pattern.match(name)
    if match is None:
        return None
    return Title(match["number"], (match["title"] or "").strip(), minutes, level)


def _atx(text: str, index: int) -> Heading | None:
    match = _ATX.match(text)
    if match is None:
        return None
    words = (match["text"] or "").strip()
    opened = words.rstrip("#")
    if not opened or opened[-1] in " \t":
        words = opened
    return Heading(index, len(match["marks"]), plain(words))


def _underlined(lines: tuple[Line, ...], covered: frozenset[int], index: int) -> bool:
    """Whether the line alone is a paragraph and the next one its underline."""
    text = lines[index].text
    if lines[index].blank or index + 1 >= len(lines) or index + 1 in covered or lines[index].indent > 3:
        return False
    if index > 0 and index - 1 not in covered and not lines[index - 1].blank:
        return False
    if item_of(text) or text.lstrip().startswith(("|", ">", "**", "<")):
        return False
    return _UNDERLINE.match(lines[index + 1].text) is not None
