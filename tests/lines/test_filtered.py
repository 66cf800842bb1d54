"""A filtered view, against grouping and judging every line by hand; of files that grow, and of recordings."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines.naive import index, now_s, record_all, seen
from thunes_tui.lines.filter import Filter, Filters
from thunes_tui.lines.filtered import FilteredStore
from thunes_tui.lines.follow import Start
from thunes_tui.lines.grouping import REACH
from thunes_tui.lines.line import BEGINNING, END, Line
from thunes_tui.lines.pattern import Pattern
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.store import FileStore, LineStore

WORDS = (b"alpha", b"beta", b"gamma 7")
KINDS = st.sampled_from(["INFO", "DEBUG", "ERROR", "json", "next", "trace", "noise", "long", "far"])
SCRIPT = st.lists(st.tuples(KINDS, st.sampled_from(WORDS), st.integers(1, 6)), max_size=14)
FILTERS = st.builds(
    Filters,
    st.lists(
        st.sampled_from(
            [
                Filter("a", Pattern("alpha")),
                Filter("b", Pattern("BETA", ignores_case=True)),
                Filter("c", Pattern("gamma [0-9]", True)),
                Filter("not a", Pattern("alpha"), keeps_out=True),
                Filter("not c", Pattern("gamma|File"), keeps_out=True),
            ]
        ),
        max_size=3,
        unique_by=lambda one: one.name,
    ).map(tuple),
    st.sampled_from([0, 0, 20, 40]),
    st.booleans(),
)


def text_of(kind: str, word: bytes) -> bytes:
    stamp = b"2025-10-09 10:42:15"
    match kind:
        case "json":
            return b'{"asctime": "%s", "levelname": "ERROR", "message": "%s"}\n' % (stamp, word)
        case "next":
            return b"  continued %s\n" % word
        case "trace":
            return b'Traceback (most recent call last):\n  File "x.py"\nValueError: %s\n' % word
        case "noise":
            return b"{%s\n\n" % word
        case "long":
            return b"  %s %s\n" % (b"-" * (REACH // 3), word)
        case "far":
            return b"%s - bot - INFO - %s\n" % (stamp, b"-" * (REACH + 5)) + b"  %s\n" % word
    return b"%s - bot - %s - %s\n" % (stamp, kind.encode(), word)


def script_text(script: list[tuple[str, bytes, int]]) -> bytes:
    return b"".join(text_of(kind, word) * times for kind, word, times in script)


def walk(store: LineStore, stride: int) -> list[Line]:
    lines: list[Line] = []
    position = BEGINNING
    while more := store.after(position, stride):
        lines += more
        position = more[-1].position
    return lines


def check(view: FilteredStore, stride: int = 3) -> None:
    lines = walk(view.store, 500)
    shown, hidden = seen(lines, view.filters)
    assert walk(view, stride) == shown
    back = view.before(END, stride)
    while back and (more := view.before(back[0].position, stride)):
        back = more + back
    assert back == shown
    assert view.size_lines() == len(shown)
    assert view.hidden == len(hidden)
    some = range(0, len(shown), max(1, len(shown) // 40))
    for number, line in ((number, shown[number]) for number in some):
        assert view.at(line.position) == line
        assert view.line_number(line.position) == number
    assert all(view.at(line.position) is None for line in hidden[:: max(1, len(hidden) // 40)])
    for first, last in [(shown[a], shown[b]) for a, b in pairwise(some)]:
        between = sum(first.position < one.position < last.position for one in hidden)
        assert view.hidden_between(first.position, last.position) == between


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCRIPT, SCRIPT, FILTERS, st.integers(1, 7))
def test_shows_what_the_filters_say_in_a_file_that_grows_and_in_its_recording(
    tmp_path_factory: pytest.TempPathFactory,
    script: list[tuple[str, bytes, int]],
    more: list[tuple[str, bytes, int]],
    filters: Filters,
    stride: int,
) -> None:
    log = tmp_path_factory.mktemp("filtered") / "bot.log"
    log.write_bytes(script_text(script))
    store = FileStore(log, Start.BEGINNING)
    recorded = record_all(store, log.with_name("journal.jsonl"))
    view, view_of_recording = FilteredStore(store, filters), FilteredStore(recorded, filters)
    for one in (view, view_of_recording):
        index(one)
        check(one, stride)
    with log.open("ab") as file:
        file.write(script_text(more))
    again = record_all(store, log.with_name("journal.jsonl"))
    again.close()
    index(recorded)
    for one in (view, view_of_recording):
        index(one)
        check(one, stride)
    assert [line.data for line in walk(view, 50)] == [line.data for line in walk(view_of_recording, 50)]
    for each in (view, view_of_recording, store, recorded):
        each.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "bot.log"


@pytest.fixture
def store(log: Path) -> Iterator[FileStore]:
    store = FileStore(log, Start.BEGINNING)
    yield store
    store.close()


def fill(log: Path, store: FileStore, data: bytes) -> None:
    with log.open("ab") as file:
        file.write(data)
    while store.poll() or store.follower.more:
        pass


ONLY_ERRORS = Filters(least_rank=40)
HIDES_ALPHA = Filters((Filter("no alpha", Pattern("alpha"), keeps_out=True),))


def test_records_over_the_borders_of_blocks_stay_whole(log: Path, store: FileStore) -> None:
    """A traceback of 200 lines at every place near a border."""
    line = text_of("DEBUG", b"x" * 900)
    head, body = text_of("ERROR", b"failed"), b"".join(b"  line %d alpha\n" % n for n in range(200))
    data = b""
    for before in (4000, 1500, len(head) + 1, len(head), len(head) - 1, 1, 0):
        border = (len(data) // BLOCK + 2) * BLOCK - before
        count = (border - len(data)) // len(line) - 1
        data += line * count
        data += text_of("DEBUG", b"-" * (border - len(data) - len(text_of("DEBUG", b""))))
        assert len(data) == border
        data += head + body
    fill(log, store, data)
    for filters in (ONLY_ERRORS, HIDES_ALPHA, Filters((Filter("199", Pattern("line 199")),))):
        view = FilteredStore(store, filters)
        index(view)
        check(view, 100)
        view.close()


def test_a_rotation_and_a_cut_take_away_only_what_they_take(log: Path, store: FileStore) -> None:
    view = FilteredStore(store, ONLY_ERRORS)
    fill(log, store, text_of("ERROR", b"one") * 3 + text_of("INFO", b"x"))
    index(view)
    check(view)
    log.rename(f"{log}.1")
    fill(log, store, text_of("ERROR", b"two") + text_of("INFO", b"y") * 2)
    index(view)
    check(view)
    assert view.hidden == 3
    os.truncate(log, 0)
    fill(log, store, text_of("ERROR", b"three"))
    index(view)
    check(view)
    view.close()


def test_shows_the_end_of_a_huge_file_before_it_is_judged(log: Path, store: FileStore) -> None:
    fill(log, store, text_of("INFO", b"alpha") * 60_000 + text_of("ERROR", b"last"))
    view = FilteredStore(store, ONLY_ERRORS)
    assert [line.data[-4:] for line in view.last(5)] == [b"last"]
    assert not view.is_complete
    before = view.hidden
    view.step()
    assert view.hidden > before
    index(view)
    assert view.hidden == 60_000
    view.close()


def test_a_filter_that_runs_away_is_stopped_and_said(log: Path, store: FileStore) -> None:
    fill(log, store, text_of("INFO", b"a" * 60 + b"c b"))
    view = FilteredStore(store, Filters((Filter("trap", Pattern("(a+)+b", True)),)))
    began = now_s()
    while view.step():
        view.last(50)
        time.sleep(0.002)
    assert now_s() - began < 4  # 2 s where the machine is not shared
    assert "takes too long" in view.failure
    assert view.last(5) == []
    view.close()


def test_a_pattern_in_another_process_filters_as_well(log: Path, store: FileStore) -> None:
    fill(log, store, (text_of("INFO", b"took 31 ms") + text_of("INFO", b"took long")) * 4000)
    view = FilteredStore(store, Filters((Filter("took", Pattern("took \\d+ ms$", True)),)))
    deadline = now_s() + 10
    while view.step() and now_s() < deadline:
        time.sleep(0.002)
    check(view, 1000)
    assert view.size_lines() == 4000
    view.close()
