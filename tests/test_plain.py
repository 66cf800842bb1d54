"""Plain data: what goes out comes back equal, and what does not fit says where."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thunes_tui.plain import from_plain, to_plain
from thunes_tui.runbook.model import Check, Criterion, Runbook, Span, Step
from thunes_tui.runbook.model import Test as RunbookTest


class Mood(StrEnum):
    CALM = "calm"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Leaf:
    count: int
    ratio: float = 0.0
    word: str = ""
    on: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    leaf: Leaf
    kind: Literal["oak", "elm"] = "oak"
    mood: Mood = Mood.CALM
    leaves: tuple[Leaf, ...] = ()
    pair: tuple[int, str] = (0, "")
    named: dict[str, Leaf] = field(default_factory=dict)
    maybe: Leaf | None = None
    number: int | float | None = None
    rows: list[int] = field(default_factory=list)
    child: Tree | None = None
    anything: Any = None


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
leaves = st.builds(
    Leaf,
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.booleans(),
)


def trees(child: st.SearchStrategy[Tree | None]) -> st.SearchStrategy[Tree]:
    return st.builds(
        Tree,
        leaf=leaves,
        kind=st.sampled_from(["oak", "elm"]),
        mood=st.sampled_from(Mood),
        leaves=st.lists(leaves, max_size=3).map(tuple),
        pair=st.tuples(st.integers(), st.text(max_size=4)),
        named=st.dictionaries(st.text(max_size=4), leaves, max_size=2),
        maybe=st.none() | leaves,
        number=st.none() | st.integers() | st.floats(allow_nan=False),
        rows=st.lists(st.integers(), max_size=3),
        child=child,
        anything=anything,
    )


@given(trees(st.none() | trees(st.none())))
def test_a_value_survives_the_trip_through_json(tree: Tree) -> None:
    assert from_plain(Tree, json.loads(json.dumps(to_plain(tree)))) == tree


def test_a_runbook_survives_with_the_tuples_behind_any() -> None:
    span = Span(1, 2)
    check = Check("audit", want=(("event", "KILL_SWITCH_ACTIVATED"), ("any_of", ("a", "b")), ("limit", 1.5)))
    criterion = Criterion("T1.C1", "alert", span, box=span, check=check)
    book = Runbook(
        "DR",
        "x.md",
        "0" * 64,
        9,
        (RunbookTest("T1", 1, "Kill", span, steps=(Step("T1.S1", "1", "go", span),), criteria=(criterion,)),),
    )
    assert from_plain(Runbook, json.loads(json.dumps(to_plain(book)))) == book


def test_unknown_members_are_ignored_and_missing_ones_take_the_default() -> None:
    tree = from_plain(Tree, {"leaf": {"count": 3, "later": [1]}, "colour": "green"})
    assert tree == Tree(Leaf(3))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], r"Tree: an object \(Tree\) is wanted"),
        ({}, "Tree.leaf: is missing"),
        ({"leaf": {"count": "3"}}, "Tree.leaf.count: a whole number"),
        ({"leaf": {"count": True}}, "Tree.leaf.count: a whole number"),
        ({"leaf": {"count": 1.5}}, "Tree.leaf.count: a whole number"),
        ({"leaf": {"count": 1, "on": 1}}, "Tree.leaf.on: true or false"),
        ({"leaf": {"count": 1, "ratio": "x"}}, "Tree.leaf.ratio: a number"),
        ({"leaf": {"count": 1}, "kind": "ash"}, "Tree.kind: one of 'oak', 'elm'"),
        ({"leaf": {"count": 1}, "mood": "glad"}, "Tree.mood: one of 'calm', 'busy'"),
        ({"leaf": {"count": 1}, "leaves": [{"count": 1}, 7]}, r"Tree.leaves\[1\]: an object \(Leaf\)"),
        ({"leaf": {"count": 1}, "leaves": {"0": 1}}, "Tree.leaves: an array"),
        ({"leaf": {"count": 1}, "pair": [1]}, "Tree.pair: an array of 2"),
        ({"leaf": {"count": 1}, "named": {"x": {"count": None}}}, "Tree.named.x.count: a whole number"),
        ({"leaf": {"count": 1}, "number": "x"}, "Tree.number: int or float"),
        ({"leaf": {"count": 1}, "child": {"leaf": {"word": "w"}}}, "Tree.child.leaf.count: is missing"),
    ],
)
def test_a_misfit_names_its_path(data: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_plain(Tree, data)


def test_a_whole_number_may_stand_for_a_float_but_stays_whole_where_both_may() -> None:
    tree = from_plain(Tree, {"leaf": {"count": 1, "ratio": 5}, "number": 5})
    assert isinstance(tree.leaf.ratio, float)
    assert isinstance(tree.number, int)


def test_what_has_no_plain_form_is_refused() -> None:
    with pytest.raises(ValueError, match="bytes has no plain form"):
        to_plain({"x": b"1"})
    with pytest.raises(ValueError, match="name: text is wanted, not 1"):
        to_plain({1: 2})


def test_it_is_fast_enough_for_snapshots_of_a_long_drill() -> None:
    tree = Tree(Leaf(1), leaves=tuple(Leaf(n, 0.5, "word") for n in range(10_000)))
    start = time.perf_counter()
    assert from_plain(Tree, to_plain(tree)) == tree
    assert time.perf_counter() - start < 1.0
