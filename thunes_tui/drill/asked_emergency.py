"""Decisions about an emergency's checklist: open it, do its items, close it. Also on hold and in a pause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui.drill.asked_signals import signal_process
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.checks import armed_since, sensed
from thunes_tui.drill.draft import Draft, Refusal, short
from thunes_tui.drill.effects import CheckEmergency, LookEmergency
from thunes_tui.drill.emergencies import AT_WORK, Emergencies, Emergency, ItemState
from thunes_tui.drill.emergency_blocks import block, evidence
from thunes_tui.drill.emergency_catalogue import PROCEDURES, Item, Procedure, in_shell, missing
from thunes_tui.drill.emergency_touch import consequences, is_touched
from thunes_tui.drill.model import ACTIVE, DrillState
from thunes_tui.drill.transitions import check_running, check_shell
from thunes_tui.events import emergency as events


def asked_for(emergency: Emergency, item: str, attempt: int) -> str:
    """One attempt's name, for the guard and its token."""
    return f"emergency {emergency.number} {item}#{attempt}"


def line_of(emergency: Emergency, item: str) -> str:
    """What is typed to run it: `step E1.3`."""
    return f"step {name_of(emergency, item)}"


def line_at_work(emergencies: Emergencies) -> str:
    """The line of an item that is in the shell, or about to be; empty for none."""
    found = emergencies.at_work
    if found is None or not in_shell(emergencies) or found[0].item(found[1]).status != "running":
        return ""
    return line_of(*found)


def name_of(emergency: Emergency, item: str) -> str:
    return f"E{emergency.number}.{PROCEDURES[emergency.kind].place(item)}"


def text_of(state: DrillState, emergency: Emergency, item: str) -> str:
    """The block as the next attempt runs it, or the one that is held."""
    known = emergency.item(item)
    attempt = known.attempt if known.status in ("held", *AT_WORK) else known.attempt + 1
    return block(state, emergency, item, attempt)


def open_emergency(draft: Draft, intent: intents.OpenEmergency) -> None:
    check_running(draft.state)
    procedure = procedure_of(intent.emergency)
    known = draft.state.emergencies.of(procedure.kind)
    if known is not None and known.opened is not None:
        raise Refusal(f"{known.by} has opened it already")
    number = known.number if known is not None else len(draft.state.emergencies.known) + 1
    test = draft.state.running_test
    draft.emit(
        events.EmergencyOpened(
            number,
            procedure.kind,
            consequences(draft.state, procedure.kind),
            test.id if test is not None else "",
        )
    )


def procedure_of(kind: str) -> Procedure:
    found = PROCEDURES.get(kind)
    if found is None:
        raise Refusal(f"there is no emergency {kind[:20]!r}: {', '.join(PROCEDURES)}")
    return found


def at(draft: Draft, kind: str, name: str) -> tuple[Emergency, Item, ItemState]:
    """The item of the opened checklist, and how it stands."""
    check_running(draft.state)
    procedure = procedure_of(kind)
    known = draft.state.emergencies.of(kind)
    if known is None or known.opened is None:
        raise Refusal(f"the checklist for {procedure.name} is not open")
    item = procedure.item(name)
    if item is None:
        raise Refusal(f"its checklist has no item {name[:20]!r}")
    return known, item, known.item(name)


def run_item(draft: Draft, intent: intents.RunEmergencyItem) -> None:
    known, item, status = at(draft, intent.emergency, intent.item)
    if status.status in AT_WORK:
        raise Refusal("that item is on its way")
    if item.how == "person":
        raise Refusal("that is yours to do and to tick")
    if item.how == "stop":
        stop_bot(draft, known, item, status.attempt + 1)
    elif item.id == "healthy":
        look_healthy(draft, known, item, status.attempt + 1)
    elif item.how == "look":
        draft.emit(events.EmergencyItemStarted(known.number, item.id, status.attempt + 1))
        draft.want(LookEmergency(known.number, item.id, status.attempt + 1))
    else:
        text = text_of(draft.state, known, item.id)
        if intent.sha256 and intent.sha256 != digest(text):
            raise Refusal("what was shown is not what would run: look at it again")
        check_free(draft.state)
        attempt = status.attempt if status.status == "held" else status.attempt + 1
        request(draft, known, item, attempt, confirmed=False)


def check_free(state: DrillState) -> None:
    """One thing at a time in the shell; a hold and a pause stop the drill and not this."""
    if state.stops.abort.status in ("open", "stopping"):
        raise Refusal(state.stops.why)
    check_shell(state)
    if state.preflight.running:
        raise Refusal("the pre-flight is running")
    if state.stops.undo.status:
        raise Refusal(f"step {short(state.stops.undo.step)} is on its way")
    test = state.running_test
    for step in test.steps if test is not None else ():
        known = state.steps[step.id]
        if known.status in ACTIVE and not known.by_hand and known.status != "held":
            raise Refusal(f"step {short(step.id)} is {known.status}: one thing at a time in the shell")


def request(draft: Draft, known: Emergency, item: Item, attempt: int, *, confirmed: bool) -> None:
    text = block(draft.state, known, item.id, attempt)
    draft.emit(events.EmergencyItemRequested(known.number, item.id, attempt, digest(text)))
    draft.want(
        CheckEmergency(
            asked_for(known, item.id, attempt),
            text,
            item.needs,
            evidence(draft.state, known, item.id),
            confirmed,
        )
    )


def stop_bot(draft: Draft, known: Emergency, item: Item, attempt: int) -> None:
    """By the same ladder as from the list of processes, with the same typed confirmation."""
    bots = draft.state.bots
    if not bots:
        draft.emit(events.EmergencyItemEnded(known.number, item.id, attempt, "done", None, "no bot runs"))
        return
    signal_process(draft, intents.SignalProcess(bots[0].pid, bots[0].start, "stop"))
    draft.emit(events.EmergencyItemStarted(known.number, item.id, attempt))


def look_healthy(draft: Draft, known: Emergency, item: Item, attempt: int) -> None:
    """One bot, which said so itself; after a restart one that was born since."""
    bots, again = draft.state.bots, known.item("restart").at
    if len(bots) != 1:
        why = "no bot runs" if not bots else f"{len(bots)} bots run"
    elif again is not None and bots[0].born is not None and bots[0].born.t < known.since.t:
        why = f"pid {bots[0].pid} is the one from before"
    else:
        why = "" if bots[0].healthy is not None else f"pid {bots[0].pid} has not said that it is healthy"
    detail = why or f"pid {bots[0].pid}, generation {bots[0].generation}, healthy"
    outcome = "failed" if why else "done"
    draft.emit(events.EmergencyItemEnded(known.number, item.id, attempt, outcome, None, detail))


def confirm_item(draft: Draft, intent: intents.ConfirmEmergencyItem) -> None:
    """The typed name; guard, conditions and blast radius are looked at once more, right before the effect."""
    known, item, status = at(draft, intent.emergency, intent.item)
    if status.status != "held":
        raise Refusal("that item waits for no confirmation")
    if not status.confirm or intent.typed != status.confirm:
        raise Refusal(f"it is confirmed by typing {status.confirm}")
    check_free(draft.state)
    request(draft, known, item, status.attempt, confirmed=True)


def tick_item(draft: Draft, intent: intents.TickEmergencyItem) -> None:
    """A person did it; what the console could have done itself needs a word on how."""
    known, item, status = at(draft, intent.emergency, intent.item)
    if status.status in AT_WORK:
        raise Refusal("that item is on its way")
    if item.how != "person" and not intent.words.strip():
        raise Refusal("say how it was done: the console did not do it")
    words = intent.words.strip()
    draft.emit(
        events.EmergencyItemEnded(known.number, item.id, status.attempt + 1, "done", None, words[:300])
    )


def skip_item(draft: Draft, intent: intents.SkipEmergencyItem) -> None:
    known, item, status = at(draft, intent.emergency, intent.item)
    if status.status in AT_WORK:
        raise Refusal("that item is on its way")
    if not intent.reason.strip():
        raise Refusal("skipping an item needs a reason")
    draft.emit(events.EmergencyItemSkipped(known.number, item.id, intent.reason))


def close_emergency(draft: Draft, intent: intents.CloseEmergency) -> None:
    """With how it was left. What it has spoilt by now is NOT VERIFIED, whatever comes after."""
    check_running(draft.state)
    procedure = procedure_of(intent.emergency)
    known = draft.state.emergencies.of(intent.emergency)
    if known is None:
        raise Refusal(f"there is no {procedure.name} to close")
    if intent.outcome not in procedure.outcomes:
        raise Refusal(f"{procedure.name} is closed as {', '.join(procedure.outcomes)}")
    if not intent.reason.strip():
        raise Refusal("closing it needs a reason")
    busy = draft.state.emergencies.at_work
    if busy is not None and busy[0].number == known.number:
        raise Refusal("an item of its checklist is on its way")
    left = missing(known) if intent.outcome == "mended" else ()
    if left:
        place = procedure.place(left[0].id)
        raise Refusal(f"item {place} is neither done nor skipped: {left[0].text}")
    if intent.outcome != "false alarm":
        settle_spoilt(draft, known)
    draft.emit(events.EmergencyClosed(known.number, known.kind, intent.outcome, intent.reason.strip()[:300]))


def settle_spoilt(draft: Draft, known: Emergency) -> None:
    """What the running test was waiting for meanwhile, and what nobody has decided by now."""
    test = draft.state.running_test
    if test is None or not known.in_force:
        return
    for criterion in test.criteria:
        status, check = draft.state.criteria[criterion.id], criterion.check
        if status.sensed or status.verdict or check is None or not is_touched(known.kind, criterion):
            continue
        if armed_since(draft.state, test, check) is not None:
            sensed(draft, criterion, "NOT VERIFIED", "it was open while this lasted")


ASKED: dict[type, Callable[[Draft, Any], None]] = {
    intents.OpenEmergency: open_emergency,
    intents.RunEmergencyItem: run_item,
    intents.ConfirmEmergencyItem: confirm_item,
    intents.TickEmergencyItem: tick_item,
    intents.SkipEmergencyItem: skip_item,
    intents.CloseEmergency: close_emergency,
}
