"""Decisions about a person's signal to a process: aim, confirm, leave.

Allowed on hold too: a drill that is held for a real incident is where a bot must be stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui.drill import exact
from thunes_tui.drill.draft import Draft, Refusal
from thunes_tui.drill.effects import AimSignal
from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.transitions import check_running
from thunes_tui.events import signals

SIGTERM, SIGKILL, SIGSTOP, SIGCONT = 15, 9, 19, 18
"""Their numbers on Linux; the drill is pure and asks no system."""
SIGNAL_NAMES = {SIGTERM: "SIGTERM", SIGKILL: "SIGKILL", SIGSTOP: "SIGSTOP", SIGCONT: "SIGCONT"}
FIRST = {"stop": SIGTERM, "freeze": SIGSTOP, "thaw": SIGCONT}
"""The signal with which each begins."""
ROLES = ("bot", "child", "drill")
"""Whose processes a person may signal here."""


def signal_process(draft: Draft, intent: intents.SignalProcess) -> None:
    check_running(draft.state)
    known = draft.state.signalling
    if intent.how not in FIRST:
        raise Refusal(f"{intent.how[:20]!r} is nothing that can be done to a process")
    if known.status:
        raise Refusal(f"{known.by} is about to {known.how} process {known.pid}: end that first")
    why = spared(draft.state, target(draft.state, intent.pid, intent.start))
    if why:
        raise Refusal(why)
    attempt = known.attempt + 1
    draft.emit(signals.SignalRequested(attempt, intent.pid, intent.start, intent.how))
    draft.want(AimSignal(attempt, intent.pid, intent.start))


def target(state: DrillState, pid: int, start: int) -> ProcessState | None:
    """The living process of exactly this identity."""
    return next((p for p in state.processes if (p.pid, p.start) == (pid, start) and p.alive), None)


def spared(state: DrillState, process: ProcessState | None) -> str:
    """Why a process is not for a person to signal; empty when it may be."""
    if process is None:
        return "that process is gone"
    if process.role == "hidden":
        return f"process {process.pid} belongs to another user: only they can signal it"
    if process.role not in ROLES or process.pid == state.shell.pid:
        return f"process {process.pid} is the console's own: it is never signalled"
    return ""


def confirm_signal(draft: Draft, intent: intents.ConfirmSignal) -> None:
    known = draft.state.signalling
    if known.attempt != intent.attempt or known.status != "held":
        raise Refusal("no signal waits for that")
    if intent.typed != known.confirm:
        raise Refusal(f"it is confirmed by typing {known.confirm}, and by nothing else")
    draft.emit(signals.SignalRequested(known.attempt, known.pid, known.start, known.how))
    draft.want(AimSignal(known.attempt, known.pid, known.start, confirmed=True))


def leave_signal(draft: Draft, intent: intents.LeaveSignal) -> None:
    """Also between SIGTERM and SIGKILL: then the second is not sent."""
    known = draft.state.signalling
    if known.attempt != intent.attempt or not known.status:
        raise Refusal("no signal is under way")
    sent = f"after {SIGNAL_NAMES.get(known.signal, known.signal)}" if known.signal else "nothing was sent"
    draft.emit(signals.SignalEnded(known.attempt, "left", sent))
    exact.ended(draft)


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    intents.SignalProcess: signal_process,
    intents.ConfirmSignal: confirm_signal,
    intents.LeaveSignal: leave_signal,
}
