"""What an engine says of a filter becomes one line and a place in it."""

from __future__ import annotations

import subprocess

import pytest

from tests.lines.jq_engines import JAQ, JQ
from thunes_tui.lines.jq.complaint import complaint
from thunes_tui.lines.jq.engine import _program


def printed(engine: str, text: str) -> str:
    made = subprocess.run(
        [engine, "-n", _program(text).decode()], capture_output=True, text=True, check=False, input=""
    )
    assert made.returncode, "the engine takes the filter"
    return made.stderr


@pytest.mark.skipif(not JAQ, reason="jaq is not installed")
@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("foo(.a)", 0),
        ('.a | ltrimstrx("x")', 5),
        (".a as $x | $y", 11),
        ("reduce .[] as $x (0; . + )", 25),
        (".a |= ", 6),
    ],
)
def test_jaq_shows_the_place(text: str, at: int) -> None:
    said = complaint(printed(JAQ or "", text), text)
    assert said.at == at
    assert said.words
    assert "\n" not in said.words


@pytest.mark.skipif(not JQ, reason="jq is not installed")
def test_jq_names_what_it_does_not_know() -> None:
    text = ".a | foo(.b)"
    said = complaint(printed(JQ or "", text), text)
    assert said.at == 5
    assert complaint(printed(JQ or "", "reduce 1"), "reduce 1").at is None


def test_no_words_at_all_are_told_as_well() -> None:
    assert complaint("", "x").words
