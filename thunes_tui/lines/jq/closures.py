"""A filter's tree as functions over JSON values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from thunes_tui.lines.jq.construction import Member, array, make_object
from thunes_tui.lines.jq.functions import function
from thunes_tui.lines.jq.operators import applied, operation
from thunes_tui.lines.jq.step import ITSELF, NONE, NOTHING, Run, Shape, Step, many, piped, truth
from thunes_tui.lines.jq.syntax import NotFast
from thunes_tui.lines.jq.tree import (
    Array,
    Binary,
    Call,
    Comma,
    Dot,
    Each,
    If,
    Index,
    Literal,
    Node,
    Object,
    Pipe,
    Try,
)
from thunes_tui.lines.jq.values import FilterError, Written, described, iterate


def build(node: Node) -> Step:  # noqa: C901  # one line for each kind of node
    """The functions of a tree. Raises NotFast where the engines differ or the language goes further."""
    match node:
        case Dot():
            return ITSELF
        case Literal(value=value, written=written):
            constant = Written(written) if type(value) is float else value
            return Step(Shape.ONE, lambda _value: constant)
        case Index(of=of, key=Literal(value=key), is_quiet=is_quiet):
            step = Step(Shape.ONE, _member(key) if isinstance(key, str) else _element(key))
            return piped(build(of), _tried(step) if is_quiet else step)
        case Each(of=of, is_quiet=is_quiet):
            return piped(build(of), _tried(EACH) if is_quiet else EACH)
        case Try(body=body):
            return _tried(build(body))
        case Pipe(left=left, right=right):
            return piped(build(left), build(right))
        case Comma(left=left, right=right):
            return _both(build(left), build(right))
        case Binary():
            return _binary(node)
        case If(condition=condition, then=then, otherwise=otherwise):
            return _if(build(condition), build(then), build(otherwise))
        case Array(body=body):
            return array(build(body) if body else None)
        case Object(entries=entries):
            return make_object([Member(key, value, build(key), build(value)) for key, value in entries])
        case Call():
            return _call(node)
        case _:
            raise NotFast("this kind of filter")


def _each(value: Any) -> Iterator[Any]:
    yield from iterate(value)


EACH = Step(Shape.MANY, _each)


def _member(key: str) -> Run:
    def member(value: Any) -> Any:
        if type(value) is dict:
            return value.get(key)
        if value is None:
            return None
        raise FilterError(f'cannot index {described(value)} with "{key}"')

    return member


def _element(number: int) -> Run:
    def element(value: Any) -> Any:
        if type(value) is list:
            return value[number] if -len(value) <= number < len(value) else None
        if value is None or type(value) is dict:
            return None
        raise FilterError(f"cannot index {described(value)} with {number}")

    return element


def _tried(body: Step) -> Step:
    run = body.run
    if body.shape is not Shape.MANY:

        def maybe(value: Any) -> Any:
            try:
                return run(value)
            except FilterError:
                return NOTHING

        return Step(Shape.MAYBE, maybe)

    def outputs(value: Any) -> Iterator[Any]:
        try:
            yield from run(value)
        except FilterError:
            return

    return Step(Shape.MANY, outputs)


def _both(left: Step, right: Step) -> Step:
    first, second = many(left), many(right)

    def outputs(value: Any) -> Iterator[Any]:
        yield from first(value)
        yield from second(value)

    return Step(Shape.MANY, outputs)


def _binary(node: Binary) -> Step:
    first, second = build(node.left), build(node.right)
    match node.operator:
        case "//":
            return _alternative(first, second)
        case "and" | "or":
            return _logic(first, second, decides=node.operator == "or")
    if first.shape is second.shape is Shape.ONE:
        return Step(Shape.ONE, operation(node.operator, node.right, first.run, second.run))
    if first.shape is Shape.MAYBE and isinstance(node.right, Literal):
        return piped(first, Step(Shape.ONE, operation(node.operator, node.right, ITSELF.run, second.run)))
    if not (isinstance(node.left, Literal) or isinstance(node.right, Literal)):
        # In which order the pairs come, and what fails first, differs from engine to engine.
        raise NotFast("an operator between filters with several outputs")
    left_many, right_many, apply = many(first), many(second), applied(node.operator)

    def outputs(value: Any) -> Iterator[Any]:
        for one in left_many(value):
            for other in right_many(value):
                yield apply(one, other)

    return Step(Shape.MANY, outputs)


def _alternative(left: Step, right: Step) -> Step:
    if Shape.MANY not in (left.shape, right.shape):
        first, second = left.run, right.run

        def one(value: Any) -> Any:
            output = first(value)
            return second(value) if output is NOTHING or output is None or output is False else output

        return Step(right.shape, one)
    first_many, second_many = many(left), many(right)

    def outputs(value: Any) -> Iterator[Any]:
        is_empty = True
        for output in first_many(value):
            if truth(output):
                is_empty = False
                yield output
        if is_empty:
            yield from second_many(value)

    return Step(Shape.MANY, outputs)


def _logic(left: Step, right: Step, *, decides: bool) -> Step:
    """`or` where True decides without the right side, `and` where False does."""
    if left.shape is right.shape is Shape.ONE:
        first, second = left.run, right.run
        if decides:
            return Step(Shape.ONE, lambda value: truth(first(value)) or truth(second(value)))
        return Step(Shape.ONE, lambda value: truth(first(value)) and truth(second(value)))
    first_many, second_many = many(left), many(right)

    def outputs(value: Any) -> Iterator[Any]:
        for output in first_many(value):
            if truth(output) is decides:
                yield decides
            else:
                yield from map(truth, second_many(value))

    return Step(Shape.MANY, outputs)


def _if(condition: Step, then: Step, otherwise: Step) -> Step:
    shape = max(then.shape, otherwise.shape)
    if condition.shape is Shape.ONE and shape is not Shape.MANY:
        test, yes, no = condition.run, then.run, otherwise.run
        return Step(shape, lambda value: yes(value) if truth(test(value)) else no(value))
    if condition.shape is Shape.MAYBE and shape is not Shape.MANY:
        return _if_maybe(condition.run, then.run, otherwise.run)
    tests, yes_many, no_many = many(condition), many(then), many(otherwise)

    def outputs(value: Any) -> Iterator[Any]:
        for output in tests(value):
            yield from yes_many(value) if truth(output) else no_many(value)

    return Step(Shape.MANY, outputs)


def _if_maybe(test: Run, yes: Run, no: Run) -> Step:
    def maybe(value: Any) -> Any:
        output = test(value)
        if output is NOTHING:
            return NOTHING
        return yes(value) if truth(output) else no(value)

    return Step(Shape.MAYBE, maybe)


def _call(node: Call) -> Step:
    arguments = node.arguments
    if node.name == "select" and len(arguments) == 1:
        return _if(build(arguments[0]), ITSELF, NONE)
    if node.name == "map" and len(arguments) == 1:
        return array(piped(EACH, build(arguments[0])))
    constants = [argument.value for argument in arguments if isinstance(argument, Literal)]
    if len(constants) < len(arguments):
        raise NotFast(f"{node.name} with computed arguments")
    return function(node.name, constants)
