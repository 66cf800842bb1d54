"""What the fast path gives is what jaq and jq give, on generated filters and records."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.lines.jq_engines import JAQ, JQ, Answer, ask, plain
from thunes_tui.lines.jq.compiled import Compiled, Kind, compile_filter

needs_jaq = pytest.mark.skipif(JAQ is None, reason="jaq is not installed")
needs_jq = pytest.mark.skipif(JQ is None, reason="jq is not installed")
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = ["event", "reason", "a", "b", "é"]
TEXTS = ["", "a", "BUY", "size above limit", "Größe", "x\ny", "\U0001f680", '"\\/', "a.b"]
names = st.sampled_from(NAMES)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(-(2**53), 2**53),
    st.sampled_from([0.5, 1.0, -2.25, 1e300, 0.0, -0.0, 61234.5]),
    st.sampled_from(TEXTS),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=8,
)
records = st.one_of(st.dictionaries(names, values, max_size=5), values)
written = st.builds(
    lambda value, ascii_only, spaced: json.dumps(
        value, ensure_ascii=ascii_only, separators=(", ", ": ") if spaced else (",", ":")
    ),
    records,
    st.booleans(),
    st.booleans(),
)


def literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


literals = st.one_of(
    st.sampled_from(TEXTS).map(literal),
    st.sampled_from(["null", "true", "false", "0", "1", "-2", "0.5", "1.0", "1e3"]),
)
patterns = st.sampled_from(["a", "BUY", "size.*limit", "^a", "b|BU", "[a-c].", "^si.e", "x.+y", "", "Gr.ße"])


def paths(*further: str) -> st.SearchStrategy[str]:
    steps = st.one_of(
        names.filter(str.isascii).map(lambda name: f".{name}"),
        names.map(lambda name: f'.["{name}"]'),
        st.sampled_from([".[]", ".a?", ".[]?", '."b"', *further]),
    )
    joined = st.lists(steps, min_size=1, max_size=3)
    return joined.map(lambda parts: parts[0] + "".join(part.replace(".[", "[") for part in parts[1:]))


functions = st.one_of(
    st.sampled_from(
        [
            "not",
            "length",
            "keys",
            "type",
            "any",
            "all",
            "empty",
            "ascii_downcase",
            "ascii_upcase",
            "values",
            "strings",
        ]
    ),
    st.sampled_from(["numbers", "objects", "arrays", "nulls", "booleans", "scalars", "iterables"]),
    st.sampled_from(TEXTS).map(lambda text: f"startswith({literal(text)})"),
    st.sampled_from(TEXTS).map(lambda text: f"endswith({literal(text)})"),
    names.map(lambda name: f'has("{name}")'),
    patterns.map(lambda pattern: f"test({literal(pattern)})"),
)
calls_of_jaq = st.one_of(
    functions,
    literals.map(lambda text: f"contains({text})"),
    st.sampled_from(["has(0)", "has(2)", 'test("e$")', 'test("^BUY$|y$")', 'test("G.*E$"; "i")']),
)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "and", "or", "//", "+", "-", "|", ","])
    return st.one_of(
        st.tuples(inner, operators, inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        inner.map(lambda body: f"select({body})"),
        inner.map(lambda body: f"[{body}]"),
        inner.map(lambda body: f"map({body})"),
        inner.map(lambda body: f"({body})?"),
        st.tuples(names, inner, inner).map(lambda parts: f'{{"{parts[0]}": ({parts[1]}), b: ({parts[2]})}}'),
        st.tuples(inner, inner).map(lambda parts: f"{{({parts[0]} | strings): ({parts[1]}), event}}"),
        st.tuples(inner, inner, inner).map(lambda parts: "if {} then {} else {} end".format(*parts)),
    )


def filters(path: st.SearchStrategy[str], call: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    leaves = st.one_of(st.just("."), path, literals, st.tuples(path, call).map(" | ".join))
    return st.recursive(leaves, combined, max_leaves=6)


of_jaq = filters(paths(".[0]", ".[-1]", ".[1]?"), calls_of_jaq)
of_both = filters(paths(), functions)
"""Without what jq 1.6 and jaq 3 differ in: see `values`."""


def given_by(compiled: Compiled, record: str) -> Answer:
    # A short record has no places for many outputs.
    rows = compiled.evaluate(record.encode() + b" " * 500)
    outputs = [record if row.is_record else row.text for row in rows if row.kind is Kind.OUTPUT]
    return Answer(outputs, failed=any(row.kind is not Kind.OUTPUT for row in rows))


def fast(text: str) -> Compiled | None:
    compiled = compile_filter(text)
    return compiled if compiled.is_fast else None


@needs_jaq
@QUICK
@given(of_jaq, st.lists(written, min_size=1, max_size=8))
@example(".a == .b", ['{"a": 9007199254740993, "b": 9007199254740992.0}', '{"a":1.0,"b":1}'])
@example(".", ["-0", "1.10", "1e1000", "123456789012345678901234567890", '{"a":1,"b":2,"a":3}'])
@example(".a + 1", ['{"a": 9223372036854775807}', '{"a": 1.10}', '{"a": "x"}'])
@example(
    ".a == .b, .a < .b",
    ['{"a":true,"b":1}', '{"a":[0],"b":[false]}', '{"a":null,"b":false}', '{"a":{},"b":[]}'],
)
def test_outputs_are_jaqs(text: str, lines: list[str]) -> None:
    compiled = fast(text)
    if compiled is None:
        return
    assert JAQ is not None
    answers = ask(JAQ, text, lines)
    assert answers is not None, "jaq refuses what we take"
    for line, answer in zip(lines, answers, strict=True):
        ours = given_by(compiled, line)
        assert [exact(one) for one in ours.outputs] == [exact(one) for one in answer.outputs], (text, line)
        assert ours.failed == answer.failed, (text, line)


@needs_jq
@settings(QUICK, max_examples=50)
@given(of_both, st.lists(written, min_size=1, max_size=8))
def test_outputs_are_jqs_but_for_how_numbers_are_written(text: str, lines: list[str]) -> None:
    compiled = fast(text)
    if compiled is None:
        return
    assert JQ is not None
    answers = ask(JQ, text, lines)
    assert answers is not None, "jq refuses what we take"
    for line, answer in zip(lines, answers, strict=True):
        ours = given_by(compiled, line)
        assert [plain(one) for one in ours.outputs] == [plain(one) for one in answer.outputs], (text, line)
        assert ours.failed == answer.failed, (text, line)


def exact(text: str) -> Any:
    """JSON with whole numbers and fractions apart, keys in their order; of equal keys the last counts."""
    return json.loads(
        text,
        parse_float=lambda number: ("f", float(number)),
        object_pairs_hook=lambda pairs: ("o", list(dict(pairs).items())),
    )
