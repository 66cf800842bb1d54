"""Expected output is matched as a person means it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.runbook.expected import differences

JSON = (
    '{"timestamp": "2025-10-09T10:00:00.000001", "event": "TRADE_REJECTED", "reason": "kill_switch_active"}'
)
SHOWN = [
    ("Audit lines: ...", "Audit lines: 1523"),
    ("Position 0.0005 BTC", "position   0.0012 BTC"),
    ("Local positions: 1", "Local positions: 2"),
    ('event: "TRADE_REJECTED"', JSON),
    ("2025-10-09 10:00:00 - INFO - up", "2026-01-02 23:59:59 - INFO - up"),
    ("order <ORDER_ID> at ____", "order 991 at 3.5"),
    ("Executed on [DATE]", "Executed on 9 October"),
    ("<5 seconds", "took 4.2 seconds"),
    ("Python 3.x", "Python 3.11.7"),
    ("No output", "\n  \n"),
    ("PnL: 0.00", "PnL: -12.50"),
    ("all is well", "\x1b[1;32mall \x1b[0mis\x1b]0;title\x07 well\r"),
    ("PRE-FLIGHT CHECK PASSED", "✅ PRE-FLIGHT CHECK PASSED"),
]
MISSING = [
    ("Positions match: True", "Positions match: False"),
    ("<5 seconds", "took 5.2 seconds"),
    ("Python 3.x", "Python 2.7"),
    ("No output", "Traceback"),
    ("RECONCILIATION OK", "RECONCILIATION NOT POSSIBLE"),
    ("a ... b ... c", "a c b"),
    ("anything", ""),
]


@pytest.mark.parametrize(("pattern", "output"), SHOWN)
def test_what_varies_does_not_count(pattern: str, output: str) -> None:
    assert differences((pattern,), output) == ()


@pytest.mark.parametrize(("pattern", "output"), MISSING)
def test_what_says_something_else_is_missing(pattern: str, output: str) -> None:
    assert differences((pattern,), output) == (pattern,)


def test_order_counts_and_the_longest_ordered_part_is_kept() -> None:
    assert differences(("one", "two", "three"), "one\nnoise\ntwo\nthree\n") == ()
    assert differences(("late", "one", "two"), "one\ntwo\nlate\n") == ("late",)
    assert differences(("one", "gone", "two"), "one\ntwo\n") == ("gone",)
    assert differences(("event: A", "reason: B"), '{"reason": "B", "event": "A"}') == ()


def test_blank_patterns_and_no_patterns_miss_nothing() -> None:
    assert differences((), "x") == ()
    assert differences(("", "  ", "..."), "x") == ()


def test_a_flood_of_output_is_matched_quickly() -> None:
    output = "\n".join(f"{n} heartbeat BTCUSDT price {n}.5" for n in range(20_000))
    began = time.process_time()
    assert differences(("1 heartbeat ... price 2", "... ... ... nothing", "x"), output) == (
        "... ... ... nothing",
        "x",
    )
    assert differences(("1+1+1+1+1...1.1.1 ____ <3 <4 z",), "1" * 4000) != ()
    assert time.process_time() - began < 2.0


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(alphabet="a1.<>5x_[]AB… '\"+-", max_size=12), max_size=6), st.text(max_size=80))
def test_any_expectation_and_any_output_give_a_subset_in_order(expected: list[str], output: str) -> None:
    rest = iter(expected)
    assert all(line in rest for line in differences(tuple(expected), output))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(alphabet="abc:= {}12", min_size=1, max_size=12), max_size=6))
def test_output_that_is_the_expectation_itself_misses_nothing(lines: list[str]) -> None:
    assert differences(tuple(lines), "\n".join(lines)) == ()
