"""The algebra of verdicts (design 8): unknown, vacuous and aborted are never a pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from thunes_tui.drill.model import DrillState, Verdict, as_verdict
from thunes_tui.runbook.model import Test

WORST_FIRST: tuple[Verdict, ...] = ("FAIL", "ABORTED", "UNKNOWN", "NOT VERIFIED", "SKIPPED")


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    cause: str
    """The first criterion or step that made it so; empty for a PASS."""


def combine(verdicts: Iterable[Verdict]) -> Verdict:
    """Any FAIL makes FAIL; else any ABORTED, UNKNOWN, NOT VERIFIED, SKIPPED, in this order; all VACUOUS makes
    VACUOUS; else PASS. Nothing at all is NOT VERIFIED, and so is what nobody decided; a word that is no
    verdict is UNKNOWN."""
    given: set[Verdict] = {as_verdict(v) or "NOT VERIFIED" for v in verdicts}
    for worst in WORST_FIRST:
        if worst in given:
            return worst
    if given == {"VACUOUS"}:
        return "VACUOUS"
    return "PASS" if given else "NOT VERIFIED"


def of_steps(state: DrillState, test: Test) -> list[tuple[str, Verdict]]:
    """What the steps say by themselves: one that was not done cannot stand behind a pass."""
    words: dict[str, Verdict] = {
        "unknown": "UNKNOWN",
        "aborted": "ABORTED",
        "skipped": "SKIPPED",
        "pending": "SKIPPED",
        "requested": "ABORTED",
        "held": "ABORTED",
        "running": "ABORTED",
    }
    return [
        (f"step {s.id[1:].replace('.S', '.')} {state.steps[s.id].status}", words[state.steps[s.id].status])
        for s in test.steps
        if state.steps[s.id].status in words
    ]


def of_test(state: DrillState, test: Test) -> Judgement:
    """The verdict of a test from its required criteria and its steps."""
    required = [
        (
            f"{c.text}: {state.criteria[c.id].cause or state.criteria[c.id].reason}".rstrip(": "),
            state.criteria[c.id].verdict,
        )
        for c in test.criteria
        if not c.optional
    ]
    parts = required + of_steps(state, test)
    verdict = combine([v for _, v in parts]) if required else "NOT VERIFIED"
    cause = next((text for text, v in parts if (v or "NOT VERIFIED") == verdict), "")
    if not required:
        cause = "the test has no success criterion"
    return Judgement(verdict, "" if verdict == "PASS" else cause)
