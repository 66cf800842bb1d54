"""What is learnt of a whole audit trail, in slices: its damage, and where its events' keys change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from thunes_tui.lines.audit import Problem
from thunes_tui.lines.jq import survey as module
from thunes_tui.lines.jq.survey import Survey
from thunes_tui.lines.line import Position
from thunes_tui.lines.store import FileStore


def record(number: int, **further: object) -> bytes:
    fields = {"timestamp": f"2025-10-09T10:00:{number % 60:02}", "event": "TRADE_REJECTED", "n": number}
    return json.dumps({**fields, **further}).encode() + b"\n"


def opened(path: Path, data: bytes) -> FileStore:
    path.write_bytes(data)
    store = FileStore(path)
    store.poll()
    return store


def settle(survey: Survey) -> None:
    steps = 0
    while survey.step():
        steps += 1
        assert steps < 100_000


def test_damage_of_the_whole_file_is_counted_by_its_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEARNT", 1)  # the rest is older
    good = b"".join(record(number, pad="x" * 300) for number in range(3000))
    bad = b'{"event": "A", "x": 1\n' + b'{"event": "\xff"}\n' * 2 + b'{"event": "A"}{"event": "B"}\n'
    long = json.dumps({"event": "LONG", "pad": "y" * 900_000}).encode() + b"\n"
    store = opened(tmp_path / "audit.jsonl", bad + good + long + good + bad)
    survey = Survey(store)
    settle(survey)
    assert survey.damage == {
        Problem.CORRUPT: 2,
        Problem.INVALID_UTF8: 4,
        Problem.GLUED: 2,
        Problem.TOO_LONG: 1,
    }
    assert survey.lines == 6009
    assert survey.is_complete
    store.close()


def test_what_is_appended_is_looked_at_once(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    store = opened(path, record(1))
    survey = Survey(store)
    settle(survey)
    for number in range(2, 9):
        with path.open("ab") as file:
            file.write(record(number))
        store.poll()
        settle(survey)
    assert survey.lines == survey.schema.events["TRADE_REJECTED"].records == 8
    store.close()


def test_an_empty_file_that_grows_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    store = opened(path, b"")
    survey = Survey(store)
    settle(survey)
    path.write_bytes(record(1))
    store.poll()
    settle(survey)
    assert survey.lines == 1
    store.close()


def test_a_rotated_file_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    store = opened(path, record(1) * 3)
    survey = Survey(store)
    settle(survey)
    path.rename(tmp_path / "audit.jsonl.1")
    path.write_bytes(record(2) + b"{torn\n")
    for _ in range(3):
        store.poll()
    settle(survey)
    assert survey.lines == 5
    assert survey.damage.total() == 1
    store.close()


def test_a_record_with_other_keys_than_those_before_it_is_noted_in_its_place(tmp_path: Path) -> None:
    lines = [record(number) for number in range(10)] + [record(10, fee=1), b'{"event": "TRADE_REJECTED"}\n']
    store = opened(tmp_path / "audit.jsonl", b"".join(lines))
    survey = Survey(store)
    settle(survey)
    new = survey.drift(Position(0, sum(map(len, lines[:10]))))
    assert new is not None
    assert (new.new, new.missing) == (("fee",), ())
    missing = survey.drift(Position(0, sum(map(len, lines[:11]))))
    assert missing is not None
    assert missing.missing == ("timestamp", "n")
    assert survey.drift(Position(0, 0)) is None
    assert survey.has_changed
    store.close()


def test_members_that_vary_are_told_from_those_that_never_do(tmp_path: Path) -> None:
    lines = b"".join(record(number, strategy="s", legs=[number]) for number in range(10))
    store = opened(tmp_path / "audit.jsonl", lines)
    survey = Survey(store)
    assert survey.schema.varying("TRADE_REJECTED") is None
    settle(survey)
    assert survey.schema.varying("TRADE_REJECTED") == frozenset({"timestamp", "n"})
    store.close()
