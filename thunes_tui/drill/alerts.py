"""Alerts on a phone: what they are timed from, and which criteria they settle, by inbox or by a person."""

from __future__ import annotations

from thunes_tui.clock import Moment
from thunes_tui.drill.checks import CLIP, armed_since, by_hand, number, sensed, want
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.model import DrillState
from thunes_tui.events import box, steps
from thunes_tui.events.steps import Evidence
from thunes_tui.observations import AlertArrived
from thunes_tui.runbook.model import Check, Criterion, Test

SLACK_US = 20_000
"""How far two clocks of one box may seem to differ, by the resolution of what they stamp."""


def timed(state: DrillState) -> list[tuple[Test, Criterion, Check, Moment]]:
    """The alert criteria of the running test whose step has begun, with its start."""
    test = state.running_test
    found = []
    for criterion in test.criteria if test is not None else ():
        check = criterion.check
        if test is None or check is None or check.kind != "telegram":
            continue
        since = armed_since(state, test, check)
        if since is not None:
            found.append((test, criterion, check, since))
    return found


def sent_at(state: DrillState, since: Moment, now: Moment) -> int:
    """Wall time in microseconds from which an alert's latency counts.

    The audit trail's own time of the activation, where it lies between the step's start and now; else the
    step's start, which is earlier and so never flatters.
    """
    stamp = state.switch.stamp_us
    if state.switch.audit == "ON" and stamp is not None and since.t - SLACK_US <= stamp <= now.t + SLACK_US:
        return max(stamp, since.t)
    return since.t


def alert_arrived(draft: Draft, alert: AlertArrived) -> None:
    """A message reached the sandbox's phone. One that came before its cause is another one's alert."""
    mine = [
        (criterion, check, sent_at(draft.state, since, draft.now))
        for _test, criterion, check, since in timed(draft.state)
        if str(want(check, "contains", "")) in alert.text
    ]
    mine = [row for row in mine if alert.arrived_us >= row[2] - SLACK_US]
    took = max(0.0, round((alert.arrived_us - mine[0][2]) / 1e6, 3)) if mine else None
    draft.emit(box.AlertSeen(alert.text[:CLIP], took, number=alert.number))
    for criterion, check, base in mine:
        if by_hand(draft.state, criterion) or draft.state.criteria[criterion.id].sensed:
            continue
        latency = max(0.0, (alert.arrived_us - base) / 1e6)
        evidence = Evidence(
            "phone",
            "inbox",
            alert.offset,
            alert.sha256,
            round(latency * 1000, 1),
            SLACK_US / 1000,
            alert.text[:CLIP],
        )
        limit = number(check, "max_s", 5.0)
        if latency <= limit:
            sensed(draft, criterion, "PASS", f"on the phone after {latency:.1f} s of {limit:g}", evidence)
        else:
            cause = f"on the phone after {latency:.1f} s, {limit:g} allowed"
            sensed(draft, criterion, "FAIL", cause, evidence)


def alert_seen(draft: Draft) -> None:
    """A person saw it: that is their word, written as their decision and never as something sensed."""
    mine = timed(draft.state)
    base = sent_at(draft.state, mine[0][3], draft.now) if mine else None
    took = max(0.0, round((draft.now.t - base) / 1e6, 3)) if base is not None else None
    draft.emit(box.AlertSeen("seen by a person", took, by_person=True))
    for _test, criterion, check, _since in mine:
        if took is None or not by_hand(draft.state, criterion) or draft.state.criteria[criterion.id].verdict:
            continue
        limit = number(check, "max_s", 5.0)
        if took <= limit:
            draft.emit(steps.CriterionDecided(criterion.id, "PASS", f"seen after {took:.1f} s of {limit:g}"))
        else:
            reason = f"seen after {took:.1f} s, {limit:g} allowed"
            draft.emit(steps.CriterionDecided(criterion.id, "FAIL", reason))
