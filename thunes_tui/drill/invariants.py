"""What must hold all the time, whatever the step: one break vetoes the decision.

No BUY is approved while the kill switch is on (a fresh process was seen to approve one), a SELL is never
refused for it, there is one bot and not two, times run forward, and the audit trail knows of every trade.
"""

from __future__ import annotations

from thunes_tui.drill.checks import matches
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.effects import SetDeadline
from thunes_tui.drill.emergencies import STOPPED_IN, Emergency
from thunes_tui.drill.model import DrillState, expects_death
from thunes_tui.drill.step_state import flags
from thunes_tui.events.box import SourceMarked
from thunes_tui.events.steps import FindingNoted
from thunes_tui.observations import AuditSeen, BotGone, LogSeen
from thunes_tui.runbook.model import Test

KEPT = 20
"""Vetoes of one source that are noted: one decides, and a flood must not fill the state."""


def note(draft: Draft, text: str, source: str, test: str = "") -> None:
    """A finding that vetoes, once."""
    running = draft.state.running_test
    known = [f for f in draft.state.findings if f.source == source and f.veto]
    if len(known) >= KEPT or any(f.text == text for f in known):
        return
    at = test or (running.id if running is not None else "")
    draft.emit(FindingNoted(text, veto=True, test=at, source=source))


BY_SWITCH = "kill_switch_active"
"""The audit trail's reason for what the kill switch refused."""
CUT = ("truncated", "recreated")
"""What befalls an audit trail that is not only appended to; a rotated one is kept, and is a finding alone."""


def after_mark(draft: Draft, marked: SourceMarked) -> None:
    """The audit trail is append-only, all the time."""
    if marked.source != "audit" or draft.state.mode == "watch":
        return
    if marked.what in CUT:
        note(draft, f"the audit trail was {marked.what}: {marked.detail}", "audit")
    elif marked.what in ("rotated", "switched"):
        draft.emit(FindingNoted(f"the audit trail was {marked.what}: {marked.detail}", source="audit"))


def after_death(draft: Draft, gone: BotGone) -> None:
    """A bot that dies in a test that does not kill it is a failure of the bot, whatever the test says."""
    phases, test = draft.state.phases, draft.state.running_test
    if draft.state.mode == "watch" or draft.state.ending is not None or gone.exit == 0:
        return
    if phases["tests"].started is None or phases["documentation"].started is not None:
        return
    if test is not None and (expects_death(test) or signals(draft.state, test)):
        return
    asked = draft.state.signalling
    if (asked.pid, asked.start) == (gone.pid, gone.start) and asked.how == "stop" and asked.signal:
        return  # a person stopped it, and that is on record
    if any(is_its_bot(draft.state, each, gone) for each in draft.state.emergencies.handled):
        return  # its checklist has it stopped
    note(draft, f"the bot died unasked: pid {gone.pid} {gone.detail}".rstrip(), "invariant")


def is_its_bot(state: DrillState, emergency: Emergency, gone: BotGone) -> bool:
    """Whether the checklist has this bot stopped: the one it was opened on, and not the one it restarted."""
    if emergency.kind not in STOPPED_IN:
        return False
    known = next((p for p in state.processes if (p.pid, p.start) == (gone.pid, gone.start)), None)
    born = known.born if known is not None else None
    told = (emergency.opened, emergency.item("pkill").at)
    return born is None or any(at is not None and at.t >= born.t for at in told)


def signals(state: DrillState, test: Test) -> bool:
    """Whether a step that destroys something runs just now."""
    running = [(s, state.steps[s.id]) for s in test.steps if state.steps[s.id].status == "running"]
    return any("destructive" in flags(step, known) for step, known in running)


def after_audit(draft: Draft, record: AuditSeen, stamp_us: int | None) -> None:
    """`stamp_us` is the record's own time: one from before the activation was read again after a cut."""
    since, side = draft.state.switch.stamp_us, str(record.fields.get("side", "")).upper()
    if stamp_us is not None and since is not None and stamp_us < since:
        return
    if draft.state.switch.audit == "ON" and (record.event, side) == ("TRADE_APPROVED", "BUY"):
        text = f"a BUY was approved at audit byte {record.offset} while the kill switch was on"
        note(draft, text, "invariant")
    elif (record.event, side) == ("TRADE_REJECTED", "SELL") and record.fields.get("reason") == BY_SWITCH:
        text = f"a SELL was refused for the kill switch at audit byte {record.offset}: it must stay allowed"
        note(draft, text, "invariant")


FOLD_S, FOLDS, FOLD_SLACK_S = 1800.0, 4, 90.0
"""By how much a local clock goes back when summer ends: whole half hours, at most so many of them."""
AFTER_S = 10.0
"""For so long after a trade stood in the log the audit trail may still tell of it."""
SILENCE = "silence"
"""Name of the deadline for that."""


def after_time(draft: Draft, source: str, record: AuditSeen | LogSeen, stamp_us: int | None = None) -> None:
    """Times run forward; the audit trail of THUNES bears UTC, and where nobody's clock is to blame, one that
    goes back vetoes. The log bears local times, which go back once a year: there it is a finding alone.

    `stamp_us` is the record's own time, where it has a zone or is UTC.
    """
    if not record.behind_s or record.replayed or draft.state.mode == "watch":
        return
    if source == "log" and is_fold(record.behind_s):
        return
    text = f"time runs backwards in the {NAMES[source]} at byte {record.offset}: by {record.behind_s:.1f} s"
    if source == "audit" and stamp_us is not None and is_backdated(draft, record.behind_s, stamp_us):
        note(draft, f"{text}, and it is not what the box's clock says", "invariant")
    elif not any(known.text == text for known in draft.state.findings):
        draft.emit(FindingNoted(text, test=_running(draft.state), source="invariant"))


CLOCK_STEP_S = 60.0
"""What a box's clock is put back by is less: it is kept by the network, and a zone moves no UTC."""


def is_backdated(draft: Draft, behind_s: float, stamp_us: int) -> bool:
    """Whether a new record bears a time that the box's clock does not account for.

    A clock that was put back is the bot's and ours: then the record is of now. What is read late, after a new
    server came, is older than now by that much too; so the step itself must be more than a clock's.
    """
    return behind_s > CLOCK_STEP_S and (draft.now.t - stamp_us) / 1e6 > CLOCK_STEP_S


NAMES = {"log": "log", "audit": "audit trail"}


def is_fold(seconds: float) -> bool:
    """Whether a step back is what a local clock does by itself when summer ends."""
    count = round(seconds / FOLD_S)
    return 1 <= count <= FOLDS and abs(seconds - count * FOLD_S) <= FOLD_SLACK_S


def after_trade(draft: Draft, record: LogSeen) -> None:
    """The log says that something was traded: if the audit trail was silent so far, it has a moment more."""
    if record.replayed or draft.state.mode == "watch" or draft.state.ending is not None:
        return
    if matches(draft.state.paths.get("trade_pattern", "(?!)"), record.message) and is_silent(draft, 0.0):
        draft.want(SetDeadline(f"{SILENCE} {record.offset}", record.offset, AFTER_S))


def after_silence(draft: Draft, offset: int) -> None:
    """`offset`: of the trade in the log. A trade that the audit trail does not know vetoes."""
    if draft.state.ending is None and is_silent(draft, AFTER_S):
        patience = patience_s(draft.state)
        text = (
            f"the log tells of a trade at byte {offset}, and the audit trail of nothing: no line in the "
            f"{patience:g} s before it and the {AFTER_S:g} s after"
        )
        note(draft, text, "invariant")


def is_silent(draft: Draft, since_s: float) -> bool:
    """Whether nobody has written into the audit trail for long before a trade `since_s` ago, nor since.

    Only of a trail that is being read: what nobody looked at is not known to be silent.
    """
    state = draft.state
    audit = state.sources.get("audit")
    if audit is None or audit.status != "open" or "audit" in state.failures or "journal" in state.failures:
        return False
    known = audit.grew or state.opened
    return known is not None and draft.now.since(known) > patience_s(state) + since_s


def patience_s(state: DrillState) -> float:
    try:
        return float(state.paths.get("audit_s", "60"))
    except ValueError:
        return 60.0


def _running(state: DrillState) -> str:
    return state.running_test.id if state.running_test is not None else ""


def after_birth(draft: Draft) -> None:
    bots = draft.state.bots
    if len(bots) > 1:
        note(draft, f"{len(bots)} bots run at once: pids {', '.join(str(b.pid) for b in bots)}", "invariant")
