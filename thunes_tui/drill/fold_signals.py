"""How a person's signal to a process changes the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.facts import SignalState
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState
from thunes_tui.events import signals


def requested(state: DrillState, event: signals.SignalRequested, mark: Mark) -> DrillState:
    """Of the same attempt it comes again once the name was typed."""
    known = state.signalling
    if known.attempt == event.attempt:
        return replace(state, signalling=replace(known, status="requested"))
    asked = SignalState(event.attempt, event.pid, event.start, event.how, "requested", mark.by)
    asked = replace(asked, step=event.step, wanted=event.signal)
    return replace(state, signalling=asked)


def held(state: DrillState, event: signals.SignalHeld, _mark: Mark) -> DrillState:
    return _changed(
        state,
        event.attempt,
        status="held",
        confirm=event.confirm,
        victims=event.victims,
        spared=event.spared,
        earlier=event.earlier,
    )


def started(state: DrillState, event: signals.SignalStarted, mark: Mark) -> DrillState:
    begun = state.signalling.begun or mark.at
    return _changed(state, event.attempt, status="running", signal=event.signal, begun=begun, since=mark.at)


def sent(state: DrillState, event: signals.SignalSent, _mark: Mark) -> DrillState:
    return _changed(state, event.attempt, detail=event.detail)


def ended(state: DrillState, event: signals.SignalEnded, _mark: Mark) -> DrillState:
    after = _changed(state, event.attempt, status="", outcome=event.outcome, detail=event.detail)
    if event.outcome not in ("frozen", "running"):
        return after
    target = (after.signalling.pid, after.signalling.start)
    is_frozen = event.outcome == "frozen"
    rows = tuple(replace(p, frozen=is_frozen) if (p.pid, p.start) == target else p for p in after.processes)
    return replace(after, processes=rows)


def _changed(state: DrillState, attempt: int, **changes: Any) -> DrillState:
    known = state.signalling
    return replace(state, signalling=replace(known, **changes)) if known.attempt == attempt else state


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    signals.SignalRequested: requested,
    signals.SignalHeld: held,
    signals.SignalStarted: started,
    signals.SignalSent: sent,
    signals.SignalEnded: ended,
}
