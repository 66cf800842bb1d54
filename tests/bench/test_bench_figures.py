"""What is measured stands in the table and in the JSON: the figure, what was to be reached, and each peer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.figures import Amount, Cost, Latency, Row, number, quantile, several, table, within, write

REACHED = Row(
    "lag", Amount(20, "ms"), {"slow": Amount(80, "ms"), "absent": None}, "<= 80 ms", True, "on 2 MB"
)
MISSED = Row("idle", Cost(2, 50), {}, "<= 1 %", False)
LOST = Row("flood", None, note="could not be measured: never seen")


def test_the_table_tells_figure_reach_and_peers() -> None:
    lines = table([REACHED, MISSED, LOST])
    assert "20.0 ms" in lines[0]
    assert lines[0].endswith("reach: <= 80 ms  reached")
    assert lines[1].strip() == "on 2 MB"
    assert "slow" in lines[2]
    assert lines[2].endswith("ours is 0.25 of it")
    assert lines[3].endswith("not here")
    assert lines[4].endswith("NOT REACHED")
    assert "not measured" in lines[5]


def test_the_json_tells_the_same(tmp_path: Path) -> None:
    write([REACHED, MISSED, LOST], tmp_path / "results.json")
    told = json.loads((tmp_path / "results.json").read_text())
    reached, missed, lost = told["rows"]
    assert reached["ours"] == {"value": 20, "unit": "ms"}
    assert (reached["reach"], reached["reached"]) == ("<= 80 ms", True)
    assert reached["peers"] == {"slow": {"value": 80, "unit": "ms"}, "absent": "not here"}
    assert reached["ratios"] == {"slow": 0.25}
    assert missed["reached"] is False
    assert lost["ours"] is None
    assert lost["note"]


def test_a_median_is_that_of_the_runs() -> None:
    assert Amount.median([Amount(value, "s") for value in (1, 9, 2)]) == Amount(2, "s")
    runs = [Latency(1, 50, 10), Latency(3, 4, 10), Latency(2, 5, 10)]
    assert Latency.median(runs) == Latency(2, 5, 30)
    assert Cost.median([Cost(1, 30), Cost(2, 20), Cost(3, 10)]) == Cost(2, 20)


def test_quantiles_are_values_that_were_measured() -> None:
    ordered = [float(value) for value in range(1, 101)]
    assert quantile(ordered, 0.5) == 50
    assert quantile(ordered, 0.99) == 99
    assert quantile([7.0], 0.99) == 7
    with pytest.raises(ValueError, match="nothing"):
        quantile([], 0.5)


def test_works_are_run_in_turn() -> None:
    order: list[str] = []
    assert several(2, lambda: order.append("a"), lambda: order.append("b")) == [[None, None], [None, None]]
    assert order == ["a", "b", "a", "b"]


def test_a_peer_that_is_not_here_is_no_measure() -> None:
    assert within(Amount(5, "s"), None, 1)
    assert within(Amount(5, "s"), Amount(10, "s"), 0.5)
    assert not within(Amount(5.1, "s"), Amount(10, "s"), 0.5)


def test_numbers_have_the_digits_that_mean_something() -> None:
    assert [number(value) for value in (1234.5, 12.34, 1.234, 0.01234)] == ["1,234", "12.3", "1.23", "0.0123"]
