"""What the guard and the kernel say to a signal, and the step from SIGTERM to SIGKILL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill import exact
from thunes_tui.drill.asked_people import here
from thunes_tui.drill.asked_signals import FIRST, SIGCONT, SIGKILL, SIGNAL_NAMES, SIGSTOP, SIGTERM
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import SendSignal
from thunes_tui.drill.emergencies import STOPPED_IN
from thunes_tui.drill.facts import SignalState
from thunes_tui.drill.invariants import note
from thunes_tui.drill.transitions import not_proven
from thunes_tui.drill.venue import is_down
from thunes_tui.events import box, signals, steps

GRACE_S = 10.0
"""Between SIGTERM and SIGKILL, as the seed has it."""
UNDEAD_S = 4.0
"""After SIGKILL; who lives on for so long is reported."""
LATE_S = 30.0
"""After SIGTERM; a SIGKILL that could not be sent for so long is not sent any more."""
CHECK_S = 1.0
"""Until a process is seen to stand still, or to run again."""
DONE_BY = {"stop": "stopped", "freeze": "frozen", "thaw": "thawed"}


def aimed(draft: Draft, answer: seen.Aimed) -> None:
    """The guard's answer; the one place from which a first signal goes out."""
    asked_for = f"signal {answer.attempt}"
    draft.emit(box.GuardAnswered(answer.proven, answer.reasons, asked_for, answer.earlier))
    known = draft.state.signalling
    if known.attempt != answer.attempt or known.status != "requested":
        return
    is_exact = known.how == exact.HOW
    why = refused(draft, answer) or (exact.why_not(draft.state, proven=answer.proven) if is_exact else "")
    if why:
        draft.emit(signals.SignalEnded(known.attempt, "refused", why))
        exact.ended(draft)
        if not (answer.problem or answer.proven or is_down(answer.reasons)):
            note(draft, f"the guard refused a signal to process {known.pid}: {why}"[:500], "guard")
    elif is_exact:
        exact.start(draft, answer.token)
        send(draft, known.wanted, answer.token)
    elif known.how == "thaw" or is_confirmed(known, answer):
        note_by_hand(draft)
        send(draft, FIRST[known.how], answer.token)
    else:
        draft.emit(
            signals.SignalHeld(known.attempt, answer.confirm, answer.victims, answer.spared, answer.earlier)
        )


def refused(draft: Draft, answer: seen.Aimed) -> str:
    """Why nothing is sent; empty when it may be."""
    if answer.problem:
        return answer.problem
    if not answer.proven and not answer.earlier:
        return not_proven(answer.reasons)
    if draft.state.mode == "watch" or draft.state.ending is not None:
        return "the drill has ended"
    return "" if answer.token else "the guard gave no token for it"


def is_confirmed(known: SignalState, answer: seen.Aimed) -> bool:
    """A person has typed this very name, having seen exactly this."""
    seen_already = set(answer.victims) <= set(known.victims)
    return answer.confirmed and bool(answer.confirm) and known.confirm == answer.confirm and seen_already


def note_by_hand(draft: Draft) -> None:
    """A process that a person stops is no step of the runbook."""
    known = draft.state.signalling
    test, step = here(draft.state)
    if any(each.kind in STOPPED_IN for each in draft.state.emergencies.handled):
        return  # it is the emergency's, and stands with it
    if test and known.how != "thaw":
        text = f"process {known.pid} {DONE_BY[known.how]} by {known.by} from the processes pane"
        draft.emit(steps.DeviationNoted(text, "", test, step, sensed=True))


def send(draft: Draft, number: int, token: str) -> None:
    """Intent before effect: the event is on disk before the signal leaves."""
    known = draft.state.signalling
    patience = {SIGKILL: UNDEAD_S, SIGSTOP: CHECK_S, SIGCONT: CHECK_S}.get(number, GRACE_S)
    draft.emit(signals.SignalStarted(known.attempt, number, token))
    draft.want(SendSignal(known.attempt, known.pid, known.start, number, token, patience))


def told(draft: Draft, word: seen.SignalTold) -> None:
    """At once what the kernel said, later what the process did."""
    known = draft.state.signalling
    if word.outcome in ("sent", "gone", "refused"):
        draft.emit(signals.SignalSent(word.attempt, word.signal, word.outcome, word.detail))
    if known.attempt != word.attempt or known.status != "running" or known.signal != word.signal:
        return
    if word.outcome in ("gone", "refused", "dead", "frozen", "running"):
        end(draft, word.outcome, word.detail)
    elif word.outcome == "alive":
        lives_on(draft, word)


def lives_on(draft: Draft, word: seen.SignalTold) -> None:
    """SIGTERM was not enough, or SIGKILL was not: the second is said aloud."""
    known = draft.state.signalling
    waited = draft.now.since(known.begun) if known.begun is not None else 0.0
    if word.signal == SIGTERM and waited <= LATE_S and known.how != exact.HOW:
        send(draft, SIGKILL, "")
        return
    end(draft, "alive", word.detail)
    if word.signal == SIGKILL:
        text = f"process {known.pid} is alive {UNDEAD_S:g} s after SIGKILL: {word.detail}"
        draft.emit(steps.FindingNoted(text, source="processes"))


def end(draft: Draft, outcome: str, detail: str) -> None:
    known = draft.state.signalling
    ms = round(draft.now.since(known.begun) * 1000, 1) if known.begun is not None else None
    draft.emit(signals.SignalEnded(known.attempt, outcome, detail, ms))
    exact.ended(draft)


def server_died(draft: Draft) -> None:
    """Nothing that was under way goes on by itself under a new server."""
    known = draft.state.signalling
    if known.status == "running":
        name = SIGNAL_NAMES.get(known.signal, known.signal)
        text = f"the server died after it wrote that it sends {name}: whether it did is for you to see"
        draft.emit(signals.SignalEnded(known.attempt, "unknown", text))
    elif known.status:
        draft.emit(signals.SignalEnded(known.attempt, "left", "the server died before anything was sent"))


def driver_left(draft: Draft) -> None:
    """What was not confirmed when the driver's console went away is not to be confirmed by anybody else."""
    known = draft.state.signalling
    if known.status in ("requested", "held"):
        draft.emit(signals.SignalEnded(known.attempt, "left", "the driver's console went away"))
        exact.ended(draft)


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    seen.Aimed: aimed,
    seen.SignalTold: told,
}
