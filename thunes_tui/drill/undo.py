"""After an abort: what the drill did and the runbook itself undoes is offered, the latest first.

The block is the document's own, through the guard like any other; it belongs to no test and proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.checks import step_of, want
from thunes_tui.drill.draft import Draft, Refusal, short
from thunes_tui.drill.effects import AskGuard, RunInShell
from thunes_tui.drill.left_safe import look_around
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.step_state import text_of, waits_for
from thunes_tui.drill.transitions import check_running, check_shell, not_proven
from thunes_tui.events import stops
from thunes_tui.runbook.model import Check, Step

NAME = "undo "
"""Under which the guard is asked, with the attempt's number."""


@dataclass(frozen=True, slots=True)
class Offer:
    step: Step
    why: str
    """What stands as it should not."""
    did: Step
    """The step that made it so."""


def offers(state: DrillState) -> tuple[Offer, ...]:
    """What can be undone now, in reverse order of what was done."""
    if state.stops.abort.status != "aborted" or state.ending is not None:
        return ()
    found = [offer for offer in (switch_off(state), start_again(state)) if offer is not None]
    return tuple(sorted(found, key=lambda offer: -begun(state, offer.did)))


def begun(state: DrillState, step: Step) -> int:
    known = state.steps[step.id].started
    return known.m if known is not None else 0


def switch_off(state: DrillState) -> Offer | None:
    """The kill switch was left ON by this drill's own activation."""
    is_on = state.switch.audit == "ON" or any(bot.switch == "ON" for bot in state.bots)
    did = bound(state, lambda c: c.kind == "audit" and want(c, "event") == "KILL_SWITCH_ACTIVATED")
    undoes = bound(state, lambda c: c.kind == "audit" and want(c, "event") == "KILL_SWITCH_DEACTIVATED")
    if not is_on or did is None or undoes is None or not state.steps[did.id].attempt:
        return None
    return Offer(undoes, "the kill switch is ON", did)


def start_again(state: DrillState) -> Offer | None:
    """The bot was killed by this drill and none runs."""
    did = bound(state, lambda c: c.kind == "process" and want(c, "state") == "killed")
    undoes = bound(state, lambda c: c.kind == "process" and want(c, "state") == "restarted")
    if state.bots or did is None or undoes is None or not state.steps[did.id].attempt:
        return None
    return Offer(undoes, "no bot runs", did)


def bound(state: DrillState, fits: Callable[[Check], bool]) -> Step | None:
    """The step with a block of its own whose evidence such a check wants."""
    for test in state.plan:
        for criterion in test.criteria:
            step = step_of(test, criterion.check) if criterion.check is not None else None
            if step is not None and step.command and criterion.check is not None and fits(criterion.check):
                return step
    return None


def undo_step(draft: Draft, intent: intents.UndoStep) -> None:
    check_running(draft.state)
    if draft.state.stops.abort.status != "aborted":
        raise Refusal("nothing is undone before the drill is aborted and what ran has ended")
    if draft.state.stops.undo.status:
        raise Refusal(f"step {short(draft.state.stops.undo.step)} is on its way already")
    offer = next((o for o in offers(draft.state) if o.step.id == intent.step), None)
    if offer is None:
        raise Refusal("there is nothing that this step would undo")
    known = draft.state.steps[offer.step.id]
    text = text_of(offer.step, known)
    sha256 = digest(text)
    if waits_for(offer.step, known):
        raise Refusal(f"{waits_for(offer.step, known)}: do it by hand in the shell")
    if intent.sha256 and intent.sha256 != sha256:
        raise Refusal("what was shown is not what would run: leave and open the console again")
    check_shell(draft.state)
    attempt = draft.state.stops.undo.attempt + 1
    draft.emit(stops.UndoRequested(attempt, offer.step.id, sha256))
    draft.want(AskGuard(f"{NAME}{attempt}", text))


def guard_spoke(draft: Draft, spoke: seen.GuardSpoke) -> None:
    """Its answer, where it was asked for this; nothing that signals is run unattended."""
    known = draft.state.stops.undo
    if spoke.asked_for != f"{NAME}{known.attempt}" or known.status != "requested":
        return
    step, why = draft.step(known.step), refused(draft.state, spoke)
    if why:
        end(draft, None, f"not run: {why}")
        return
    draft.emit(stops.UndoStarted(known.attempt, step.id, spoke.token))
    text = text_of(step, draft.state.steps[step.id])
    draft.want(RunInShell(short(step.id), text, spoke.asked_for, spoke.token))


def refused(state: DrillState, spoke: seen.GuardSpoke) -> str:
    """Why it must not run; empty when it may."""
    if not spoke.proven:
        return not_proven(spoke.reasons)
    if spoke.confirm or spoke.victims or spoke.outside:
        return "it signals processes: do it by hand in the shell"
    if state.ending is not None:
        return "the drill has ended"
    if state.shell.running or not state.shell.alive:
        return "the shell was not free any more"
    return "" if spoke.token else "the guard gave no token for it"


def command_ended(draft: Draft, typed: str, exit_status: int) -> None:
    known = draft.state.stops.undo
    if known.status == "running" and typed.endswith(f"step {short(known.step)}"):
        garbled = typed != f"step {short(known.step)}"
        end(draft, exit_status, f"the shell ran something else: {typed[:100]}" if garbled else "")


def not_run(draft: Draft, answer: seen.NotRun) -> None:
    known = draft.state.stops.undo
    if known.status and answer.attempt == f"{NAME}{known.attempt}":
        end(draft, None, f"not run: {answer.reason}")


def lost(draft: Draft, why: str) -> None:
    """The shell or the server went: whether it did what it was for is for the person to see."""
    if draft.state.stops.undo.status:
        end(draft, None, why)


def end(draft: Draft, exit_status: int | None, detail: str) -> None:
    known = draft.state.stops.undo
    draft.emit(stops.UndoEnded(known.attempt, known.step, exit_status, detail))
    look_around(draft, "undo")


ASKED: dict[type, Callable[[Draft, Any], None]] = {intents.UndoStep: undo_step}
