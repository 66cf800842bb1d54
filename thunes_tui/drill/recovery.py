"""The bot's death and its return: the stopwatch in parts, and the criteria that hang on it.

Only a process born after the death is the recovery, and only while it lives.
"""

from __future__ import annotations

from thunes_tui.drill.checks import CLIP, armed, counting, latency_ms, number, sensed, want
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import CompareRecovered
from thunes_tui.drill.facts import ProcessState, RecoveryState
from thunes_tui.drill.model import DrillState, expects_death
from thunes_tui.events import box
from thunes_tui.events.steps import Evidence
from thunes_tui.observations import BotGone, LogSeen
from thunes_tui.runbook.model import Check, Criterion

SIGKILL = 9
RECOVERY = ("process", "timing")


def measure(draft: Draft, part: str, source: str) -> None:
    """One part of the recovery, once, and only while a recovery is going on."""
    recovery = draft.state.recovery
    if recovery.died is None or recovery.unwatched or getattr(recovery, part) is not None:
        return
    if recovery.successor == (0, 0):
        return
    draft.emit(box.RecoveryMeasured(part, round(draft.now.since(recovery.died), 3), source))


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
    evidence = Evidence("log", record.file, record.offset, record.sha256, None, 20.0, detail)
    for criterion, check, _since in list(armed(draft, *RECOVERY)):
        settle_recovery(draft, criterion, check, evidence)


def of_crash_test(state: DrillState) -> RecoveryState:
    """The recovery that the drill is about: that of the test which kills the bot, whatever died since."""
    for known in (state.recovery, state.recovered):
        test = next((t for t in state.plan if t.id == known.attempt.partition("#")[0]), None)
        if test is not None and expects_death(test):
            return known
    return state.recovery


def settle_recovery(draft: Draft, criterion: Criterion, check: Check, evidence: Evidence | None) -> None:
    """A criterion on the restart or its duration, if the bot has recovered from a death in this test.

    It may have before its step began, restarted by a supervisor and not by the step: that counts.
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
    found = evidence or Evidence("process", detail=f"pid {process.pid}, generation {process.generation}")
    seconds, limit = recovery.healthy, number(check, "max_s", 60.0 if check.kind == "timing" else 0.0)
    if seconds is None:
        if limit:
            sensed(draft, criterion, "NOT VERIFIED", "nobody saw when the bot died", found)
        else:
            sensed(draft, criterion, "PASS", "alive and healthy; nobody saw when it died", found)
    elif limit and seconds > limit:
        sensed(draft, criterion, "FAIL", f"healthy after {seconds:.1f} s, {limit:g} allowed", found)
    elif check.kind == "timing":
        sensed(draft, criterion, "PASS", f"recovered in {seconds:.1f} s of {limit:g}", found)
    else:
        sensed(draft, criterion, "PASS", f"alive and healthy {seconds:.1f} s after its death", found)


def bot_died(draft: Draft, gone: BotGone, was_successor: bool) -> None:
    """Settle what waited for the death, and take back what this death disproves."""
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
