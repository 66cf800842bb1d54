"""The file on disk and the recording of it show the same lines, whatever happens to the file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines.test_follow import OPERATIONS, append
from tests.lines.writing import Writer
from thunes_tui.lines.content import KEPT
from thunes_tui.lines.follow import Start
from thunes_tui.lines.line import BEGINNING, Line, Position
from thunes_tui.lines.packing import pack
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.recorded import RecordedStore
from thunes_tui.lines.store import FileStore, LineStore
from thunes_tui.lines.turn import Marker, Turn


class Journal:
    """Writes records as the journal does, with others between them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.counts: list[int] = []
        """Lines known after each record."""
        path.touch()

    def record(self, kind: str, data: object, lines: int = 0) -> None:
        line = {
            "v": 1,
            "n": self.number,
            "e": 1,
            "t": "2025-10-09T10:42:15.123456Z",
            "m": 1,
            "k": kind,
            "d": data,
        }
        text = json.dumps({**line, "p": "0" * 64, "h": "0" * 64}, separators=(",", ":"))
        assert len(text) < 65_536
        append(self.path, text.encode("ascii") + b"\n")
        self.number += 1
        self.counts.append((self.counts[-1] if self.counts else 0) + lines)

    def take(self, found: list[Chunk | Marker]) -> None:
        for item in found:
            if isinstance(item, Chunk):
                for data in pack("log", item):
                    self.record("source.lines", data, data["count"])
                    self.record("note", {"text": "speaks of source.lines"})
                    self.record("source.lines", {**data, "source": "audit"})


def index(store: LineStore, budget: int = 1 << 20) -> None:
    while store.step(budget):
        pass


def poll_all(store: FileStore) -> list[Chunk | Marker]:
    found = store.poll()
    while store.follower.more:
        found += store.poll()
    return found


def walk(store: LineStore, stride: int) -> list[Line]:
    lines: list[Line] = []
    position = BEGINNING
    while more := store.after(position, stride):
        lines += more
        position = more[-1].position
    return lines


def walk_back(store: LineStore, stride: int) -> list[Line]:
    lines = store.last(stride)
    while lines and (more := store.before(lines[0].position, stride)):
        lines = more + lines
    return lines


def check_same(store: LineStore, lines: list[Line], stride: int) -> None:
    assert walk(store, stride) == lines
    assert walk_back(store, stride) == lines
    assert [store.at(line.position) for line in lines] == lines
    assert store.size_lines() == len(lines)
    assert [store.line_number(line.position) for line in lines] == list(range(len(lines)))
    shares = [store.progress(line.position) for line in lines]
    assert shares == sorted(shares)
    assert all(0 <= share < 1 for share in shares)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(operations=OPERATIONS, stride=st.integers(1, 7))
def test_file_and_recording_show_what_was_written(operations: list[tuple[str, int]], stride: int) -> None:
    """Under rotation, truncation and replacement; with the end drained; and at every earlier record."""
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(Path(folder) / "bot.log")
        store = FileStore(writer.path, Start.BEGINNING)
        journal = Journal(Path(folder) / "journal.jsonl")
        recorded = RecordedStore(journal.path, "log")
        try:
            journal.take(poll_all(store))
            for name, *arguments in operations:
                getattr(writer, name)(*arguments)
                if name == "poll":
                    journal.take(poll_all(store))
                    recorded.step(1)
            writer.poll()
            journal.take(store.drain())
            index(store)
            index(recorded)

            expected = writer.delivered + ([writer.chain[0].partial] if writer.chain[0].partial else [])
            lines = walk(recorded, stride)
            assert [line.data for line in lines] == expected
            check_same(recorded, lines, stride)
            if len(store.turns) < 15:
                check_same(store, lines, stride)
            for number, count in enumerate(journal.counts):
                recorded.move(number)
                assert recorded.last(len(lines) + 1) == lines[:count]
                assert recorded.size_lines() == count
        finally:
            store.close()
            recorded.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


@pytest.fixture
def store(log: Path) -> Iterator[FileStore]:
    store = FileStore(log)
    yield store
    store.close()


class TestFileStore:
    def test_shows_the_end_of_a_file_before_it_is_counted(self, log: Path, store: FileStore) -> None:
        log.write_bytes(b"".join(b"line %d\n" % n for n in range(100_000)))
        assert poll_all(store) == []
        assert [line.data for line in store.last(2)] == [b"line 99998", b"line 99999"]
        assert store.size_lines() is None
        index(store)
        assert store.size_lines() == 100_000

    def test_shows_nothing_of_an_unfinished_line_until_it_is_drained(
        self, log: Path, store: FileStore
    ) -> None:
        append(log, b"one\ntw")
        poll_all(store)
        assert [line.data for line in store.last(9)] == [b"one"]
        store.drain()
        assert [(line.data, line.torn) for line in store.last(9)] == [(b"one", False), (b"tw", True)]

    def test_keeps_the_end_of_a_file_that_was_cut(self, log: Path, store: FileStore) -> None:
        """The rows on the screen stay when a copytruncate takes the file away under them."""
        log.write_bytes(b"".join(b"%07d\n" % n for n in range(KEPT // 4)))
        poll_all(store)
        os.truncate(log, 0)
        append(log, b"new\n")
        poll_all(store)
        index(store)
        lines = store.last(1 << 20)
        assert [line.data for line in lines[-2:]] == [b"%07d" % (KEPT // 4 - 1), b"new"]
        assert KEPT // 8 - 2 <= len(lines) <= KEPT // 8 + 1
        assert store.size_lines() == len(lines)
        assert [(where, marker.kind) for where, marker in store.turns] == [(Position(1, 0), Turn.TRUNCATED)]

    def test_reads_all_of_a_cut_file_from_its_copy(self, log: Path, store: FileStore) -> None:
        count = KEPT // 4
        log.write_bytes(b"".join(b"%07d\n" % n for n in range(count)))
        poll_all(store)
        Path(f"{log}.1").write_bytes(log.read_bytes())
        os.truncate(log, 0)
        append(log, b"new\n")
        poll_all(store)
        index(store)
        assert store.size_lines() == count + 1
        assert [line.data for line in store.after(BEGINNING, 1)] == [b"0000000"]

    def test_says_which_file_a_line_is_from(self, log: Path, store: FileStore) -> None:
        append(log, b"1\n")
        poll_all(store)
        old = log.rename(f"{log}.1")
        append(log, b"2\n")
        poll_all(store)
        files = [store.file_of(line.position) for line in store.last(2)]
        assert [file.inode for file in files if file] == [old.stat().st_ino, log.stat().st_ino]

    def test_is_empty_and_says_why_without_a_file(self, store: FileStore) -> None:
        poll_all(store)
        assert (store.last(5), store.size_lines(), store.progress(Position(0, 0))) == ([], 0, 0.0)
        assert [(where, marker.kind) for where, marker in store.turns] == [(BEGINNING, Turn.MISSING)]

    def test_outlives_a_file_cut_under_it(self, log: Path, store: FileStore) -> None:
        """Between the cut and the next look the answers are short, not wrong and no failure."""
        log.write_bytes(b"x\n" * 100_000)
        poll_all(store)
        os.truncate(log, 0)
        assert store.last(3) == []
        assert store.after(BEGINNING, 3) == []


class TestRecordedStore:
    def test_counts_a_line_that_was_recorded_twice_once(self, tmp_path: Path) -> None:
        """A recorder that died between writing and remembering begins again a little earlier."""
        journal = Journal(tmp_path / "journal.jsonl")
        for offset, text in [(0, "a\nb\n"), (2, "b\nc\n"), (0, "a\n"), (6, "d\n")]:
            data = {"source": "log", "file": 0, "offset": offset, "text": text, "count": text.count("\n")}
            journal.record("source.lines", data)
        store = RecordedStore(journal.path, "log")
        index(store)
        check_same(store, walk(store, 9), 2)
        assert [line.data for line in walk(store, 9)] == [b"a", b"b", b"c", b"d"]
        store.close()

    def test_waits_for_a_torn_record_and_passes_over_a_damaged_one(self, tmp_path: Path) -> None:
        journal = Journal(tmp_path / "journal.jsonl")
        append(journal.path, b'{"k":"source.lines" damaged\n{"k":"source.lines","d":7,"n":1}\n')
        data = {"source": "log", "file": 0, "offset": 0, "text": "a\n", "count": 1}
        journal.record("source.lines", data)
        whole = journal.path.read_bytes()
        journal.path.write_bytes(whole[:-20])
        store = RecordedStore(journal.path, "log")
        index(store)
        assert store.last(1) == []
        append(journal.path, whole[-20:])
        index(store)
        assert [line.data for line in store.last(1)] == [b"a"]
        store.close()
