"""Pre-flight, the ends of tests and of the drill, and what an early end makes of what was on its way."""

from __future__ import annotations

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import AskGuard, CloseShell, StopServer
from thunes_tui.drill.next import next_action
from thunes_tui.events import drill, shell, steps


class TestPreflight:
    @pytest.mark.parametrize(
        ("native", "script", "passed"),
        [("PASS", "PASS", True), ("PASS", "FAIL", False), ("FAIL", "PASS", False), ("FAIL", "FAIL", False)],
    )
    def test_both_must_pass_and_there_is_no_override(
        self, play: Playbook, native: str, script: str, passed: bool
    ) -> None:
        play.see(seen.Joined(1, "ann", "driver"))
        play.record(shell.ShellOpened(1, 80, 24))
        play.preflight(native, script).holds(like(drill.PreflightEnded, passed=passed))
        answer = play.ask(intents.StartPreparation())
        if passed:
            answer.gives(drill.PhaseStarted)
        else:
            answer.refused("has not passed")
            play.preflight().holds(like(drill.PreflightEnded, passed=True))
            play.ask(intents.StartPreparation()).gives(drill.PhaseStarted)

    def test_a_disagreement_is_a_finding(self, play: Playbook) -> None:
        play.see(seen.Joined(1, "ann", "driver"))
        play.record(shell.ShellOpened(1, 80, 24))
        play.ask(intents.RunPreflight())
        play.see(seen.SectionSensed(1, 3, "exchange", "native", "FAIL", "no answer", "mend it"))
        play.see(seen.SectionSensed(1, 3, "exchange", "script", "PASS"))
        play.see(seen.SectionSensed(9, 3, "exchange", "script", "PASS")).gives()
        play.see(seen.PreflightVerdict(1, "native", "FAIL"))
        play.see(seen.PreflightVerdict(1, "script", "PASS")).holds(
            like(steps.FindingNoted, veto=False, text="...exchange: the console says FAIL")
        )
        play.see(seen.PreflightVerdict(1, "script", "PASS")).gives()

    def test_the_same_disagreement_is_found_once(self, play: Playbook) -> None:
        play.see(seen.Joined(1, "ann", "driver"))
        play.record(shell.ShellOpened(1, 80, 24))
        for run in (1, 2):
            play.ask(intents.RunPreflight())
            play.see(seen.SectionSensed(run, 3, "exchange", "native", "FAIL", "no answer", "mend it"))
            play.see(seen.SectionSensed(run, 3, "exchange", "script", "PASS"))
            play.see(seen.PreflightVerdict(run, "native", "FAIL"))
            play.see(seen.PreflightVerdict(run, "script", "PASS"))
        assert len(play.findings(veto=False)) == 1

    def test_a_script_that_never_ran_does_not_keep_it_running(self, play: Playbook) -> None:
        play.see(seen.Joined(1, "ann", "driver"))
        play.record(shell.ShellOpened(1, 80, 24))
        play.ask(intents.RunPreflight())
        play.ask(intents.RunPreflight()).refused("the pre-flight is running")
        play.see(seen.PreflightVerdict(1, "native", "PASS"))
        play.command("vi step preflight", "").holds(
            like(drill.PreflightEnded, script="UNKNOWN", passed=False)
        )
        play.ask(intents.RunPreflight()).holds(like(drill.PreflightStarted, run=2))
        play.see(seen.ShellGone("gone")).gives(
            shell.ShellExited, like(drill.PreflightSpoke, verdict="UNKNOWN")
        )
        play.see(seen.PreflightVerdict(2, "native", "PASS")).holds(like(drill.PreflightEnded, passed=False))


class TestWithoutAPosition:
    def test_both_of_the_seeds_ways_are_offered(self, play: Playbook) -> None:
        play.ready().see(seen.PositionsSeen(()))
        action = next_action(play.state)
        assert action.intent is None
        assert [intent.KIND for _, _, intent in action.alternatives] == ["position", "test_skip"]
        play.ask(intents.CreatePosition()).gives(
            steps.NoteAdded, like(AskGuard, asked_for="position#1", command="buy a little")
        )

    def test_skipping_is_on_the_record_and_leaves_three(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.SkipTest("T1", " ")).refused("needs a reason")
        play.ask(intents.SkipTest("T1", "no open position")).gives(like(steps.TestSkipped, test="T1"))
        assert play.verdict("T1") == "SKIPPED"
        play.ask(intents.SkipTest("T1", "again")).refused("was skipped already")
        play.begin("T1")
        play.ask(intents.SkipTest("T1", "x")).refused("end it instead")

    def test_not_before_the_pre_flight(self, play: Playbook) -> None:
        play.ask(intents.SkipTest("T1", "x")).refused("pre-flight has not passed")


class TestEnd:
    def test_too_early_is_refused(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.EndDrill()).refused("documentation has not begun")
        play.ask(intents.EndDrill(early=True, reason=" ")).refused("an early end needs a reason")

    def test_a_test_attempted_again_in_the_documentation_ends_first(self, play: Playbook) -> None:
        play.ready()
        for test in play.state.plan:
            play.ask(intents.SkipTest(test.id, "x"))
        play.ask(intents.StartDocumentation())
        play.ask(intents.StartDocumentation()).refused("begun already")
        play.begin("T4")
        play.ask(intents.EndDrill()).refused("Test 4 is running: end it first")

    def test_early_settles_all_that_was_on_its_way(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.do("T3.S1")
        play.launch("T3.S3")
        play.ask(intents.EndDrill(early=True, reason="a real incident")).holds(
            like(steps.NoteAdded, text="Ended: a real incident"),
            like(steps.StepUnknown, step="T3.S3"),
            like(steps.TestEnded, test="T3", verdict="UNKNOWN"),
            like(drill.DrillEnded, decision="NO-GO", passed=0),
            CloseShell,
        )
        assert play.verdict("T3.C1") == "NOT VERIFIED"
        play.finish("T3.S3").gives(shell.ShellEnded)

    def test_early_with_a_step_by_hand(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S3")
        play.ask(intents.EndDrill(early=True, reason="x")).holds(like(steps.StepAborted, step="T1.S3"))

    def test_after_it_nothing_more_is_decided(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S2")
        play.ask(intents.EndDrill(early=True, reason="x"))
        ending = play.state.ending
        play.ask(intents.EndDrill(early=True, reason="again")).refused("has ended")
        play.ask(intents.StartTest("T2")).refused("has ended")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL").lacks(steps.CriterionSensed)
        play.log("ACTIVATED")
        play.alert()
        play.see(seen.DeadlinePassed("T1.C2", 1)).gives()
        assert play.state.ending == ending
        play.ask(intents.AddNote("a debriefing")).gives(steps.NoteAdded)
        play.ask(intents.Stop()).gives(StopServer)

    def test_a_watch_has_no_drill(self, make: Make) -> None:
        play = make((), mode="watch")
        play.see(seen.Joined(1, "ann", "driver"))
        for asked in (intents.RunPreflight(), intents.EndDrill(early=True, reason="x"), intents.Hold("x")):
            play.ask(asked).refused("this is a watch")
        assert next_action(play.state).intent is None
