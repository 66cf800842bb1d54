"""A drill document's bytes as a `Runbook`.

Pure and total: any bytes give a runbook, the same bytes the same one, and what can't be placed is listed in
`unplaced` with its line and the reason. The grammar is that of design 7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from thunes_tui.runbook.blocks import sort_blocks
from thunes_tui.runbook.criteria import ListItem, criteria_of, is_choice, items_of, texts_of
from thunes_tui.runbook.expectations import of_comments, of_prose
from thunes_tui.runbook.flags import flags_of
from thunes_tui.runbook.form import FormReader
from thunes_tui.runbook.headings import is_loose_step
from thunes_tui.runbook.inline import item_of, plain
from thunes_tui.runbook.model import Field, Runbook, Span, Step, Test
from thunes_tui.runbook.source import clean
from thunes_tui.runbook.summary import fields_outside
from thunes_tui.runbook.zones import Document, TestPlace, Zone, zones_of


def parse(data: bytes, path: str) -> Runbook:
    """The runbook that `data` is; `path` only names it. Never raises."""
    document = Document(data)
    tests = tuple(_test(document, place) for place in document.tests)
    summary, action_items = fields_outside(document)
    title = next((heading.text for heading in document.headings if heading.level == 1), "")
    order = sorted(document.unplaced, key=lambda entry: entry.line)
    return Runbook(
        title=clean(title),
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        tests=tests,
        summary=summary,
        action_items=action_items,
        unplaced=tuple(dict.fromkeys(order)),
    )


def _test(document: Document, place: TestPlace) -> Test:
    number = int(place.title.number)
    name = f"T{number}"
    zones = zones_of(document, place)
    steps = [zone for zone in zones if zone.kind == "step"]
    entries = _criterion_items(document, zones)
    return Test(
        id=name,
        number=number,
        title=clean(place.title.title),
        span=_span(document, place.first, place.end),
        minutes=place.title.minutes,
        objective=_objective(document, zones),
        prerequisites=tuple(
            text for zone in zones if zone.kind == "prerequisites" for text in _prerequisites(document, zone)
        ),
        steps=tuple(_step(document, zone, name, at) for at, zone in enumerate(steps, 1)),
        criteria=criteria_of(entries, document.data, name),
        results=_results(document, zones, entries),
    )


def _step(document: Document, zone: Zone, test: str, place: int) -> Step:
    title = zone.title
    assert title is not None
    blocks = sort_blocks(document, zone.first, zone.end)
    fence = blocks.command
    lines = list(document.open_lines(zone.first + 1, zone.end))
    expected = (*of_prose(lines), *blocks.expected, *of_comments(blocks.text))
    hidden = set(range(fence.first, fence.last + 1)) if fence else set()
    prose = [document.lines[index].text for index in range(zone.first + 1, zone.end) if index not in hidden]
    after = document.lines[zone.first].text[zone.lead :].strip() if not zone.boxed else ""
    _list_lookalikes(document, zone.first + 1, zone.end)
    return Step(
        id=f"{test}.S{place}",
        number=title.number or str(place),
        title=clean(title.title),
        span=_span(document, zone.first, zone.end),
        command=clean(blocks.text),
        language=fence.language if fence else "",
        command_span=fence.span(document.lines) if fence else None,
        prose=clean("\n".join([after, *prose] if after else prose)).strip("\n"),
        expected=tuple(dict.fromkeys(expected)),
        minutes=title.minutes,
        fields=_step_fields(document, zone),
        flags=flags_of(blocks.text) if blocks.text else (),
    )


def _step_fields(document: Document, zone: Zone) -> tuple[Field, ...]:
    reader = FormReader(zone.title.title if zone.title else "")
    first = document.lines[zone.first]
    item = item_of(first.text)
    if zone.boxed or (item is not None and item.box is not None):
        reader.read(first)
    else:
        reader.read(first, min(zone.lead, len(first.text)))
    for line in document.open_lines(zone.first + 1, zone.end):
        reader.read(line)
    return tuple(reader.fields)


def _criterion_items(document: Document, zones: Iterable[Zone]) -> list[ListItem]:
    """The test's criteria: the boxed items of its criteria sections, or all items where none has a box."""
    found: list[ListItem] = []
    for zone in zones:
        if zone.kind == "criteria":
            found.extend(items_of(document.open_lines(zone.first + 1, zone.end)))
    boxed = [entry for entry in found if entry.item.box is not None]
    if boxed and len(boxed) < len(found):
        for entry in found:
            if entry.item.box is None:
                document.list_line(
                    entry.line.number - 1, "a criterion without a box beside others that have one"
                )
    return boxed or found


def _results(document: Document, zones: Iterable[Zone], entries: list[ListItem]) -> tuple[Field, ...]:
    """Every field of the test outside its steps and prerequisites."""
    skipped = {entry.line.number: entry for entry in entries}
    found: list[Field] = []
    for zone in zones:
        if zone.kind in ("step", "prerequisites"):
            continue
        reader = FormReader({"criteria": "Criterion", "results": "Result"}.get(zone.kind, "Note"))
        for line in document.open_lines(zone.first, zone.end):
            entry = skipped.get(line.number)
            reader.read(line, entry.item.text if entry is not None and not is_choice(entry) else 0)
        found.extend(reader.fields)
        _list_lookalikes(document, zone.first, zone.end)
        for fence in document.fences_in(zone.first, zone.end):
            if fence.shell and fence.closed:
                document.list_line(fence.first, "a block outside every step is not run")
    return tuple(found)


def _objective(document: Document, zones: Iterable[Zone]) -> str:
    """The first paragraph of the test's objective."""
    zone = next((zone for zone in zones if zone.kind == "objective"), None)
    if zone is None:
        return ""
    paragraph = [document.lines[zone.first].text[zone.lead :].lstrip(": ")]
    for line in document.open_lines(zone.first + 1, zone.end):
        if line.blank and any(paragraph):
            break
        paragraph.append(line.text)
    return clean(plain(" ".join(paragraph)))


def _prerequisites(document: Document, zone: Zone) -> tuple[str, ...]:
    lead = clean(plain(document.lines[zone.first].text[zone.lead :].lstrip(": ")))
    items = texts_of(document.open_lines(zone.first + 1, zone.end))
    return (lead, *items) if lead else items


def _list_lookalikes(document: Document, first: int, end: int) -> None:
    """Lists what reads like a step and is written as none."""
    for line in document.open_lines(first, end):
        if is_loose_step(line.text):
            document.list_line(line.number - 1, "reads like a step, but is neither bold nor a heading")


def _span(document: Document, first: int, end: int) -> Span:
    return Span(document.lines[first].start, document.lines[end - 1].end)
