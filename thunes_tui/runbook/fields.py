"""Blanks to fill and choices to make, each with the bytes it occupies.

`- **Data loss**: [ ] NONE [ ] MINOR (note)` is a choice, `Yes [ ] No [ ]` too. Blanks are
`_____ seconds (expected: <5)`, `Day __ of 7`, `\\_\\_\\_` as formatters write it, and a lone
`[Not yet executed]`. A single box is a checkbox.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from thunes_tui.runbook.inline import plain, without_code
from thunes_tui.runbook.model import Field, Span
from thunes_tui.runbook.source import Line, clean

BOX = re.compile(r"\[[ xX]\](?!\()")
_UNIT = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|ms|s|h|%|[kKMGT]i?B|USDT|USD|BTC|UTC)(?![A-Za-z0-9])"
)
_BLANK = re.compile(
    rf"(?<![\w\\])(?:_{{3,}}+(?:(?={_UNIT})|(?![A-Za-z0-9]))|(?:\\_){{3,}}+)|(?<!\S)__(?=[\s/%]|$)"
)
_BEHIND = re.compile(rf"(?P<unit>[ \t]{{0,3}}{_UNIT})?(?:[ \t]{{0,3}}\((?P<note>[^()]{{1,200}})\))?")
_NOTE = re.compile(r"[ \t]{0,3}\((?P<note>[^()]{1,200})\)[ \t]{0,3}$")
_EXPECTED = re.compile(r"^(?:expected|target|should be)\b:?\s*", re.IGNORECASE)
_BRACKET = re.compile(
    r"(?:^|[:|]\**)[ \t]{0,3}(?P<bracket>\[(?=[A-Z]|[^\]]*[/_ ])[A-Za-z][^\[\]]{1,80}\])[ \t]{0,3}$"
)
_LEAD = re.compile(r"^[\s*+>|,;()/-]*(?:[0-9]{1,3}[.)]\s+)?")
_TRAIL = " \t*:=`|,;(/-–—→"


class Stretch(NamedTuple):
    """Part of a line that is read for fields: characters `begin` to `end`, and the label to fall back on."""

    line: Line
    begin: int
    end: int
    hint: str = ""


def fields_of(stretch: Stretch) -> tuple[Field, ...]:
    """Every blank, choice and checkbox of the stretch, in order."""
    text = without_code(stretch.line.text)
    boxes = [match.span() for match in BOX.finditer(text, stretch.begin, stretch.end)]
    found = _blanks(stretch, boxes)
    if boxes:
        found.append(_choice(stretch, boxes) if len(boxes) > 1 else _checkbox(stretch, boxes[0]))
    if not found and (bracket := _bracket(stretch)) is not None:
        found.append(bracket)
    return tuple(sorted(found, key=lambda field: field.span.start))


def label_of(text: str) -> str:
    """The words that a piece of a line in front of a blank or box reads."""
    return clean(plain(_LEAD.sub("", text)).strip(_TRAIL))


def _choice(stretch: Stretch, boxes: list[tuple[int, int]]) -> Field:
    """The choice that the boxes make; the options stand behind their boxes, or all before them."""
    text = stretch.line.text
    before = text[stretch.begin : boxes[0][0]]
    ends = [begin for begin, _ in boxes[1:]] + [stretch.end]
    behind = [text[end:until] for (_, end), until in zip(boxes, ends, strict=True)]
    colon = before.rfind(":")
    first = before[colon + 1 :]
    if label_of(first) and not behind[-1].strip() and all(piece.strip() for piece in behind[:-1]):
        options = tuple(label_of(piece) for piece in (first, *behind[:-1]))
        lead = _LEAD.match(first)
        begin = stretch.begin + colon + 1 + (lead.end() if lead else 0)
        label = label_of(before[:colon]) if colon >= 0 else ""
        return _row(stretch, boxes, (begin, boxes[-1][1]), Field(label, "choice", Span(0, 0), options))
    note = _NOTE.search(behind[-1])
    tail = behind[-1][: note.start()] if note else behind[-1]
    options = tuple(label_of(_cut(piece)) for piece in (*behind[:-1], tail))
    end = boxes[-1][1] + len(_cut(tail).rstrip(_TRAIL))
    plan = Field(label_of(before), "choice", Span(0, 0), options, expected=_noted(note))
    return _row(stretch, boxes, (boxes[0][0], max(end, boxes[-1][1])), plan)


def _row(stretch: Stretch, boxes: list[tuple[int, int]], row: tuple[int, int], plan: Field) -> Field:
    """`plan` with its places: the row of options from character `row[0]` to `row[1]`, and the boxes."""
    spans = tuple(stretch.line.span(*box) for box in boxes)
    return replace(plan, label=plan.label or stretch.hint, span=stretch.line.span(*row), boxes=spans)


def _checkbox(stretch: Stretch, box: tuple[int, int]) -> Field:
    text = stretch.line.text
    before = label_of(text[stretch.begin : box[0]])
    behind = label_of(_cut(text[box[1] : stretch.end]))
    label = f"{before}: {behind}" if before and behind else before or behind or stretch.hint
    span = stretch.line.span(*box)
    return Field(label, "checkbox", span, (), (span,))


def _blanks(stretch: Stretch, boxes: list[tuple[int, int]]) -> list[Field]:
    text = stretch.line.text
    found: list[Field] = []
    since = stretch.begin
    for match in _BLANK.finditer(text, stretch.begin, stretch.end):
        if match.start() < since:
            continue
        behind = _BEHIND.match(text, match.end(), stretch.end)
        note = behind["note"] if behind else None
        unit = (behind["unit"] or "").strip() if behind else ""
        begin = max([since, *(end for _, end in boxes if end <= match.start())])
        label = label_of(text[begin : match.start()]) or stretch.hint
        expected = _EXPECTED.sub("", note.strip()) if note else ""
        span = stretch.line.span(match.start(), match.end())
        found.append(Field(label, "blank", span, unit=unit, expected=clean(expected)))
        since = behind.end() if behind else match.end()
    return found


def _bracket(stretch: Stretch) -> Field | None:
    """A placeholder such as `[Not yet executed]` that is the whole value of its line or cell."""
    text = without_code(stretch.line.text)[stretch.begin : stretch.end]
    match = _BRACKET.search(text)
    if match is None:
        return None
    begin, end = match.span("bracket")
    label = label_of(text[:begin]) or stretch.hint
    if not label:
        return None
    span = stretch.line.span(stretch.begin + begin, stretch.begin + end)
    return Field(label, "blank", span, expected=clean(match["bracket"][1:-1]))


def _cut(text: str) -> str:
    """`text` up to its first blank."""
    match = _BLANK.search(text)
    return text[: match.start()] if match else text


def _noted(match: re.Match[str] | None) -> str:
    return clean(_EXPECTED.sub("", match["note"].strip())) if match else ""


def is_rule(line: Line, previous: str) -> bool:
    """Whether a line of underscores alone is a thematic break and not a long blank under its question."""
    text = line.text.strip()
    return (
        len(text) >= 3
        and not text.strip("_")
        and len(text) <= 5
        and line.indent <= 3
        and not previous.endswith(":")
    )
