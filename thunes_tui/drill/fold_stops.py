"""How pauses, the abort, what is undone and how the box is left change the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.fold_drill import stamped
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.stops import Abort, LeftSafe, Pause, Undo
from thunes_tui.events import stops


def _changed(state: DrillState, **changes: Any) -> DrillState:
    return replace(state, stops=replace(state.stops, **changes))


def paused(state: DrillState, event: stops.DrillPaused, mark: Mark) -> DrillState:
    if state.stops.pause is not None:
        return state
    return _changed(state, pauses=(*state.stops.pauses, Pause(mark.at, mark.by, event.reason)))


def resumed(state: DrillState, _event: stops.DrillResumed, mark: Mark) -> DrillState:
    lasting = state.stops.pause
    if lasting is None:
        return state
    return _changed(state, pauses=(*state.stops.pauses[:-1], replace(lasting, until=mark.at)))


def opened(state: DrillState, _event: stops.AbortOpened, mark: Mark) -> DrillState:
    return state if state.stops.abort.status else _changed(state, abort=Abort("open", mark.by, at=mark.at))


def left(state: DrillState, _event: stops.AbortLeft, _mark: Mark) -> DrillState:
    return _changed(state, abort=Abort()) if state.stops.abort.status == "open" else state


def aborted(state: DrillState, event: stops.DrillAborted, mark: Mark) -> DrillState:
    status = "stopping" if event.line else "aborted"
    after = _changed(state, abort=Abort(status, mark.by, event.reason, mark.at, event.line))
    return stamped(after, "ABORTED", mark)


def signalled(state: DrillState, event: stops.AbortSignalled, _mark: Mark) -> DrillState:
    words = f"{event.signal or 'nothing'} {event.outcome}{f': {event.detail}' if event.detail else ''}"
    known = state.stops.abort
    status = "aborted" if event.outcome in ("ended", "alive") and known.confirmed else known.status
    return _changed(state, abort=replace(known, told=(*known.told, words), status=status))


def undo_requested(state: DrillState, event: stops.UndoRequested, _mark: Mark) -> DrillState:
    return _changed(state, undo=Undo(event.attempt, event.step, "requested"))


def undo_started(state: DrillState, event: stops.UndoStarted, _mark: Mark) -> DrillState:
    return _changed(state, undo=Undo(event.attempt, event.step, "running"))


def undo_ended(state: DrillState, event: stops.UndoEnded, _mark: Mark) -> DrillState:
    return _changed(state, undo=Undo(event.attempt, event.step, "", event.exit, event.detail))


def left_safe_asked(state: DrillState, event: stops.LeftSafeAsked, _mark: Mark) -> DrillState:
    known = replace(state.stops.left_safe, attempt=event.attempt, asking=True)
    return _changed(state, left_safe=known)


def left_safe_sensed(state: DrillState, event: stops.LeftSafeSensed, mark: Mark) -> DrillState:
    seen = LeftSafe(event.attempt, False, event.when, event.rows, mark.at, mark.number)
    return _changed(state, left_safe=seen)


def explained(state: DrillState, event: stops.DeviationExplained, _mark: Mark) -> DrillState:
    remarks = tuple(
        replace(r, reason=event.reason) if r.number == event.number and r.kind == "deviation" else r
        for r in state.remarks
    )
    return replace(state, remarks=remarks)


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    stops.DrillPaused: paused,
    stops.DrillResumed: resumed,
    stops.AbortOpened: opened,
    stops.AbortLeft: left,
    stops.DrillAborted: aborted,
    stops.AbortSignalled: signalled,
    stops.UndoRequested: undo_requested,
    stops.UndoStarted: undo_started,
    stops.UndoEnded: undo_ended,
    stops.LeftSafeAsked: left_safe_asked,
    stops.LeftSafeSensed: left_safe_sensed,
    stops.DeviationExplained: explained,
}
