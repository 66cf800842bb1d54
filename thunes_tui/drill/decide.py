"""`decide(state, input) -> events, effects`: pure and total.

No clock, no I/O, no exception: `now` is handed in, a refused intent changes nothing and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from thunes_tui.clock import Moment
from thunes_tui.drill import (
    abort,
    asked_blocks,
    asked_drill,
    asked_emergency,
    asked_people,
    asked_signals,
    asked_steps,
    asked_stops,
    coming_back,
    emergency_signs,
    left_safe,
    seen_box,
    seen_emergency,
    seen_position,
    seen_recording,
    seen_records,
    seen_shell,
    seen_signals,
    undo,
)
from thunes_tui.drill.draft import SERVER, Actor, Draft, Refusal
from thunes_tui.drill.effects import Effect
from thunes_tui.drill.model import DrillState
from thunes_tui.events.base import Event
from thunes_tui.events.steps import IntentRefused
from thunes_tui.intents import Intent, Role, may
from thunes_tui.observations import Observation

Handler = Callable[[Draft, Any], None]
ASKED: dict[type, Handler] = {
    **asked_drill.HANDLERS,
    **asked_steps.HANDLERS,
    **asked_blocks.HANDLERS,
    **asked_people.HANDLERS,
    **asked_signals.HANDLERS,
    **asked_stops.HANDLERS,
    **abort.ASKED,
    **undo.ASKED,
    **left_safe.ASKED,
    **asked_emergency.ASKED,
}
SEEN: dict[type, Handler] = {
    **seen_box.HANDLERS,
    **seen_records.HANDLERS,
    **seen_shell.HANDLERS,
    **seen_position.HANDLERS,
    **seen_recording.HANDLERS,
    **seen_signals.HANDLERS,
    **coming_back.HANDLERS,
    **abort.SEEN,
    **left_safe.SEEN,
    **seen_emergency.SEEN,
    **emergency_signs.SEEN,
}


@dataclass(frozen=True, slots=True)
class Decision:
    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    refused: str = ""
    """Why an intent was refused; then the only event says so too."""


def decide(state: DrillState, intent: Intent, now: Moment, actor: Actor, ask: int = 0) -> Decision:
    """What an intent of `actor` leads to. `ask` is the client's number for it, to find its refusal by."""
    draft = Draft(state, now, actor)
    try:
        if actor.role not in ("driver", "witness", "replay") or not may(cast("Role", actor.role), intent):
            raise Refusal(f"a {actor.role} may not do this; the driver has the keys")
        handler = ASKED.get(type(intent))
        if handler is None:
            raise Refusal("only a replay can be moved about in time")
        handler(draft, intent)
        emergency_signs.follow(draft)
    except Refusal as refusal:
        return Decision((IntentRefused(intent.KIND, str(refusal), ask, actor.client),), (), str(refusal))
    return Decision(tuple(draft.events), tuple(draft.effects))


def observe(state: DrillState, observation: Observation, now: Moment) -> Decision:
    """What an observation leads to; one that nothing waits for leads to nothing."""
    handler = SEEN.get(type(observation))
    if handler is None:
        return Decision()
    draft = Draft(state, now, SERVER)
    try:
        handler(draft, observation)
    except Refusal:
        pass  # it names what this drill does not have; the facts it brought stand
    emergency_signs.follow(draft, observation)
    return Decision(tuple(draft.events), tuple(draft.effects))
