"""The bot's death and its return: the stopwatch in parts, and the criteria that hang on it.

Only a process born after the death is the recovery, and only while it lives.
"""

from __future__ import annotations

from dataclasses import replace

from thunes_tui.drill.checks import CLIP, armed, counting, latency_ms, number, sensed, step_of, want
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.effects import CompareRecovered
from thunes_tui.drill.facts import ProcessState, RecoveryState
from thunes_tui.drill.invariants import signals
from thunes_tui.drill.model import DrillState, StepState, expects_death
from thunes_tui.drill.stopwatch import error_of
from thunes_tui.events import box
from thunes_tui.events.steps import Evidence, FindingNoted
from thunes_tui.observations import BotGone, LogSeen
from thunes_tui.runbook.model import Check, Criterion

SIGKILL = 9
RECOVERY = ("process", "timing")
AGE_ERROR_S = 1.0
"""How far the age of a process may be off against the moment at which a step began."""


def measure(draft: Draft, part: str, source: str, ago_s: float = 0.0, paused_s: float = 0.0) -> None:
    """One part of the recovery, once, and only while a recovery is going on; it was so many seconds ago.

    `paused_s` is left out of it and of all that comes after.
    """
    recovery = draft.state.recovery
    if recovery.died is None or recovery.unwatched or getattr(recovery, part) is not None:
        return
    if recovery.successor == (0, 0):
        return
    seconds = draft.now.since(recovery.died) - ago_s - recovery.paused_s - paused_s
    paused = round(paused_s, 3)
    draft.emit(box.RecoveryMeasured(part, max(0.0, round(seconds, 3)), source, error_of(part), paused))


def measure_birth(draft: Draft, age_s: float) -> None:
    """When the new process started, however late it was found; before it the command that did it, if the
    drill's shell has begun one since the death."""
    died, since = draft.state.recovery.died, draft.state.shell.since
    if died is not None and since is not None and since.m > died.m:
        paused_s = draft.state.stops.paused(died, since)
        measure(draft, "command", "shell", draft.now.since(since), paused_s)
    measure(draft, "pid", "process", age_s)


def is_successor(draft: Draft, process: ProcessState) -> bool:
    recovery = draft.state.recovery
    return recovery.died is not None and recovery.successor == (process.pid, process.start)


def recovered(draft: Draft, process: ProcessState, record: LogSeen) -> None:
    """The bot is healthy again after a death: stop the watch, settle what waited for it."""
    if not is_successor(draft, process):
        return
    measure(draft, "healthy", "log")
    draft.want(CompareRecovered(draft.state.recovery.before))
    detail = f"pid {process.pid}, generation {process.generation}: {record.message[:120]}"
    evidence = Evidence("log", record.file, record.offset, record.sha256, None, 20.0, detail, record.identity)
    for criterion, check, _since in list(armed(draft, *RECOVERY)):
        settle_recovery(draft, criterion, check, evidence)


def of_crash_test(state: DrillState) -> RecoveryState:
    """The recovery that the drill is about: that of the test which kills the bot, whatever died since."""
    for known in (state.recovery, state.recovered):
        test = next((t for t in state.plan if t.id == known.attempt.partition("#")[0]), None)
        if test is not None and expects_death(test):
            return known
    return state.recovery


def has_recovered(state: DrillState) -> bool:
    """Whether the bot came back from the crash that is drilled; a restart at another time is none of it."""
    known = of_crash_test(state)
    crashes = [t.id for t in state.plan if expects_death(t)]
    drilled = not crashes or known.attempt.partition("#")[0] in crashes
    return drilled and known.healthy is not None


def settle_recovery(draft: Draft, criterion: Criterion, check: Check, evidence: Evidence | None) -> None:
    """A criterion on the restart or its duration, if the bot has recovered from a death in this test.

    It may have before its step began, restarted by a supervisor and not by the step: that counts. What an
    earlier attempt of the step left running is no restart of this one.
    """
    recovery = draft.state.recovery
    wanted = check.kind == "timing" or want(check, "state") == "restarted"
    if not wanted or recovery.attempt != draft.state.attempt or not recovery.attempt:
        return
    process = next(
        (p for p in draft.state.bots if (p.pid, p.start) == recovery.successor and p.healthy is not None),
        None,
    )
    if process is None or recovery.died is None:
        return
    step = step_of(draft.test(criterion.id), check)
    own = step is None or born_in(draft.state.steps[step.id], process)
    name = f"pid {process.pid}, generation {process.generation}"
    if step is None or own:
        found = evidence or Evidence("process", detail=name)
    else:
        known = draft.state.steps[step.id]
        name += f", born before attempt {known.attempt} of step {short(step.id)}"
        name += f", kept by {process.keeper}" if process.keeper else ""
        found = replace(evidence or Evidence("process"), detail=name)
        if known.attempt > 1 and not process.keeper:
            if known.status == "done":
                sensed(draft, criterion, *not_its_own(draft.state, known, name), found)
            return
    sensed(draft, criterion, *in_time(recovery.healthy, check), found)


def in_time(seconds: float | None, check: Check) -> tuple[str, str]:
    """Verdict and cause of a bot that is healthy again, so many seconds after its death if anybody saw it."""
    limit = number(check, "max_s", 60.0 if check.kind == "timing" else 0.0)
    if seconds is None:
        if limit:
            return "NOT VERIFIED", "nobody saw when the bot died"
        return "PASS", "alive and healthy; nobody saw when it died"
    if limit and seconds > limit:
        return "FAIL", f"healthy after {seconds:.1f} s, {limit:g} allowed"
    if check.kind == "timing":
        return "PASS", f"recovered in {seconds:.1f} s of {limit:g}"
    return "PASS", f"alive and healthy {seconds:.1f} s after its death"


def born_in(step: StepState, process: ProcessState) -> bool:
    """Whether it was born since this attempt of the step began; found later, it may be older than that."""
    if step.started is None or process.born is None or process.born.m < step.started.m:
        return False  # no attempt outlives a boot: both are times of one
    return process.born.since(step.started) >= max(process.age_s - AGE_ERROR_S, 0.0)


def not_its_own(state: DrillState, step: StepState, runs: str) -> tuple[str, str]:
    """Of a bot that an earlier attempt left: what came of the one that this attempt started."""
    for process in state.processes:
        if process.role == "bot" and not process.alive and born_in(step, process):
            return (
                "FAIL",
                f"the bot of this attempt, pid {process.pid}, {end_of(process)}; what runs is {runs}",
            )
    return "NOT VERIFIED", f"no bot of this attempt was seen; what runs is {runs}"


def end_of(process: ProcessState) -> str:
    if process.signal:
        return f"ended by signal {process.signal}"
    return "has ended" if process.exit is None else f"ended with exit {process.exit}"


def note_job(draft: Draft, gone: BotGone) -> None:
    """A step whose own bot ends badly is no step that simply worked, whatever else runs."""
    test, asked = draft.state.running_test, draft.state.signalling
    process = next(p for p in draft.state.processes if (p.pid, p.start) == (gone.pid, gone.start))
    if test is None or not (gone.exit or gone.signal) or signals(draft.state, test):
        return
    if (asked.pid, asked.start) == (gone.pid, gone.start) and asked.signal:
        return  # a person sent it, and that is on record
    started = [s for s in test.steps if s.command and born_in(draft.state.steps[s.id], process)]
    if started:
        step = max(started, key=lambda s: moment(draft.state.steps[s.id]))
        attempt = draft.state.steps[step.id].attempt
        text = (
            f"step {short(step.id)}, attempt {attempt}: the bot that it started, pid {process.pid}, "
            f"generation {process.generation}, {end_of(process)}"
        )
        draft.emit(FindingNoted(text, test=test.id, source="step"))


def moment(step: StepState) -> int:
    return step.started.m if step.started is not None else 0


def bot_died(draft: Draft, gone: BotGone, was_successor: bool) -> None:
    """Settle what waited for the death, and take back what this death disproves."""
    if not was_successor:
        note_job(draft, gone)
    for criterion, check, since in list(armed(draft, "process")):
        if want(check, "state") == "killed":
            detail = f"pid {gone.pid} {gone.detail}".strip()[:CLIP]
            evidence = Evidence("process", "", None, "", latency_ms(draft, since), 5.0, detail)
            sensed(draft, criterion, *how_it_died(gone), evidence)
    for criterion, check, _since in list(counting(draft, *RECOVERY, "positions")):
        if draft.state.criteria[criterion.id].sensed != "PASS" or want(check, "state") == "killed":
            continue
        evidence = Evidence("process", detail=f"pid {gone.pid} {gone.detail}".strip()[:CLIP])
        if check.kind == "positions":
            if want(check, "compare") == "pre-crash":
                cause = f"pid {gone.pid} died after the positions were compared"
                sensed(draft, criterion, "NOT VERIFIED", cause, evidence)
        elif was_successor:
            cause = f"pid {gone.pid} had recovered and died again"
            sensed(draft, criterion, "FAIL", cause, evidence)


def how_it_died(gone: BotGone) -> tuple[str, str]:
    """Verdict and cause for a criterion that wants a death by SIGKILL."""
    if gone.signal == SIGKILL:
        return "PASS", f"pid {gone.pid} died by SIGKILL"
    if gone.signal is None and gone.exit is None:
        return "NOT VERIFIED", f"pid {gone.pid} died, but the kernel does not tell by what"
    how = f"signal {gone.signal}" if gone.signal else f"exit {gone.exit}"
    return "FAIL", f"pid {gone.pid} ended by {how}, not by SIGKILL"
