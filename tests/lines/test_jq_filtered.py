"""A filtered store gives the rows of the whole file, however it is asked, and of what is appended."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from thunes_tui.clock import system
from thunes_tui.lines.blocks import Span
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.jq.compiled import Kind, compile_filter
from thunes_tui.lines.jq.evaluation import RowLine, evaluator
from thunes_tui.lines.jq.filtered import FilteredStore
from thunes_tui.lines.jq.sieve import Counts
from thunes_tui.lines.jq.tally import Tally
from thunes_tui.lines.line import BEGINNING, END, Line
from thunes_tui.lines.packing import pack
from thunes_tui.lines.reader import BLOCK, Chunk
from thunes_tui.lines.recorded import RecordedStore
from thunes_tui.lines.store import FileStore


def record(number: int, **further: object) -> str:
    event = "KILL_SWITCH_ACTIVATED" if number % 97 == 5 else "TRADE_REJECTED"
    return json.dumps(
        {"timestamp": f"2025-10-09T10:{number % 60:02}:00", "event": event, "n": number, **further}
    )


def opened(path: Path, text: str) -> tuple[FileStore, FilteredStore]:
    store = FileStore(path)
    store.poll()
    return store, FilteredStore(store, evaluator(compile_filter(text), system()))


def settle(filtered: FilteredStore) -> None:
    while filtered.step():
        assert not filtered.is_waiting


def texts(lines: list[Line]) -> list[str]:
    return [line.data.decode() for line in lines]


def everything(filtered: FilteredStore, count: int = 7) -> list[Line]:
    """All rows, forwards."""
    rows: list[Line] = []
    at = BEGINNING
    while more := filtered.after(at, count):
        rows += more
        at = more[-1].position
    return rows


def backwards(filtered: FilteredStore, count: int = 7) -> list[Line]:
    rows: list[Line] = []
    at = END
    while more := filtered.before(at, count):
        rows[:0] = more
        at = more[0].position
    return rows


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """Some blocks of records, with what else can stand in such a file."""
    pick = random.Random(7)
    lines = [record(number, pad="x" * pick.randrange(400)) for number in range(3000)]
    lines[11] = lines[11][:40]
    lines[500] = "[1, 2]"
    lines[1200] = json.dumps({"event": "LONG", "pad": "y" * 900_000})
    lines[2000] = lines[2000] + lines[2001]
    lines[2999] = ""
    path = tmp_path / "audit.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize(
    "text", ['select(.event == "KILL_SWITCH_ACTIVATED")', ".n", ".n?", "select(.n > 2990) | .n, .event"]
)
def test_rows_are_those_of_all_lines(trail: Path, text: str) -> None:
    compiled = compile_filter(text)
    expected: list[str] = []
    for line in trail.read_bytes().split(b"\n"):
        if len(line) > 400_000:
            # It is not looked into, so nobody knows.
            expected.append(line.decode()[:100])
            continue
        if compiled.needles and compiled.needles[0] not in line:
            continue
        rows = compiled.evaluate(line)
        expected += [
            row.text if row.kind is Kind.OUTPUT and not row.is_record else line.decode() for row in rows
        ]
    store, filtered = opened(trail, text)
    settle(filtered)
    forwards = everything(filtered)
    assert [text[:100] for text in texts(forwards)] == [text[:100] for text in expected]
    assert texts(backwards(filtered)) == texts(forwards)
    assert filtered.size_lines() == len(expected) == filtered.counts.rows
    assert filtered.searched == 1
    places = [row.position for row in forwards]
    assert places == sorted(set(places))
    for number in (0, len(places) // 2, len(places) - 1):
        assert filtered.line_number(places[number]) == number
        assert [filtered.at(places[number])] == [forwards[number]]
    store.close()


def test_a_row_leads_to_its_record(trail: Path) -> None:
    store, filtered = opened(trail, "select(.n == 2995) | .n, .event, .timestamp")
    rows = filtered.last(3)
    assert texts(rows) == ["2995", '"TRADE_REJECTED"', '"2025-10-09T10:55:00"']
    for row in rows:
        held = filtered.record_at(row.position)
        assert held is not None
        assert json.loads(held.data)["n"] == 2995
    assert [row.number for row in rows if isinstance(row, RowLine)] == [0, 1, 2]
    assert len({row.position for row in rows}) == 3
    store.close()


def test_what_is_wrong_with_a_row_is_told(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    lines = [b'{"a":1}', b"[1]", b'{"a":', b'{"a":"\xff"}', b"\xff\xfe", b"{}" + b" " * 600_000]
    path.write_bytes(b"\n".join(lines) + b"\n")
    store, filtered = opened(path, ".a")
    rows = [row for row in filtered.last(9) if isinstance(row, RowLine)]
    assert [(row.kind, row.message, row.problem) for row in rows] == [
        (Kind.OUTPUT, "", ""),
        (Kind.ERROR, 'cannot index array with "a"', ""),
        (Kind.UNREADABLE, "torn", ""),
        (Kind.OUTPUT, "", "invalid utf-8"),
        (Kind.UNREADABLE, "corrupt", ""),
        (Kind.UNREADABLE, "too long", ""),
    ]
    assert (filtered.counts.matched, filtered.counts.errors, filtered.counts.unreadable) == (2, 1, 3)
    assert rows[1].data == b"[1]"
    store.close()


def test_rows_are_appended_as_the_file_grows(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("".join(record(number) + "\n" for number in range(100)))
    store, filtered = opened(path, 'select(.event == "KILL_SWITCH_ACTIVATED") | .n')
    settle(filtered)
    with path.open("a") as file:
        for first in range(100, 6000, 500):
            file.write("".join(record(number) + "\n" for number in range(first, first + 500)))
            file.write(record(9999)[:30])
            file.flush()
            store.poll()
            settle(filtered)
            assert texts(filtered.last(1)) == [str(max(n for n in range(first + 500) if n % 97 == 5))]
            file.seek(0, os.SEEK_END)
            file.truncate(file.tell() - 30)
    assert texts(everything(filtered)) == [str(n) for n in range(6100) if n % 97 == 5]
    assert filtered.size_lines() == len([n for n in range(6100) if n % 97 == 5])
    store.close()


def test_rows_of_a_rotated_file_stay_and_new_ones_follow(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("".join(record(number) + "\n" for number in range(300)))
    store, filtered = opened(path, "select(.n > 297) | .n")
    settle(filtered)
    path.rename(tmp_path / "audit.jsonl.1")
    path.write_text("".join(record(number) + "\n" for number in range(298, 302)))
    store.poll()
    settle(filtered)
    assert texts(everything(filtered)) == ["298", "299", "298", "299", "300", "301"]
    assert texts(backwards(filtered)) == ["298", "299", "298", "299", "300", "301"]
    store.close()


def test_the_rows_of_a_record_over_a_border_are_walked_in_order(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    first = b'{"a": []}' + b" " * (BLOCK - 14) + b"\n"
    path.write_bytes(first + b'{"a": [1, 2, 3, 4, 5, 6, 7, 8, 9]}\n{"a": [10]}\n')
    store, filtered = opened(path, ".a[]")
    settle(filtered)
    assert len(first) < BLOCK < len(first) + 9
    assert texts(everything(filtered, 1)) == texts(backwards(filtered, 1)) == [str(n) for n in range(1, 11)]
    places = [row.position for row in everything(filtered)]
    assert [filtered.line_number(place) for place in places] == [*range(10)]
    store.close()


def test_a_recording_is_filtered_as_the_file_was(tmp_path: Path) -> None:
    lines = b"".join(record(number).encode() + b"\n" for number in range(3000))
    journal = tmp_path / "journal.jsonl"
    with journal.open("wb") as file:
        for number, at in enumerate(range(0, len(lines), 50_000)):
            start = lines.rfind(b"\n", 0, at) + 1
            part = lines[start : lines.rfind(b"\n", 0, at + 50_000) + 1]
            for data in pack("audit", Chunk(FileId(1, 1, 0), start, part, len(part))):
                file.write(json.dumps({"n": number, "k": "source.lines", "d": data}).encode() + b"\n")
    store = RecordedStore(journal, "audit")
    while store.step():
        pass
    filtered = FilteredStore(store, evaluator(compile_filter("select(.n > 2995) | .n, .event"), system()))
    settle(filtered)
    assert texts(everything(filtered, 3))[::2] == ["2996", "2997", "2998", "2999"]
    assert texts(backwards(filtered, 3)) == texts(everything(filtered, 100))
    last = filtered.last(1)[0]
    store.move(1)
    settle(filtered)
    assert filtered.size_lines() == 0
    store.move(None)
    settle(filtered)
    assert filtered.last(1) == [last]
    store.close()


def test_the_end_is_known_before_the_beginning(trail: Path) -> None:
    store, filtered = opened(trail, "select(.n > 0) | .n")
    assert texts(filtered.last(2)) == ["2997", "2998"]
    assert filtered.size_lines() is None
    assert 0 < filtered.searched < 1
    store.close()


def test_a_question_far_from_what_is_known_stops_early(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b'{"event":"FIRST"}\n' + b'{"event":"OTHER"}\n' * 200_000)
    store, filtered = opened(path, 'select(.event == "FIRST")')
    assert filtered.last(1) == []
    assert not filtered.is_complete
    steps = 0
    while filtered.step():
        steps += 1
    assert steps > 2
    assert texts(filtered.last(1)) == ['{"event":"FIRST"}']
    store.close()


def test_counts_are_forgotten_with_their_blocks() -> None:
    tally = Tally()
    tally.follow([Span(0, range(4), 0, 1000)])
    while (key := tally.newest_unknown()) is not None:
        tally.put(key, Counts(key.number))
    assert (tally.counts.rows, tally.is_complete) == (0 + 1 + 2 + 3, True)
    assert not tally.follow([Span(0, range(5), 0, 1200)])
    assert (tally.counts.rows, tally.known_share) == (3, 0.6)
    assert tally.follow([Span(0, range(2, 5), 500, 1200)])
    assert (tally.counts.rows, tally.known_share) == (0, 0.0)
    tally.follow([])
    assert tally.is_complete


def test_lines_without_a_row_are_counted_as_hidden(trail: Path) -> None:
    lines = trail.read_bytes().count(b"\n")
    for text in (
        'select(.event == "KILL_SWITCH_ACTIVATED")',
        "select(.n > 5)",
        "select(.n > 2990) | .n, .event",
    ):
        store, filtered = opened(trail, text)
        settle(filtered)
        shown = {filtered.record_at(row.position).offset for row in everything(filtered)}  # type: ignore[union-attr]  # they are there
        assert filtered.hidden == lines - len(shown)
        with trail.open("a") as file:
            file.write('{"n": 1}\n')
        store.poll()
        settle(filtered)
        lines += 1
        assert filtered.hidden == lines - len(shown)
        store.close()


def test_a_row_says_whether_it_is_the_record_itself(trail: Path) -> None:
    store, filtered = opened(trail, "select(.n == 2995) | ., .n")
    settle(filtered)
    assert [row.is_record for row in everything(filtered) if isinstance(row, RowLine)][-2:] == [True, False]
    store.close()
