"""What a part of a filter is compiled to.

A `Step` gives exactly one output, at most one (`NOTHING` stands for none), or an iterator of any number.
Its function raises `FilterError` where jq reports an error; the outputs before it count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import Any, Final, NamedTuple

Run = Callable[[Any], Any]
Outputs = Callable[[Any], Iterator[Any]]
NOTHING: Final = object()


class Shape(IntEnum):
    ONE = 0
    MAYBE = 1
    MANY = 2


class Step(NamedTuple):
    shape: Shape
    run: Run


ITSELF = Step(Shape.ONE, lambda value: value)
NONE = Step(Shape.MAYBE, lambda _value: NOTHING)


def truth(value: Any) -> bool:
    """Everything but null and false is true."""
    return value is not None and value is not False


def many(step: Step) -> Outputs:
    """The same as an iterator."""
    shape, run = step
    if shape is Shape.MANY:
        return run

    def outputs(value: Any) -> Iterator[Any]:
        output = run(value)
        if output is not NOTHING:
            yield output

    return outputs


def piped(left: Step, right: Step) -> Step:
    """Each output of `left` through `right`."""
    first, second = left.run, right.run
    if left is ITSELF:
        return right
    if left.shape is Shape.ONE:
        return Step(right.shape, lambda value: second(first(value)))
    if Shape.MANY in (left.shape, right.shape):
        return _chained(many(left), many(right))

    def maybe(value: Any) -> Any:
        middle = first(value)
        return middle if middle is NOTHING else second(middle)

    return Step(Shape.MAYBE, maybe)


def _chained(first: Outputs, second: Outputs) -> Step:
    def outputs(value: Any) -> Iterator[Any]:
        for middle in first(value):
            yield from second(middle)

    return Step(Shape.MANY, outputs)
