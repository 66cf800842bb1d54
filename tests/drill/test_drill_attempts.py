"""Doing it again is a new attempt: on record, forgetting what was bound to it, deaf to old clocks."""

from __future__ import annotations

from tests.drill.playbook import Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import AskGuard, SetDeadline
from thunes_tui.events import steps

SENSED = steps.CriterionSensed


def test_a_step_again_forgets_its_criteria_and_no_others(play: Playbook) -> None:
    play.ready_for("T1")
    play.do("T1.S1", "Risk status")
    play.launch("T1.S2")
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    play.time_out(play.finish("T1.S2", "ACTIVATED"))
    play.ask(intents.DecideCriterion("T1.C3", "PASS", "I saw it"))
    play.ask(intents.RunStep("T1.S2")).refused("attempt it again with a")
    play.ask(intents.RunStep("T1.S2", again=True)).holds(
        like(steps.DeviationNoted, text="step 1.2 attempted again", sensed=True),
        like(steps.StepRequested, attempt=2),
    )
    play.see(seen.GuardSpoke("T1.S2#2", True, token="t")).holds(like(steps.StepStarted, attempt=2))
    assert [play.verdict(f"T1.C{n}") for n in (1, 2, 3, 6)] == ["PASS", "", "", ""]
    assert play.state.criteria["T1.C3"].decided_by == ""


def test_the_clock_of_an_earlier_attempt_means_nothing(play: Playbook) -> None:
    play.ready_for("T1")
    first = play.do("T1.S2", "ACTIVATED")
    second = play.do("T1.S2", "ACTIVATED", again=True)
    assert all(not given.things for given in play.time_out(first))
    assert all(given.of(SENSED) for given in play.time_out(second))


def test_a_clock_that_rings_while_the_next_attempt_runs_means_nothing(play: Playbook) -> None:
    play.ready_for("T1")
    first = play.do("T1.S2", "ACTIVATED")
    play.launch("T1.S2", again=True)
    assert all(not given.things for given in play.time_out(first))


def test_a_test_again_keeps_counting_its_steps_attempts(play: Playbook) -> None:
    """Else a clock, a probe or the guard's answer of the first attempt would fit the second."""
    play.ready_for("T1")
    first = play.do("T1.S2", "ACTIVATED")
    play.time_out(first)
    play.ask(intents.EndTest("T1"))
    play.begin("T1")
    assert play.status("T1.S2") == "pending"
    assert play.verdict("T1.C2") == ""
    assert play.state.tests["T1"].attempt == 2
    play.do("T1.S2", "ACTIVATED")
    assert play.state.steps["T1.S2"].attempt == 2
    assert all(not given.things for given in play.time_out(first))


def test_a_test_again_is_on_record(play: Playbook) -> None:
    play.ready_for("T4")
    play.ask(intents.EndTest("T4"))
    answer = play.ask(intents.StartTest("T4"))
    answer.holds(
        like(steps.DeviationNoted, text="Test 4 attempted again after NOT VERIFIED"),
        like(steps.TestStarted, attempt=2),
    )


def test_the_first_run_in_a_second_attempt_of_the_test_is_no_repetition(play: Playbook) -> None:
    play.ready_for("T2")
    play.do("T2.S1")
    play.ask(intents.EndTest("T2"))
    play.begin("T2")
    play.ask(intents.RunStep("T2.S1")).lacks(steps.DeviationNoted)


def test_a_destructive_step_again_asks_the_guard_again(play: Playbook) -> None:
    play.ready_for("T3")
    play.do("T3.S1")
    play.launch("T3.S2")
    play.finish("T3.S2")
    play.ask(intents.RunStep("T3.S2", again=True)).gives(
        steps.DeviationNoted,
        like(steps.StepRequested, attempt=2),
        like(AskGuard, asked_for="T3.S2#2"),
    )
    play.see(seen.GuardSpoke("T3.S2#1", True, token="old")).lacks(steps.StepStarted)


def test_a_skipped_or_aborted_step_may_be_attempted_after_all(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(intents.SkipStep("T1.S1", "no time")).gives(
        like(steps.StepSkipped, reason="no time"), like(steps.DeviationNoted, reason="no time")
    )
    play.do("T1.S1", "Risk status", again=True).holds(like(SENSED, verdict="PASS"))


def test_out_of_order_is_noted_and_done(play: Playbook) -> None:
    play.ready()
    play.ask(intents.StartTest("T2")).holds(
        like(steps.DeviationNoted, text="Test 2 begun before Test 1", test="T2")
    )
    play.ask(intents.RunStep("T2.S3")).holds(
        like(steps.DeviationNoted, text="step 2.3 begun before step 2.1"), steps.StepRequested
    )


def test_skipped_and_aborted_steps_stand_in_their_criteria(play: Playbook) -> None:
    play.ready_for("T3")
    play.ask(intents.SkipStep("T3.S1", "x"))
    play.ask(intents.RunStep("T3.S2"))
    play.see(seen.GuardSpoke("T3.S2#1", False, ("no",)))
    play.see(seen.GuardSpoke("later", True))
    play.launch("T3.S3")
    play.see(seen.ShellGone("gone"))
    ended = play.ask(intents.EndTest("T3"))
    assert {e.criterion: e.verdict for e in ended.of(SENSED)} == {
        "T3.C1": "SKIPPED",
        "T3.C2": "ABORTED",
        "T3.C3": "UNKNOWN",
        "T3.C4": "UNKNOWN",
        "T3.C5": "SKIPPED",
        "T3.C6": "SKIPPED",
        "T3.C7": "SKIPPED",
    }
    assert play.verdict("T3") == "ABORTED"


def test_clocks_are_set_for_what_is_still_open_only(play: Playbook) -> None:
    play.ready_for("T1")
    play.launch("T1.S2")
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    play.alert()
    ended = play.finish("T1.S2", "ACTIVATED")
    assert [(d.criterion, d.attempt, d.seconds) for d in ended.of(SetDeadline)] == [("T1.C2", 1, 10.0)]
