"""Death and return of the bot: killed by what, born after it, healthy since, and still alive."""

from __future__ import annotations

import pytest

from tests.drill.playbook import BTC, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.effects import AskProbe, CompareRecovered, SetDeadline
from thunes_tui.drill.next import next_action
from thunes_tui.drill.results import results
from thunes_tui.events import box, steps
from thunes_tui.events.starts import StartJudged

SENSED = steps.CriterionSensed
DEAD = seen.BotGone(4711, 100, signal=9)


def born(play: Playbook, pid: int = 4800, start: int = 900) -> None:
    play.see(seen.BotFound("bot", pid, start, "python"))


@pytest.fixture
def killed(play: Playbook) -> Playbook:
    """Test 3, the bot killed by its step, and the step that starts it again is running."""
    play.ready_for("T3")
    play.launch("T3.S2")
    play.see(DEAD)
    play.finish("T3.S2")
    play.launch("T3.S3")
    return play


class TestDeath:
    @pytest.mark.parametrize(
        ("gone", "verdict"),
        [
            (seen.BotGone(4711, 100, signal=9), "PASS"),
            (seen.BotGone(4711, 100, signal=15), "FAIL"),
            (seen.BotGone(4711, 100, exit=0), "FAIL"),
            (seen.BotGone(4711, 100, exit=137), "FAIL"),
            (seen.BotGone(4711, 100), "NOT VERIFIED"),
        ],
    )
    def test_by_what(self, play: Playbook, gone: seen.BotGone, verdict: str) -> None:
        play.ready_for("T3")
        play.launch("T3.S2")
        play.see(gone).gives(box.ProcessDied, like(SENSED, criterion="T3.C2", verdict=verdict))

    def test_before_the_step_it_is_not_the_steps(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.see(DEAD).gives(box.ProcessDied)
        play.launch("T3.S2")
        play.time_out(play.finish("T3.S2"))[0].gives(
            like(SENSED, criterion="T3.C2", verdict="FAIL", cause="...no death by SIGKILL")
        )

    @pytest.mark.parametrize("gone", [seen.BotGone(4711, 99), seen.BotGone(1, 100)])
    def test_of_another_process_is_nothing(self, play: Playbook, gone: seen.BotGone) -> None:
        play.ready().see(gone).gives()

    def test_once(self, killed: Playbook) -> None:
        killed.see(DEAD).gives()

    def test_of_a_child_kills_no_bot(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.see(seen.BotFound("child", 4712, 101, "x"))
        play.launch("T3.S2")
        play.see(seen.BotGone(4712, 101, signal=9)).gives(box.ProcessDied)


class TestReturn:
    @pytest.mark.parametrize(("test", "told"), [("T1", False), ("T3", True)])
    def test_is_the_drills_success_only_from_the_crash_that_is_drilled(
        self, play: Playbook, test: str, told: bool
    ) -> None:
        play.ready_for(test)
        play.see(DEAD)
        born(play)
        play.log("Bot healthy")
        assert play.state.recovery.healthy is not None
        assert dict(decide_outcome(play.state).successful)["the bot recovered from its crash"] == told

    def test_is_a_process_born_after_the_death(self, killed: Playbook) -> None:
        killed.log("Bot healthy").gives()
        born(killed)
        killed.log("Bot healthy").holds(
            like(SENSED, criterion="T3.C3", verdict="PASS"),
            like(SENSED, criterion="T3.C4", verdict="PASS"),
            like(CompareRecovered, before=BTC),
        )

    def test_is_not_the_other_one_of_two_that_ran(self, play: Playbook) -> None:
        play.ready_for("T3")
        born(play, 4712, 101)
        assert "2 bots run at once: pids 4711, 4712" in play.findings()
        play.launch("T3.S2")
        play.see(DEAD)
        play.finish("T3.S2")
        play.launch("T3.S3")
        play.log("Bot healthy").lacks(SENSED)

    def test_in_an_earlier_test_is_none_in_this_one(self, play: Playbook) -> None:
        play.ready()
        play.see(DEAD)
        born(play)
        play.begin("T3")
        play.launch("T3.S3")
        play.log("Bot healthy").lacks(SENSED)
        play.finish("T3.S3").lacks(SENSED)

    def test_that_takes_too_long_fails_in_time_only(self, killed: Playbook) -> None:
        killed.wait(61)
        born(killed)
        killed.log("Bot healthy").holds(
            like(SENSED, criterion="T3.C3", verdict="PASS"),
            like(SENSED, criterion="T3.C4", verdict="FAIL", cause="healthy after 61.1 s, 60 allowed"),
        )

    def test_that_never_comes_fails_once_the_exchange_has_answered(self, killed: Playbook) -> None:
        born(killed)
        answers = killed.time_out(killed.finish("T3.S3"))
        for each in answers:
            each.lacks(SENSED)
            killed.answer_probe(each, "FAIL").gives(like(SENSED, verdict="FAIL"))

    def test_by_a_supervisor_before_its_step_counts_all_the_same(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.launch("T3.S2")
        play.see(DEAD)
        born(play)
        play.log("Bot healthy")
        play.finish("T3.S2")
        assert play.verdict("T3.C3") == ""
        ended = play.do("T3.S3").holds(
            like(SENSED, criterion="T3.C3", verdict="PASS"), like(SENSED, criterion="T3.C4", verdict="PASS")
        )
        assert [each.criterion for each in ended.of(SetDeadline)] == ["alive T3.S3"]
        (judged,) = play.time_out(ended)
        judged.gives(like(StartJudged, verdict="NOT VERIFIED", cause="...which this step did not start"))

    def test_in_parts(self, killed: Playbook) -> None:
        killed.wait(1)
        born(killed)
        killed.wait(1)
        killed.log("Starting")
        killed.wait(1)
        killed.log("Bot healthy")
        killed.wait(1)
        killed.audit("HEARTBEAT").gives(like(box.RecoveryMeasured, part="audit"))
        killed.audit("HEARTBEAT").gives()
        found = killed.state.recovery
        parts = (found.pid, found.log, found.healthy, found.audit)
        assert all(part is not None for part in parts)
        assert [round(part or 0) for part in parts] == [1, 2, 3, 4]


class TestAnotherAttempt:
    """The step that starts the bot is unknown, its bot lives on, and the step is attempted again."""

    @pytest.fixture
    def left(self, killed: Playbook) -> Playbook:
        killed.wait(1)
        born(killed)
        killed.see(seen.ServerCameBack("boot"))
        assert killed.status("T3.S3") == "unknown"
        killed.log("Bot healthy")
        killed.wait(60)
        killed.ended()
        killed.launch("T3.S3", again=True)
        return killed

    def test_is_offered_beside_the_bot_that_runs(self, killed: Playbook) -> None:
        born(killed)
        killed.see(seen.ServerCameBack("boot"))
        killed.ended()
        killed.ask(intents.SkipStep("T3.S1", "x"))
        killed.log("Bot healthy")
        offered = next_action(killed.state)
        assert offered.why.endswith("a bot runs already, pid 4800, generation 2, healthy")
        assert [key for key, _label, _intent in offered.alternatives] == ["a", "s"]
        killed.ask(offered.alternatives[1][2]).holds(like(steps.StepSkipped, step="T3.S3"))

    def test_is_all_that_is_offered_where_none_runs(self, killed: Playbook) -> None:
        killed.see(seen.ServerCameBack("boot"))
        killed.ended()
        killed.ask(intents.SkipStep("T3.S1", "x"))
        assert [key for key, _label, _intent in next_action(killed.state).alternatives] == ["a"]

    def test_whose_own_bot_dies_is_not_borne_out_by_the_other(self, left: Playbook) -> None:
        born(left, 4801, 950)
        left.wait(1)
        left.see(seen.BotGone(4801, 950, exit=1)).holds(
            like(
                steps.FindingNoted,
                veto=False,
                text="...step 3.3, attempt 2: the bot that it started, pid 4801",
            )
        )
        left.log("Bot healthy").lacks(SENSED)
        left.finish("T3.S3").holds(
            like(SENSED, criterion="T3.C3", verdict="FAIL", cause="...pid 4801, ended with exit 1"),
            like(SENSED, criterion="T3.C4", verdict="FAIL"),
        )
        assert "pid 4800, generation 2, born before attempt 2" in left.state.criteria["T3.C3"].cause

    def test_that_starts_none_that_is_seen_is_not_verified(self, left: Playbook) -> None:
        left.finish("T3.S3").holds(
            like(
                SENSED, criterion="T3.C3", verdict="NOT VERIFIED", cause="...no bot of this attempt was seen"
            )
        )

    def test_beside_a_supervisor_counts_and_tells_of_the_steps_own(self, left: Playbook) -> None:
        left.see(seen.Happened((box.ProcessLooked(4800, 900, keeper="thunes.service"),)))
        born(left, 4801, 950)
        left.see(seen.BotGone(4801, 950, exit=1)).holds(steps.FindingNoted)
        left.finish("T3.S3").holds(like(SENSED, criterion="T3.C3", verdict="PASS"))
        evidence = left.state.criteria["T3.C3"].evidence
        assert evidence is not None
        assert evidence.detail.endswith("of step 3.3, kept by thunes.service")

    def test_after_another_kill_is_its_own(self, left: Playbook) -> None:
        left.see(seen.BotGone(4800, 900, signal=9))
        born(left, 4801, 950)
        left.log("Bot healthy").holds(like(SENSED, criterion="T3.C3", verdict="PASS"))

    def test_of_a_bot_found_late_goes_by_its_age(self, killed: Playbook) -> None:
        killed.see(seen.ServerCameBack("boot"))
        killed.ended()
        killed.wait(60)
        killed.launch("T3.S3", again=True)
        killed.see(seen.BotFound("bot", 4800, 900, "python", age_s=60.0))
        killed.log("Bot healthy").lacks(SENSED)
        killed.finish("T3.S3").holds(like(SENSED, criterion="T3.C3", verdict="NOT VERIFIED"))


class TestRelapse:
    def test_a_bot_that_has_recovered_and_dies_takes_its_pass_back(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Bot healthy")
        killed.see(seen.BotGone(4800, 900, exit=1)).gives(
            box.ProcessDied,
            like(SENSED, criterion="T3.C3", verdict="FAIL", cause="pid 4800 had recovered and died again"),
            like(SENSED, criterion="T3.C4", verdict="FAIL"),
        )
        assert killed.verdict("T3.C2") == "PASS"

    def test_the_comparison_before_it_says_nothing_any_more(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Bot healthy")
        killed.finish("T3.S3")
        killed.answer_probe(killed.do("T3.S4"))
        assert killed.verdict("T3.C5") == "PASS"
        killed.see(seen.BotGone(4800, 900, signal=9)).holds(
            like(SENSED, criterion="T3.C5", verdict="NOT VERIFIED")
        )

    def test_falling_over_at_once_does_not_stop_the_watch(self, killed: Playbook) -> None:
        born(killed)
        killed.wait(40)
        killed.see(seen.BotGone(4800, 900, exit=1))
        born(killed, 4801, 950)
        killed.wait(30)
        killed.log("Bot healthy").holds(like(SENSED, criterion="T3.C4", verdict="FAIL"))

    def test_another_kill_starts_it_anew(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Bot healthy")
        killed.finish("T3.S3")
        killed.wait(300)
        killed.launch("T3.S2", again=True)
        assert killed.verdict("T3.C2") == ""
        killed.see(seen.BotGone(4800, 900, signal=9)).holds(like(SENSED, criterion="T3.C2", verdict="PASS"))
        killed.finish("T3.S2")
        killed.launch("T3.S3", again=True)
        born(killed, 4801, 950)
        killed.log("Bot healthy").holds(
            like(SENSED, criterion="T3.C3", verdict="PASS"), like(SENSED, criterion="T3.C4", verdict="PASS")
        )

    def test_the_death_of_a_second_bot_takes_nothing_back(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Bot healthy")
        born(killed, 4801, 950)
        killed.see(seen.BotGone(4801, 950, exit=0)).lacks(SENSED)

    def test_the_health_of_a_second_bot_is_not_the_recovery(self, killed: Playbook) -> None:
        born(killed)
        born(killed, 4801, 950)
        killed.log("Bot healthy").gives()
        killed.see(seen.BotGone(4801, 950, exit=0))
        killed.log("Bot healthy").holds(box.BotHealthy, like(SENSED, verdict="PASS"))

    def test_of_two_bots_nobody_can_tell_which_one_spoke(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Kill-switch active: False")
        assert killed.state.bots[0].switch == "OFF"
        born(killed, 4801, 950)
        killed.log("Kill-switch active: True").gives()
        assert {bot.switch for bot in killed.state.bots} == {"UNKNOWN"}
        killed.see(seen.BotGone(4801, 950, exit=0))
        assert killed.state.bots[0].switch == "UNKNOWN", "until it says so again"
        killed.log("Kill-switch active: True")
        assert killed.state.bots[0].switch == "ON"

    def test_ends_with_the_positions_being_those_of_before(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Bot healthy")
        row = ("BTCUSDT", "1", "1", "0", "")
        for fact in (
            box.PositionsCompared("pre-crash", equal=False, rows=(row,)),
            box.PositionsCompared("pre-crash", equal=True),
            box.PositionsCompared("exchange", equal=True, rows=(row,)),
        ):
            killed.see(seen.Happened((fact,))).gives(box.PositionsCompared)
        same = box.PositionsCompared("pre-crash", equal=True, rows=(row,))
        killed.see(seen.Happened((same,))).gives(
            box.PositionsCompared, like(box.RecoveryMeasured, part="positions")
        )
        assert results(killed.state, "r")["recovery"]["positions_s"] > 0

    def test_a_death_after_its_test_does_not_take_its_seconds_away(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Bot healthy")
        killed.finish("T3.S3")
        took = killed.state.recovery.healthy
        assert took is not None
        killed.ask(intents.EndDrill(early=True, reason="enough"))
        killed.see(seen.BotGone(4800, 900, exit=1))
        assert killed.state.recovery.healthy is None
        assert results(killed.state, "r")["recovery_s"] == took

    def test_after_the_test_nothing_is_taken_back(self, killed: Playbook) -> None:
        born(killed)
        killed.log("Bot healthy")
        killed.ask(intents.EndDrill(early=True, reason="enough"))
        killed.see(seen.BotGone(4800, 900, exit=1)).gives(box.ProcessDied)


class TestPositions:
    def test_are_compared_with_those_before_the_death(self, killed: Playbook) -> None:
        killed.see(seen.PositionsSeen(()))
        killed.finish("T3.S3")
        killed.do("T3.S4").holds(like(AskProbe, criterion="T3.C5", before=BTC))

    def test_are_not_compared_where_nothing_died(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.do("T3.S4").lacks(AskProbe).holds(
            like(SENSED, criterion="T3.C5", verdict="NOT VERIFIED", cause="...no bot died in this test")
        )

    def test_are_those_last_read_without_a_problem(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.see(seen.PositionsSeen(problem="the database is locked"))
        play.launch("T3.S2")
        play.see(DEAD)
        play.finish("T3.S2")
        play.do("T3.S4").holds(like(AskProbe, before=BTC))

    def test_are_not_compared_with_what_nobody_has_read(self, play: Playbook) -> None:
        play.see(seen.BotFound("bot", 4711, 100, "python"))
        play.record(steps.TestStarted("T3", 1))
        play.see(DEAD)
        play.record(steps.StepStarted("T3.S4", 1, by_hand=True))
        play.ask(intents.FinishStep("T3.S4")).holds(
            like(SENSED, criterion="T3.C5", verdict="NOT VERIFIED", cause="...never read")
        )


class TestProcesses:
    def test_the_living_are_never_forgotten(self, play: Playbook) -> None:
        play.ready()
        for pid in range(5000, 5040):
            play.see(seen.BotFound("child", pid, 1, "x"))
            play.see(seen.BotGone(pid, 1))
        assert len(play.state.processes) == 20
        assert [b.pid for b in play.state.bots] == [4711]

    def test_found_twice_is_born_once(self, play: Playbook) -> None:
        play.ready()
        play.see(seen.BotFound("bot", 4711, 100, "python")).gives()

    def test_what_a_process_says_of_its_switch_is_its_own(self, play: Playbook) -> None:
        play.ready()
        play.log("Kill-switch active: True").holds(like(box.KillSwitchSeen, who="4711", on=True))
        play.log("Kill-switch active: True").lacks(box.KillSwitchSeen)
        assert play.state.bots[0].switch == "ON"
        play.see(DEAD)
        born(play)
        assert play.state.bots[0].switch == "UNKNOWN"
