"""What is refused as a filter, where, and that no more is refused than jaq refuses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lines.jq_engines import JAQ, ask
from thunes_tui.lines.jq.compiled import BadSyntax, compile_filter
from thunes_tui.lines.jq.parse import parse
from thunes_tui.lines.jq.required import needles


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ('select(.event=="X"))', "unexpected ) at 20", 19),
        (".a | ", "something is missing at 6", 5),
        ("{a: .b", "something is missing at 7", 6),
        ('.a == "x', '" is not closed, opened at 7', 6),
        ("[.a[] | .b", "something is missing at 11", 10),
        (".a then", "unexpected then at 4", 3),
        ('"a\\x"', "unknown escape \\x at 3", 2),
        (".a & .b", "unexpected & at 4", 3),
        ("def f: (.a; f", "( is not closed, opened at 8", 7),
        ('"\\(.a', "( is not closed, opened at 3", 2),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, message: str, at: int) -> None:
    with pytest.raises(BadSyntax, match=re.escape(message)) as raised:
        compile_filter(text)
    assert (str(raised.value), raised.value.at) == (message, at)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "  # all of it\n .",
        ".a.b",
        ".a?",
        '."a b"',
        '.a["b"][0][]',
        "{a, b: .c, (.d): 1}",
        ".[-1]",
        "not",
    ],
)
def test_what_is_common_is_fast(text: str) -> None:
    assert compile_filter(text).is_fast


@pytest.mark.parametrize(
    "text",
    [
        *(
            ".. | numbers",
            "def f: .a; f",
            ".a as $x | $x",
            '"\\(.a)"',
            "reduce .[] as $x (0; . + $x)",
            ".a * 2",
        ),
        *(
            "@csv",
            ".[1:2]",
            ".a |= 1",
            "try .a catch 0",
            ".a.b == .c[]",
            "sort_by(.a)",
            'test("(a+)+$")',
            ".[.a]",
        ),
    ],
)
def test_what_goes_further_is_for_the_worker(text: str) -> None:
    compiled = compile_filter(text)
    assert not compiled.is_fast
    assert compiled.why_slow


@pytest.mark.parametrize("text", ["(" * 5000, "[" * 300 + "]" * 300, "." * 30_000, "if " * 3000, "-" * 500])
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        compile_filter(text)
    except BadSyntax:
        pass


WORDS = (
    """. .a [ ] ( ) { } | , : == < + - // ? 1 "x" and or not select if then else end empty ; .. true = .[ a"""
)
words = st.sampled_from([*WORDS.split(), ".[]", " "])


@pytest.mark.skipif(JAQ is None, reason="jaq is not installed")
@settings(max_examples=150, deadline=None)
@given(st.lists(words, max_size=8).map(" ".join))
def test_only_what_jaq_refuses_is_refused(text: str) -> None:
    assert JAQ is not None
    try:
        compiled = compile_filter(text)
    except BadSyntax:
        assert ask(JAQ, text, ["null"]) is None, text
    else:
        if compiled.is_fast and text.strip():
            assert ask(JAQ, text, ["null"]) is not None, text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('select(.event=="KILL_SWITCH_ACTIVATED")', (b"KILL_SWITCH_ACTIVATED",)),
        ('select(.event=="ABC" or .event=="DEF") | .reason', (b"ABC", b"DEF")),
        ('select(.a > 1 and .event == "ABC")', (b"ABC",)),
        ('select(.event == "ABC") | select(.reason == "DEFG") | {a}', (b"DEFG",)),
        ('select(.reason | contains("limit"))', (b"limit",)),
        ('select((.reason | startswith("limit"))?)', (b"limit",)),
        ('select(.event == "Größenordnung")', (b"enordnung",)),
        ('select(.event == "say \\"yes\\" now")', (b"say ",)),
        ("select(.error)", (b"error",)),
        ('select(has("deviation"))', (b"deviation",)),
        # An object without it may still be an error, or have an output.
        ('select(.a.b == "ABC")', ()),
        ('select(.reason | startswith("limit"))', ()),
        ('select((.a | test("x")) and .event == "ABC")', ()),
        ('select(.event != "ABC")', ()),
        ('select(.event == "ABC" | not)', ()),
        ('select(.event == "ABC" or .a)', ()),
        ('.a | select(.event == "ABC")', ()),
        ('[select(.event == "ABC")]', ()),
        ('select(.event == "ABC") // 1', ()),
    ],
)
def test_what_a_record_must_hold(text: str, found: tuple[bytes, ...]) -> None:
    assert needles(parse(text)) == found
