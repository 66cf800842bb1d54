"""What the processes, the database, the phone and the probes tell, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill import starts
from thunes_tui.drill.alerts import alert_arrived
from thunes_tui.drill.checks import attempt_of, by_hand, is_over, sensed, step_of
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.emergency_signs import nobody_saw
from thunes_tui.drill.invariants import SILENCE, after_birth, after_death, after_mark, after_silence, note
from thunes_tui.drill.recovery import bot_died, is_successor, measure, measure_birth
from thunes_tui.drill.settle import deadline_passed
from thunes_tui.drill.venue import doubt_of, doubt_passed
from thunes_tui.events import box, steps


def happened(draft: Draft, fact: seen.Happened) -> None:
    for event in fact.events:
        if isinstance(event, box.ProcessFroze):
            froze(draft, event)
            continue
        draft.emit(event)
        if isinstance(event, box.SourceMarked):
            after_mark(draft, event)
        elif isinstance(event, box.PositionsCompared):
            after_comparison(draft, event)


def froze(draft: Draft, told: box.ProcessFroze) -> None:
    """Told once: a signal of this console's has said so before. A bot that others stopped is a finding."""
    known = next((p for p in draft.state.processes if (p.pid, p.start) == (told.pid, told.start)), None)
    if known is None or not known.alive or known.frozen == told.frozen:
        return
    draft.emit(told)
    asked = draft.state.signalling
    wanted = (told.pid, told.start, "freeze", "running")
    ours = (asked.pid, asked.start, asked.how, asked.status) == wanted
    if told.frozen and known.role == "bot" and not ours and draft.state.ending is None:
        text = f"the bot stands still: pid {told.pid} was stopped by somebody outside this console"
        draft.emit(steps.FindingNoted(text, source="processes"))


def after_comparison(draft: Draft, compared: box.PositionsCompared) -> None:
    """The last part of a recovery: the positions are those of before the death, and there are some."""
    if compared.against == "pre-crash" and compared.equal and compared.rows:
        measure(draft, "positions", "database")


def bot_found(draft: Draft, found: seen.BotFound) -> None:
    """A process of the project, once; a bot's birth is what a recovery and its step wait for."""
    known = next((p for p in draft.state.processes if (p.pid, p.start) == (found.pid, found.start)), None)
    if known is not None and not (known.alive and found.role == "bot" != known.role):
        return  # but a process of the drill's that has become the bot is born as one
    generation = 1 + max((p.generation for p in draft.state.processes if p.role == found.role), default=0)
    draft.emit(
        box.ProcessBorn(
            found.role,
            found.pid,
            found.start,
            found.argv,
            generation,
            found.inner,
            found.age_s,
            found.parent,
        )
    )
    if found.role == "bot":
        measure_birth(draft, found.age_s)
        after_birth(draft)
        starts.look(draft)


def bot_gone(draft: Draft, gone: seen.BotGone) -> None:
    known = next((p for p in draft.state.processes if (p.pid, p.start) == (gone.pid, gone.start)), None)
    if known is None or not known.alive:
        return
    was_successor = is_successor(draft, known)
    draft.emit(
        box.ProcessDied(known.role, gone.pid, gone.start, gone.exit, gone.signal, gone.detail, gone.unwatched)
    )
    if known.role == "bot":
        bot_died(draft, gone, was_successor)
        after_death(draft, gone)
        starts.look(draft)


def positions_seen(draft: Draft, read: seen.PositionsSeen) -> None:
    known = draft.state
    if (read.positions, read.problem) != (known.positions, known.positions_problem):
        draft.emit(box.PositionsRead(read.positions, read.problem))


def baseline_taken(draft: Draft, taken: seen.BaselineTaken) -> None:
    if draft.test(taken.test).id == taken.test:
        draft.emit(steps.BaselineTaken(taken.test, taken.size, taken.sha256, taken.lines))


def probed(draft: Draft, answer: seen.Probed) -> None:
    """What it found beside the verdict is a fact, and so is damage; the verdict is for its attempt only."""
    happened(draft, seen.Happened(answer.events))
    criterion = draft.criterion(answer.criterion)
    test, check = draft.test(answer.criterion), criterion.check
    if answer.verdict == "FAIL" and answer.veto:
        note(draft, with_subject(draft, answer), answer.veto, test.id)
    if check is None or draft.state.criteria[criterion.id].sensed:
        return
    if draft.state.tests[test.id].status != "running" or not is_over(draft.state, test, check):
        return
    if answer.attempt not in (0, attempt_of(draft.state, test, check)):
        return
    verdict = answer.verdict or "NOT VERIFIED"
    sensed(draft, criterion, verdict, answer.cause, answer.evidence)


def with_subject(draft: Draft, answer: seen.Probed) -> str:
    """Which file it is about and which step found it: a finding is read far from its criterion."""
    file = answer.evidence.file if answer.evidence is not None else ""
    test, check = draft.test(answer.criterion), draft.criterion(answer.criterion).check
    step = step_of(test, check) if check is not None else None
    where = f" (found after step {short(step.id)})" if step is not None else ""
    return f"{file or answer.veto}: {answer.cause}{where}"


def deadline(draft: Draft, passed: seen.DeadlinePassed) -> None:
    """The time of one attempt is over; an earlier attempt's means nothing to a later one."""
    if starts.passed(draft, passed):
        return
    if passed.criterion.startswith(f"{SILENCE} "):
        after_silence(draft, passed.attempt)
        return
    criterion = draft.criterion(passed.criterion)
    test, check = draft.test(passed.criterion), criterion.check
    if check is None or draft.state.tests[test.id].status != "running":
        return
    attempt = attempt_of(draft.state, test, check)
    if not is_over(draft.state, test, check):
        return
    if by_hand(draft.state, criterion):
        nobody_saw(draft, criterion)
    elif passed.attempt == attempt:
        deadline_passed(draft, criterion)
    elif passed.attempt == doubt_of(attempt):
        doubt_passed(draft, criterion)


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    seen.Happened: happened,
    seen.BotFound: bot_found,
    seen.BotGone: bot_gone,
    seen.PositionsSeen: positions_seen,
    seen.AlertArrived: alert_arrived,
    seen.BaselineTaken: baseline_taken,
    seen.Probed: probed,
    seen.DeadlinePassed: deadline,
}
