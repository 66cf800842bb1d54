"""The rehearsal's result as plain data, for `rehearse --json` and whatever reads it."""

from __future__ import annotations

from typing import Any

from thunes_tui.clock import Moment, to_iso
from thunes_tui.drill import emergency_results
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.model import CriterionState, DrillState
from thunes_tui.drill.recovery import of_crash_test
from thunes_tui.drill.stopwatch import machine_s, person_s
from thunes_tui.plain import to_plain
from thunes_tui.runbook.model import Test


def results(state: DrillState, recording: str) -> dict[str, Any]:
    """Verdict, tests with steps and checks, findings, and the measured times."""
    outcome, recovery = decide_outcome(state), of_crash_test(state)
    return {
        "verdict": state.ending.decision if state.ending is not None else "NO-GO",
        "passed": outcome.passed,
        "of": outcome.of,
        "rehearsal": state.mode == "rehearse",
        "not_verified": outcome.not_verified,
        "tests": [_test(state, test) for test in state.plan],
        "findings": [
            {"text": f.text, "veto": f.veto, "test": f.test, "source": f.source, "record": f.number}
            for f in state.findings
        ],
        "reasons": list(outcome.reasons),
        "recovery_s": recovery.healthy,
        "recovery": {
            "command_s": recovery.command,
            "pid_s": recovery.pid,
            "log_s": recovery.log,
            "healthy_s": recovery.healthy,
            "audit_s": recovery.audit,
            "positions_s": recovery.positions,
            "person_s": person_s(recovery),
            "machine_s": machine_s(recovery),
        },
        "prerequisites": _prerequisites(state),
        "telegram_latency_s": state.alert_latency_s,
        "pauses": _pauses(state),
        "deviations": _deviations(state),
        "aborted": state.stops.abort.reason if state.stops.abort.confirmed else None,
        "left_safe": _left_safe(state),
        "emergencies": emergency_results.results(state),
        "recording": recording,
    }


def _prerequisites(state: DrillState) -> list[dict[str, Any]]:
    """What had to be at hand, and who confirmed it: only a person knows of most."""
    rows = []
    for number, text in enumerate(state.prerequisites, 1):
        by = state.ticked.get(str(number), "")
        rows.append(
            {"number": number, "text": text, "confirmed": bool(by), "sensed": by == "sensed", "by": by}
        )
    return rows


def _test(state: DrillState, test: Test) -> dict[str, Any]:
    known = state.tests[test.id]
    return {
        "number": test.number,
        "title": test.title,
        "verdict": known.verdict,
        "started": _iso(known.started),
        "ended": _iso(known.ended),
        "duration_s": _seconds(state, known.started, known.ended),
        "steps": [
            {
                "number": step.number,
                "title": step.title,
                "status": state.steps[step.id].status,
                "exit": state.steps[step.id].exit,
                "duration_s": _seconds(state, state.steps[step.id].started, state.steps[step.id].ended),
                "filled": [list(pair) for pair in state.steps[step.id].values],
                "edited": state.steps[step.id].changes,
            }
            for step in test.steps
        ],
        "checks": [_check(c.text, state.criteria[c.id]) for c in test.criteria],
    }


def _check(text: str, known: CriterionState) -> dict[str, Any]:
    return {
        "criterion": text,
        "verdict": known.verdict,
        "sensed": bool(known.sensed),
        "evidence": to_plain(known.evidence) if known.evidence is not None else None,
        "cause": known.cause or known.reason,
        "override": _override(known),
    }


def _override(known: CriterionState) -> dict[str, str] | None:
    """Who overrode what was sensed, and why; None for all the others."""
    if not known.overridden:
        return None
    return {"by": known.decided_by, "reason": known.reason, "sensed": known.sensed}


def _iso(moment: Moment | None) -> str | None:
    return to_iso(moment.t) if moment is not None else None


def _seconds(state: DrillState, start: Moment | None, end: Moment | None) -> float | None:
    """Pauses left out."""
    return round(state.stops.lasted(start, end), 3) if start is not None and end is not None else None


def _pauses(state: DrillState) -> list[dict[str, Any]]:
    """One that nobody ended has no end."""
    return [
        {"by": p.by, "reason": p.reason, "started": _iso(p.since), "ended": _iso(p.until)}
        for p in state.stops.pauses
    ]


def _deviations(state: DrillState) -> list[dict[str, Any]]:
    return [
        {"text": r.text, "reason": r.reason, "test": r.test, "step": r.step, "record": r.number}
        for r in state.remarks
        if r.kind == "deviation"
    ]


def _left_safe(state: DrillState) -> dict[str, Any] | None:
    """How the box was left, when it was last looked at; None where nobody has looked."""
    seen = state.stops.left_safe
    if not seen.rows:
        return None
    names = ("what", "verdict", "found", "evidence")
    rows = [dict(zip(names, row, strict=True)) for row in seen.rows]
    return {"verdict": seen.verdict, "when": seen.when, "record": seen.number, "rows": rows}
