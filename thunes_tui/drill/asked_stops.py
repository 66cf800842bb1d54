"""Decisions about the pause and about what deviations want explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui.drill.draft import Draft, Refusal
from thunes_tui.drill.transitions import check_running
from thunes_tui.events import stops


def pause(draft: Draft, intent: intents.PauseDrill) -> None:
    """A hold stands beside it, and what runs is left alone."""
    check_running(draft.state)
    if draft.state.stops.why:
        raise Refusal(draft.state.stops.why)
    if not intent.reason.strip():
        raise Refusal("a pause needs its reason: its time is taken out of the durations")
    draft.emit(stops.DrillPaused(intent.reason.strip()))


def resume(draft: Draft, intent: intents.ResumeDrill) -> None:
    """By whoever drives now: who paused may have gone home."""
    check_running(draft.state)
    if draft.state.stops.pause is None:
        raise Refusal("the drill is not paused")
    draft.emit(stops.DrillResumed(intent.reason.strip()))


def explain(draft: Draft, intent: intents.ExplainDeviation) -> None:
    """As long as the drill goes on: its decision looks at whether deviations are explained."""
    check_running(draft.state)
    known = next((r for r in draft.state.remarks if r.number == intent.number), None)
    if known is None or known.kind != "deviation":
        raise Refusal(f"record {intent.number} notes no deviation")
    if known.reason:
        raise Refusal(f"it is explained already: {known.reason[:80]}")
    if not intent.reason.strip():
        raise Refusal("a reason needs some words")
    draft.emit(stops.DeviationExplained(intent.number, intent.reason.strip()))


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    intents.PauseDrill: pause,
    intents.ResumeDrill: resume,
    intents.ExplainDeviation: explain,
}
