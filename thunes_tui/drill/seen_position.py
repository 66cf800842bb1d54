"""The guard's answer to a wanted position: the one place from which the profile's trading command starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill import seen_shell
from thunes_tui.drill.asked_drill import POSITION, WANTED, times_wanted
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import RunInShell
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.transitions import not_proven, standstill
from thunes_tui.events import box, steps

RUNS = "The guard agreed: the position's command runs"
NOT_CREATED = "The position is not created: "


def guard_spoke(draft: Draft, spoke: seen.GuardSpoke) -> None:
    """For a position; every other answer goes its own way."""
    name, _, number = spoke.asked_for.partition("#")
    if name != POSITION:
        seen_shell.guard_spoke(draft, spoke)
        return
    draft.emit(box.GuardAnswered(spoke.proven, spoke.reasons, spoke.asked_for))
    if number != str(times_wanted(draft.state)) or not is_open(draft.state):
        return
    why = refused(draft.state, spoke)
    if why:
        draft.emit(steps.NoteAdded(NOT_CREATED + why))
        return
    draft.emit(steps.NoteAdded(RUNS))
    command = draft.state.paths.get("position_command", "")
    draft.want(RunInShell(POSITION, command, spoke.asked_for, spoke.token))


def is_open(state: DrillState) -> bool:
    """The newest request has had no answer yet."""
    texts = [remark.text for remark in state.remarks if remark.kind == "note"]
    told = [text for text in texts if text in (WANTED, RUNS) or text.startswith(NOT_CREATED)]
    return bool(told) and told[-1] == WANTED


def refused(state: DrillState, spoke: seen.GuardSpoke) -> str:
    """Why the command must not run; empty when it may. It has no business with signals."""
    if not spoke.proven:
        return not_proven(spoke.reasons)
    if spoke.confirm or spoke.victims or spoke.outside:
        return "the profile's command signals processes"
    if state.ending is not None:
        return "the drill has ended"
    if standstill(state):
        return standstill(state)
    if state.positions:
        return "there is an open position meanwhile"
    if state.shell.running or not state.shell.alive:
        return "the shell was not free any more"
    if not spoke.token:
        return "the guard gave no token for it"
    return ""


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {seen.GuardSpoke: guard_spoke}
