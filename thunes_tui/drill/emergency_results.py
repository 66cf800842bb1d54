"""What emergencies leave behind: lines for the timeline, the sheet and the results, and action items."""

from __future__ import annotations

from typing import Any

from thunes_tui.clock import Moment, to_iso
from thunes_tui.drill.emergencies import Emergency
from thunes_tui.drill.emergency_catalogue import PROCEDURES
from thunes_tui.drill.model import DrillState

WANTED = {
    "database": "find and fix the root cause of the database damage; do not deploy before",
    "audit": "verify the two-level locking of the audit trail; do not deploy before",
    "hang": "find out why the bot hung",
    "telegram": "find out why Telegram's alerts stopped, and that they work again",
}


def action_items(state: DrillState) -> tuple[str, ...]:
    """One for each emergency that was none by mistake; who opened one by hand and found nothing has none."""
    return tuple(
        f"{WANTED[each.kind][0].upper()}{WANTED[each.kind][1:]} (emergency {each.number}: {_why(each)})"
        for each in state.emergencies.known
        if each.kind in WANTED and each.outcome != "false alarm" and (each.causes or each.opened is not None)
    )


def _why(emergency: Emergency) -> str:
    return emergency.causes[0] if emergency.causes else emergency.reason or "opened by hand"


def title(emergency: Emergency) -> str:
    procedure = PROCEDURES.get(emergency.kind)
    return procedure.title if procedure is not None else emergency.kind


def how_left(emergency: Emergency) -> str:
    """`open`, `sensed, not opened`, or its outcome with the reason."""
    if emergency.closed is not None:
        return f"{emergency.outcome}: {emergency.reason}"
    return "open" if emergency.opened is not None else "sensed, not opened"


def stamps(state: DrillState) -> tuple[tuple[str, Moment], ...]:
    """For the timeline, in order of time."""
    found: list[tuple[str, Moment]] = []
    for each in state.emergencies.known:
        found.append((f"EMERGENCY {each.number}: {title(each)}", each.since))
        if each.closed is not None:
            found.append((f"EMERGENCY {each.number} closed: {each.outcome}", each.closed))
    return tuple(sorted(found, key=lambda row: row[1].t))


def results(state: DrillState) -> list[dict[str, Any]]:
    """As plain data, for `--json`."""
    return [
        {
            "number": each.number,
            "kind": each.kind,
            "severity": each.severity,
            "since": to_iso(each.since.t),
            "test": each.test,
            "causes": list(each.causes),
            "criteria": list(each.criteria),
            "items": {name: item.status for name, item in each.items.items()},
            "outcome": each.outcome,
            "reason": each.reason,
        }
        for each in state.emergencies.known
    ]
