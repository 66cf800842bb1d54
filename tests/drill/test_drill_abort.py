"""The abort: one key holds, a typed word ends; what runs is told to end, and what was done can be undone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.conftest import Make
from tests.drill.plan import PLAN, check, criterion
from tests.drill.playbook import ANN, BOB, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill import left_safe
from thunes_tui.drill.decide import decide
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.effects import AskGuard, CloseShell, InterruptShell, LookAround, RunInShell
from thunes_tui.drill.next import next_action
from thunes_tui.drill.results import results
from thunes_tui.drill.undo import offers
from thunes_tui.events import drill, shell, steps, stops

ABORT = intents.AbortDrill("abort", "a real incident")
ROWS = tuple((name, "PASS", "fine", "looked") for name in left_safe.ROWS[2:])
AUDITED = criterion("T2.C5", "Deactivation audited", check("audit", 2, event="KILL_SWITCH_DEACTIVATED"))
WITH_A_WAY_BACK = tuple(
    replace(test, criteria=(*test.criteria, AUDITED)) if test.id == "T2" else test for test in PLAN
)


def aborted(play: Playbook) -> Playbook:
    play.ask(intents.OpenAbort())
    play.ask(ABORT)
    return play


class TestTheKey:
    def test_holds_at_once_and_leaving_releases(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.OpenAbort()).gives(like(stops.AbortOpened, test="T1"))
        play.ask(intents.RunStep("T1.S1")).refused("about to abort")
        assert next_action(play.state).intent is None
        play.ask(intents.LeaveAbort()).gives(stops.AbortLeft)
        play.do("T1.S1")
        assert play.status("T1.S1") == "done"

    def test_a_step_that_the_guard_was_asked_for_does_not_start(self, play: Playbook) -> None:
        play.ready_for("T1").ask(intents.RunStep("T1.S1"))
        play.ask(intents.OpenAbort())
        play.see(seen.GuardSpoke("T1.S1#1", True, token="t0")).lacks(RunInShell)

    def test_pressed_again_by_who_comes_back_goes_back_to_it(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.OpenAbort())
        play.ask(intents.OpenAbort()).gives()
        play.ask(intents.LeaveAbort()).gives(stops.AbortLeft)
        play.ask(intents.LeaveAbort()).refused("no abort")

    def test_works_on_hold_and_in_a_pause(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.Hold("wait"), BOB)
        play.ask(intents.OpenAbort()).gives(stops.AbortOpened)
        play.ask(intents.LeaveAbort())
        play.ask(intents.Release(), BOB)
        play.ask(intents.PauseDrill("x"))
        aborted(play)
        assert play.state.stops.abort.status == "aborted"

    def test_is_the_drivers(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.OpenAbort(), BOB).refused("a witness may not")
        play.ask(intents.OpenAbort())
        play.ask(ABORT, BOB).refused("a witness may not")


class TestTheWord:
    @pytest.mark.parametrize("typed", ["", "Abort", "abort ", "yes"])
    def test_alone_confirms(self, play: Playbook, typed: str) -> None:
        play.ready_for("T1")
        play.ask(intents.OpenAbort())
        play.ask(intents.AbortDrill(typed, "x")).refused("typing abort")

    def test_without_the_key_before_it_does_nothing(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(ABORT).refused("typing abort")

    def test_ends_the_running_step_and_its_test_with_aborted(self, play: Playbook) -> None:
        play.ready_for("T1").do("T1.S1")
        play.launch("T1.S2")
        play.ask(intents.OpenAbort())
        play.ask(ABORT).gives(
            like(stops.DrillAborted, reason="a real incident", line="step 1.2"),
            like(InterruptShell, line="step 1.2"),
        )
        assert next_action(play.state).label == "aborting"
        play.see(seen.InterruptTold("SIGINT", "sent")).gives(stops.AbortSignalled)
        play.ended(exit_status=130).holds(
            like(stops.AbortSignalled, outcome="ended"),
            like(steps.StepAborted, step="T1.S2", reason="...ended with 130"),
            like(steps.TestEnded, test="T1"),
            like(stops.LeftSafeAsked, when="abort"),
            LookAround,
        )
        assert play.status("T1.S2") == "aborted"
        play.prove()

    def test_a_command_that_nothing_ends_is_not_waited_for(self, play: Playbook) -> None:
        play.ready_for("T1").launch("T1.S1")
        aborted(play)
        play.see(seen.InterruptTold("SIGTERM", "alive", "it sleeps")).holds(
            like(steps.StepAborted, reason="...runs on: it sleeps"), steps.TestEnded, LookAround
        )
        play.ended(exit_status=0).lacks(steps.StepEnded)

    def test_with_nothing_running_looks_at_the_box_at_once(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.OpenAbort())
        play.ask(ABORT).holds(stops.DrillAborted, like(steps.TestEnded, verdict="ABORTED"), LookAround).lacks(
            InterruptShell
        )

    def test_what_a_person_typed_is_theirs_to_end(self, play: Playbook) -> None:
        play.ready().started("vim notes")
        play.ask(intents.OpenAbort())
        play.ask(ABORT).lacks(InterruptShell)

    def test_the_drill_goes_on_no_more_and_is_never_go(self, play: Playbook) -> None:
        aborted(play.ready_for("T1"))
        play.ask(intents.StartTest("T2")).refused("ann aborted the drill")
        play.ask(intents.OpenAbort()).refused("already")
        play.see(seen.LeftSafeSeen(1, ROWS))
        following = next_action(play.state)
        assert following.label == "end the aborted drill"
        assert following.intent is not None
        play.ask(following.intent).holds(like(drill.DrillEnded, decision="ABORTED"), LookAround, CloseShell)
        told = results(play.state, "")
        assert told["verdict"] == "ABORTED"
        assert told["aborted"] == "a real incident"
        assert next_action(play.state).label == "drill complete: ABORTED"

    def test_even_with_every_test_passed(self, play: Playbook) -> None:
        aborted(play.ready())
        tests = {name: replace(known, verdict="PASS") for name, known in play.state.tests.items()}
        outcome = decide_outcome(replace(play.state, tests=tests))
        assert (outcome.passed, outcome.decision, outcome.is_authorised) == (4, "ABORTED", False)

    def test_ends_a_pre_flight_that_was_typed_and_is_not_marked_yet(self, play: Playbook) -> None:
        play.see(seen.Joined(1, "ann", "driver"))
        play.record(shell.ShellOpened(8001, 80, 24))
        play.ask(intents.RunPreflight()).holds(RunInShell)
        play.ask(intents.OpenAbort())
        play.ask(ABORT).holds(like(InterruptShell, line="step preflight"))
        assert play.state.stops.abort.status == "stopping"
        play.started("step preflight")
        play.ended("", 130).holds(LookAround)

    def test_a_new_server_waits_for_nobody(self, play: Playbook) -> None:
        play.ready_for("T1").launch("T1.S1")
        aborted(play)
        play.see(seen.ServerCameBack("boot")).holds(like(stops.AbortSignalled, outcome="alive"), LookAround)
        assert play.state.stops.abort.status == "aborted"

    @pytest.mark.parametrize("at", ["before a step", "asking the guard", "by hand"])
    def test_a_server_that_died_while_it_wrote_the_abort_is_made_up_for(self, make: Make, at: str) -> None:
        whole = begun(make(), at)
        events = len(whole.ask(ABORT).decision.events)
        assert events > 2, "nothing to be cut off"
        for written in range(1, events):
            play = begun(make(), at)
            play.record(*decide(play.state, ABORT, play.now, ANN, 7).events[:written], by=ANN.name)
            play.see(seen.ServerCameBack("boot")).holds(LookAround)
            assert play.state.tests["T1"].verdict == whole.state.tests["T1"].verdict
            assert [s.status for s in play.state.steps.values()] == [
                s.status for s in whole.state.steps.values()
            ]
            play.see(seen.LeftSafeSeen(play.state.stops.left_safe.attempt, ROWS))
            play.see(seen.ServerCameBack("boot")).lacks(LookAround)


def begun(play: Playbook, at: str) -> Playbook:
    """Test 1, and the abort's dialog open."""
    play.ready_for("T1")
    if at == "asking the guard":
        play.ask(intents.RunStep("T1.S1"))
    elif at == "by hand":
        play.do("T1.S1")
        play.ask(intents.RunStep("T1.S3"))
    play.ask(intents.OpenAbort())
    return play


class TestUndoing:
    @pytest.fixture
    def play(self, make: Make) -> Playbook:
        return make(WITH_A_WAY_BACK)

    def left_on(self, play: Playbook) -> Playbook:
        play.ready_for("T1").do("T1.S2")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
        return aborted(play)

    def test_a_switch_left_on_is_offered_off_by_the_runbooks_own_step(self, play: Playbook) -> None:
        self.left_on(play)
        (offer,) = offers(play.state)
        assert offer.why == "the kill switch is ON"
        keys = [key for key, _, _ in next_action(play.state).alternatives]
        assert keys == ["1", "e"]
        play.ask(intents.UndoStep(offer.step.id)).gives(
            stops.UndoRequested, like(AskGuard, asked_for="undo 1", command=offer.step.command)
        )
        play.see(seen.GuardSpoke("undo 1", True, token="t1")).holds(
            stops.UndoStarted, like(RunInShell, attempt="undo 1", token="t1", text=offer.step.command)
        )
        play.ask(intents.EndDrill(early=True, reason="x")).refused("not ended yet")
        name = offer.step.id[1:].replace(".S", ".")
        play.started(f"step {name}")
        play.audit("KILL_SWITCH_DEACTIVATED", reason="DRILL")
        play.ended().holds(like(stops.UndoEnded, exit=0), like(stops.LeftSafeAsked, when="undo"))
        assert offers(play.state) == ()
        assert play.status(offer.step.id) == "pending", "it belongs to no test and proves nothing"
        play.prove()

    def test_nothing_is_undone_that_the_drill_did_not_do(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.audit("KILL_SWITCH_ACTIVATED", reason="somebody else")
        aborted(play)
        assert offers(play.state) == ()
        play.ask(intents.UndoStep("T2.S2")).refused("nothing that this step would undo")

    def test_a_bot_that_was_killed_comes_before_what_was_done_before_it(self, play: Playbook) -> None:
        play.ready_for("T1").do("T1.S2")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
        play.do("T1.S1")
        play.do("T1.S3")
        play.do("T1.S4")
        play.wait(60)
        for attempt, each in enumerate((*PLAN[0].criteria, *PLAN[0].criteria)):
            play.phone_answers(play.see(seen.DeadlinePassed(each.id, 1 + attempt // 6)))
        play.ask(intents.EndTest("T1")).holds(steps.TestEnded)
        play.ask(intents.SkipTest("T2", "x"))
        play.begin("T3").do("T3.S2")
        play.see(seen.BotGone(4711, 100, None, 9))
        aborted(play)
        assert [offer.why for offer in offers(play.state)] == ["no bot runs", "the kill switch is ON"]

    def test_the_guard_has_the_last_word(self, play: Playbook) -> None:
        self.left_on(play)
        (offer,) = offers(play.state)
        play.ask(intents.UndoStep(offer.step.id))
        play.see(seen.GuardSpoke("undo 1", False, ("a live key",))).holds(
            like(stops.UndoEnded, exit=None, detail="...not proven")
        ).lacks(RunInShell)
        play.ask(intents.UndoStep(offer.step.id))
        play.see(seen.GuardSpoke("undo 2", True, token="t", confirm="paper_trader")).lacks(RunInShell)

    def test_not_before_an_abort(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.UndoStep("T2.S2"), ANN).refused("before the drill is aborted")
