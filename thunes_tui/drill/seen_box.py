"""What the followed files, processes, database and phone tell, and which criteria it settles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill.checks import CLIP, alert_came, armed, latency_ms, matches, sensed, want
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import CompareRecovered
from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.invariants import after_audit, after_birth
from thunes_tui.events import box, steps
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Check

SIGKILL = 9
SWITCH = {"KILL_SWITCH_ACTIVATED": True, "KILL_SWITCH_DEACTIVATED": False}


def happened(draft: Draft, fact: seen.Happened) -> None:
    for event in fact.events:
        draft.emit(event)


def audit_seen(draft: Draft, record: seen.AuditSeen) -> None:
    if record.problem:
        if not record.replayed and record.problem != "torn":
            text = f"audit trail damaged at byte {record.offset}: {record.problem}"
            draft.emit(steps.FindingNoted(text, veto=True, source="audit"))
        return
    if record.event in SWITCH:
        reason = str(record.fields.get("reason", ""))[:CLIP]
        draft.emit(box.KillSwitchSeen("audit", SWITCH[record.event], record.offset, reason))
    if record.replayed:
        return
    after_audit(draft, record)
    measure(draft, "audit", "audit trail")
    for criterion, check, since in armed(draft, "audit"):
        if not audit_matches(check, record):
            continue
        evidence = Evidence(
            "audit",
            record.file,
            record.offset,
            record.sha256,
            latency_ms(draft, since),
            20.0,
            record.text[:CLIP],
        )
        if want(check, "absent"):
            sensed(draft, criterion, "FAIL", f"{record.event} must not occur, and did", evidence)
        else:
            sensed(draft, criterion, "PASS", audit_cause(record), evidence)


def audit_cause(record: seen.AuditSeen) -> str:
    """The record in a few words: event, side, reason."""
    parts = [record.event, *(str(record.fields[k]) for k in ("side", "reason") if k in record.fields)]
    return " ".join(parts)[:CLIP]


def audit_matches(check: Check, record: seen.AuditSeen) -> bool:
    """Event, every `where.` field and the words of the reason: the cause, not only the outcome."""
    names = want(check, "event", ())
    if record.event not in ((names,) if isinstance(names, str) else tuple(names)):
        return False
    for key, value in check.want:
        if key.startswith("where.") and str(record.fields.get(key[6:])) != str(value):
            return False
    return str(want(check, "reason_contains", "")) in str(record.fields.get("reason", ""))


def log_seen(draft: Draft, record: seen.LogSeen) -> None:
    bots = draft.state.bots
    newest = bots[-1] if bots else None
    if newest is not None:
        process_said(draft, newest, record)
    if record.replayed:
        return
    for criterion, check, since in armed(draft, "log"):
        level = want(check, "level", "")
        if matches(str(want(check, "pattern", "")), record.message) and level in ("", record.level):
            evidence = Evidence(
                "log",
                record.file,
                record.offset,
                record.sha256,
                latency_ms(draft, since),
                20.0,
                record.message[:CLIP],
            )
            sensed(draft, criterion, "PASS", record.message.splitlines()[0][:100], evidence)


def process_said(draft: Draft, process: ProcessState, record: seen.LogSeen) -> None:
    """A bot's own words about itself: first line, health, kill switch."""
    if process.logged is None and not record.replayed:
        draft.emit(box.BotLogged(process.pid, record.offset))
        measure(draft, "log", "first log line")
    said = draft.state.paths
    if matches(said.get("healthy_pattern", "(?!)"), record.message) and process.healthy is None:
        draft.emit(box.BotHealthy(process.pid, record.offset, record.message[:CLIP]))
        if not record.replayed:
            recovered(draft, process, record)
    for on, name in ((True, "switch_on_pattern"), (False, "switch_off_pattern")):
        if matches(said.get(name, "(?!)"), record.message):
            known = next((p for p in draft.state.bots if p.pid == process.pid), process)
            if known.switch != ("ON" if on else "OFF"):
                draft.emit(box.KillSwitchSeen(str(process.pid), on, record.offset))


def recovered(draft: Draft, process: ProcessState, record: seen.LogSeen) -> None:
    """The bot is healthy again after a death: stop the watch, settle what waited for it."""
    recovery = draft.state.recovery
    if recovery.died is None:
        return
    measure(draft, "healthy", "log")
    draft.want(CompareRecovered(recovery.before))
    seconds = draft.state.recovery.healthy or 0.0
    detail = f"pid {process.pid}, generation {process.generation}: {record.message[:120]}"
    evidence = Evidence("log", record.file, record.offset, record.sha256, None, 20.0, detail)
    for criterion, check, since in armed(draft, "process"):
        if want(check, "state") != "restarted":
            continue
        limit = float(want(check, "max_s", 0) or 0)
        found = Evidence("process", evidence.file, evidence.offset, evidence.sha256,
                         latency_ms(draft, since), 20.0, detail)  # fmt: skip
        if limit and seconds > limit:
            sensed(draft, criterion, "FAIL", f"healthy after {seconds:.1f} s, {limit:g} allowed", found)
        else:
            sensed(draft, criterion, "PASS", f"alive and healthy {seconds:.1f} s after its death", found)
    for criterion, check, _since in armed(draft, "timing"):
        limit = float(want(check, "max_s", 60))
        verdict = "PASS" if seconds <= limit else "FAIL"
        sensed(draft, criterion, verdict, f"recovered in {seconds:.1f} s of {limit:g}", evidence)


def measure(draft: Draft, part: str, source: str) -> None:
    """One part of the recovery, once, and only while a recovery is going on."""
    recovery = draft.state.recovery
    if recovery.died is None or getattr(recovery, part) is not None:
        return
    if part != "pid" and not draft.state.bots:
        return
    draft.emit(box.RecoveryMeasured(part, round(draft.now.since(recovery.died), 3), source))


def bot_found(draft: Draft, found: seen.BotFound) -> None:
    if any((p.pid, p.start) == (found.pid, found.start) for p in draft.state.processes):
        return
    generation = 1 + max((p.generation for p in draft.state.processes if p.role == found.role), default=0)
    draft.emit(box.ProcessBorn(found.role, found.pid, found.start, found.argv, generation, found.inner))
    if found.role == "bot":
        measure(draft, "pid", "process")
        after_birth(draft)


def bot_gone(draft: Draft, gone: seen.BotGone) -> None:
    known = next((p for p in draft.state.processes if (p.pid, p.start) == (gone.pid, gone.start)), None)
    if known is None or not known.alive:
        return
    draft.emit(box.ProcessDied(known.role, gone.pid, gone.start, gone.exit, gone.signal, gone.detail))
    if known.role != "bot":
        return
    for criterion, check, since in armed(draft, "process"):
        if want(check, "state") != "killed":
            continue
        evidence = Evidence(
            "process", "", None, "", latency_ms(draft, since), 5.0, f"pid {gone.pid} {gone.detail}"
        )
        if gone.signal == SIGKILL:
            sensed(draft, criterion, "PASS", f"pid {gone.pid} died by SIGKILL", evidence)
        elif gone.signal is None and gone.exit is None:
            cause = f"pid {gone.pid} died, but the kernel does not tell by what"
            sensed(draft, criterion, "NOT VERIFIED", cause, evidence)
        else:
            how = f"signal {gone.signal}" if gone.signal else f"exit {gone.exit}"
            sensed(draft, criterion, "FAIL", f"pid {gone.pid} ended by {how}, not by SIGKILL", evidence)


def positions_seen(draft: Draft, read: seen.PositionsSeen) -> None:
    known = draft.state
    if (read.positions, read.problem) != (known.positions, known.positions_problem):
        draft.emit(box.PositionsRead(read.positions, read.problem))


def alert_arrived(draft: Draft, alert: seen.AlertArrived) -> None:
    """The sandbox's phone: the latency counts from the audit's own time of activation, else from the step."""
    switch = draft.state.switch
    base = switch.at.t if switch.at is not None and switch.audit == "ON" else None
    for _criterion, check, since in armed(draft, "telegram"):
        if str(want(check, "contains", "")) in alert.text and (base is None or base < since.t):
            base = since.t
    latency = max(0.0, round((alert.arrived_us - base) / 1e6, 3)) if base is not None else None
    draft.emit(box.AlertSeen(alert.text[:CLIP], latency))
    evidence = Evidence(
        "phone",
        "inbox",
        alert.offset,
        alert.sha256,
        None if latency is None else latency * 1000,
        20.0,
        alert.text[:CLIP],
    )
    alert_came(draft, alert.text, latency, evidence=evidence)


def baseline_taken(draft: Draft, taken: seen.BaselineTaken) -> None:
    draft.emit(steps.BaselineTaken(taken.test, taken.size, taken.sha256, taken.lines))


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    seen.Happened: happened,
    seen.AuditSeen: audit_seen,
    seen.LogSeen: log_seen,
    seen.BotFound: bot_found,
    seen.BotGone: bot_gone,
    seen.PositionsSeen: positions_seen,
    seen.AlertArrived: alert_arrived,
    seen.BaselineTaken: baseline_taken,
}
