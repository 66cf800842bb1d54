"""What can be proven about a pattern, and that the quick ways find what the slow one finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lines.naive import has_hit
from thunes_tui.errors import Unusable
from thunes_tui.lines.matching import Matcher
from thunes_tui.lines.pattern import Pattern, typed

_TEXT = "a b AB abc . [ab] [^a] \\s \\S+ x* a+ (?:ab|bc) (a|b)? (?=b) b{2} (?!a) ^ $ \\b \\B \\Z \\A (?i:aB)"
PIECES = st.sampled_from(
    [*_TEXT.split(), "(?:a|)", "(?>a*)", "b++", "\\n", "é", "c??", "[^\\n]", "\\w+", "\\D", "(?s:.)"]
)
PATTERNS = st.lists(PIECES, min_size=1, max_size=4).map("".join)
LINES = st.lists(st.text("abAB cxé\t", max_size=8), max_size=12)
TAILS = st.sampled_from(["\n", ""])


def starts_of(data: bytes) -> list[tuple[int, bytes]]:
    starts, at = [], 0
    for line in data.removesuffix(b"\n").split(b"\n"):
        starts.append((at, line))
        at += len(line) + 1
    return starts


@settings(max_examples=400, deadline=None)
@given(PATTERNS, LINES, TAILS, st.booleans(), st.booleans(), st.booleans())
def test_finds_the_lines_that_each_line_alone_would_give(
    text: str, lines: list[str], tail: str, is_regex: bool, ignores_case: bool, by_line: bool
) -> None:
    """Whatever words are derived, whatever way is taken, in one block of any lines."""
    try:
        pattern = Pattern(text, is_regex, ignores_case)
    except Unusable:
        return
    data = ("\n".join(lines) + tail).encode()
    if not data:
        return
    matcher = Matcher(pattern, by_line=by_line)
    expected = [start for start, line in starts_of(data) if has_hit(pattern, line)]
    assert matcher.lines(data) == expected
    assert matcher.count(data) == len(expected)
    assert matcher.may_hit(data) or not expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("took \\d+ms", (b"took ",)),
        ("(foo|KILL).*ACT", (b"ACT",)),
        ("(?:ab|cde)", (b"ab", b"cde")),
        ("(?:ab|c*)", ()),
        ("x{2,}yz(?:q)*", (b"yz",)),
        ("(?i)KiLL", (b"kill",)),
        ("a(?i:bcdefg)", (b"a",)),
        ("(?=abc)", ()),
        ("[0-9]{3}[a-f]", ()),
    ],
)
def test_knows_the_words_that_every_hit_contains(text: str, words: tuple[bytes, ...]) -> None:
    assert Pattern(text, True).words == words


@pytest.mark.parametrize("text", ["(a+)+b", "a*b", ".*", "(a|aa){1,60}b", "(\\w)x\\1", "(a{1,60}){1,60}"])
def test_calls_no_pattern_cheap_that_may_take_longer_than_linear_time(text: str) -> None:
    assert not Pattern(text, True).is_cheap


def test_calls_text_cheap_however_long_and_simple_patterns_too() -> None:
    assert Pattern("(a+)+b" * 100).is_cheap
    assert Pattern("\\d{4}-\\d\\d 1[0-9]:3(?:foo|bar)?", True).is_cheap


def test_a_capital_letter_minds_the_case_and_a_slash_makes_a_pattern() -> None:
    assert typed("/a.c") == Pattern("a.c", True, True)
    assert typed("Kill") == Pattern("Kill", False, False)


def test_says_in_one_line_what_is_no_pattern() -> None:
    with pytest.raises(Unusable, match=r"^\(a is no regular expression: .*; mend it or look for text$"):
        Pattern("(a", True)


def test_finds_a_rare_word_in_a_long_block() -> None:
    data = b"2025-10-09 INFO heartbeat\n" * 9000 + b"x KILL SWITCH y\n" + b"INFO\n" * 9000
    assert Matcher(Pattern("KILL SWITCH")).lines(data) == [26 * 9000]
    assert Matcher(Pattern("kill\\s+(?:switch)", True, True)).lines(data) == [26 * 9000]
    assert Matcher(Pattern("INFO")).count(data) == 18000
    assert re.search(b"KILL", data)
