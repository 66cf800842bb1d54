"""How facts about the box change the state: guard, files, processes, kill switch, positions, alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.facts import ProcessState, RecoveryState, SourceState, SwitchState
from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import DrillState, expects_death
from thunes_tui.drill.stopwatch import PARTS
from thunes_tui.events import box

KEPT_PROCESSES = 20
SIGKILL = 9


def guard_answered(state: DrillState, event: box.GuardAnswered, _mark: Mark) -> DrillState:
    return replace(state, proven=event.proven, guard_reasons=event.reasons)


def _with_source(state: DrillState, source: SourceState) -> DrillState:
    return replace(state, sources={**state.sources, source.name: source})


def _source(state: DrillState, name: str) -> SourceState:
    return state.sources.get(name, SourceState(name))


def source_opened(state: DrillState, event: box.SourceOpened, _mark: Mark) -> DrillState:
    before = _source(state, event.source)
    source = replace(
        before, path=event.path, status="open", detail="", file=event.file, recorded=event.offset
    )
    return _with_source(state, source)


def source_lines(state: DrillState, event: box.SourceLines, mark: Mark) -> DrillState:
    before = _source(state, event.source)
    source = replace(
        before,
        file=event.file,
        recorded=event.end,
        lines=before.lines + event.count,
        kept=before.kept + max(event.end - event.offset, 0),
        grew=mark.at,
    )
    return _with_source(state, source if event.place is None else replace(source, place=event.place))


def source_thinned(state: DrillState, event: box.SourceThinned, _mark: Mark) -> DrillState:
    return _with_source(state, replace(_source(state, event.source), thinned=True))


def source_span(state: DrillState, event: box.SourceSpan, mark: Mark) -> DrillState:
    before = _source(state, event.source)
    source = replace(
        before,
        file=event.file,
        recorded=event.offset + event.length,
        lines=before.lines + event.count,
        grew=mark.at,
    )
    return _with_source(state, source if event.place is None else replace(source, place=event.place))


def source_marked(state: DrillState, event: box.SourceMarked, mark: Mark) -> DrillState:
    before = _source(state, event.source)
    status = "missing" if event.what == "missing" else "open"
    loss = mark.number if event.possible_loss else before.loss
    return _with_source(
        state, replace(before, status=status, detail=event.detail, file=event.file, loss=loss)
    )


def source_down(state: DrillState, event: box.SourceDown, _mark: Mark) -> DrillState:
    return _with_source(state, replace(_source(state, event.source), status="down", detail=event.reason))


def process_born(state: DrillState, event: box.ProcessBorn, mark: Mark) -> DrillState:
    """A row of its own, until it dies and after."""
    process = ProcessState(
        event.role,
        event.pid,
        event.start,
        event.argv,
        event.generation,
        event.inner,
        born=mark.at,
        age_s=event.age_s,
        parent=event.parent,
    )
    kept = tuple(p for p in state.processes if (p.pid, p.start) != (event.pid, event.start))
    if event.role == "bot" and any(p.role == "bot" and p.alive for p in kept):
        # From now on a line of the log may be either's: what each said before may not be so any more.
        kept = tuple(replace(p, switch="UNKNOWN") if p.role == "bot" and p.alive else p for p in kept)
    after = replace(state, processes=_last(kept, process))
    recovery = state.recovery
    if event.role == "bot" and recovery.died is not None and recovery.successor == (0, 0):
        after = replace(after, recovery=replace(recovery, successor=(event.pid, event.start)))
    return after


def _last(kept: tuple[ProcessState, ...], process: ProcessState) -> tuple[ProcessState, ...]:
    """At most so many rows: of the dead the oldest go first, bots after all others, the living never."""
    rows = (*kept, process)
    surplus = len(rows) - KEPT_PROCESSES
    dead = sorted((p for p in rows if not p.alive), key=lambda p: p.role == "bot")
    gone = dead[: max(surplus, 0)]
    return tuple(p for p in rows if not any(p is each for each in gone))


def process_died(state: DrillState, event: box.ProcessDied, mark: Mark) -> DrillState:
    processes = tuple(
        replace(p, died=mark.at, exit=event.exit, signal=event.signal)
        if (p.pid, p.start) == (event.pid, event.start)
        else p
        for p in state.processes
    )
    after = replace(state, processes=processes)
    if event.role == "bot" and not after.bots:
        after = replace(after, recovery=_stopwatch(state, event, mark), recovered=_kept(state))
    return after


def process_looked(state: DrillState, event: box.ProcessLooked, _mark: Mark) -> DrillState:
    who = (event.pid, event.start)
    seen = {"files": event.files, "sockets": event.sockets, "keeper": event.keeper}
    rows = tuple(replace(p, **seen) if (p.pid, p.start) == who else p for p in state.processes)  # type: ignore[arg-type]  # members of one row
    return replace(state, processes=rows)


def process_froze(state: DrillState, event: box.ProcessFroze, _mark: Mark) -> DrillState:
    who = (event.pid, event.start)
    rows = tuple(replace(p, frozen=event.frozen) if (p.pid, p.start) == who else p for p in state.processes)
    return replace(state, processes=rows)


def _kept(state: DrillState) -> RecoveryState:
    """The recovery of the test that kills the bot outlives a later death."""
    died_in = next((t for t in state.plan if t.id == state.recovery.attempt.partition("#")[0]), None)
    return state.recovery if died_in is not None and expects_death(died_in) else state.recovered


def _stopwatch(state: DrillState, event: box.ProcessDied, mark: Mark) -> RecoveryState:
    """Of this death; or of the one before, when what died is its successor that was never healthy.

    A bot that is restarted and falls over again has not recovered; only another kill begins anew.
    """
    old = state.recovery
    same_attempt = bool(state.attempt) and old.attempt == state.attempt
    said = any((p.pid, p.start) == (event.pid, event.start) and p.healthy for p in state.processes)
    # After a death that nobody saw the watch does not run, and the bot's own word is all that tells.
    fell_over = old.successor == (event.pid, event.start) and old.healthy is None and not said
    if same_attempt and fell_over and event.signal != SIGKILL:
        return RecoveryState(
            old.died,
            before=old.before,
            before_known=old.before_known,
            attempt=old.attempt,
            unwatched=old.unwatched,
        )
    return RecoveryState(
        died=mark.at,
        before=state.last_positions or (),
        before_known=state.last_positions is not None,
        attempt=state.attempt,
        unwatched=event.unwatched,
    )


def _changed_bot(state: DrillState, pid: int, **changes: Any) -> DrillState:
    processes = tuple(replace(p, **changes) if p.pid == pid and p.alive else p for p in state.processes)
    return replace(state, processes=processes)


def switch_seen(state: DrillState, event: box.KillSwitchSeen, mark: Mark) -> DrillState:
    word = "ON" if event.on else "OFF"
    if event.who == "audit":
        return replace(state, switch=SwitchState(word, mark.at, event.reason, event.stamp_us))
    if not event.who.isdecimal():
        return state
    return _changed_bot(state, int(event.who), switch=word)


def bot_healthy(state: DrillState, event: box.BotHealthy, mark: Mark) -> DrillState:
    return _changed_bot(state, event.pid, healthy=mark.at)


def bot_logged(state: DrillState, event: box.BotLogged, mark: Mark) -> DrillState:
    return _changed_bot(state, event.pid, logged=mark.at)


def positions_read(state: DrillState, event: box.PositionsRead, _mark: Mark) -> DrillState:
    last = state.last_positions if event.problem else event.positions
    return replace(state, positions=event.positions, positions_problem=event.problem, last_positions=last)


def positions_compared(state: DrillState, event: box.PositionsCompared, _mark: Mark) -> DrillState:
    return replace(state, compared=event.rows)


def alert_seen(state: DrillState, event: box.AlertSeen, _mark: Mark) -> DrillState:
    after = replace(state, alert_number=max(state.alert_number, event.number))
    return after if event.latency_s is None else replace(after, alert_latency_s=event.latency_s)


def recovery_measured(state: DrillState, event: box.RecoveryMeasured, _mark: Mark) -> DrillState:
    if event.part not in PARTS:
        return state
    parts: dict[str, Any] = {event.part: event.seconds}
    if event.paused_s:
        parts["paused_s"] = event.paused_s
    return replace(state, recovery=replace(state.recovery, **parts))


def worker_failed(state: DrillState, event: box.WorkerFailed, _mark: Mark) -> DrillState:
    failures = {k: v for k, v in state.failures.items() if k != event.worker}
    if event.reason:
        failures[event.worker] = event.reason
    return replace(state, failures=failures)


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    box.GuardAnswered: guard_answered,
    box.SourceOpened: source_opened,
    box.SourceLines: source_lines,
    box.SourceThinned: source_thinned,
    box.SourceSpan: source_span,
    box.SourceMarked: source_marked,
    box.SourceDown: source_down,
    box.ProcessBorn: process_born,
    box.ProcessDied: process_died,
    box.ProcessLooked: process_looked,
    box.ProcessFroze: process_froze,
    box.KillSwitchSeen: switch_seen,
    box.BotHealthy: bot_healthy,
    box.BotLogged: bot_logged,
    box.PositionsRead: positions_read,
    box.PositionsCompared: positions_compared,
    box.AlertSeen: alert_seen,
    box.RecoveryMeasured: recovery_measured,
    box.WorkerFailed: worker_failed,
}
