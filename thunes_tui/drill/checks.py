"""Which criterion may be settled when: what a check wants, from when its evidence counts, what it waits for.

A criterion is armed from its step's start (or its test's) until something settles it, and by nothing before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from thunes_tui.clock import Moment
from thunes_tui.drill.draft import Draft
from thunes_tui.drill.emergency_touch import overshadowed
from thunes_tui.drill.model import FINAL, DrillState
from thunes_tui.events.steps import CriterionSensed, Evidence
from thunes_tui.runbook.model import Check, Criterion, Step, Test

PROBED = ("file", "positions", "database", "audit_intact")
AWAITED = ("audit", "log", "process", "telegram", "timing")
PRINTED = ("output", "exit")
AT_END = ("deviations",)
CLIP = 300


def want(check: Check, name: str, default: Any = None) -> Any:
    """One member of what the evidence must show."""
    return dict(check.want).get(name, default)


def number(check: Check, name: str, default: float) -> float:
    """A member that is a number; the default where it is missing or none."""
    value = want(check, name, default)
    return float(value) if isinstance(value, (int, float)) else default


def members(check: Check, prefix: str) -> dict[str, Any]:
    """The members of a table in it: `where.side` for prefix `where.` as `side`."""
    return {key.removeprefix(prefix): value for key, value in check.want if key.startswith(prefix)}


def by_hand(state: DrillState, criterion: Criterion) -> bool:
    """Whether only a person can decide it: no check, or an alert on a real phone."""
    if criterion.check is None:
        return True
    return criterion.check.kind == "telegram" and not state.paths.get("inbox")


def is_at_end(check: Check) -> bool:
    """Whether it is judged as the test ends: what must not have happened, and deviations."""
    return check.kind in AT_END or bool(want(check, "absent"))


def step_of(test: Test, check: Check) -> Step | None:
    """The step whose evidence counts; None where any step's does."""
    return test.steps[check.step - 1] if 0 < check.step <= len(test.steps) else None


def armed_since(state: DrillState, test: Test, check: Check) -> Moment | None:
    """When the evidence begins to count; None while it does not count yet."""
    step = step_of(test, check)
    if step is None:
        return state.tests[test.id].started
    known = state.steps[step.id]
    return known.started if known.status in ("running", "done") else None


def counting(draft: Draft, *kinds: str) -> Iterator[tuple[Criterion, Check, Moment]]:
    """Sensed criteria of the running test whose evidence counts now, the settled ones too."""
    test = draft.state.running_test
    for criterion in test.criteria if test is not None else ():
        check = criterion.check
        if test is None or check is None or check.kind not in kinds or by_hand(draft.state, criterion):
            continue
        since = armed_since(draft.state, test, check)
        if since is not None:
            yield criterion, check, since


def armed(draft: Draft, *kinds: str) -> Iterator[tuple[Criterion, Check, Moment]]:
    """Those of them that nothing has settled yet."""
    for criterion, check, since in counting(draft, *kinds):
        if not draft.state.criteria[criterion.id].sensed:
            yield criterion, check, since


def is_over(state: DrillState, test: Test, check: Check) -> bool:
    """Whether all that may show the evidence has ended, something of it having been done."""
    step = step_of(test, check)
    if step is not None:
        return state.steps[step.id].status == "done"
    statuses = {state.steps[s.id].status for s in test.steps}
    return "done" in statuses and statuses <= set(FINAL)


def attempt_of(state: DrillState, test: Test, check: Check) -> int:
    """Names the attempt that a deadline or a probe belongs to; it never comes back to an earlier value."""
    step = step_of(test, check)
    if step is not None:
        return state.steps[step.id].attempt
    return sum(state.steps[s.id].attempt for s in test.steps)


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
        and is_over(state, test, c.check)
    ]


def sensed(
    draft: Draft, criterion: Criterion, verdict: str, cause: str, evidence: Evidence | None = None
) -> None:
    """What an emergency in force touches is NOT VERIFIED for it, whatever it seems."""
    verdict, cause = overshadowed(draft.state, criterion, verdict, cause, evidence)
    draft.emit(CriterionSensed(criterion.id, verdict, cause[:CLIP], evidence))


def latency_ms(draft: Draft, since: Moment) -> float:
    return round(draft.now.since(since) * 1000, 1)


def find(pattern: str, text: str) -> str | None:
    """The line that holds the match; None without one, and for a pattern that is none."""
    try:
        found = re.search(pattern, text, re.MULTILINE)
    except (re.error, OverflowError, RecursionError):
        return None
    if found is None:
        return None
    begin = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    return text[begin : end if end >= 0 else len(text)]


def matches(pattern: str, text: str) -> bool:
    return find(pattern, text) is not None


def awaited(check: Check) -> str:
    """What a check waits for, in words for the screen."""
    states = {"killed": "death by SIGKILL", "restarted": "healthy restart"}
    switch = str(want(check, "switch", "")).lower()
    while_switch = f" with the kill switch {switch}" if switch else ""
    words = {
        "audit": f"audit {_names(want(check, 'event', 'record'))}{while_switch}",
        "log": f"log line like {want(check, 'pattern', '')}",
        "telegram": "alert on the phone",
        "process": states.get(str(want(check, "state", "")), "process"),
        "timing": f"measured {want(check, 'of', 'time')}",
        "output": "word of the exchange, without which the step's output is not judged",
        "exit": "word of the exchange, without which the step's exit is not judged",
    }
    return words.get(check.kind, check.kind)


def _names(event: Any) -> str:
    return event if isinstance(event, str) else " or ".join(str(e) for e in event)
