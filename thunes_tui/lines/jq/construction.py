"""Arrays and objects that a filter makes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from thunes_tui.lines.jq.step import Run, Shape, Step, many
from thunes_tui.lines.jq.syntax import NotFast
from thunes_tui.lines.jq.tree import Dot, Index, Literal, Node
from thunes_tui.lines.jq.values import FilterError, described


class Member(NamedTuple):
    """`key: value` of an object."""

    key: Node
    value: Node
    key_step: Step
    value_step: Step


def array(body: Step | None) -> Step:
    """`[body]`"""
    if body is None:
        return Step(Shape.ONE, lambda _value: [])
    outputs = many(body)
    return Step(Shape.ONE, lambda value: list(outputs(value)))


def make_object(members: Sequence[Member]) -> Step:
    """`{...}`: an object for every combination of keys and values. Raises NotFast."""
    if any(isinstance(member.key, Literal) and type(member.key.value) is not str for member in members):
        raise NotFast("a key that is no text")
    if members and all(_is_picked(member) for member in members):
        return Step(Shape.ONE, _picked(members))
    steps = [step for member in members for step in (member.key_step, member.value_step)]
    if all(step.shape is Shape.ONE for step in steps):
        return Step(Shape.ONE, _fixed(members))
    if sum(step.shape is not Shape.ONE for step in steps) > 1 or not all(map(_is_safe, members)):
        # What fails first, and so whether at all, depends on an order that differs from engine to engine.
        raise NotFast("an object with several outputs for a member")
    return Step(Shape.MANY, _combined(members))


def _is_safe(member: Member) -> bool:
    """It can't fail, or nothing else can."""
    parts = [(member.key, member.key_step), (member.value, member.value_step)]
    return all(isinstance(node, Literal) or step.shape is not Shape.ONE for node, step in parts)


def _is_picked(member: Member) -> bool:
    match member:
        case Member(key=Literal(), value=Index(of=Dot(), key=Literal(value=str()), is_quiet=False)):
            return True
        case _:
            return False


def _picked(members: Sequence[Member]) -> Run:
    """`{a, b, c: .d}`: the commonest construction, without a call for each member."""
    pairs: list[tuple[str, str]] = [
        (member.key.value, member.value.key.value)
        for member in members
        if isinstance(member.key, Literal)
        and isinstance(member.value, Index)
        and isinstance(member.value.key, Literal)
    ]

    def pick(value: Any) -> dict[str, Any]:
        if type(value) is dict:
            get = value.get
            return {name: get(key) for name, key in pairs}
        if value is None:
            return {name: None for name, _ in pairs}
        raise FilterError(f'cannot index {described(value)} with "{pairs[0][1]}"')

    return pick


def _fixed(members: Sequence[Member]) -> Run:
    if all(isinstance(member.key, Literal) for member in members):
        named = [(member.key_step.run(None), member.value_step.run) for member in members]
        return lambda value: {name: run(value) for name, run in named}
    pairs = [(member.key_step.run, member.value_step.run) for member in members]

    def fix(value: Any) -> dict[str, Any]:
        return {_key(key(value)): run(value) for key, run in pairs}

    return fix


def _key(value: Any) -> str:
    if type(value) is not str:
        raise FilterError(f"{described(value)} is no key of an object")
    return value


def _combined(members: Sequence[Member]) -> Run:
    pairs = [(many(member.key_step), many(member.value_step)) for member in members]

    def combine(value: Any, number: int, made: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if number == len(pairs):
            yield made
            return
        keys, values = pairs[number]
        for key in keys(value):
            for member in values(value):
                yield from combine(value, number + 1, {**made, _key(key): member})

    return lambda value: combine(value, 0, {})
