"""The evidence rules: which observation settles which criterion, and what absence means.

A criterion is armed from its step's start (or its test's). Exit code 0 alone passes nothing; absence within
the time is a FAIL and never a wait for ever; nothing to compare is VACUOUS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from thunes_tui.clock import Moment
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.effects import AskProbe, SetDeadline
from thunes_tui.drill.model import DrillState
from thunes_tui.events.steps import CriterionSensed, Evidence
from thunes_tui.runbook.model import Check, Criterion, Step, Test

PROBED = ("file", "positions", "database", "audit_intact")
AWAITED = ("audit", "log", "process", "telegram", "timing")
AT_END = ("deviations",)
CLIP = 300


def want(check: Check, name: str, default: Any = None) -> Any:
    """One member of what the evidence must show."""
    return dict(check.want).get(name, default)


def by_hand(state: DrillState, criterion: Criterion) -> bool:
    """Whether only a person can decide it: no check, or an alert on a real phone."""
    if criterion.check is None:
        return True
    return criterion.check.kind == "telegram" and not state.paths.get("inbox")


def is_at_end(check: Check) -> bool:
    return check.kind in AT_END or bool(want(check, "absent"))


def step_of(test: Test, check: Check) -> Step | None:
    return test.steps[check.step - 1] if 0 < check.step <= len(test.steps) else None


def armed_since(state: DrillState, test: Test, check: Check) -> Moment | None:
    """When the evidence begins to count; None while it does not count yet."""
    step = step_of(test, check)
    if step is None:
        return state.tests[test.id].started
    known = state.steps[step.id]
    return known.started if known.status in ("running", "done") else None


def armed(draft: Draft, *kinds: str) -> Iterator[tuple[Criterion, Check, Moment]]:
    """Unsettled criteria of the running test that such evidence may settle now."""
    test = draft.state.running_test
    for criterion in test.criteria if test is not None else ():
        check = criterion.check
        if test is None or check is None or check.kind not in kinds or by_hand(draft.state, criterion):
            continue
        since = armed_since(draft.state, test, check)
        if since is not None and not draft.state.criteria[criterion.id].sensed:
            yield criterion, check, since


def waiting(state: DrillState, test: Test) -> list[Criterion]:
    """Sensed criteria whose time is running: the test cannot end before it is over."""
    return [
        c
        for c in test.criteria
        if c.check is not None
        and not by_hand(state, c)
        and not is_at_end(c.check)
        and not state.criteria[c.id].sensed
        and not state.criteria[c.id].decided_by
        and _step_done(state, test, c.check)
    ]


def _step_done(state: DrillState, test: Test, check: Check) -> bool:
    step = step_of(test, check)
    if step is None:
        return all(state.steps[s.id].status != "pending" for s in test.steps)
    return state.steps[step.id].status == "done"


def sensed(
    draft: Draft, criterion: Criterion, verdict: str, cause: str, evidence: Evidence | None = None
) -> None:
    draft.emit(CriterionSensed(criterion.id, verdict, cause[:CLIP], evidence))


def latency_ms(draft: Draft, since: Moment) -> float:
    return round(draft.now.since(since) * 1000, 1)


def settle_step(draft: Draft, step: Step, output: str, sha256: str) -> None:
    """A step has ended: judge its output, ask its probes, and start the clocks of what is awaited."""
    test = draft.test(step.id)
    position = test.steps.index(step) + 1
    last = all(draft.state.steps[s.id].status not in ("pending", "running") for s in test.steps)
    for criterion in test.criteria:
        check = criterion.check
        if check is None or by_hand(draft.state, criterion) or is_at_end(check):
            continue
        if draft.state.criteria[criterion.id].sensed:
            continue
        if check.step != position and not (check.step == 0 and last):
            continue
        if check.kind in ("output", "exit"):
            judge_output(draft, criterion, check, step, output, sha256)
        elif check.kind in PROBED:
            draft.want(probe(draft, criterion, check, step))
        elif check.kind in AWAITED:
            attempt = draft.state.steps[step.id].attempt
            draft.want(SetDeadline(criterion.id, attempt, check.within_s))


def probe(draft: Draft, criterion: Criterion, check: Check, step: Step) -> AskProbe:
    test = draft.state.tests[draft.test(step.id).id]
    started = draft.state.steps[step.id].started
    recovered = draft.state.recovery
    return AskProbe(
        criterion.id,
        check,
        short(step.id),
        started.t if started is not None else 0,
        test.audit_size,
        test.audit_sha256,
        recovered.before if recovered.died is not None else test.positions,
    )


def judge_output(
    draft: Draft, criterion: Criterion, check: Check, step: Step, output: str, sha256: str
) -> None:
    known = draft.state.steps[step.id]
    pattern, unwanted = want(check, "pattern", ""), want(check, "not_pattern", "")
    exit_wanted = want(check, "exit", want(check, "code", 0))
    found = _search(pattern, output) if pattern else None
    bad = _search(unwanted, output) if unwanted else None
    verdict, cause, line = "PASS", "", ""
    if known.exit != exit_wanted:
        verdict, cause = "FAIL", f"step {short(step.id)} ended with {known.exit}, not {exit_wanted}"
    elif "Traceback (most recent call last)" in output:
        verdict, cause = "FAIL", f"step {short(step.id)} printed a traceback"
    elif bad is not None:
        verdict, cause = "FAIL", f"the output shows {bad[:80]}"
    elif pattern and found is None:
        verdict, cause = "FAIL", f"the output of step {short(step.id)} does not show {pattern[:80]}"
    elif not pattern:
        verdict, cause = "NOT VERIFIED", "an exit status alone proves nothing"
    else:
        line = found or ""
        cause = f"step {short(step.id)} shows {line[:100].strip()}"
    since = known.started or draft.now
    evidence = Evidence(
        "output", f"step {short(step.id)}", known.output, sha256, latency_ms(draft, since), 0.0, line[:CLIP]
    )
    sensed(draft, criterion, verdict, cause, evidence)


def _search(pattern: str, text: str) -> str | None:
    """The line that holds the match; a wrong pattern matches nothing."""
    try:
        found = re.search(pattern, text, re.MULTILINE)
    except re.error:
        return None
    if found is None:
        return None
    begin = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    return text[begin : end if end >= 0 else len(text)]


def matches(pattern: str, text: str) -> bool:
    return _search(pattern, text) is not None


def deadline_passed(draft: Draft, criterion: Criterion) -> None:
    """Absence of an event within its time is a FAIL."""
    check = criterion.check
    known = draft.state.criteria[criterion.id]
    if check is None or known.sensed:
        return
    sensed(draft, criterion, "FAIL", f"no {awaited(check)} within {check.within_s:g} s of the step's end")


def awaited(check: Check) -> str:
    """What a check waits for, in words for the screen."""
    states = {"killed": "death by SIGKILL", "restarted": "healthy restart"}
    words = {
        "audit": f"audit {_names(want(check, 'event', 'record'))}",
        "log": f"log line like {want(check, 'pattern', '')}",
        "telegram": "alert on the phone",
        "process": states.get(str(want(check, "state", "")), "process"),
        "timing": f"measured {want(check, 'of', 'time')}",
    }
    return words.get(check.kind, check.kind)


def _names(event: Any) -> str:
    return event if isinstance(event, str) else " or ".join(str(e) for e in event)


def alert_came(
    draft: Draft, text: str, latency_s: float | None, *, by: str = "", evidence: Evidence | None = None
) -> None:
    """An alert reached a phone: settle the criteria that time it."""
    test = draft.state.running_test
    for criterion in test.criteria if test is not None else ():
        check = criterion.check
        if test is None or check is None or check.kind != "telegram":
            continue
        if draft.state.criteria[criterion.id].sensed or armed_since(draft.state, test, check) is None:
            continue
        if str(want(check, "contains", "")) not in text:
            continue
        limit = float(want(check, "max_s", 5.0))
        seen = f"seen by {by}" if by else "on the phone"
        if latency_s is None:
            sensed(draft, criterion, "NOT VERIFIED", f"{seen}, but nothing says when it was sent", evidence)
        elif latency_s <= limit:
            sensed(draft, criterion, "PASS", f"{seen} after {latency_s:.1f} s of {limit:g}", evidence)
        else:
            sensed(draft, criterion, "FAIL", f"{seen} after {latency_s:.1f} s, {limit:g} allowed", evidence)


def settle_at_end(draft: Draft, test: Test) -> None:
    """As a test ends: what must not have happened has not, and what nobody decided is NOT VERIFIED."""
    for criterion in test.criteria:
        known = draft.state.criteria[criterion.id]
        if known.verdict or known.sensed:
            continue
        check = criterion.check
        if check is not None and check.kind == "deviations":
            judge_deviations(draft, criterion, check, test)
        elif check is not None and want(check, "absent"):
            sensed(draft, criterion, "PASS", f"no {awaited(check)} in the test", Evidence("audit"))
        else:
            verdict, cause = unsettled(draft.state, test, check)
            sensed(draft, criterion, verdict, cause)


def unsettled(state: DrillState, test: Test, check: Check | None) -> tuple[str, str]:
    """Verdict and cause of a criterion that nothing settled."""
    step = step_of(test, check) if check is not None else None
    words = {"skipped": "SKIPPED", "aborted": "ABORTED", "unknown": "UNKNOWN", "pending": "SKIPPED"}
    if step is not None and state.steps[step.id].status in words:
        status = state.steps[step.id].status
        said = "was not run" if status == "pending" else f"is {status}"
        return words[status], f"step {short(step.id)} {said}"
    return "NOT VERIFIED", "nobody decided it before the test ended"


def judge_deviations(draft: Draft, criterion: Criterion, check: Check, test: Test) -> None:
    noted = [r for r in draft.state.remarks if r.kind == "deviation" and r.test == test.id]
    started = draft.state.tests[test.id].started
    noted = [r for r in noted if started is None or r.at.t >= started.t]
    allowed = int(want(check, "max", 0))
    verdict = "PASS" if len(noted) <= allowed else "FAIL"
    cause = "no deviation in the record" if not noted else f"{len(noted)} deviations: {noted[0].text}"
    sensed(
        draft, criterion, verdict, cause, Evidence("drill", detail="; ".join(r.text for r in noted)[:CLIP])
    )
