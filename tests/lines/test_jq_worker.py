"""Filters that are evaluated elsewhere: right, bounded, and never waited for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lines.jq_engines import JAQ, JQ
from thunes_tui.clock import system
from thunes_tui.lines.jq.compiled import Kind, compile_filter
from thunes_tui.lines.jq.engine import DEADLINE_S, Engine, Run, refusal
from thunes_tui.lines.jq.evaluation import RowLine, Worker
from thunes_tui.lines.jq.filtered import FilteredStore
from thunes_tui.lines.store import FileStore

ENGINES = [Engine(path, name) for path, name in ((JAQ, "jaq"), (JQ, "jq")) if path]
Open = Callable[..., FilteredStore]
CLOCK = system()
STALL_S = 1.5
"""For one call on a busy machine; the figure itself is measured by the bench."""


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def open_file(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    def make(data: bytes, text: str, deadline_s: float = DEADLINE_S) -> FilteredStore:
        path = tmp_path / "audit.jsonl"
        path.write_bytes(data)
        store = FileStore(path)
        store.poll()
        request.addfinalizer(store.close)
        compiled = compile_filter(text)
        assert not compiled.is_fast
        filtered = FilteredStore(store, Worker(compiled, system(), request.param, deadline_s))
        request.addfinalizer(filtered.close)
        return filtered

    return make


if not ENGINES:
    pytest.skip("neither jaq nor jq is installed", allow_module_level=True)


def settle(filtered: FilteredStore, limit_s: float = 20) -> float:
    """Until all is known; the longest that one step took."""
    longest, first = 0.0, CLOCK.now()
    while True:
        start = CLOCK.now()
        goes_on = filtered.step()
        longest = max(longest, CLOCK.now().since(start))
        if not goes_on:
            return longest
        assert start.since(first) < limit_s
        if filtered.is_waiting:
            time.sleep(0.002)


def test_rows_come_from_the_engine(open_file: Open) -> None:
    data = b'{"a":1,"b":"x"}\n{"a":[2,3]}\n[4]\n{"a":\n{"a":5}{"a":6}\n\n{"a":"\xff"}\n'
    filtered = open_file(data, '"\\(.a)", (.a | tostring)')
    settle(filtered)
    rows = [row for row in filtered.last(20) if isinstance(row, RowLine)]
    assert [(row.kind, row.data.decode("utf-8", "replace")) for row in rows] == [
        *[(Kind.OUTPUT, '"1"')] * 2,
        *[(Kind.OUTPUT, '"[2,3]"')] * 2,
        (Kind.ERROR, "[4]"),
        (Kind.UNREADABLE, '{"a":'),
        *[(Kind.OUTPUT, '"5"')] * 2,
        *[(Kind.OUTPUT, '"6"')] * 2,
        *[(Kind.OUTPUT, '"\ufffd"')] * 2,
    ]
    assert (filtered.counts.matched, filtered.counts.errors, filtered.counts.unreadable) == (10, 1, 1)
    assert "index" in rows[4].message
    assert len({row.position for row in rows}) == len(rows)


def test_many_blocks_are_known_in_the_end(open_file: Open) -> None:
    data = b"".join(b'{"n": %d, "pad": "%s"}\n' % (n, b"x" * 200) for n in range(4000))
    filtered = open_file(data, ".n * 2")
    longest = settle(filtered)
    assert (filtered.failure, filtered.size_lines()) == ("", 4000)
    assert [json.loads(row.data) for row in filtered.last(3)] == [7994, 7996, 7998]
    assert longest < STALL_S


def test_only_records_with_the_needle_are_sent(open_file: Open) -> None:
    data = b'{"event": "OTHER", "n": 1}\n' * 9000 + b'{"event": "KILLED", "n": 2}\n'
    filtered = open_file(data, 'select(.event == "KILLED") | .n * 2')
    settle(filtered)
    assert [row.data for row in filtered.last(5)] == [b"4"]


def test_a_filter_without_an_end_is_stopped_in_two_seconds(open_file: Open) -> None:
    filtered = open_file(b'{"a":1}\n', "last(range(1e12))")
    start = CLOCK.now()
    longest = settle(filtered)
    assert CLOCK.now().since(start) < 20
    assert "stopped" in filtered.failure
    assert longest < STALL_S
    assert filtered.last(3) == []


@pytest.mark.parametrize(
    "text", ["[limit(1e9; repeat(1))]", "def f: f; f", "repeat(1)", "[range(1e9)] | length"]
)
def test_whatever_it_does_without_end_it_is_stopped(open_file: Open, text: str) -> None:
    filtered = open_file(b'{"a":1}\n', text, 0.2)
    assert settle(filtered) < STALL_S
    assert "stopped" in filtered.failure


def test_an_abandoned_filter_leaves_no_process(open_file: Open) -> None:
    filtered = open_file(b'{"a":1}\n', "last(range(1e12))")
    filtered.step()
    worker = filtered.evaluator
    assert isinstance(worker, Worker)
    assert worker._run is not None
    pid = worker._run._process.pid
    assert Path(f"/proc/{pid}").exists()
    given = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert b"range" not in given
    assert b"audit" not in given
    filtered.close()
    assert not Path(f"/proc/{pid}").exists()


def test_a_filter_that_the_engine_refuses_is_told(open_file: Open) -> None:
    filtered = open_file(b'{"a":1}\n', ".a | no_such_function")
    settle(filtered)
    assert filtered.failure.startswith("no such filter: ")
    assert "\n" not in filtered.failure


@pytest.mark.parametrize("text", [". ) | ( .", '"\\(.a) ) | input | ("', "1) catch 2 | (3", ". # )"])
def test_a_filter_stays_in_its_brackets(open_file: Open, text: str) -> None:
    try:
        compiled = compile_filter(text)
    except ValueError:
        return
    if not compiled.is_fast:
        filtered = open_file(b'{"a":1}\n{"a":2}\n', text)
        settle(filtered)
        assert filtered.failure or filtered.size_lines() == 2


@pytest.mark.parametrize("text", ["[., input]", "halt", "first(inputs)", "debug"])
def test_filters_that_reach_for_other_records_are_refused(text: str) -> None:
    assert refusal(text)
    assert refusal(f'.a == "{text}"') is None


def test_the_engine_sees_no_environment(open_file: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_FOR_TEST", "1")
    filtered = open_file(b"1\n", "env | length")
    settle(filtered)
    assert [row.data for row in filtered.last(1)] == [b"0"]


def test_the_place_of_what_the_engine_refuses_is_told_where_it_says(open_file: Open) -> None:
    filtered = open_file(b'{"a":1}\n', ".a | no_such_function")
    settle(filtered)
    assert filtered.evaluator.trouble_at == 5


def test_a_record_that_comes_back_as_it_was_is_the_record(open_file: Open) -> None:
    filtered = open_file(b'{"a": 1.0, "b":"x"}\n{"a": 2}\n', "select(.a * 2 < 3), .a * 2")
    settle(filtered)
    rows = [row for row in filtered.last(5) if isinstance(row, RowLine)]
    assert (rows[0].is_record, rows[0].data) == (True, b'{"a": 1.0, "b":"x"}')
    assert [row.is_record for row in rows] == [True, False, False]


def test_a_file_that_grows_all_the_time_is_not_worth_a_run_for_each_line(
    open_file: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filtered = open_file(b'{"a":1}\n', ".a * 2")
    settle(filtered)
    runs: list[Run] = []

    class Counted(Run):
        def poll(self) -> bool:
            if self not in runs:
                runs.append(self)
            return super().poll()

    monkeypatch.setattr("thunes_tui.lines.jq.evaluation.Run", Counted)
    store = filtered._store
    assert isinstance(store, FileStore)
    for number in range(30):
        with (tmp_path / "audit.jsonl").open("a") as file:
            file.write(f'{{"a":{number}}}\n')
        store.poll()
        filtered.step()
        time.sleep(0.005)
    settle(filtered)
    assert filtered.size_lines() == 31
    assert 1 <= len(runs) < 10
