"""`apply(state, event) -> state`: the one way in which state changes. Pure and total.

Live, resume and replay all fold through here, with the event's own time, so any moment is a refold.
"""

from __future__ import annotations

from dataclasses import replace

from thunes_tui.clock import Moment
from thunes_tui.drill import (
    fold_blocks,
    fold_box,
    fold_drill,
    fold_emergency,
    fold_session,
    fold_signals,
    fold_starts,
    fold_steps,
    fold_stops,
)
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState
from thunes_tui.events.base import Event

FOLDS = {
    **fold_drill.FOLDS,
    **fold_steps.FOLDS,
    **fold_blocks.FOLDS,
    **fold_starts.FOLDS,
    **fold_box.FOLDS,
    **fold_session.FOLDS,
    **fold_signals.FOLDS,
    **fold_stops.FOLDS,
    **fold_emergency.FOLDS,
}
"""By type of event; a type that is missing here changes nothing but the head."""


def apply(state: DrillState, event: Event, number: int, at: Moment, by: str) -> DrillState:
    """The state after `event`, which is record `number`, happened at `at` and was done by `by`."""
    fold = FOLDS.get(type(event))
    after = fold(state, event, Mark(number, at, by)) if fold is not None else state
    return replace(after, head=number, at=at)
