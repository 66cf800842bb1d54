"""Go or no-go by the seed's matrix, with the veto of design 8, and the two verdicts that stand beside it."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.drill.emergency_results import action_items
from thunes_tui.drill.model import DrillState, TestState
from thunes_tui.drill.recovery import has_recovered

ALL_PASS = (
    "Review the pre-deployment checklist",
    "Run the pre-deployment validation",
    "Follow the deployment runbook",
    "Verify after the deployment",
)
ONE_SHORT = (
    "Say why the test did not pass: procedure, minor bug or major bug",
    "Procedure: mend the document and test again",
    "Minor bug: note the workaround and a ticket",
    "Major bug: mend the code and drill again from the start",
)
FEWER = (
    "Analyse every failure",
    "Find root causes: bug or procedure",
    "Make a list of fixes by priority",
    "Mend the critical ones",
    "Drill again from the start",
    "Do not deploy before all tests pass",
)
AGAIN = (
    "See how the box was left, and put right what is not",
    "Undo what the drill did and did not undo",
    "Settle what made it necessary to abort",
    "Drill again from the start",
    "Do not deploy before all tests pass",
)

NAMED = 80
"""Characters of a prerequisite in a finding."""


@dataclass(frozen=True, slots=True)
class Outcome:
    decision: str
    """`GO`, `CONDITIONAL`, `NO-GO`, or `ABORTED` whatever the count."""
    passed: int
    of: int
    reasons: tuple[str, ...]
    vetoes: tuple[str, ...]
    successful: tuple[tuple[str, bool], ...]
    """The seed's six criteria of a successful drill, each with whether the record bears it out."""
    authorised: tuple[tuple[str, bool], ...]
    """The seed's two ways to an authorised deployment; one is enough, but neither a rehearsal nor a sandbox
    ever authorises."""
    actions: tuple[str, ...]
    not_verified: int
    is_authorised: bool
    authorisation: str
    """`YES`, `NO`, or `NOT VERIFIED` where the grounds are there and a prerequisite was never confirmed."""


def decide_outcome(state: DrillState) -> Outcome:
    """The decision as the record stands."""
    verdicts = [state.tests[t.id].verdict for t in state.plan]
    passed, of = sum(v == "PASS" for v in verdicts), max(len(verdicts), state.runbook_tests)
    vetoes = tuple(f.text for f in state.findings if f.veto)
    not_passed = [t for t in state.plan if state.tests[t.id].verdict != "PASS"]
    reasons = tuple(why_not(state.tests[t.id], t.number) for t in not_passed)
    decision = "ABORTED" if state.stops.abort.confirmed else matrix(passed, of, vetoes)
    documented = bool(not_passed) and all(
        state.tests[t.id].cause or state.tests[t.id].reason for t in not_passed
    )
    ways = (
        ("all tests passed, nothing vetoes", decision == "GO"),
        ("one test short, its failure documented and not blocking",
         decision == "CONDITIONAL" and documented and signed_off(state)),
    )  # fmt: skip
    authorisation, doubts = authorise(state, any(ok for _, ok in ways))
    return Outcome(
        decision,
        passed,
        of,
        vetoes + aborted(state) + reasons + never_pinned(state),
        vetoes,
        drill_successful(state, passed, of),
        (*ways, *doubts),
        {"GO": ALL_PASS, "CONDITIONAL": ONE_SHORT, "NO-GO": FEWER, "ABORTED": AGAIN}[decision]
        + action_items(state),
        count_not_verified(state),
        authorisation == "YES",
        authorisation,
    )


def authorise(state: DrillState, grounded: bool) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """Whether the deployment is authorised, and what stands against good grounds for it."""
    unconfirmed = unconfirmed_prerequisites(state)
    doubts = ((f"NOT VERIFIED: {words_of(state, unconfirmed)}", False),) if unconfirmed else ()
    if state.mode != "drill" or state.sandbox or not grounded:
        return "NO", doubts
    return "NOT VERIFIED" if unconfirmed else "YES", doubts


def aborted(state: DrillState) -> tuple[str, ...]:
    known = state.stops.abort
    return (f"{known.by} aborted the drill: {known.reason}",) if known.confirmed else ()


def why_not(test: TestState, number: int) -> str:
    """Why a test does not count, in one line."""
    if test.status in ("pending", "running"):
        return f"Test {number} not run: it {'never began' if test.status == 'pending' else 'has not ended'}"
    return f"Test {number} {test.verdict}: {test.cause or test.reason or 'no cause given'}"


def never_pinned(state: DrillState) -> tuple[str, ...]:
    """The tests that the pinned document has and this drill never had."""
    missing = state.runbook_tests - len(state.plan)
    if missing <= 0:
        return ()
    numbers = sorted(set(range(1, state.runbook_tests + 1)) - {t.number for t in state.plan})
    if len(numbers) == missing:
        return tuple(f"Test {number} not run: it was never pinned and never began" for number in numbers)
    return (f"{missing} of the document's {state.runbook_tests} tests were never pinned and never began",)


def unconfirmed_prerequisites(state: DrillState) -> tuple[int, ...]:
    """Numbers of those that nobody and nothing has confirmed."""
    return tuple(n for n in range(1, len(state.prerequisites) + 1) if str(n) not in state.ticked)


def words_of(state: DrillState, unconfirmed: tuple[int, ...]) -> str:
    """`prerequisites: 4 of 7 confirmed, not: a phone; paper`."""
    of = len(state.prerequisites)
    texts = [state.prerequisites[number - 1] for number in unconfirmed]
    named = "; ".join(text if len(text) <= NAMED else f"{text[: NAMED - 1]}…" for text in texts)
    return f"prerequisites: {of - len(unconfirmed)} of {of} confirmed, not: {named}"


def count_not_verified(state: DrillState) -> int:
    """Criteria that nobody and nothing could verify, those of skipped tests left out."""
    return sum(
        state.criteria[c.id].verdict in ("", "NOT VERIFIED")
        for t in state.plan
        if state.tests[t.id].status != "skipped"
        for c in t.criteria
    )


def signed_off(state: DrillState) -> bool:
    """Somebody has signed for each test that did not pass: that is what makes its failure acceptable."""
    signed = {r.test for r in state.remarks if r.kind == "sign-off"}
    return all(t.id in signed for t in state.plan if state.tests[t.id].verdict != "PASS")


def matrix(passed: int, of: int, vetoes: tuple[str, ...]) -> str:
    """All of them GO, one short CONDITIONAL, fewer NO-GO; a veto is NO-GO whatever the count."""
    if vetoes or of == 0 or passed < of - 1 or passed == 0:
        return "NO-GO"
    return "GO" if passed == of else "CONDITIONAL"


def drill_successful(state: DrillState, passed: int, of: int) -> tuple[tuple[str, bool], ...]:
    """The seed's six success criteria, borne out by the record or not."""
    tests = [state.tests[t.id] for t in state.plan]
    failed = [t for t in tests if t.verdict != "PASS"]
    deviations = [r for r in state.remarks if r.kind == "deviation"]
    audit_ok = [
        state.criteria[c.id].verdict
        for t in state.plan
        for c in t.criteria
        if c.check is not None and c.check.kind == "audit_intact"
    ]
    damaged = any(f.veto and f.source == "audit" for f in state.findings)
    return (
        (
            f"all {of} tests were executed to their end",
            len(tests) == of > 0 and all(t.status == "ended" for t in tests),
        ),
        (f"at least {max(of - 1, 1)} of {of} passed", of > 0 and passed >= max(of - 1, 1)),
        ("every failure has its cause on record", all(t.cause or t.reason for t in failed)),
        ("deviations are few and explained", len(deviations) <= of and all(r.reason for r in deviations)),
        ("the bot recovered from its crash", has_recovered(state)),
        ("the audit trail kept its integrity", bool(audit_ok) and set(audit_ok) == {"PASS"} and not damaged),
    )
