"""Times in files, and several files in the order of time, against sorting everything by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines.naive import index, record_all
from tests.lines.test_filtered import ONLY_ERRORS, walk
from thunes_tui.clock import from_iso
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.filtered import FilteredStore
from thunes_tui.lines.follow import Start
from thunes_tui.lines.line import BEGINNING, END, Line, Position
from thunes_tui.lines.merge import MergedStore, Source
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.store import FileStore, LineStore
from thunes_tui.lines.times import SourceClock, TimeIndex

BASE = from_iso("2025-10-09T10:00:00")
SECONDS = st.lists(st.one_of(st.integers(0, 30), st.just(-1)), max_size=12)
"""When lines are written, in seconds; -1: a line without a time."""


def text_of(name: str, seconds: list[int], padding: int = 0) -> bytes:
    lines = []
    for number, second in enumerate(seconds):
        time = datetime(2025, 10, 9, 10, tzinfo=UTC) + timedelta(seconds=second)
        if name == "audit":
            stamp = json.dumps({"timestamp": time.isoformat()[:19], "event": "X", "n": number})
        else:
            stamp = f"{time:%Y-%m-%d %H:%M:%S} - {name} - INFO - {number}"
        lines.append((f"  more of {name} {number}" if second < 0 else stamp) + "-" * padding)
    return "".join(f"{line}\n" for line in lines).encode()


def opened(path: Path, data: bytes) -> FileStore:
    path.write_bytes(data)
    store = FileStore(path, Start.BEGINNING)
    while store.poll() or store.follower.more:
        pass
    return store


def walk_back(store: LineStore, stride: int) -> list[Line]:
    lines = store.last(stride)
    while lines and (more := store.before(lines[0].position, stride)):
        lines = more + lines
    return lines


def expected(stores: list[BlockStore], seconds: list[list[int]]) -> list[tuple[int, int, Line]]:
    merged: list[tuple[int, int, Line]] = []
    for number, (store, each) in enumerate(zip(stores, seconds, strict=True)):
        latest = 0
        for line, second in zip(walk(store, 500), each, strict=True):
            latest = max(latest, BASE + second * 1_000_000 if second >= 0 else 0)
            merged.append((latest, number, line))
    return sorted(merged, key=lambda item: (item[0], item[1], item[2].position))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(SECONDS, min_size=1, max_size=3), st.integers(1, 6), st.booleans(), st.sampled_from([0, 9000])
)
def test_sorts_by_time_and_keeps_every_source_in_its_own_order(
    tmp_path_factory: pytest.TempPathFactory,
    seconds: list[list[int]],
    stride: int,
    settled: bool,
    padding: int,
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    names = ["log", "audit", "stderr"][: len(seconds)]
    stores: list[BlockStore] = []
    for name, each in zip(names, seconds, strict=True):
        store = opened(folder / name, text_of(name, each, padding))
        stores.append(store)
        if name == "log":
            (folder / name).unlink()
            (folder / "copy").write_bytes(text_of(name, each, padding))
            stores[-1] = record_all(FileStore(folder / "copy", Start.BEGINNING), folder / "journal.jsonl")
    sources = [Source(name, store, SourceClock("UTC")) for name, store in zip(names, stores, strict=True)]
    merged = MergedStore(sources)
    while settled and merged.step():
        pass
    whole = expected(stores, seconds)
    lines = walk(merged, stride)
    if not settled:
        index(merged)
        lines = walk(merged, stride)
    assert [line.data for line in lines] == [line.data for _, _, line in whole]
    assert walk_back(merged, stride) == lines
    assert lines == sorted(lines, key=lambda line: line.position)
    assert merged.size_lines() == len(whole)
    for number, (line, (time, source, own)) in enumerate(zip(lines, whole, strict=True)):
        assert merged.at(line.position) == line
        assert merged.line_number(line.position) == number
        assert merged.source_of(line.position) is sources[source]
        assert merged.inner(line.position) == own.position
        assert merged.place(sources[source], own.position) == line.position
        assert line.generation == time
    for second in range(0, 31, 5):
        at = BASE + second * 1_000_000
        first = next((line.position for line in lines if line.generation >= at), None)
        assert merged.first_at(at) == first


def test_clocks_that_tell_their_time_otherwise_meet(tmp_path: Path) -> None:
    """The log in local time, the audit trail in UTC, and one whose clock is known to be ahead."""
    log = opened(tmp_path / "log", b"2025-10-09 12:00:05 - bot - INFO - local\n")
    audit = opened(tmp_path / "audit", b'{"event": "X", "timestamp": "2025-10-09T10:00:04.5"}\n')
    ahead = opened(tmp_path / "ahead", b"2025-10-09T10:00:08+00:00 ahead\n2025-10-09 10:00:09,250 ahead\n")
    merged = MergedStore(
        [
            Source("log", log, SourceClock("local", ZoneInfo("Europe/Berlin"))),
            Source("audit", audit, SourceClock("UTC")),
            Source("ahead", ahead, SourceClock("UTC+4s", UTC, 4_000_000)),
        ]
    )
    assert [line.data[-7:] for line in merged.last(9)] == [b"0 ahead", b':04.5"}', b"- local", b"0 ahead"]
    assert [line.generation - BASE for line in merged.last(9)] == [4_000_000, 4_500_000, 5_000_000, 5_250_000]
    spans = merged.around(BASE + 5_000_000, 0.4)
    assert [(span.source.name, span.first.offset) for span in spans] == [("log", 0), ("ahead", 32)]


def test_merges_what_filters_leave(tmp_path: Path) -> None:
    lines = b"".join(
        b"2025-10-09 10:00:%02d - bot - %s - x\n" % (n, b"ERROR" if n % 3 else b"INFO") for n in range(60)
    )
    log, audit = opened(tmp_path / "log", lines), opened(tmp_path / "audit", text_of("audit", [5, 6, 70]))
    view = FilteredStore(log, ONLY_ERRORS)
    merged = MergedStore(
        [Source("log", log, SourceClock("UTC"), view), Source("audit", audit, SourceClock("UTC"))]
    )
    index(merged)
    found = walk(merged, 7)
    assert len(found) == 43
    assert [line.position for line in found] == sorted(line.position for line in found)
    assert walk_back(merged, 7) == found


class TestTimeIndex:
    def test_finds_the_first_record_of_a_time_in_a_large_file_at_once(self, tmp_path: Path) -> None:
        store = opened(tmp_path / "log", text_of("log", [n // 20 for n in range(40_000)]))
        times = TimeIndex(store, SourceClock("UTC"))
        for second in (0, 1, 777, 1999):
            found = times.first_at(BASE + second * 1_000_000)
            assert found is not None
            line = store.at(found)
            assert line is not None
            assert line.data.endswith(b" - %d" % (second * 20))
            assert times.time_of(found) == BASE + second * 1_000_000
        assert times.first_at(BASE + 2000 * 1_000_000) is None
        assert not times.is_complete

    def test_is_proven_when_the_clock_has_stepped_back(self, tmp_path: Path) -> None:
        """The first half an hour ahead: what looks like the place in the middle is not the first one."""
        seconds = [3600 + n // 20 for n in range(20_000)] + [n // 20 for n in range(20_000)]
        store = opened(tmp_path / "log", text_of("log", seconds))
        times = TimeIndex(store, SourceClock("UTC"))
        while times.step():
            pass
        found = times.first_at(BASE + 500 * 1_000_000)
        assert found == Position(0, 0)

    def test_reads_the_times_of_lines_without_one_from_before(self, tmp_path: Path) -> None:
        store = opened(tmp_path / "log", text_of("log", [3, -1, -1]) + b"-" * BLOCK + b"\n\n")
        times = TimeIndex(store, SourceClock("UTC"))
        assert [times.time_of(line.position) for line in store.last(9)] == [BASE + 3_000_000] * 5

    @pytest.mark.parametrize(
        "stamp", [b"2025-13-09 10:00:00", b"2025-10-09 25:00:00", b"0000-00-00 00:00:00"]
    )
    def test_takes_no_impossible_time_for_one(self, stamp: bytes) -> None:
        assert SourceClock("UTC").read(stamp) is None

    def test_reads_zones_and_fractions(self) -> None:
        clock = SourceClock("local", timezone(timedelta(hours=2)))
        assert clock.read(b"2025-10-09 12:00:00,123") == BASE + 123_000
        assert clock.read(b"2025-10-09T10:00:00.000001Z") == BASE + 1
        assert clock.read(b"2025-10-09T12:00:00+0200") == BASE


def test_is_empty_where_there_is_nothing(tmp_path: Path) -> None:
    merged = MergedStore([Source("log", opened(tmp_path / "log", b""), SourceClock("UTC"))])
    assert (merged.last(3), merged.after(BEGINNING, 3), merged.first_at(BASE)) == ([], [], None)
    assert (merged.size_lines(), merged.progress(END), merged.at(END)) == (0, 1.0, None)
    assert merged.around(BASE, 10) == []
