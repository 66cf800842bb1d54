"""A refused intent changes nothing and says why: every intent in every role, status and stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest

from tests.drill.playbook import ANN, BOB, Playbook, unmarked
from thunes_tui import intents
from thunes_tui.clock import Moment
from thunes_tui.drill.apply import apply
from thunes_tui.drill.decide import decide
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.model import DrillState, Ending, StepState, StepStatus, TestStatus
from thunes_tui.drill.transitions import STEP, TEST, check_step, check_test
from thunes_tui.events import steps
from thunes_tui.events.steps import IntentRefused
from thunes_tui.intents import REGISTRY, Intent, may
from thunes_tui.observations import ShellGone

STEP_STATUSES = get_args(StepStatus)
TEST_STATUSES = get_args(TestStatus)
ROLES = ("driver", "witness", "replay", "server", "nobody")
SAMPLES: tuple[Intent, ...] = (
    intents.RunPreflight(),
    intents.TickPrerequisite(1),
    intents.TickPrerequisite(9),
    intents.StartPreparation(),
    intents.StartTest("T3"),
    intents.StartTest("T9"),
    intents.EndTest("T3"),
    intents.SkipTest("T3", "no time"),
    intents.SkipTest("T3", " "),
    intents.RunStep("T3.S2"),
    intents.RunStep("T3.S2", again=True),
    intents.RunStep("T3.S2", "0" * 64),
    intents.RunStep("T3.S9"),
    intents.RunStep("", "x"),
    intents.ConfirmStep("T3.S2", "paper_trader"),
    intents.ConfirmStep("T3.S2", ""),
    intents.FinishStep("T3.S2"),
    intents.SkipStep("T3.S2", "why not"),
    intents.SkipStep("T3.S2", ""),
    intents.FillStep("T3.S2", ("x",)),
    intents.EditStep("T3.S2", "pkill -15 -f paper_trader"),
    intents.EditStep("T3.S2", " "),
    intents.DecideCriterion("T3.C2", "PASS", "seen"),
    intents.DecideCriterion("T3.C2", "PASS"),
    intents.DecideCriterion("T3.C2", "UNKNOWN", "x"),
    intents.DecideCriterion("T3.C99", "PASS"),
    intents.FillField("T3", "a", "b"),
    intents.AddNote("n"),
    intents.AddNote(" "),
    intents.AddDeviation("d"),
    intents.AddDeviation(""),
    intents.AddBookmark("log", 3),
    intents.SeeAlert(),
    intents.OpenEmergency("database"),
    intents.OpenEmergency("flood"),
    intents.RunEmergencyItem("database", "check"),
    intents.RunEmergencyItem("hang", "stop"),
    intents.RunEmergencyItem("", "x", "0" * 64),
    intents.ConfirmEmergencyItem("database", "aside", "positions.db"),
    intents.TickEmergencyItem("database", "cause", "a full disk"),
    intents.SkipEmergencyItem("telegram", "token", "known good"),
    intents.SkipEmergencyItem("telegram", "token", " "),
    intents.CloseEmergency("audit", "mended", "locking was verified"),
    intents.CloseEmergency("audit", "forgotten", ""),
    intents.CreatePosition(),
    intents.StartDocumentation(),
    intents.EndDrill(),
    intents.EndDrill(early=True),
    intents.EndDrill(early=True, reason="enough"),
    intents.Hold("wait"),
    intents.Release(),
    intents.Release("gone"),
    intents.SignOff("T3"),
    intents.SignOff("T9"),
    intents.RequestKeys(),
    intents.RequestKeys("take over"),
    intents.PassKeys(2),
    intents.PassKeys(1),
    intents.PassKeys(99),
    intents.Resize(100, 40),
    intents.OpenShell(),
    intents.SignalProcess(4711, 100, "stop"),
    intents.SignalProcess(4711, 100, "thaw"),
    intents.SignalProcess(4711, 101, "stop"),
    intents.SignalProcess(4711, 100, "eat"),
    intents.ConfirmSignal(1, "paper_trader"),
    intents.LeaveSignal(1),
    intents.PauseDrill("a market event"),
    intents.PauseDrill(" "),
    intents.ResumeDrill(),
    intents.OpenAbort(),
    intents.LeaveAbort(),
    intents.AbortDrill("abort", "enough"),
    intents.AbortDrill("", "enough"),
    intents.UndoStep("T3.S5"),
    intents.LookLeftSafe(),
    intents.ExplainDeviation(3, "it was quicker"),
    intents.Seek("end"),
    intents.Stop(),
)


def test_every_intent_has_a_sample() -> None:
    assert {type(each) for each in SAMPLES} == set(REGISTRY.values())


@pytest.fixture(scope="module")
def base() -> DrillState:
    """Test 3 runs, with its first step done."""
    play = Playbook().ready_for("T3")
    play.do("T3.S1")
    return play.state


def with_statuses(state: DrillState, test: TestStatus, step: StepStatus) -> DrillState:
    confirm = "paper_trader" if step == "held" else ""
    known = replace(state.steps["T3.S2"], status=step, attempt=int(step != "pending"), confirm=confirm)
    return replace(
        state,
        tests={**state.tests, "T3": replace(state.tests["T3"], status=test)},
        steps={**state.steps, "T3.S2": known},
    )


def stages(state: DrillState) -> Iterator[DrillState]:
    """The same drill in its other stages."""
    at = Moment(1, 1)
    yield state
    yield replace(state, hold="lunch", held_by="bob")
    yield replace(state, ending=Ending("GO", 4, 4, (), True, True, 0, at))
    yield replace(state, mode="watch", plan=(), tests={}, steps={}, criteria={})
    yield replace(state, proven=False)
    yield replace(state, clients={})
    yield replace(state, shell=replace(state.shell, running="vim"))
    yield replace(state, shell=replace(state.shell, alive=False))
    yield DrillState()


def test_a_refusal_changes_nothing_and_says_why_in_every_state_there_is(base: DrillState) -> None:
    refusals = accepted = 0
    now = Moment(base.at.t + 1000, base.at.m + 1000)
    for test, step in product(TEST_STATUSES, STEP_STATUSES):
        for state, role, asked in product(stages(with_statuses(base, test, step)), ROLES, SAMPLES):
            before = unmarked(state)
            decision = decide(state, asked, now, Actor("ann", role, 1), 3)
            assert unmarked(state) == before, "decide has changed the state it was handed"
            if not decision.refused:
                assert may(role, asked), f"{role} must not {asked.KIND}"  # type: ignore[arg-type]
                accepted += 1
                continue
            refusals += 1
            assert decision.events == (IntentRefused(asked.KIND, decision.refused, 3, 1),)
            assert decision.effects == ()
            assert len(decision.refused) > 10
            assert "\n" not in decision.refused
            assert not decision.refused.endswith((":", " "))
            after = apply(state, decision.events[0], state.head + 1, now, "ann")
            assert unmarked(after) == before
            assert after.refusal == decision.refused
    assert refusals > 30_000
    assert accepted > 1_000


@pytest.mark.parametrize("status", STEP_STATUSES)
@pytest.mark.parametrize("action", STEP)
def test_the_table_of_steps_has_a_word_for_every_status(action: str, status: StepStatus) -> None:
    why = STEP[action][status]
    if why:
        with pytest.raises(Exception, match=r"step 3\.2 "):
            check_step(StepState("T3.S2", status), action)
    else:
        check_step(StepState("T3.S2", status), action)


@pytest.mark.parametrize("status", TEST_STATUSES)
@pytest.mark.parametrize("action", TEST)
def test_the_table_of_tests_has_a_word_for_every_status(action: str, status: TestStatus) -> None:
    from thunes_tui.drill.model import TestState

    why = TEST[action][status]
    if why:
        with pytest.raises(Exception, match="Test 3 "):
            check_test(TestState("T3", status), action)
    else:
        check_test(TestState("T3", status), action)


ALLOWED = {
    "run": {"pending"},
    "again": {"pending", "done", "unknown", "skipped", "aborted"},
    "confirm": {"held"},
    "finish": {"running"},
    "skip": {"pending", "requested", "held", "unknown", "aborted"},
}


def test_the_table_allows_exactly_this() -> None:
    """A copy by hand, so that a slip in the table is seen."""
    assert {a: {s for s, why in row.items() if not why} for a, row in STEP.items()} == ALLOWED
    assert {a: {s for s, why in row.items() if not why} for a, row in TEST.items()} == {
        "start": {"pending", "ended", "skipped"},
        "end": {"running"},
        "skip": {"pending"},
    }


REFUSED: list[tuple[str, Callable[[Playbook], object], Intent, str]] = [
    ("a second active step", lambda p: p.launch("T1.S1"), intents.RunStep("T1.S2"), "step 1.1 is running"),
    ("a step by hand open", lambda p: p.launch("T1.S3"), intents.RunStep("T1.S4"), "step 1.3 is running"),
    ("another test's step", lambda p: None, intents.RunStep("T2.S1"), "Test 2 is not running"),
    ("a second test", lambda p: None, intents.StartTest("T2"), "Test 1 is running"),
    ("a busy shell", lambda p: p.started("vim x"), intents.RunStep("T1.S1"), "the shell is busy with: vim x"),
    ("a dead shell", lambda p: p.see(ShellGone()), intents.RunStep("T1.S1"), "the shell has ended"),
    ("another text", lambda p: None, intents.RunStep("T1.S1", "ff"), "what was shown is not what would run"),
    ("a step in mid-run", lambda p: p.launch("T1.S1"), intents.EndTest("T1"), "step 1.1 is running"),
    ("pre-flight in a test", lambda p: None, intents.RunPreflight(), "Test 1 is running"),
    ("documents too early", lambda p: None, intents.StartDocumentation(), "Test 1 has not ended"),
    ("a second hold", lambda p: p.ask(intents.Hold("x"), BOB), intents.Hold("y"), "bob holds the drill"),
    ("a step on hold", lambda p: p.ask(intents.Hold("x"), BOB), intents.RunStep("T1.S1"), "bob holds"),
    ("an open position", lambda p: None, intents.CreatePosition(), "an open position already"),
    ("a finish of a command", lambda p: p.launch("T1.S1"), intents.FinishStep("T1.S1"), "command ends"),
]


@pytest.mark.parametrize(("_name", "prepare", "asked", "words"), REFUSED, ids=[r[0] for r in REFUSED])
def test_why_it_is_refused(
    _name: str, prepare: Callable[[Playbook], object], asked: Intent, words: str, play: Playbook
) -> None:
    play.ready_for("T1")
    prepare(play)
    play.ask(asked).refused(words)


def test_the_end_of_a_test_waits_for_its_checks_and_names_what_for(play: Playbook) -> None:
    play.ready_for("T1")
    ended = play.do("T1.S2", "ACTIVATED")
    refused = play.ask(intents.EndTest("T1")).decision.refused
    assert "log line like ACTIVATED for Logged to console and file" in refused
    for given in play.time_out(ended):
        given.holds(steps.CriterionSensed)
    play.ask(intents.EndTest("T1")).holds(steps.TestEnded)


def test_a_witness_may_what_the_table_says_and_no_more(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(intents.RunStep("T1.S1"), BOB).refused("a witness may not do this")
    play.ask(intents.AddNote("seen"), BOB).gives(steps.NoteAdded)
    play.ask(intents.SignOff("T1", "fine"), BOB).gives(steps.SignedOff)
    play.ask(intents.Seek("end"), ANN).refused("may not")
    play.ask(intents.Seek("end"), Actor("r", "replay", 3)).refused("only a replay")
