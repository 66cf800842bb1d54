"""How the wait for a bot that a step starts changes the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.facts import StartState
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState
from thunes_tui.events import starts


def start_awaited(state: DrillState, event: starts.StartAwaited, _mark: Mark) -> DrillState:
    start = StartState(event.step, event.attempt, event.words, event.most_s, awaited=True)
    return replace(state, start=start)


def start_judged(state: DrillState, event: starts.StartJudged, _mark: Mark) -> DrillState:
    if (state.start.step, state.start.attempt) != (event.step, event.attempt):
        return state
    return replace(state, start=replace(state.start, awaited=False, verdict=event.verdict, cause=event.cause))


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    starts.StartAwaited: start_awaited,
    starts.StartJudged: start_judged,
}
