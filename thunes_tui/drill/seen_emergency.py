"""What the guard, the shell and the console's own looks tell of an emergency's items."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from thunes_tui.drill.asked_emergency import asked_for, line_of, name_of
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.checks import CLIP
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import RunInShell
from thunes_tui.drill.emergencies import Emergency, ItemState
from thunes_tui.drill.emergency_blocks import block
from thunes_tui.drill.emergency_catalogue import PROCEDURES, Item
from thunes_tui.drill.emergency_signs import sense
from thunes_tui.drill.invariants import note
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.transitions import not_proven
from thunes_tui.drill.venue import is_down
from thunes_tui.emergency_observations import EmergencyChecked, EmergencyLooked
from thunes_tui.events import box
from thunes_tui.events import emergency as events
from thunes_tui.observations import CommandEnded, NotRun

OPEN_BY = "; open: "
JOB = re.compile(r"\[\d+\][+-]?\s+(?:Exit \d+|Done|Killed|Terminated|Stopped|Running)\s")
LAST = 3
"""Lines of what a block printed that are kept beside its exit status."""
BAD = 1
"""Exit status with which a check says that it has found damage."""


def at_work(state: DrillState, how: str = "") -> tuple[Emergency, Item, ItemState] | None:
    """The item that is on its way, of that kind or any."""
    found = state.emergencies.at_work
    procedure = PROCEDURES.get(found[0].kind) if found is not None else None
    item = procedure.item(found[1]) if found is not None and procedure is not None else None
    if found is None or item is None or how not in ("", item.how):
        return None
    return found[0], item, found[0].item(item.id)


def checked(draft: Draft, answer: EmergencyChecked) -> None:
    """The one place from which an item's block starts."""
    draft.emit(box.GuardAnswered(answer.proven, answer.reasons, answer.asked_for))
    found = at_work(draft.state, "block")
    if found is None or found[2].status != "requested":
        return
    known, item, status = found
    if answer.asked_for != asked_for(known, item.id, status.attempt):
        return
    why = refused(draft.state, answer)
    confirm = item.word or answer.confirm or (name_of(known, item.id) if answer.outside else "")
    if why:
        end(draft, "refused", why)
        if not answer.proven and not is_down(answer.reasons):
            note(draft, f"the guard refused item {name_of(known, item.id)}: {why}"[:CLIP], "guard")
    elif confirm and not is_confirmed(status, answer, confirm):
        victims = (*answer.victims, *answer.outside) if not answer.victims else answer.victims
        draft.emit(events.EmergencyItemHeld(known.number, item.id, status.attempt, confirm, victims))
    else:
        text = block(draft.state, known, item.id, status.attempt)
        draft.emit(
            events.EmergencyItemStarted(
                known.number,
                item.id,
                status.attempt,
                digest(text),
                answer.token,
                draft.state.shell.output,
                answer.evidence,
            )
        )
        draft.want(RunInShell(name_of(known, item.id), text, answer.asked_for, answer.token))


def refused(state: DrillState, answer: EmergencyChecked) -> str:
    """Why it must not run; empty when it may."""
    if not answer.proven:
        return answer.reasons[0] if is_down(answer.reasons) else not_proven(answer.reasons)
    if answer.problem:
        return answer.problem
    if state.ending is not None:
        return "the drill has ended"
    if state.mode == "rehearse" and answer.outside:
        return f"it would hit what is outside the drilled project: {'; '.join(answer.outside)[:200]}"
    if state.stops.abort.status in ("open", "stopping"):
        return state.stops.why
    if state.shell.running or not state.shell.alive:
        return "the shell was not free any more"
    return "" if answer.token else "the guard gave no token for it"


def is_confirmed(status: ItemState, answer: EmergencyChecked, confirm: str) -> bool:
    """A person has typed this very name, having seen at least these victims."""
    shown = {line.partition(OPEN_BY)[0] for line in status.victims}
    now = {line.partition(OPEN_BY)[0] for line in (answer.victims or answer.outside)}
    return answer.confirmed and status.confirm == confirm and now <= shown


def looked(draft: Draft, answer: EmergencyLooked) -> None:
    """What the console saw; Telegram that is not reached is the outage itself."""
    found = at_work(draft.state, "look")
    if found is None or (answer.number, answer.item) != (found[0].number, found[1].id):
        return
    if answer.attempt != found[2].attempt:
        return
    end(draft, "done" if answer.good else "failed", answer.detail)
    if not answer.good and found[0].kind == "telegram":
        sense(draft, "telegram", answer.detail, "emergency")


def command_ended(draft: Draft, typed: str, mark: CommandEnded) -> None:
    """Of the item's own line, or of what stood at the prompt before it was typed."""
    found = at_work(draft.state, "block")
    if found is None or found[2].status != "running":
        return
    known, item, _status = found
    own = line_of(known, item.id)
    if typed == own:
        printed = told(mark.tail, own)
        outcome = "done" if mark.exit == 0 else "failed"
        end(draft, outcome, "; ".join(printed[-LAST:]), mark.exit, mark.sha256)
        if mark.exit == BAD and item.id in ("check", "again", "validate"):
            sense(draft, known.kind, "; ".join(printed[-LAST:]) or "its check found damage", "emergency")
    elif typed.endswith(own):
        end(draft, "unknown", f"the shell ran something else: {typed[:100]}")


def told(tail: str, line: str) -> list[str]:
    """What the block itself printed: not its typed line, what the shell says of jobs, or the prompt."""
    lines = [each.strip() for each in tail.splitlines()]
    if line in lines:
        lines = lines[lines.index(line) + 1 :]
    if lines and not tail.endswith(("\n", "\r")):
        lines = lines[:-1]
    return [each for each in lines if each and not JOB.match(each)]


def not_run(draft: Draft, answer: NotRun) -> None:
    found = at_work(draft.state, "block")
    if found is not None and answer.attempt == asked_for(found[0], found[1].id, found[2].attempt):
        end(draft, "refused", answer.reason)


def lost(draft: Draft, why: str, how: str = "block") -> None:
    """The shell or the server went: what had begun is for the person to see, what had not never does."""
    found = at_work(draft.state, how)
    if found is None:
        return
    if found[2].status == "running":
        end(draft, "unknown", f"{why} while it ran: see what it did")
    else:
        end(draft, "refused", f"{why} before it ran")


def end(draft: Draft, outcome: str, detail: str, exit_status: int | None = None, sha256: str = "") -> None:
    found = at_work(draft.state)
    if found is not None:
        known, item, status = found
        draft.emit(
            events.EmergencyItemEnded(
                known.number, item.id, status.attempt, outcome, exit_status, detail[:CLIP], sha256
            )
        )


SEEN: dict[type, Callable[[Draft, Any], None]] = {EmergencyChecked: checked, EmergencyLooked: looked}
