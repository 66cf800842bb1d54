"""Comparisons and arithmetic between two parts of a filter that give one output each."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any

from thunes_tui.lines.jq.step import Run
from thunes_tui.lines.jq.syntax import NotFast
from thunes_tui.lines.jq.tree import Literal, Node
from thunes_tui.lines.jq.values import NUMBERS, SAFE, add, is_equal, is_less, subtract

APPLIED: dict[str, Callable[[Any, Any], Any]] = {
    "==": is_equal,
    "!=": lambda one, other: not is_equal(one, other),
    "<": is_less,
    "<=": lambda one, other: is_less(one, other) or is_equal(one, other),
    ">": lambda one, other: is_less(other, one),
    ">=": lambda one, other: is_less(other, one) or is_equal(one, other),
    "+": add,
    "-": subtract,
}
QUICK = {"<": python.lt, "<=": python.le, ">": python.gt, ">=": python.ge}


def applied(operator: str) -> Callable[[Any, Any], Any]:
    """The operator as a function of both values. Raises NotFast."""
    if operator not in APPLIED:
        raise NotFast(f"the operator {operator}")
    return APPLIED[operator]


def operation(operator: str, right: Node, first: Run, second: Run) -> Run:
    """The operator between two runs; quick where the right one is a literal of a common type."""
    apply = applied(operator)
    if isinstance(right, Literal):
        literal = right.value
        if operator in ("==", "!=") and (quick := _equality(literal, first)):
            return quick if operator == "==" else lambda value: not quick(value)
        if operator in QUICK and type(literal) in (int, float) and abs(literal) < SAFE:
            return _ordered(QUICK[operator], literal, first, apply)
    return lambda value: apply(first(value), second(value))


def _equality(literal: Any, first: Run) -> Callable[[Any], bool] | None:
    if type(literal) is str:
        return lambda value: bool(first(value) == literal)
    if literal is None or type(literal) is bool:
        return lambda value: first(value) is literal
    if type(literal) in (int, float) and abs(literal) < SAFE:

        def same_number(value: Any) -> bool:
            found = first(value)
            return type(found) in NUMBERS and found == literal

        return same_number
    return None


def _ordered(compare: Callable[[Any, Any], bool], literal: float, first: Run, apply: Any) -> Run:
    def ordered(value: Any) -> bool:
        found = first(value)
        # Not a number differs from itself and has an order of its own.
        if type(found) in NUMBERS and found == found:  # the test for it
            return compare(found, literal)
        return bool(apply(found, literal))

    return ordered
