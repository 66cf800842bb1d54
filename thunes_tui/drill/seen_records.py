"""What the audit trail and the log say, and which criteria it settles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.clock import from_iso
from thunes_tui.drill import starts
from thunes_tui.drill.checks import CLIP, armed, counting, latency_ms, matches, members, sensed, want
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.invariants import after_audit, after_time, after_trade, note
from thunes_tui.drill.recovery import is_successor, measure, recovered
from thunes_tui.events import box
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Check

SWITCH = {"KILL_SWITCH_ACTIVATED": True, "KILL_SWITCH_DEACTIVATED": False}
ERROR_MS = 20.0
"""A followed line is read so much later than it was written, at most, where the system wakes the follower."""


def audit_seen(draft: Draft, record: seen.AuditSeen) -> None:
    """What an audit record says of the switch, the recovery, invariants and the criteria that wait for it."""
    if record.problem:
        if not record.replayed and record.problem != "torn":
            name = f" ({record.file})" if record.file else ""
            text = f"the audit trail{name} is damaged at byte {record.offset}: {record.problem}"
            note(draft, text, "audit")
        return
    if record.event in SWITCH:
        reason = str(record.fields.get("reason", ""))[:CLIP]
        stamp = stamp_of(record.timestamp)
        draft.emit(box.KillSwitchSeen("audit", SWITCH[record.event], record.offset, reason, stamp))
    if record.replayed:
        return
    after_audit(draft, record, stamp_of(record.timestamp))
    after_time(draft, "audit", record, stamp_of(record.timestamp))
    if len(draft.state.bots) == 1 and is_successor(draft, draft.state.bots[0]):
        # A record names no process: of two, either may have written it.
        measure(draft, "audit", "audit trail")
    for criterion, check, since in list(counting(draft, "audit")):
        evidence = Evidence(
            "audit",
            record.file,
            record.offset,
            record.sha256,
            latency_ms(draft, since),
            ERROR_MS,
            record.text[:CLIP],
            record.identity,
        )
        if is_contrary(draft, check, record):
            cause = f"{audit_cause(record)} says the contrary"
            sensed(draft, criterion, "FAIL", cause, evidence)
        elif draft.state.criteria[criterion.id].sensed or not audit_matches(check, record):
            continue
        elif want(check, "absent"):
            sensed(draft, criterion, "FAIL", f"{record.event} must not occur, and did", evidence)
        elif is_switch(draft, want(check, "switch", "")):
            sensed(draft, criterion, "PASS", audit_cause(record), evidence)


def stamp_of(timestamp: str) -> int | None:
    """The record's own time in microseconds since the epoch, a naive one read as UTC; None for none."""
    try:
        return from_iso(timestamp)
    except (ValueError, OverflowError):
        return None


def audit_cause(record: seen.AuditSeen) -> str:
    """The record in a few words: event, side, reason."""
    parts = [record.event, *(str(record.fields[k]) for k in ("side", "reason") if k in record.fields)]
    return " ".join(parts)[:CLIP]


def audit_matches(check: Check, record: seen.AuditSeen) -> bool:
    """Event, every `where.` field and the words of the reason: the cause, not only the outcome."""
    names = want(check, "event", ())
    if record.event not in ((names,) if isinstance(names, str) else tuple(names)):
        return False
    if not _has(record, members(check, "where.")):
        return False
    return str(want(check, "reason_contains", "")) in str(record.fields.get("reason", ""))


def is_contrary(draft: Draft, check: Check, record: seen.AuditSeen) -> bool:
    """A record that disproves the criterion, also after others have borne it out."""
    contrary = members(check, "contrary.")
    event, switch = contrary.pop("event", None), contrary.pop("switch", "")
    if event is None or record.event != event or not _has(record, contrary):
        return False
    return is_switch(draft, switch)


def is_switch(draft: Draft, wanted: Any) -> bool:
    """What was allowed or refused counts only with the kill switch as the audit trail must show it."""
    return not wanted or draft.state.switch.audit == str(wanted).upper()


def _has(record: seen.AuditSeen, fields: dict[str, Any]) -> bool:
    return all(str(record.fields.get(key)) == str(value) for key, value in fields.items())


def log_seen(draft: Draft, record: seen.LogSeen) -> None:
    """What a line of the log says of the bot and of the criteria that wait for it.

    A log names no process: where two bots run nobody can tell which of them wrote the line.
    """
    bots = draft.state.bots
    if len(bots) == 1:
        process_said(draft, bots[0], record)
    if record.replayed:
        return
    after_time(draft, "log", record)
    after_trade(draft, record)
    for criterion, check, since in list(armed(draft, "log")):
        level = want(check, "level", "")
        if matches(str(want(check, "pattern", "")), record.message) and level in ("", record.level):
            evidence = Evidence(
                "log",
                record.file,
                record.offset,
                record.sha256,
                latency_ms(draft, since),
                ERROR_MS,
                record.message[:CLIP],
                record.identity,
            )
            first = record.message.partition("\n")[0]
            if want(check, "absent"):
                sensed(draft, criterion, "FAIL", f"must not be logged, and was: {first[:100]}", evidence)
            else:
                sensed(draft, criterion, "PASS", first[:100], evidence)


def process_said(draft: Draft, process: ProcessState, record: seen.LogSeen) -> None:
    """A bot's own words about itself: first line, health, kill switch."""
    if process.logged is None and not record.replayed:
        draft.emit(box.BotLogged(process.pid, record.offset))
        measure(draft, "log", "first log line")
    said = draft.state.paths
    if process.healthy is None and matches(said.get("healthy_pattern", "(?!)"), record.message):
        draft.emit(box.BotHealthy(process.pid, record.offset, record.message[:CLIP]))
        if not record.replayed:
            recovered(draft, process, record)
            starts.look(draft)
    for on, name in ((True, "switch_on_pattern"), (False, "switch_off_pattern")):
        if matches(said.get(name, "(?!)"), record.message):
            known = next((p for p in draft.state.bots if p.pid == process.pid), process)
            if known.switch != ("ON" if on else "OFF"):
                draft.emit(box.KillSwitchSeen(str(process.pid), on, record.offset))


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    seen.AuditSeen: audit_seen,
    seen.LogSeen: log_seen,
}
