"""Records that are not parsed for want of a needle are ones without an output or an error."""

from __future__ import annotations

import dataclasses
import json
import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lines.test_jq_same import TEXTS, paths, records
from thunes_tui.lines.jq.compiled import Kind, compile_filter
from thunes_tui.lines.jq.sieve import Hit, Sieve, counted

NAMES = ["event", "reason", "a", "b"]
WORDS = [*TEXTS, "kill", "switch", "kill/switch", "Größenordnung", "tab\tbed", "\u2028line", "del\x7fete"]


def written(value: object, seed: int) -> bytes:
    """JSON with characters escaped at random, and space at random."""
    pick = random.Random(seed)
    if isinstance(value, dict):
        members = [
            written(key, seed + 1) + b" " * pick.randrange(2) + b":" + written(one, seed + 2)
            for key, one in value.items()
        ]
        return b"{" + b" , ".join(members) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(written(one, seed + 3) for one in value) + b"]"
    if not isinstance(value, str):
        return orjson.dumps(value)
    text = ""
    for character in value:
        units = character.encode("utf-16-be")
        if pick.random() < 0.2:
            text += "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
        elif character == "/" and pick.random() < 0.5:
            text += "\\/"
        else:
            text += json.dumps(character, ensure_ascii=pick.random() < 0.5)[1:-1]
    return f'"{text}"'.encode()


texts = st.sampled_from(WORDS).map(lambda text: json.dumps(text, ensure_ascii=False))
tests = st.one_of(
    st.tuples(paths(".[0]?"), st.sampled_from(["==", "!=", ">", "<="]), texts).map(" ".join),
    st.tuples(texts, st.just("=="), paths()).map(" ".join),
    st.tuples(paths(), texts).map(lambda parts: f"({parts[0]} | contains({parts[1]}))"),
    st.tuples(paths(), texts).map(lambda parts: f"({parts[0]} | startswith({parts[1]}))?"),
    st.sampled_from(NAMES).map(lambda name: f'has("{name}")'),
    paths(),
)
conditions = st.recursive(
    tests,
    lambda inner: st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
        lambda parts: "({} {} {})".format(*parts)
    ),
    max_leaves=4,
)
filters = st.one_of(
    conditions.map(lambda condition: f"select({condition})"),
    st.tuples(conditions, conditions).map(lambda both: f"select({both[0]}) | select({both[1]}) | {{event}}"),
    conditions.map(lambda condition: f"select({condition}).a?"),
)
objects = st.dictionaries(st.sampled_from(NAMES), st.one_of(st.sampled_from(WORDS), records), max_size=4)


@settings(max_examples=150, deadline=None)
@given(filters, st.lists(st.tuples(objects, st.integers(0, 1000)), min_size=1, max_size=6))
def test_rows_are_the_same_with_needles_and_without(
    text: str, given_: list[tuple[dict[str, object], int]]
) -> None:
    compiled = compile_filter(text)
    if not compiled.needles or not compiled.is_fast:
        return
    data = b"".join(written(record, seed) + b"\n" for record, seed in given_)
    data += b'{"x":1}\n' * 100
    sieve, plain = Sieve(compiled), Sieve(dataclasses.replace(compiled, needles=()))
    assert sieve.rows(data) == plain.rows(data)
    assert sieve.count(data) == plain.count(data) == counted(plain.rows(data))


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from([".", ".a", "select(.a)", ".a[]", ".a > 1", "{a}"]),
    st.lists(st.binary(max_size=30), max_size=9),
)
def test_rows_and_lines_agree_on_any_bytes(text: str, lines: list[bytes]) -> None:
    compiled = compile_filter(text)
    sieve = Sieve(compiled)
    data = b"".join(line.replace(b"\n", b"") + b"\n" for line in lines)
    hits = sieve.rows(data)
    assert sieve.count(data) == counted(hits)
    at: dict[tuple[int, int], list[Hit]] = {}
    for hit in hits:
        at.setdefault((hit.begin, hit.end), []).append(hit)
    for (begin, end), same in at.items():
        rows = compiled.evaluate(data[begin:end])
        assert [hit.kind for hit in same] == [row.kind for row in rows]
        assert [hit.number for hit in same] == list(range(len(rows)))


@pytest.mark.parametrize(
    ("text", "line", "kinds"),
    [
        (".a", b'{"a": 1}', [Kind.OUTPUT]),
        (".a", b"[1]", [Kind.ERROR]),
        (".a", b'{"a": 1', [Kind.UNREADABLE]),
        (".a", b'{"a": 1}{"a": 2}', [Kind.OUTPUT, Kind.OUTPUT]),
        (".a", b'{"a": 1}{"a": ', [Kind.OUTPUT, Kind.UNREADABLE]),
        (".a", b'{"a": "\xff"}', [Kind.OUTPUT]),
        (".a > 1", b'{"a": NaN}', [Kind.OUTPUT]),
        ("select(.a > 18446744073709551616)", b'{"a": 18446744073709551617}', [Kind.OUTPUT]),
        ("select(.a == 18446744073709551616)", b'{"a": 18446744073709551617}', []),
        (".a", b"   ", []),
        (".a", b'{"a":' * 3000, [Kind.UNREADABLE]),
        (".a[]", b'{"a": [' + b"1," * 2000 + b"1]}", [Kind.OUTPUT] * 1000 + [Kind.ERROR]),
    ],
)
def test_each_kind_of_line_has_its_rows(text: str, line: bytes, kinds: list[Kind]) -> None:
    compiled = compile_filter(text)
    assert [row.kind for row in compiled.evaluate(line)] == kinds
    assert [hit.kind for hit in Sieve(compiled).rows(line + b"\n")] == kinds


def test_what_is_shown_is_as_it_was_written() -> None:
    line = b'{"a": 1.10, "b": 12345678901234567890123, "c": [1E5, -0.0], "a b": "\\u00e9"}'
    assert compile_filter('{a, b, c, "a b"}').evaluate(line)[0].text == (
        '{"a":1.10,"b":12345678901234567890123,"c":[1E5,-0.0],"a b":"é"}'
    )
    assert compile_filter("select(.a)").evaluate(line)[0].is_record
