"""A decision in the making: the events so far, the state they lead to, and the effects they ask for."""

from __future__ import annotations

from dataclasses import dataclass, field

from thunes_tui.clock import Moment
from thunes_tui.drill.apply import apply
from thunes_tui.drill.effects import Effect
from thunes_tui.drill.model import DrillState
from thunes_tui.events.base import Event
from thunes_tui.runbook.model import Criterion, Step, Test


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: stamped by the server, never taken from the client."""

    name: str
    role: str = "driver"
    client: int = 0


SERVER = Actor("server", "server")


class Refusal(Exception):
    """Raised and caught inside `decide` only: the intent changes nothing, and this says why."""


@dataclass(slots=True)
class Draft:
    """Lives for one decision; later events see what earlier ones changed."""

    state: DrillState
    now: Moment
    actor: Actor = SERVER
    events: list[Event] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    def emit(self, event: Event) -> None:
        self.events.append(event)
        self.state = apply(self.state, event, self.state.head + 1, self.now, self.actor.name)

    def want(self, effect: Effect) -> None:
        self.effects.append(effect)

    def test(self, item: str) -> Test:
        """The test of a test, step or criterion id."""
        found = next((t for t in self.state.plan if t.id == item.split(".", maxsplit=1)[0]), None)
        if found is None:
            raise Refusal(f"the runbook has no test {item[:20]!r}")
        return found

    def step(self, item: str) -> Step:
        found = next((s for s in self.test(item).steps if s.id == item), None)
        if found is None:
            raise Refusal(f"the runbook has no step {item[:20]!r}")
        return found

    def criterion(self, item: str) -> Criterion:
        found = next((c for c in self.test(item).criteria if c.id == item), None)
        if found is None:
            raise Refusal(f"the runbook has no success criterion {item[:20]!r}")
        return found


def short(step: str) -> str:
    """`T2.S3` as a person says it: `2.3`."""
    test, _, number = step.partition(".")
    return f"{test[1:]}.{number[1:]}"
