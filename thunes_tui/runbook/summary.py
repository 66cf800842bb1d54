"""What stands outside the tests: the post-drill summary's fields, action items, and steps of no test."""

from __future__ import annotations

import re

from thunes_tui.runbook.form import FormReader
from thunes_tui.runbook.headings import Heading, bold_step, section_kind, step_title
from thunes_tui.runbook.model import Field
from thunes_tui.runbook.zones import Document

_ACTIONS = re.compile(r"\baction items?\b", re.IGNORECASE)
_ACTION_LABEL = re.compile(r"^\*\*action items?(?: [^*]{0,40})?:?\*\*:?\s*$", re.IGNORECASE)


def fields_outside(document: Document) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """The fields of the summary, and those of the action items, in the order of the document."""
    inside = {index for place in document.tests for index in range(place.first, place.end)}
    headings = {heading.line: heading for heading in document.headings}
    summary: list[Field] = []
    actions: list[Field] = []
    reader, into, skipping = FormReader(""), summary, False
    for line in document.open_lines(0, len(document.lines)):
        index = line.number - 1
        if index in inside:
            continue
        heading = headings.get(index)
        if heading is not None or _ACTION_LABEL.match(line.text):
            into.extend(reader.fields)
            into, reader = (actions if _begins_actions(heading) else summary), _reader(heading)
            skipping = heading is not None and section_kind(heading.text) == "prerequisites"
        if (heading and step_title(heading)) or (heading is None and bold_step(line.text)):
            document.list_line(index, "a step outside every test is not part of the drill")
        if not skipping:
            reader.read(line)
    into.extend(reader.fields)
    _list_blocks(document, inside)
    return tuple(summary), tuple(actions)


def _begins_actions(heading: Heading | None) -> bool:
    return heading is None or _ACTIONS.search(heading.text) is not None


def _reader(heading: Heading | None) -> FormReader:
    numbered = _begins_actions(heading)
    return FormReader(heading.text if heading else "Action item", numbered=numbered)


def _list_blocks(document: Document, inside: set[int]) -> None:
    for fence in document.fences:
        if fence.shell and fence.closed and fence.first not in inside:
            document.list_line(fence.first, "a block outside every test is not run")
