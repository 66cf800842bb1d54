"""What a new server makes of what the one before it left: nothing is repeated, nothing waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill import abort, emergency_signs, exact, seen_emergency, starts, undo
from thunes_tui.drill.checks import waiting
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import AskGuard, FindDead, TakeBaseline
from thunes_tui.drill.seen_signals import server_died
from thunes_tui.drill.settle import start_again
from thunes_tui.events import box, drill, steps
from thunes_tui.runbook.model import Step


def came_back(draft: Draft, back: seen.ServerCameBack) -> None:
    """A new server took the journal up: what ran without a result is unknown, open waits begin again."""
    draft.want(AskGuard("resume"))
    for test in draft.state.plan:
        for step in test.steps:
            unfinished(draft, step)
    if draft.state.preflight.running:
        run = draft.state.preflight.run
        draft.emit(drill.PreflightEnded(run, "UNKNOWN", "UNKNOWN", passed=False))
    seen_emergency.lost(draft, "the server died")
    seen_emergency.lost(draft, "the server died", "look")
    emergency_signs.catch_up(draft)
    server_died(draft)
    starts.lost(draft, "the server died while the bot was waited for")
    lost_processes(draft, back.boot)
    undo.lost(draft, "the server died while it ran; what it did is for you to find out")
    abort.resume_abort(draft)
    running = draft.state.running_test
    for criterion in waiting(draft.state, running) if running is not None else ():
        if running is not None:
            start_again(draft, criterion, running)
    if running is not None and draft.state.tests[running.id].audit_size < 0:
        draft.want(TakeBaseline(running.id))


def unfinished(draft: Draft, step: Step) -> None:
    """What the old server left without a result. A step done by hand goes on: the person is still there."""
    known = draft.state.steps[step.id]
    if exact.is_over(draft.state, known):
        exact.ended(draft)  # what it did is on disk: only the step's own end was not written any more
    elif known.status == "running" and not known.by_hand:
        text = "the server died while it ran; what it did is for you to find out"
        draft.emit(steps.StepUnknown(step.id, known.attempt, text))
    elif known.status in ("requested", "held"):
        draft.emit(steps.StepAborted(step.id, known.attempt, "the server died before it started"))


def lost_processes(draft: Draft, boot: str) -> None:
    """None outlives a boot; within one, those that died meanwhile are to be found out."""
    alive = [p for p in draft.state.processes if p.alive]
    if boot != draft.state.boot:
        for process in alive:
            detail = "the box was started anew"
            draft.emit(
                box.ProcessDied(process.role, process.pid, process.start, detail=detail, unwatched=True)
            )
    elif alive:
        draft.want(FindDead(tuple((p.pid, p.start) for p in alive)))


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {seen.ServerCameBack: came_back}
