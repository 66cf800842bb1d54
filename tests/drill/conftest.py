"""Every scripted drill is refolded from its events at the end of its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.drill.playbook import Playbook

Make = Callable[..., Playbook]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes playbooks; each is proven when the test is over."""
    made: list[Playbook] = []

    def build(*arguments: object, **members: object) -> Playbook:
        made.append(Playbook(*arguments, **members))  # type: ignore[arg-type]  # handed through as they are
        return made[-1]

    yield build
    for each in made:
        each.prove()


@pytest.fixture
def play(make: Make) -> Playbook:
    """A drill that is open, with nothing done in it."""
    return make()
