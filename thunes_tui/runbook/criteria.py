"""Success criteria and prerequisites: the items of a list, with their boxes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from thunes_tui.runbook.fields import BOX
from thunes_tui.runbook.inline import Item, item_of, plain, without_code
from thunes_tui.runbook.model import Criterion, Span
from thunes_tui.runbook.source import Line, clean

_OPTIONAL = re.compile(r"\(optional\)|^\W*optional\b", re.IGNORECASE)
_OPTION = re.compile(r"^\W{0,4}\w[\w/]*(?: \w+){0,2}\s*$")


@dataclass(slots=True)
class ListItem:
    """One item of a list with the lines that go on with it."""

    line: Line
    item: Item
    end: Line
    """The last line of its text."""


def items_of(lines: Iterable[Line]) -> list[ListItem]:
    """The items of the outermost list in `lines`; items below them and a box among options are none."""
    found: list[ListItem] = []
    outer = 1 << 30
    going_on = False
    for line in lines:
        item = item_of(line.text)
        if item is not None and line.indent <= min(outer, 3) and line.text[item.text :].strip():
            outer = min(outer, line.indent)
            going_on = True
            found.append(ListItem(line, item, line))
        elif item is not None or line.blank or line.text.lstrip().startswith(("#", "|", ">", "---", "**")):
            going_on = False
        elif going_on and found and line.indent > 0 and found[-1].end.number + 1 == line.number:
            found[-1].end = line
        else:
            going_on = False
    return [entry for entry in found if not is_choice(entry)]


def is_choice(entry: ListItem) -> bool:
    """Whether an item is a row of options, `- [ ] PASS [ ] FAIL`, and no statement to tick."""
    text = without_code(entry.line.text)
    second = BOX.search(text, entry.item.text)
    if entry.item.box is None or second is None:
        return False
    return _OPTION.match(text[entry.item.text : second.start()]) is not None


def criteria_of(entries: list[ListItem], data: bytes, test: str) -> tuple[Criterion, ...]:
    """The criteria that `entries` are, in order: `T1.C1`, `T1.C2`."""
    return tuple(_criterion(entry, data, f"{test}.C{place}") for place, entry in enumerate(entries, 1))


def _criterion(entry: ListItem, data: bytes, name: str) -> Criterion:
    line, item = entry.line, entry.item
    begin = line.offset(item.text)
    last = entry.end.text.rstrip()
    end = entry.end.offset(len(last))
    box = line.span(item.box, item.box + 3) if item.box is not None else None
    text = clean(" ".join(data[begin:end].decode("utf-8", "surrogateescape").split()))
    return Criterion(name, text, Span(begin, end), box, optional=_OPTIONAL.search(text) is not None)


def texts_of(lines: Iterable[Line]) -> tuple[str, ...]:
    """The items of the outermost list as plain text, with the lines that go on with them."""
    texts = []
    for entry in items_of(lines):
        words = entry.line.text[entry.item.text :]
        texts.append(clean(plain(words)))
    return tuple(text for text in texts if text)
