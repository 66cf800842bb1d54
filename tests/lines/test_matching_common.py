"""Words that stand in most lines are not looked for first; what is found is the same."""

from __future__ import annotations

import random

import pytest

from tests.lines.naive import has_hit
from thunes_tui.lines.matching import Matcher
from thunes_tui.lines.pattern import Pattern

TEXTS = (
    "[0-9]{2}[.][0-9] number [0-9]*7",
    r"\d+ number \d+$",
    "^[a-z]+ .* number",
    "number|nowhere",
)


@pytest.mark.parametrize("text", TEXTS)
def test_common_words_change_nothing(text: str) -> None:
    dice = random.Random(3)
    lines = [f"price {dice.random() * 99:.1f} number {dice.randrange(200)}" for _ in range(3000)]
    lines[::5] = ["nothing of it"] * len(lines[::5])
    data = "\n".join(lines).encode() + b"\n"
    pattern = Pattern(text, True)
    matcher = Matcher(pattern)
    assert matcher._is_common(data)
    expected, start = [], 0
    for line in data.splitlines(keepends=True):
        if has_hit(pattern, line[:-1]):
            expected.append(start)
        start += len(line)
    assert matcher.lines(data) == expected
    assert matcher.count(data) == len(expected)
    assert not Matcher(Pattern(text, True))._is_common(b"price 1.0\n" * 3000)
