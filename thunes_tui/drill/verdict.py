"""The algebra of verdicts (design 8): unknown, vacuous and aborted are never a pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from thunes_tui.drill.draft import short
from thunes_tui.drill.model import DrillState, StepState, Verdict, as_verdict
from thunes_tui.drill.venue import DOWN
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


UNDONE: dict[str, Verdict] = {
    "unknown": "UNKNOWN",
    "aborted": "ABORTED",
    "skipped": "SKIPPED",
    "pending": "SKIPPED",
    "requested": "ABORTED",
    "held": "ABORTED",
    "running": "ABORTED",
}


def undone(step: StepState) -> Verdict:
    """What a step that was not done makes of what hangs on it; empty for one that was done.

    One that the exchange kept from beginning says nothing about the bot.
    """
    if step.status == "aborted" and step.reason.startswith(DOWN):
        return "NOT VERIFIED"
    return UNDONE.get(step.status, "")


def of_steps(state: DrillState, test: Test) -> list[tuple[str, Verdict]]:
    """What the steps say by themselves: one that was not done cannot stand behind a pass."""
    found = [(step, state.steps[step.id]) for step in test.steps]
    return [
        (f"step {short(step.id)} {known.status}: {known.reason}".removesuffix(": "), verdict)
        for step, known in found
        if (verdict := undone(known))
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
