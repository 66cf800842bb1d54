"""Deviations are sensed where they happen, each with its cause, and are explained at once or later."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.conftest import Make
from tests.drill.plan import PLAN
from tests.drill.playbook import Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.deviations import unexplained
from thunes_tui.drill.results import results
from thunes_tui.events import shell, steps, stops

NOTED = steps.DeviationNoted
LONG = "python -c 'from risk import Risk; Risk().activate(reason=\"DRILL\")'"


class TestWhatIsTyped:
    def test_in_a_test_is_one_deviation_however_often(self, play: Playbook) -> None:
        play.ready_for("T1").do("T1.S1")
        play.started("ls -l").gives(
            shell.ShellStarted, like(NOTED, text="typed in the shell: ls -l", test="T1", step="T1.S1")
        )
        play.ended().lacks(NOTED)
        play.started("ls -l").lacks(NOTED)

    def test_outside_a_test_is_none(self, play: Playbook) -> None:
        play.ready().started("ls -l").lacks(NOTED)

    def test_what_the_console_types_is_none(self, play: Playbook) -> None:
        play.ready_for("T1").launch("T1.S1")
        assert play.deviations() == []
        play.finish("T1.S1")
        play.started("step 1.2").holds(NOTED)

    def test_while_a_step_is_done_by_hand_is_the_step(self, play: Playbook) -> None:
        play.ready_for("T1").launch("T1.S3")
        assert play.deviations() == ["step 1.3 begun before step 1.1"]
        play.started("date").lacks(NOTED)

    def test_that_is_a_steps_block_is_said_so_with_what_differs(self, make: Make) -> None:
        test = replace(PLAN[0], steps=(PLAN[0].steps[0], replace(PLAN[0].steps[1], command=LONG)))
        play = make((test, *PLAN[1:])).ready_for("T1")
        play.started(LONG).holds(like(NOTED, text="step 1.2's command typed by hand", step="T1.S2"))
        play.ended()
        play.started(LONG.replace("DRILL", "TEST")).holds(
            like(NOTED, text="step 1.2's command typed by hand, changed: -DRILL +TEST")
        )

    def test_a_flood_of_words_is_looked_at_in_no_time(self, play: Playbook) -> None:
        play.ready_for("T1").started("x " * 50_000).holds(like(NOTED, text="...typed in the shell: x x"))
        assert len(play.deviations()[0]) < 200


class TestFollowedExactly:
    """The criterion that no deviation happened: `T2.C1` of the plan."""

    def ended(self, play: Playbook) -> Playbook:
        play.do("T2.S2", "SWITCH DEACTIVATED")
        play.time_out(play.do("T2.S3"))
        play.ask(intents.EndTest("T2")).holds(steps.TestEnded)
        return play

    def test_is_no_pass_with_a_line_typed_by_hand(self, play: Playbook) -> None:
        play.ready_for("T2").do("T2.S1")
        play.command("rm -f /tmp/x", "")
        self.ended(play)
        assert play.verdict("T2.C1") == "FAIL"
        assert "rm -f /tmp/x" in play.state.criteria["T2.C1"].cause

    def test_is_for_a_person_where_a_step_was_done_by_hand_in_the_shell(self, play: Playbook) -> None:
        play.ready_for("T2").launch("T2.S1")
        play.command("date", "")
        play.finish("T2.S1")
        self.ended(play)
        known = play.state.criteria["T2.C1"]
        assert (known.verdict, known.cause[-26:]) == ("NOT VERIFIED", "2.1 was done by hand: date")

    @pytest.mark.parametrize("word", ["preflight", "position"])
    def test_is_no_pass_with_a_line_before_one_of_the_consoles(self, play: Playbook, word: str) -> None:
        play.ready_for("T2").do("T2.S1")
        play.command(f"rm -f /tmp/x; step {word}", "")
        assert self.ended(play).verdict("T2.C1") == "FAIL"

    def test_says_what_was_judged(self, play: Playbook) -> None:
        play.ready_for("T2").do("T2.S1")
        begun = play.state.tests["T2"].record
        known = self.ended(play).state.criteria["T2.C1"]
        assert known.verdict == "PASS"
        assert known.evidence is not None
        assert known.evidence.detail.startswith(f"records #{begun} to #")


class TestTimeOverThePlan:
    def test_is_noted_as_the_test_ends_and_no_fault_of_the_procedure(self, play: Playbook) -> None:
        play.ready_for("T2").do("T2.S1")
        play.do("T2.S2", "SWITCH DEACTIVATED")
        play.do("T2.S3")
        play.wait(31 * 60)
        play.time_out(play.ask(intents.EndTest("T2")))
        for criterion in ("T2.C3",):
            play.see(seen.DeadlinePassed(criterion, 1))
        play.ask(intents.EndTest("T2")).holds(
            steps.TestEnded, like(NOTED, text="...over its planned time: Test 2 took")
        )
        assert play.verdict("T2.C1") == "PASS"

    def test_counts_no_pause(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.PauseDrill("x"))
        play.wait(3600)
        play.ask(intents.ResumeDrill())
        play.ask(intents.EndDrill(early=True, reason="x")).lacks(NOTED)

    def test_of_a_step_that_the_document_gives_minutes(self, make: Make) -> None:
        test = replace(PLAN[0], steps=(replace(PLAN[0].steps[0], minutes=5.0), *PLAN[0].steps[1:]))
        play = make((test, *PLAN[1:])).ready_for("T1")
        play.launch("T1.S1")
        play.wait(301)
        play.finish("T1.S1").holds(like(NOTED, text="...step 1.1 took 5.0 of 5 minutes", step="T1.S1"))


class TestTheReason:
    @pytest.fixture
    def number(self, play: Playbook) -> int:
        play.ready_for("T1").launch("T1.S2")
        (asked,) = unexplained(play.state)
        return asked.number

    def test_is_given_later_and_stands_in_the_results(self, play: Playbook, number: int) -> None:
        play.ask(intents.ExplainDeviation(number, " the risk was seen ")).gives(
            like(stops.DeviationExplained, number=number, reason="the risk was seen")
        )
        assert unexplained(play.state) == ()
        (told,) = results(play.state, "")["deviations"]
        assert (told["reason"], told["step"]) == ("the risk was seen", "T1.S2")

    def test_is_given_once_in_words_and_for_a_deviation(self, play: Playbook, number: int) -> None:
        play.ask(intents.ExplainDeviation(number, "")).refused("needs some words")
        play.ask(intents.ExplainDeviation(0, "x")).refused("notes no deviation")
        play.ask(intents.ExplainDeviation(number, "x"))
        play.ask(intents.ExplainDeviation(number, "y")).refused("explained already: x")
