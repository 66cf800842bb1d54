"""How the signs of an emergency, its checklist and its closing change the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.emergencies import Emergency, ItemState
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState
from thunes_tui.events import emergency as events

_OfItem = (
    events.EmergencyItemRequested
    | events.EmergencyItemHeld
    | events.EmergencyItemStarted
    | events.EmergencyItemEnded
    | events.EmergencyItemSkipped
)


def _with(state: DrillState, changed: Emergency) -> DrillState:
    """In place of the one with its number, or behind all others."""
    known = state.emergencies.known
    if any(each.number == changed.number for each in known):
        known = tuple(changed if each.number == changed.number else each for each in known)
    else:
        known = (*known, changed)
    return replace(state, emergencies=replace(state.emergencies, known=known))


def _at(state: DrillState, number: int) -> Emergency | None:
    return next((each for each in state.emergencies.known if each.number == number), None)


def _begun(state: DrillState, number: int, kind: str, test: str, mark: Mark) -> Emergency:
    return _at(state, number) or Emergency(number, kind, mark.at, mark.number, test)


def sensed(state: DrillState, event: events.EmergencySensed, mark: Mark) -> DrillState:
    """The first sign begins it; a further one adds to what is known of it."""
    before = _begun(state, event.number, event.kind, event.test, mark)
    return _with(
        state,
        replace(
            before,
            causes=(*before.causes, event.cause),
            key=event.key,
            outage=before.outage or event.outage,
            criteria=before.criteria or event.criteria,
        ),
    )


def opened(state: DrillState, event: events.EmergencyOpened, mark: Mark) -> DrillState:
    before = _begun(state, event.number, event.kind, event.test, mark)
    criteria = before.criteria or event.criteria
    return _with(state, replace(before, opened=mark.at, by=mark.by, criteria=criteria))


def _changed(state: DrillState, event: _OfItem, mark: Mark, **changes: Any) -> DrillState:
    emergency = _at(state, event.number)
    if emergency is None:
        return state
    changed = replace(emergency.item(event.item), at=mark.at, **changes)
    return _with(state, replace(emergency, items={**emergency.items, event.item: changed}))


def requested(state: DrillState, event: events.EmergencyItemRequested, mark: Mark) -> DrillState:
    """Asked again while it was held, it keeps what the person has seen and is to type."""
    emergency = _at(state, event.number)
    before = emergency.item(event.item) if emergency is not None else None
    again = before is not None and before.attempt == event.attempt
    kept: dict[str, Any] = {} if again else {"confirm": "", "victims": ()}
    return _changed(
        state,
        event,
        mark,
        status="requested",
        attempt=event.attempt,
        by=mark.by,
        exit=None,
        detail="",
        **kept,
    )


def held(state: DrillState, event: events.EmergencyItemHeld, mark: Mark) -> DrillState:
    return _changed(state, event, mark, status="held", confirm=event.confirm, victims=event.victims)


def started(state: DrillState, event: events.EmergencyItemStarted, mark: Mark) -> DrillState:
    return _changed(
        state,
        event,
        mark,
        status="running",
        attempt=event.attempt,
        evidence=event.evidence,
        exit=None,
        detail="",
    )


def ended(state: DrillState, event: events.EmergencyItemEnded, mark: Mark) -> DrillState:
    emergency = _at(state, event.number)
    before = emergency.item(event.item) if emergency is not None else ItemState()
    return _changed(
        state,
        event,
        mark,
        status=event.outcome,
        attempt=event.attempt,
        exit=event.exit,
        detail=event.detail,
        by=before.by or mark.by,
        ran=before.ran or event.outcome in ("done", "failed", "unknown"),
        done=event.outcome == "done" or (before.done and event.outcome == "refused"),
    )


def skipped(state: DrillState, event: events.EmergencyItemSkipped, mark: Mark) -> DrillState:
    return _changed(state, event, mark, status="skipped", detail=event.reason, by=mark.by, exit=None)


def closed(state: DrillState, event: events.EmergencyClosed, mark: Mark) -> DrillState:
    emergency = _at(state, event.number)
    if emergency is None:
        return state
    return _with(state, replace(emergency, closed=mark.at, outcome=event.outcome, reason=event.reason))


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    events.EmergencySensed: sensed,
    events.EmergencyOpened: opened,
    events.EmergencyItemRequested: requested,
    events.EmergencyItemHeld: held,
    events.EmergencyItemStarted: started,
    events.EmergencyItemEnded: ended,
    events.EmergencyItemSkipped: skipped,
    events.EmergencyClosed: closed,
}
