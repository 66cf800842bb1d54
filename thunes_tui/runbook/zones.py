"""Where in the document each test lies, and which of its lines are steps, criteria, results and the rest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from thunes_tui.runbook.fences import Fence, find_fences
from thunes_tui.runbook.headings import (
    BOLD_LEVEL,
    Heading,
    Title,
    bold_step,
    find_headings,
    leaves_tests,
    section_kind,
    section_label,
    step_title,
    test_title,
)
from thunes_tui.runbook.inline import item_of, plain, split_minutes
from thunes_tui.runbook.model import Unplaced
from thunes_tui.runbook.source import Line, clean, read_lines, undecodable, unplaced

ZoneKind = Literal["step", "objective", "prerequisites", "procedure", "criteria", "results"]
_ANSWERS = ("criteria", "results", "prerequisites")
_LINE_LIMIT = 16_384  # characters; a longer line outside a block is listed and not read


@dataclass(frozen=True, slots=True)
class Zone:
    """Lines `first` to `end` (exclusive) of one kind."""

    kind: ZoneKind
    first: int
    end: int
    title: Title | None = None
    lead: int = 0
    """Character of the first line where the zone's text begins, behind its label; the end of a heading."""
    boxed: bool = False
    """Of a step: that it is a checkbox item and not a numbered title."""


@dataclass(frozen=True, slots=True)
class TestPlace:
    """A test's title and its lines, `first` to `end` (exclusive)."""

    title: Title
    first: int
    end: int

    __test__ = False


class Document:
    """The document's lines with what covers them, its headings and its tests."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.lines: tuple[Line, ...] = read_lines(data)
        self.fences, open_fences = find_fences(self.lines)
        covered = {index for fence in self.fences for index in range(fence.first, fence.last + 1)}
        self.fenced = frozenset(covered)
        long = [
            line for line in self.lines if len(line.text) > _LINE_LIMIT and line.number - 1 not in covered
        ]
        covered.update(line.number - 1 for line in long)
        self.covered = frozenset(covered)
        self.unplaced: list[Unplaced] = undecodable(data, self.lines)
        self.unplaced.extend(open_fences)
        self.unplaced.extend(
            unplaced(line, f"longer than {_LINE_LIMIT} characters; not read") for line in long
        )
        self.headings = find_headings(self.lines, self.covered)

    @cached_property
    def tests(self) -> tuple[TestPlace, ...]:
        """Every test in order; a second one of the same number is listed and is none."""
        found: list[TestPlace] = []
        numbers: set[int] = set()
        for position, heading in enumerate(self.headings):
            title = test_title(heading)
            if title is None:
                continue
            if not title.number.isdecimal():
                self.list_line(heading.line, "a test's number must be a whole one")
            elif int(title.number) in numbers:
                self.list_line(heading.line, f"a second Test {int(title.number)}; the first one counts")
            else:
                numbers.add(int(title.number))
                found.append(TestPlace(title, heading.line, self._end_of_test(position, title)))
        return tuple(found)

    def list_line(self, index: int, why: str) -> None:
        """Lists line `index` (from 0) as unplaced."""
        self.unplaced.append(unplaced(self.lines[index], why))

    def open_lines(self, first: int, end: int) -> Iterator[Line]:
        """The lines from `first` to `end` (exclusive) that no block covers."""
        return (self.lines[index] for index in range(first, end) if index not in self.covered)

    def fences_in(self, first: int, end: int) -> tuple[Fence, ...]:
        """The blocks, comments excepted, that begin in these lines."""
        return tuple(fence for fence in self.fences if first <= fence.first < end and not fence.comment)

    def _end_of_test(self, position: int, title: Title) -> int:
        for heading in self.headings[position + 1 :]:
            ends = heading.level <= title.level and step_title(heading) is None
            if ends or leaves_tests(heading) or test_title(heading) is not None:
                return heading.line
        return len(self.lines)


def zones_of(document: Document, place: TestPlace) -> tuple[Zone, ...]:
    """The zones of a test in order; together they are all its lines behind its title."""
    headings = {heading.line: heading for heading in document.headings}
    current = Zone("procedure", place.first + 1, place.end)
    found: list[Zone] = []
    for index in range(place.first + 1, place.end):
        if index in document.covered:
            continue
        begun = _begun(document.lines[index], headings.get(index), current)
        if begun is not None:
            found.append(replace(current, end=index))
            current = replace(begun, first=index, end=place.end)
    found.append(current)
    return tuple(
        part for zone in found if zone.first < zone.end for part in _with_boxed_steps(document, zone)
    )


def _begun(line: Line, heading: Heading | None, current: Zone) -> Zone | None:
    """The zone that a line begins; None when it goes on with the current one."""
    index, length = line.number - 1, len(line.text)
    if heading is not None:
        title = step_title(heading)
        if title is not None:
            return Zone("step", index, index, title, length)
        kind = section_kind(heading.text)
        if kind is not None:
            return Zone(kind, index, index, lead=length)
        inside = current.title is not None and current.title.level < heading.level
        return None if inside else Zone("procedure", index, index, lead=length)
    title = bold_step(line.text)
    if title is not None and not (current.kind in _ANSWERS and item_of(line.text)):
        return Zone("step", index, index, title, title.after)
    label = section_label(line.text)
    return Zone(label[0], index, index, lead=label[1]) if label else None


def _with_boxed_steps(document: Document, zone: Zone) -> Iterator[Zone]:
    """The zone, or its parts where checkbox items with a block under them are steps of their own.

    One such item under a numbered title is that step's own block.
    """
    shells = [fence for fence in document.fences_in(zone.first, zone.end) if _runnable(fence)]
    if zone.kind in _ANSWERS or not shells or (zone.kind == "step" and len(shells) == 1):
        yield zone
        return
    starts = [start for fence in shells if (start := _item_above(document, zone, fence)) is not None]
    if not starts:
        yield zone
        return
    since = zone.first
    for start in dict.fromkeys(starts):
        if since < start:
            yield (
                replace(zone, first=since, end=start)
                if since == zone.first
                else Zone("procedure", since, start)
            )
        since = _end_of_item(document, start, zone.end)
        yield Zone("step", start, since, _boxed_title(document.lines[start].text), boxed=True)
    if since < zone.end:
        yield Zone("procedure", since, zone.end)


def _runnable(fence: Fence) -> bool:
    return (fence.shell or not fence.language) and not fence.quoted


def _item_above(document: Document, zone: Zone, fence: Fence) -> int | None:
    """The checkbox item that a block stands under; None for a block under anything else."""
    spaced = False
    for index in range(fence.first - 1, zone.first - 1, -1):
        line = document.lines[index]
        if index in document.covered:
            if fence.indent == 0:
                return None
            continue
        if line.blank:
            spaced = True
            continue
        item = item_of(line.text)
        if item is not None and item.box is not None and (line.indent < fence.indent or fence.indent == 0):
            return None if index == zone.first and zone.title and not zone.boxed else index
        if item is not None and line.indent < fence.indent:
            return None
        if line.indent == 0 or (spaced and fence.indent == 0):
            return None
    return None


def _end_of_item(document: Document, start: int, end: int) -> int:
    """The line behind the item that begins at `start`: the next one that is indented no deeper.

    An item whose block is not indented at all goes on to the next item.
    """
    base = document.lines[start].indent
    loose = False
    for index in range(start + 1, end):
        line = document.lines[index]
        if index in document.covered:
            loose = loose or line.indent <= base
        elif not line.blank and line.indent <= base and (not loose or item_of(line.text)):
            return index
    return end


def _boxed_title(text: str) -> Title:
    item = item_of(text)
    begin = item.text if item else 0
    name, minutes = split_minutes(plain(text[begin:]))
    return Title("", clean(name.strip(" :")), minutes, BOLD_LEVEL, len(text))
