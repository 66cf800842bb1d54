"""How what a person does to a step's block changes the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState, StepState
from thunes_tui.events import blocks


def step_filled(state: DrillState, event: blocks.StepFilled, _mark: Mark) -> DrillState:
    """The values are for the document's own block: what was edited before has to be edited again."""
    before = state.steps.get(event.step, StepState(event.step))
    after = replace(before, values=event.values, filled=event.text, edited="", changes="")
    return replace(state, steps={**state.steps, event.step: after})


def step_edited(state: DrillState, event: blocks.StepEdited, _mark: Mark) -> DrillState:
    before = state.steps.get(event.step, StepState(event.step))
    after = replace(before, edited=event.text if event.changes else "", changes=event.changes)
    return replace(state, steps={**state.steps, event.step: after})


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    blocks.StepFilled: step_filled,
    blocks.StepEdited: step_edited,
}
