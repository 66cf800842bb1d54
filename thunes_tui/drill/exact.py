"""The exact way of a step that kills by a name: the bot alone is signalled, by its identity, and nobody else.

It takes the place of the block, which is not run: a deviation, sensed. It goes the way of a person's signal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from thunes_tui.drill.deviations import note_late_step
from thunes_tui.drill.draft import Draft, Refusal, short
from thunes_tui.drill.effects import AimSignal
from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.model import DrillState, StepState
from thunes_tui.drill.printed import Output
from thunes_tui.drill.settle import settle_rest, settle_step
from thunes_tui.drill.step_state import digest, text_of
from thunes_tui.drill.transitions import standstill
from thunes_tui.events import signals, steps
from thunes_tui.runbook.model import Step
from thunes_tui.runbook.signals import signals_of

HOW = "exact"
"""What it is called among the ways of a signal."""
_VICTIM = re.compile(r"(?P<pid>\d+) (?P<role>[^:]{1,40}): ")


@dataclass(frozen=True, slots=True)
class Exact:
    process: ProcessState
    signal: int


def way(state: DrillState, step: Step, known: StepState) -> Exact | None:
    """Whom to signal and with what; None where the block hits the bot alone or sends nothing clear."""
    numbers = signals_of(text_of(step, known))
    hit = [match for line in known.victims if (match := _VICTIM.match(line)) is not None]
    bots = [p for p in state.bots if any(int(m["pid"]) == p.pid and m["role"] == "bot" for m in hit)]
    others = 1 < len(hit) == len(known.victims)  # a block that takes away files too has more to do
    if len(numbers) != 1 or 0 in numbers or len(bots) != 1 or not others:
        return None
    return Exact(bots[0], *numbers)


def begin(draft: Draft, step: Step) -> None:
    """The name was typed: ask the guard, and look at the process once more."""
    known = draft.state.steps[step.id]
    found = way(draft.state, step, known)
    if found is None:
        raise Refusal(f"step {short(step.id)} has no exact way: run it as it is written")
    if draft.state.signalling.status:
        raise Refusal(f"process {draft.state.signalling.pid} is being signalled: end that first")
    attempt, target = draft.state.signalling.attempt + 1, found.process
    draft.emit(steps.StepRequested(step.id, known.attempt, digest(text_of(step, known))))
    draft.emit(signals.SignalRequested(attempt, target.pid, target.start, HOW, step.id, found.signal))
    draft.want(AimSignal(attempt, target.pid, target.start, confirmed=True))


def why_not(state: DrillState, *, proven: bool) -> str:
    """Why nothing is sent after all; empty when it may be."""
    known = state.steps.get(state.signalling.step)
    if known is None or known.status != "requested":
        return "its step is not asked for any more"
    return standstill(state) or ("" if proven else "testnet is not proven now")


def start(draft: Draft, token: str) -> None:
    """On disk before the signal leaves: the step, and that it is done otherwise than it is written."""
    known = draft.state.signalling
    step = draft.step(known.step)
    its = draft.state.steps[step.id]
    at = draft.state.shell.output
    draft.emit(
        steps.StepStarted(step.id, its.attempt, digest(text_of(step, its)), token, output=at, exact=known.pid)
    )
    text = f"step {short(step.id)} run as an exact kill of pid {known.pid} instead of verbatim"
    draft.emit(steps.DeviationNoted(text, "", draft.test(step.id).id, step.id, sensed=True))


def is_over(state: DrillState, known: StepState) -> bool:
    """Whether the signal of a step that runs has come to its end."""
    signal = state.signalling
    is_its = (signal.how, signal.step, signal.pid) == (HOW, known.id, known.exact)
    return known.status == "running" and is_its and not signal.status


def ended(draft: Draft) -> None:
    """The signal is over, one way or another: so is its step."""
    known = draft.state.signalling
    its = draft.state.steps.get(known.step)
    if known.how != HOW or its is None or its.status not in ("requested", "running"):
        return
    step = draft.step(known.step)
    if its.status == "requested" or known.outcome in ("gone", "refused"):
        draft.emit(steps.StepAborted(step.id, its.attempt, f"nothing was sent: {known.detail}"))
    elif known.outcome in ("unknown", "left"):
        draft.emit(steps.StepUnknown(step.id, its.attempt, f"{known.detail or 'it was left'}"))
    else:
        draft.emit(steps.StepEnded(step.id, its.attempt, None))
        note_late_step(draft, step)
        settle_step(draft, step, Output())
        return
    settle_rest(draft, draft.test(step.id))
