"""Which success criteria an emergency makes NOT VERIFIED. All others stand, and what has evidence does.

The seed: a Telegram failure does not invalidate other test results.
"""

from __future__ import annotations

import re

from thunes_tui.drill.emergencies import Emergency
from thunes_tui.drill.emergency_catalogue import PROCEDURES
from thunes_tui.drill.model import DrillState
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Criterion

TOUCHED = {
    "database": ("positions", "database"),
    "audit": ("audit", "audit_intact"),
    "hang": ("process", "timing"),
    "telegram": ("telegram",),
}
"""Kinds of checks whose evidence it spoils."""
WORDS = {
    "database": re.compile(r"(?i)\bdatabase\b|\bpositions?\b|reconcil"),
    "audit": re.compile(r"(?i)\baudit"),
    "telegram": re.compile(r"(?i)telegram|\balerts?\b"),
}
"""What a criterion speaks of that nothing senses and a person decides."""
JUDGED = ("PASS", "FAIL", "VACUOUS", "NOT VERIFIED")
OWN = {"database": "database", "audit": "audit_intact"}
"""The check that is about the damage itself: where it finds some, that is its verdict and no doubt."""


def is_touched(kind: str, criterion: Criterion) -> bool:
    if criterion.check is not None:
        return criterion.check.kind in TOUCHED.get(kind, ())
    words = WORDS.get(kind)
    return words is not None and words.search(criterion.text) is not None


def consequences(state: DrillState, kind: str) -> tuple[str, ...]:
    """Ids of the criteria that an emergency of this kind leaves without evidence: of tests that run or are to
    come, and nothing has decided yet."""
    return tuple(
        criterion.id
        for test in state.plan
        if state.tests[test.id].status in ("pending", "running")
        for criterion in test.criteria
        if is_touched(kind, criterion)
        and not state.criteria[criterion.id].verdict
        and not state.criteria[criterion.id].sensed
    )


def name_of(emergency: Emergency) -> str:
    """`Telegram silent (emergency 2)`."""
    procedure = PROCEDURES.get(emergency.kind)
    return f"{procedure.name if procedure is not None else emergency.kind} (emergency {emergency.number})"


def overshadowed(
    state: DrillState, criterion: Criterion, verdict: str, cause: str, evidence: Evidence | None
) -> tuple[str, str]:
    """Verdict and cause to be recorded: what an emergency in force touches is NOT VERIFIED for it.

    Evidence that holds in spite of it stands: an alert that came, damage that its own check found, a record
    that shows what must not be.
    """
    for emergency in state.emergencies.known if verdict in JUDGED else ():
        touched = emergency.in_force and is_touched(emergency.kind, criterion)
        if touched and not _holds(emergency, criterion, verdict, evidence):
            return "NOT VERIFIED", f"{name_of(emergency)}: {cause}"
    return verdict, cause


def _holds(emergency: Emergency, criterion: Criterion, verdict: str, evidence: Evidence | None) -> bool:
    kind = criterion.check.kind if criterion.check is not None else ""
    if emergency.kind == "telegram":
        return verdict == "PASS"
    if kind == OWN.get(emergency.kind):
        return verdict == "FAIL"
    return emergency.kind == "audit" and verdict == "FAIL" and evidence is not None
