"""What must hold all the time, whatever the step: one break vetoes the decision.

No BUY is approved while the kill switch is on (a fresh process was seen to approve one),
and there is one bot and not two.
"""

from __future__ import annotations

from thunes_tui.drill.draft import Draft
from thunes_tui.events.steps import FindingNoted
from thunes_tui.observations import AuditSeen


def broken(draft: Draft, text: str) -> None:
    test = draft.state.running_test
    if any(f.text == text for f in draft.state.findings):
        return
    draft.emit(FindingNoted(text, veto=True, test=test.id if test is not None else "", source="invariant"))


def after_audit(draft: Draft, record: AuditSeen) -> None:
    if record.event != "TRADE_APPROVED" or str(record.fields.get("side", "")).upper() != "BUY":
        return
    if draft.state.switch.audit == "ON":
        broken(draft, f"a BUY was approved at audit byte {record.offset} while the kill switch was on")


def after_birth(draft: Draft) -> None:
    bots = draft.state.bots
    if len(bots) > 1:
        broken(draft, f"{len(bots)} bots run at once: pids {', '.join(str(b.pid) for b in bots)}")
