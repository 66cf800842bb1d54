"""What a record of a type looks like is learnt from the others."""

from __future__ import annotations

import json

import pytest

from thunes_tui.lines.audit import AuditRow, rows_of
from thunes_tui.lines.jq.schema import MOST_EVENTS, MOST_KEYS, Schema
from thunes_tui.lines.line import Line


def row(**fields: object) -> AuditRow:
    return rows_of(Line(0, json.dumps(fields).encode()))[0]


@pytest.fixture
def schema() -> Schema:
    made = Schema()
    made.learn(
        [
            row(timestamp="t", event="TRADE_REJECTED", reason="r", order={"id": n, "side": "BUY"})
            for n in range(9)
        ]
    )
    made.learn(
        [row(timestamp="t", event="KILL_SWITCH_ACTIVATED", reason="r", **{"set by": 1}) for _ in range(3)]
    )
    made.learn([row(timestamp="t", event="TRADE_REJECTED", retries=1, legs=[{"price": 1}])])
    return made


def test_new_and_missing_keys_of_a_type_are_told(schema: Schema) -> None:
    drift = schema.drift(row(event="TRADE_REJECTED", reason="r", amount=1))
    assert drift.new == ("amount",)
    assert drift.missing == ("timestamp",)
    assert schema.drift(row(timestamp="t", event="TRADE_REJECTED", retries=3)).is_none


def test_nothing_is_told_of_a_type_that_is_hardly_known(schema: Schema) -> None:
    assert schema.drift(row(event="KILL_SWITCH_ACTIVATED", other=1)).is_none
    assert schema.drift(row(event="NEVER_SEEN", other=1)).is_none


def test_a_row_is_judged_before_it_is_learnt(schema: Schema) -> None:
    odd = row(timestamp="t", event="TRADE_REJECTED", amount=1)
    assert schema.note(odd).new == ("amount",)
    assert schema.note(odd).new == ()


def test_a_damaged_line_teaches_nothing(schema: Schema) -> None:
    before = schema.events["TRADE_REJECTED"].records
    schema.learn(rows_of(Line(0, b'{"event": "TRADE_REJECTED", "x": 1', torn=True)))
    assert schema.events["TRADE_REJECTED"].records == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".re", [".reason", ".retries"]),
        ("select(.re", [".reason", ".retries"]),
        (".order.", [".id", ".side"]),
        (".legs[].p", [".price"]),
        (".legs[0]?.p", [".price"]),
        (".set", ['."set by"']),
        ("{tim", ["timestamp"]),
        ("{timestamp, ev", ["event"]),
        ('select(.event == "K', ['KILL_SWITCH_ACTIVATED"']),
        ('select(.event == "', ['TRADE_REJECTED"', 'KILL_SWITCH_ACTIVATED"']),
        ('select(.event | startswith("K', ['KILL_SWITCH_ACTIVATED"']),
        ('select(.event=="KILL_SWITCH_ACTIVATED") | .re', [".reason"]),
        ('select(.event=="TRADE_REJECTED") | {re', ["reason", "retries"]),
        (".reason | sta", ["startswith"]),
        ("sele", ["select"]),
        ('.reason == "re', []),
        (".reason ", []),
    ],
)
def test_words_are_completed_from_what_was_seen(schema: Schema, text: str, words: list[str]) -> None:
    found = schema.complete(text)
    assert [completion.text for completion in found] == words
    for completion in found:
        assert (text[: completion.start] + completion.text).startswith(text.rstrip("set").rstrip("."))


def test_memory_is_bounded_whatever_the_rows_hold() -> None:
    schema = Schema()
    schema.learn(row(event=f"E{n}", **{f"k{n}": 1}) for n in range(MOST_EVENTS + 50))
    assert len(schema.events) == MOST_EVENTS
    schema.learn(
        row(event="E0", **{f"k{n}": {"deep": {"er": {"and": {"deeper": 1}}}}}) for n in range(MOST_KEYS + 50)
    )
    assert len(schema.events["E0"].keys) == MOST_KEYS
    assert schema.drift(row(event="E0", never=1)).new == ()
