"""Recording works again after it was lost: what fell into the gap has no time, so it proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.settle import settle_rest
from thunes_tui.events import box, steps

SOURCES = ("log", "audit")
GAP = "what it said while recording was lost is not recorded"


def recording_came_back(draft: Draft, back: seen.RecordingCameBack) -> None:
    """A step that ended meanwhile is UNKNOWN, one asked for does not start, one that runs goes on."""
    for name in SOURCES if back.lines else ():
        known = draft.state.sources.get(name)
        if known is not None and known.status == "open":
            draft.emit(box.SourceMarked(name, "gap", known.file, GAP, possible_loss=True))
    running = draft.state.running_test
    for step in running.steps if running is not None else ():
        known_step = draft.state.steps[step.id]
        if known_step.status == "requested":
            why = "recording was lost before it started"
            draft.emit(steps.StepAborted(step.id, known_step.attempt, why))
        elif known_step.status == "running" and not known_step.by_hand and back.ended:
            why = "it ended while recording was lost"
            draft.emit(steps.StepUnknown(step.id, known_step.attempt, why))
    if running is not None:
        settle_rest(draft, running)


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {seen.RecordingCameBack: recording_came_back}
