"""The algebra of verdicts and the seed's decision matrix, each against an oracle written on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from random import Random
from typing import get_args

import pytest

from tests.drill.plan import AT, criterion, step
from tests.drill.playbook import START, Playbook
from thunes_tui.drill.decision import decide_outcome, matrix
from thunes_tui.drill.facts import RecoveryState
from thunes_tui.drill.model import (
    VERDICTS,
    DrillState,
    Finding,
    Remark,
    StepStatus,
    TestStatus,
    Verdict,
    as_verdict,
)
from thunes_tui.drill.verdict import combine, of_test
from thunes_tui.runbook.model import Test as RunbookTest

GIVEN: tuple[Verdict, ...] = tuple(v for v in VERDICTS if v)


def worst(verdicts: tuple[str, ...]) -> str:
    """The oracle: each rule of the design as it is written, from the top."""
    said = ["NOT VERIFIED" if v == "" else v for v in verdicts]
    if "FAIL" in said:
        return "FAIL"
    if "ABORTED" in said:
        return "ABORTED"
    if "UNKNOWN" in said:
        return "UNKNOWN"
    if "NOT VERIFIED" in said:
        return "NOT VERIFIED"
    if "SKIPPED" in said:
        return "SKIPPED"
    if said and said.count("VACUOUS") == len(said):
        return "VACUOUS"
    return "PASS" if said else "NOT VERIFIED"


@pytest.mark.parametrize("count", range(4))
def test_verdicts_combine_as_the_design_says(count: int) -> None:
    for verdicts in product(("", *GIVEN), repeat=count):
        assert combine(verdicts) == worst(verdicts), verdicts


def test_order_and_repetition_do_not_matter() -> None:
    dice = Random(1)
    for _ in range(500):
        verdicts = dice.choices(("", *GIVEN), k=dice.randrange(1, 9))
        assert combine(verdicts) == combine(reversed(verdicts)) == combine(verdicts * 2)


def test_only_passes_pass() -> None:
    assert combine(["PASS", "VACUOUS"]) == "PASS"
    for one in GIVEN:
        assert (combine(["PASS", one]) == "PASS") == (one in ("PASS", "VACUOUS"))


def test_a_word_that_is_none_is_unknown() -> None:
    assert as_verdict("pass") == "UNKNOWN"
    assert combine(["PASS", "OK"]) == "UNKNOWN"  # type: ignore[list-item]  # as a newer version might write


STATUSES: tuple[StepStatus, ...] = get_args(StepStatus)


@pytest.mark.parametrize("status", STATUSES)
def test_a_step_that_was_not_done_stands_behind_no_pass(status: StepStatus) -> None:
    state = Playbook().ready_for("T4").state
    state = replace(
        state,
        steps={**state.steps, "T4.S1": replace(state.steps["T4.S1"], status=status),
               "T4.S2": replace(state.steps["T4.S2"], status="done")},
        criteria={k: replace(c, verdict="PASS") for k, c in state.criteria.items()},
    )  # fmt: skip
    verdict = of_test(state, state.plan[3]).verdict
    assert (verdict == "PASS") == (status == "done")
    assert verdict in ("PASS", "UNKNOWN", "ABORTED", "SKIPPED")


def test_an_optional_criterion_weighs_nothing_and_a_test_without_one_proves_nothing() -> None:
    play = Playbook().ready_for("T4")
    done = {k: replace(s, status="done") for k, s in play.state.steps.items()}
    passed = {k: replace(c, verdict="PASS") for k, c in play.state.criteria.items()}
    failed = {**passed, "T4.C3": replace(passed["T4.C3"], verdict="FAIL")}
    state = replace(play.state, steps=done, criteria=failed)
    assert of_test(state, state.plan[3]).verdict == "PASS"
    bare = RunbookTest("T1", 1, "bare", AT, steps=(step("T1.S1", "true"),))
    only = RunbookTest("T1", 1, "x", AT, criteria=(criterion("T1.C1", "maybe", optional=True),))
    assert of_test(Playbook([bare]).state, bare).verdict == "NOT VERIFIED"
    judgement = of_test(Playbook([only]).state, only)
    assert (judgement.verdict, judgement.cause) == ("NOT VERIFIED", "the test has no success criterion")


def test_the_cause_names_the_first_that_made_it_so() -> None:
    play = Playbook().ready_for("T4")
    play.do("T4.S1", "none")
    play.answer_probe(play.do("T4.S2"))
    judgement = of_test(play.state, play.state.plan[3])
    assert judgement.verdict == "FAIL"
    assert judgement.cause.startswith("Positions retrieved: no step's output shows")


@pytest.mark.parametrize(
    ("passed", "of", "decision"),
    [(4, 4, "GO"), (3, 4, "CONDITIONAL"), (2, 4, "NO-GO"), (1, 4, "NO-GO"), (0, 4, "NO-GO"),
     (0, 0, "NO-GO"), (1, 1, "GO"), (0, 1, "NO-GO"), (1, 2, "CONDITIONAL"), (6, 7, "CONDITIONAL")],
)  # fmt: skip
def test_the_matrix(passed: int, of: int, decision: str) -> None:
    assert matrix(passed, of, ()) == decision
    assert matrix(passed, of, ("a BUY slipped through",)) == "NO-GO"


def drawn(dice: Random, base: DrillState) -> DrillState:
    """A drill as it might have ended."""
    weights = [8 if v == "PASS" else 1 for v in VERDICTS]
    tests = {}
    for key, test in base.tests.items():
        verdict = dice.choices(VERDICTS, weights)[0]
        statuses: dict[str, TestStatus] = {"": "pending", "SKIPPED": "skipped"}
        status = statuses.get(verdict, "ended")
        tests[key] = replace(
            test,
            verdict=verdict,
            status=status,
            cause=dice.choice(("", "because")),
            reason=dice.choice(("", "why")),
        )
    criteria = {k: replace(c, verdict=dice.choices(VERDICTS, weights)[0]) for k, c in base.criteria.items()}
    findings = tuple(
        Finding("f", dice.random() < 0.3, "T1", START, 1, dice.choice(("audit", "guard")))
        for _ in range(dice.choice((0, 0, 0, 1, 2)))
    )
    remarks = tuple(
        Remark(dice.choice(("sign-off", "note", "deviation")), "t", dice.choice(("", "r")),
               dice.choice(tuple(tests)), "", "ann", START, 1)
        for _ in range(dice.randrange(5))
    )  # fmt: skip
    return replace(
        base,
        mode=dice.choice(("drill", "drill", "rehearse")),
        sandbox=dice.random() < 0.2,
        tests=tests,
        criteria=criteria,
        findings=findings,
        remarks=remarks,
        recovery=RecoveryState(attempt=dice.choice(("T1#1", "T3#1")), healthy=dice.choice((None, 2.0))),
        ticked=dice.choice(({}, {"1": "ann"}, {"1": "sensed"})),
    )


def test_decisions_agree_with_the_seeds_rules(rounds: Callable[[int, int], int]) -> None:
    base, dice = Playbook().state, Random(47)
    seen = set()
    for _ in range(rounds(1_000, 10_000)):
        state = drawn(dice, base)
        outcome = decide_outcome(state)
        verdicts = {key: test.verdict for key, test in state.tests.items()}
        passed = sum(1 for v in verdicts.values() if v == "PASS")
        veto = [f for f in state.findings if f.veto]
        expected = "NO-GO" if veto or passed < 3 else "GO" if passed == 4 else "CONDITIONAL"
        assert (outcome.decision, outcome.passed, outcome.of) == (expected, passed, 4)
        grounded = authorised(state, expected)
        confirmed = "YES" if state.ticked else "NOT VERIFIED"
        assert outcome.authorisation == (confirmed if grounded else "NO"), state
        assert outcome.is_authorised == (outcome.authorisation == "YES")
        assert [ok for _, ok in outcome.successful] == successful(state, passed)
        assert bool(outcome.reasons) == (expected != "GO")
        seen.add((expected, outcome.is_authorised))
    assert seen == {
        ("GO", True),
        ("GO", False),
        ("CONDITIONAL", True),
        ("CONDITIONAL", False),
        ("NO-GO", False),
    }


def authorised(state: DrillState, decision: str) -> bool:
    """4/4, or 3/4 with its failure documented and signed; never from a rehearsal or a sandbox."""
    if state.mode != "drill" or state.sandbox or decision == "NO-GO":
        return False
    if decision == "GO":
        return True
    (key,) = [k for k, t in state.tests.items() if t.verdict != "PASS"]
    documented = bool(state.tests[key].cause or state.tests[key].reason)
    return documented and any(r.kind == "sign-off" and r.test == key for r in state.remarks)


def successful(state: DrillState, passed: int) -> list[bool]:
    """The seed's six."""
    tests = list(state.tests.values())
    notes = [r for r in state.remarks if r.kind == "deviation"]
    trail = state.criteria["T3.C6"].verdict == "PASS"
    return [
        all(t.status == "ended" for t in tests),
        passed >= 3,
        all(t.cause or t.reason for t in tests if t.verdict != "PASS"),
        len(notes) <= 4 and all(r.reason for r in notes),
        state.recovery.healthy is not None and state.recovery.attempt == "T3#1",
        trail and not any(f.veto and f.source == "audit" for f in state.findings),
    ]
