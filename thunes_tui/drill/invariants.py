"""What must hold all the time, whatever the step: one break vetoes the decision.

No BUY is approved while the kill switch is on (a fresh process was seen to approve one),
and there is one bot and not two.
"""

from __future__ import annotations

from thunes_tui.drill.draft import Draft
from thunes_tui.events.steps import FindingNoted
from thunes_tui.observations import AuditSeen

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


def after_audit(draft: Draft, record: AuditSeen) -> None:
    if record.event != "TRADE_APPROVED" or str(record.fields.get("side", "")).upper() != "BUY":
        return
    if draft.state.switch.audit == "ON":
        text = f"a BUY was approved at audit byte {record.offset} while the kill switch was on"
        note(draft, text, "invariant")


def after_birth(draft: Draft) -> None:
    bots = draft.state.bots
    if len(bots) > 1:
        note(draft, f"{len(bots)} bots run at once: pids {', '.join(str(b.pid) for b in bots)}", "invariant")
