"""What searching, filtering and grouping mean, said so simply that it can't be wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import orjson

from thunes_tui.clock import system
from thunes_tui.lines.filter import Filters
from thunes_tui.lines.grouping import REACH
from thunes_tui.lines.line import Line
from thunes_tui.lines.packing import pack
from thunes_tui.lines.pattern import Pattern
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.record import TRACEBACK, begins_record, head_of, rank
from thunes_tui.lines.recorded import RecordedStore
from thunes_tui.lines.store import FileStore, LineStore

CLOCK = system()


def now_s() -> float:
    return CLOCK.now().m / 1e9


def index(store: LineStore, budget: int = 1 << 20) -> None:
    while store.step(budget):
        pass


def has_hit(pattern: Pattern, line: bytes) -> bool:
    if not pattern.is_regex:
        text = pattern.text.encode()
        return text.lower() in line.lower() if pattern.ignores_case else text in line
    flags = re.IGNORECASE if pattern.ignores_case else re.NOFLAG
    return re.compile(pattern.text.encode(), flags | re.MULTILINE).search(line) is not None


def group(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines in records: what begins none belongs to the one before, within `REACH` bytes."""
    records: list[list[Line]] = []
    for line in lines:
        last = records[-1][0] if records else None
        belongs = (
            last is not None
            and not begins_record(line.data)
            and begins_record(last.data)
            and last.generation == line.generation
            and line.offset - last.offset <= REACH
        )
        if belongs:
            records[-1].append(line)
        else:
            records.append([line])
    return records


def rank_of(record: list[Line]) -> int:
    head = head_of(record[0].data)
    own = rank(head.level) if head else 0
    return max(own, 40) if any(line.data.startswith(TRACEBACK) for line in record) else own


def seen(lines: list[Line], filters: Filters) -> tuple[list[Line], list[Line]]:
    """The lines that are seen, and the first lines of the records that are hidden."""
    shown: list[Line] = []
    hidden: list[Line] = []
    for record in group(lines):
        value = rank_of(record)
        for unit in [[line] for line in record] if filters.by_line else [record]:
            hits = {
                one.name: any(has_hit(one.pattern, line.data) for line in unit) for one in filters.members
            }
            inside = [hits[one.name] for one in filters.members if not one.keeps_out]
            outside = [hits[one.name] for one in filters.members if one.keeps_out]
            if (any(inside) or not inside) and not any(outside) and value >= filters.least_rank:
                shown += unit
            else:
                hidden.append(unit[0])
    return shown, hidden


def record_all(store: FileStore, journal: Path) -> RecordedStore:
    """A recording of what the store finds from here on, indexed."""
    number = 0
    with journal.open("ab") as file:
        more = True
        while more:
            for item in store.poll():
                for data in pack("log", item) if isinstance(item, Chunk) else ():
                    file.write(orjson.dumps({"k": "source.lines", "n": number, "d": data}) + b"\n")
                    number += 1
            more = store.follower.more
    recorded = RecordedStore(journal, "log")
    index(recorded)
    return recorded
