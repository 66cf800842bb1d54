"""No criterion passes without its cause, before its time, or against what the record says later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.drill.conftest import Make
from tests.drill.plan import AT, check, criterion, step
from tests.drill.playbook import Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import AskProbe, SetDeadline
from thunes_tui.drill.printed import own_lines
from thunes_tui.events import box, steps
from thunes_tui.events.base import Event
from thunes_tui.events.emergency import EmergencySensed
from thunes_tui.runbook.model import Check
from thunes_tui.runbook.model import Test as RunbookTest

SENSED = steps.CriterionSensed
HEARTBEAT = "2026-11-23 06:16:41 - __main__ - INFO - heartbeat BTCUSDT 109958.09 position 0.0009"


@pytest.fixture
def trading(play: Playbook) -> Playbook:
    """Test 1, the kill switch on, and the step that tries to trade is running."""
    play.ready_for("T1")
    play.launch("T1.S2")
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    play.finish("T1.S2", "ACTIVATED")
    play.launch("T1.S4")
    return play


class TestTime:
    def test_evidence_before_its_step_is_none(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL").lacks(SENSED)
        play.audit("TRADE_REJECTED", side="BUY", reason="kill_switch_active").lacks(SENSED)
        play.log("KILL-SWITCH ACTIVATED").lacks(SENSED)
        play.alert().lacks(SENSED)

    def test_evidence_counts_from_the_start_and_until_the_clock_runs_out(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S2")
        play.log("ACTIVATED").gives(box.BotLogged, like(SENSED, criterion="T1.C2", verdict="PASS"))
        ended = play.finish("T1.S2", "ACTIVATED")
        assert [d.criterion for d in ended.of(SetDeadline)] == ["T1.C3", "T1.C6"]
        play.wait(9)
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL").holds(like(SENSED, verdict="PASS"))
        play.wait(1)
        play.see(seen.DeadlinePassed("T1.C6", 1)).gives()
        play.phone_answers(play.see(seen.DeadlinePassed("T1.C3", 1))).holds(
            like(SENSED, verdict="FAIL", cause="no alert on the phone within 10 s of the step's end")
        )
        play.alert().lacks(SENSED)

    def test_what_the_file_held_before_the_drill_proves_nothing(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S2")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL", replayed=True).gives(box.KillSwitchSeen)
        play.log("ACTIVATED", replayed=True).gives()

    def test_the_audit_of_one_test_settles_nothing_in_another(self, play: Playbook) -> None:
        play.ready_for("T2")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL").lacks(SENSED)
        assert play.verdict("T1.C6") == ""

    def test_evidence_carries_where_it_lies_and_how_late_it_came(self, trading: Playbook) -> None:
        trading.wait(0.25)
        found = trading.audit("TRADE_APPROVED", side="SELL").of(SENSED)[0].evidence
        assert (found.source, found.file, found.sha256) == ("audit", "audit", "a0" * 32)
        assert found.offset >= 1000
        assert 250 <= found.latency_ms <= 260


class TestCause:
    @pytest.mark.parametrize(
        "fields",
        [
            {"side": "BUY", "reason": "per_trade_loss_limit_exceeded"},
            {"side": "SELL", "reason": "kill_switch_active"},
            {"reason": "kill_switch_active"},
            {},
        ],
    )
    def test_a_buy_refused_for_another_reason_is_no_evidence(
        self, trading: Playbook, fields: dict[str, Any]
    ) -> None:
        trading.audit("TRADE_REJECTED", **fields).lacks(SENSED)

    def test_another_reason_for_the_activation_is_another_activation(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S2")
        play.audit("KILL_SWITCH_ACTIVATED", reason="daily loss").gives(box.KillSwitchSeen)

    def test_a_sell_that_is_allowed_while_the_switch_is_off_says_nothing(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S4")
        play.audit("TRADE_APPROVED", side="SELL").lacks(SENSED)
        play.audit("KILL_SWITCH_DEACTIVATED")
        play.audit("TRADE_APPROVED", side="SELL").lacks(SENSED)
        ended = play.finish("T1.S4")
        (given,) = [g for g in play.time_out(ended) if "SELL" not in str(g.asked) and g.of(SENSED)][1:]
        assert "with the kill switch on" in given.of(SENSED)[0].cause

    def test_a_buy_that_is_allowed_while_the_switch_is_on_passes_nothing_and_vetoes(
        self, play: Playbook
    ) -> None:
        play.ready_for("T2")
        play.audit("KILL_SWITCH_ACTIVATED", replayed=True)
        play.launch("T2.S3")
        play.audit("TRADE_APPROVED", side="BUY").gives(
            like(steps.FindingNoted, veto=True, source="invariant", test="T2")
        )
        play.audit("KILL_SWITCH_DEACTIVATED")
        play.audit("TRADE_APPROVED", side="BUY").gives(like(SENSED, criterion="T2.C3", verdict="PASS"))

    def test_the_kill_switch_that_is_read_first_is_the_one_that_counts(self, trading: Playbook) -> None:
        trading.audit("KILL_SWITCH_DEACTIVATED")
        trading.audit("TRADE_APPROVED", side="SELL").lacks(SENSED)
        trading.audit("KILL_SWITCH_ACTIVATED", reason="again")
        trading.audit("TRADE_APPROVED", side="SELL").holds(like(SENSED, criterion="T1.C5", verdict="PASS"))


class TestContrary:
    def test_a_buy_that_slips_through_takes_the_pass_back_and_vetoes(self, trading: Playbook) -> None:
        trading.audit("TRADE_REJECTED", side="BUY", reason="kill_switch_active")
        assert trading.verdict("T1.C4") == "PASS"
        trading.audit("TRADE_APPROVED", side="BUY").gives(
            like(steps.FindingNoted, veto=True),
            like(SENSED, criterion="T1.C4", verdict="FAIL", cause="...says the contrary"),
        )
        trading.audit("TRADE_REJECTED", side="BUY", reason="kill_switch_active").lacks(SENSED)
        assert trading.verdict("T1.C4") == "FAIL"

    def test_a_buy_before_the_switch_is_on_is_nothing_of_the_kind(self, make: Make) -> None:
        """What any step may show is armed from the test's start, when trading is still allowed."""
        loose = replace(step_zero(REJECTED_ANYWHERE), id="T1")
        play = make([loose]).ready_for("T1")
        play.audit("TRADE_APPROVED", side="BUY").gives()
        play.audit("KILL_SWITCH_ACTIVATED")
        play.audit("TRADE_REJECTED", side="BUY", reason="kill_switch_active").gives(
            like(SENSED, verdict="PASS")
        )
        play.audit("TRADE_APPROVED", side="BUY").holds(like(SENSED, verdict="FAIL"))

    def test_after_the_test_the_veto_still_comes(self, trading: Playbook) -> None:
        ended = trading.finish("T1.S4")
        trading.time_out(ended)
        trading.do("T1.S1", "Risk status")
        trading.do("T1.S3")
        trading.see(seen.DeadlinePassed("T1.C2", 1))
        trading.phone_answers(trading.see(seen.DeadlinePassed("T1.C3", 1)))
        trading.ask(intents.EndTest("T1")).holds(steps.TestEnded)
        trading.audit("TRADE_APPROVED", side="BUY").gives(like(steps.FindingNoted, veto=True, test=""))

    def test_what_must_not_occur_and_does_fails_at_once(self, play: Playbook) -> None:
        play.ready_for("T2")
        play.launch("T2.S3")
        play.audit("TRADE_REJECTED", side="SELL").gives(
            like(SENSED, criterion="T2.C4", verdict="FAIL", cause="...must not occur")
        )

    def test_vetoes_of_one_kind_do_not_fill_the_state(self, play: Playbook) -> None:
        play.ready()
        for offset in range(200):
            play.see(seen.AuditSeen(offset, "", "", "", {}, "audit", "no JSON"))
        assert len(play.state.findings) == 20
        play.audit("KILL_SWITCH_ACTIVATED")
        play.audit("TRADE_APPROVED", side="BUY").gives(like(steps.FindingNoted, source="invariant"))


REJECTED_ANYWHERE = check(
    "audit",
    0,
    event="TRADE_REJECTED",
    where__reason="kill_switch_active",
    contrary__event="TRADE_APPROVED",
    contrary__side="BUY",
    contrary__switch="on",
)


def step_zero(*checks: Check) -> RunbookTest:
    """A test whose criteria any of its three steps may show."""
    return RunbookTest(
        "T1",
        1,
        "Loose",
        AT,
        steps=(step("T1.S1", "one"), step("T1.S2", "two"), step("T1.S3")),
        criteria=tuple(criterion(f"T1.C{n}", f"c{n}", each) for n, each in enumerate(checks, 1)),
    )


class TestAnyStep:
    def test_any_steps_output_may_show_it(self, make: Make) -> None:
        play = make([step_zero(check("output", 0, pattern="^yes"))]).ready_for("T1")
        play.do("T1.S1", "yes").holds(like(SENSED, verdict="PASS", cause="step 1.1 shows yes"))

    def test_none_shows_it_after_the_last(self, make: Make) -> None:
        play = make([step_zero(check("output", 0, pattern="^yes"))]).ready_for("T1")
        play.do("T1.S1", "no").lacks(SENSED)
        play.do("T1.S2", "no").lacks(SENSED)
        play.do("T1.S3").gives(
            steps.StepEnded, like(SENSED, verdict="FAIL", cause="no step's output shows ^yes")
        )

    def test_a_step_that_was_not_done_leaves_it_open_what_it_would_have_shown(self, make: Make) -> None:
        play = make([step_zero(check("output", 0, pattern="^yes"))]).ready_for("T1")
        play.do("T1.S1", "no")
        play.do("T1.S2", "no")
        play.ask(intents.SkipStep("T1.S3", "x")).holds(like(SENSED, verdict="NOT VERIFIED"))

    def test_the_clock_starts_when_the_last_step_is_over_even_if_that_one_is_skipped(
        self, make: Make
    ) -> None:
        play = make([step_zero(check("audit", 0, event="X"))]).ready_for("T1")
        play.do("T1.S1").lacks(SetDeadline)
        play.do("T1.S2").lacks(SetDeadline)
        skipped = play.ask(intents.SkipStep("T1.S3", "x")).holds(SetDeadline)
        play.ask(intents.EndTest("T1")).refused("audit X")
        play.time_out(skipped)[0].gives(like(SENSED, verdict="FAIL"))
        play.ask(intents.EndTest("T1")).holds(steps.TestEnded)

    def test_where_nothing_was_done_nothing_is_waited_for(self, make: Make) -> None:
        play = make([step_zero(check("audit", 0, event="X"))]).ready_for("T1")
        for name in ("T1.S1", "T1.S2", "T1.S3"):
            play.ask(intents.SkipStep(name, "x")).lacks(SetDeadline)
        play.ask(intents.EndTest("T1")).holds(like(SENSED, verdict="NOT VERIFIED"))

    def test_a_clock_of_before_another_attempt_means_nothing(self, make: Make) -> None:
        play = make([step_zero(check("audit", 0, event="X"))]).ready_for("T1")
        play.do("T1.S1")
        play.do("T1.S2")
        first = play.do("T1.S3")
        play.launch("T1.S2", again=True)
        assert [g.things for g in play.time_out(first)] == [()]
        second = play.finish("T1.S2").holds(SetDeadline)
        assert [g.things for g in play.time_out(first)] == [()]
        play.time_out(second)[0].gives(like(SENSED, verdict="FAIL"))


class TestOutput:
    @pytest.mark.parametrize(
        ("output", "exit_status", "verdict"),
        [
            ("Risk status: fine", 0, "PASS"),
            ("Risk status: fine", 1, "FAIL"),
            ("nothing of it", 0, "FAIL"),
            ("", 0, "FAIL"),
            ("Risk status: fine\nTraceback (most recent call last):\n", 0, "FAIL"),
            ("2025-10-09 10:00:00 - bot - INFO - Risk status: fine", 0, "FAIL"),
            ("x2025-10-09 10:00:00,123 - a - b - WARNING - Risk status", 0, "FAIL"),
            (f"Risk {HEARTBEAT}\nRisk status", 0, "PASS"),
        ],
    )
    def test_what_a_step_printed(self, play: Playbook, output: str, exit_status: int, verdict: str) -> None:
        play.ready_for("T1")
        play.do("T1.S1", output, exit_status).holds(like(SENSED, criterion="T1.C1", verdict=verdict))

    def test_a_background_bots_log_ticks_nothing(self, play: Playbook) -> None:
        play.ready_for("T4")
        play.do("T4.S1", f"{HEARTBEAT}\n{HEARTBEAT}\nno positions").lacks(SENSED)

    def test_a_steps_own_log_line_counts_where_the_check_says_so(self, play: Playbook) -> None:
        play.ready_for("T2")
        line = "2025-10-09 10:00:00 - risk - WARNING - SWITCH DEACTIVATED"
        play.do("T2.S2", line).holds(like(SENSED, criterion="T2.C2", verdict="PASS"))

    def test_and_so_does_one_that_says_the_contrary(self, play: Playbook) -> None:
        play.ready_for("T2")
        line = "2025-10-09 10:00:00 - risk - WARNING - was not active\nSWITCH DEACTIVATED"
        play.do("T2.S2", line).holds(like(SENSED, criterion="T2.C2", verdict="FAIL"))

    def test_an_exit_status_alone_passes_nothing(self, make: Make) -> None:
        one = RunbookTest(
            "T1",
            1,
            "x",
            AT,
            steps=(step("T1.S1", "true"),),
            criteria=(
                criterion("T1.C1", "c", check("exit", 1, code=0)),
                criterion("T1.C2", "d", check("exit")),
            ),
        )
        play = make([one]).ready_for("T1")
        answer = play.do("T1.S1")
        assert [e.verdict for e in answer.of(SENSED)] == ["NOT VERIFIED", "NOT VERIFIED"]

    def test_only_the_steps_own_line_ends_it(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.RunStep("T1.S1"))
        play.see(seen.GuardSpoke("T1.S1#1", True, token="t"))
        play.command("ls", "Risk status").lacks(steps.StepEnded)
        play.command("echo step 1.1 x", "Risk status").lacks(steps.StepEnded)
        play.command("step 1.1", "Risk status").holds(steps.StepEnded)
        play.command("step 1.1", "nothing").lacks(steps.StepEnded)

    def test_a_line_that_ran_into_what_stood_at_the_prompt_is_unknown(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.RunStep("T1.S1"))
        play.see(seen.GuardSpoke("T1.S1#1", True, token="t"))
        play.command("rm -i step 1.1", "Risk status").holds(
            like(steps.StepUnknown, detail="...rm -i step 1.1")
        )
        assert play.verdict("T1.C1") == ""

    def test_the_console_must_show_it_and_not_the_file_alone(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S2")
        play.log("ACTIVATED")
        assert play.verdict("T1.C2") == "PASS"
        play.finish("T1.S2", "").holds(like(SENSED, criterion="T1.C2", verdict="FAIL"))

    def test_own_lines_keeps_everything_that_is_no_record(self) -> None:
        text = f"a\n{HEARTBEAT}\nb {HEARTBEAT}\n2025-10-09 no record\n"
        assert own_lines(text) == "a\n\nb \n2025-10-09 no record\n"


class TestAbsence:
    def at_end(self, play: Playbook) -> steps.CriterionSensed:
        play.do("T2.S1")
        play.do("T2.S2", "SWITCH DEACTIVATED")
        play.time_out(play.do("T2.S3"))
        ended = play.ask(intents.EndTest("T2"))
        found: steps.CriterionSensed = next(e for e in ended.of(SENSED) if e.criterion == "T2.C4")
        return found

    def test_proves_something_where_the_source_was_read(self, play: Playbook) -> None:
        found = self.at_end(play.ready_for("T2"))
        assert found.verdict == "PASS"
        assert found.evidence is not None
        assert found.evidence.file == "logs/audit_trail.jsonl"

    @pytest.mark.parametrize(
        "trouble",
        [box.SourceDown("audit", "permission denied"), box.SourceMarked("audit", "missing", 0, "gone")],
    )
    def test_proves_nothing_where_it_was_not(self, play: Playbook, trouble: Event) -> None:
        play.ready_for("T2")
        play.record(trouble)
        assert self.at_end(play).verdict == "NOT VERIFIED"

    def test_proves_nothing_of_a_step_that_was_not_done(self, play: Playbook) -> None:
        play.ready_for("T2")
        ended = play.ask(intents.EndTest("T2"))
        assert {e.criterion: e.verdict for e in ended.of(SENSED)} == {
            "T2.C1": "SKIPPED",
            "T2.C2": "SKIPPED",
            "T2.C3": "SKIPPED",
            "T2.C4": "SKIPPED",
        }

    def test_a_deadline_with_the_source_down_is_not_a_fail(self, play: Playbook) -> None:
        play.ready_for("T2")
        ended = play.do("T2.S3")
        play.record(box.SourceDown("audit", "permission denied"))
        play.time_out(ended)[0].gives(like(SENSED, verdict="NOT VERIFIED", cause="...permission denied"))


class TestDeviations:
    def finish(self, play: Playbook) -> tuple[str, str]:
        play.audit("KILL_SWITCH_DEACTIVATED")
        for name in ("T2.S1", "T2.S2", "T2.S3"):
            if play.status(name) == "pending":
                play.time_out(play.do(name, "SWITCH DEACTIVATED"))
        play.ask(intents.EndTest("T2"))
        return play.verdict("T2.C1"), play.state.criteria["T2.C1"].cause

    def test_none_is_a_pass(self, play: Playbook) -> None:
        assert self.finish(play.ready_for("T2"))[0] == "PASS"

    def test_what_a_person_notes_is_one(self, play: Playbook) -> None:
        play.ready_for("T2")
        play.ask(intents.AddDeviation("used another terminal", "tmux died"))
        assert self.finish(play) == ("FAIL", "1 deviation: used another terminal")

    def test_a_step_again_is_one(self, play: Playbook) -> None:
        play.ready_for("T2")
        play.do("T2.S1")
        play.do("T2.S1", again=True)
        assert self.finish(play)[0] == "FAIL"

    def test_order_is_one(self, play: Playbook) -> None:
        play.ready_for("T2")
        play.do("T2.S2", "SWITCH DEACTIVATED")
        assert play.deviations()[-1] == "step 2.2 begun before step 2.1"
        assert self.finish(play)[0] == "FAIL"

    def test_those_of_an_earlier_attempt_at_the_test_do_not_count(self, play: Playbook) -> None:
        play.ready_for("T2")
        play.ask(intents.AddDeviation("x"))
        self.finish(play)
        play.begin("T2")
        assert "Test 2 attempted again after FAIL" in play.deviations()
        assert self.finish(play)[0] == "PASS"

    def test_steps_that_were_not_done_follow_no_procedure(self, play: Playbook) -> None:
        play.ready_for("T2")
        play.do("T2.S1")
        play.ask(intents.EndTest("T2"))
        assert play.verdict("T2.C1") == "SKIPPED"


class TestProbes:
    def test_one_that_never_answers_ends_with_its_clock(self, play: Playbook) -> None:
        play.ready_for("T3")
        asked = play.do("T3.S1").holds(AskProbe, SetDeadline)
        play.time_out(asked)[0].gives(like(SENSED, verdict="NOT VERIFIED"))

    def test_an_answer_of_an_earlier_attempt_settles_nothing(self, play: Playbook) -> None:
        play.ready_for("T3")
        first = play.do("T3.S1")
        play.launch("T3.S1", again=True)
        play.answer_probe(first).gives()
        second = play.finish("T3.S1")
        play.answer_probe(first).gives()
        play.answer_probe(second, "FAIL").gives(like(SENSED, verdict="FAIL"))

    def test_what_it_found_beside_is_a_fact_in_any_case(self, play: Playbook) -> None:
        play.ready()
        fact = box.PositionsCompared("exchange", equal=True)
        play.see(seen.Probed("T3.C5", "PASS", "late", events=(fact,))).gives(box.PositionsCompared)
        play.see(seen.Probed("T9.C1", "PASS", "nobody", events=(fact,))).gives(box.PositionsCompared)

    def test_damage_vetoes_even_when_it_is_found_too_late(self, play: Playbook) -> None:
        play.ready()
        late = seen.Probed("T3.C7", "FAIL", "page 3 is damaged", veto="database")
        play.see(late).gives(
            like(steps.FindingNoted, veto=True, source="database", test="T3"), EmergencySensed
        )
        play.see(late).gives()

    def test_a_word_that_is_no_verdict_is_never_a_pass(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.answer_probe(play.do("T3.S1"), "SPLENDID")
        assert play.verdict("T3.C1") == "UNKNOWN"
        play.do("T3.S1", again=True)
        play.see(seen.Probed("T3.C1", "", "nothing"))
        assert play.verdict("T3.C1") == "NOT VERIFIED"


def test_damage_is_told_with_its_file_and_where_it_was_found(play: Playbook) -> None:
    play.ready_for("T3")
    (asked, _) = (each for each in play.do("T3.S5").of(AskProbe))
    shown = steps.Evidence("audit", "logs/audit_trail.jsonl")
    found = seen.Probed(asked.criterion, "FAIL", "it is torn", shown, attempt=asked.attempt, veto="audit")
    play.see(found)
    assert play.findings() == ["logs/audit_trail.jsonl: it is torn (found after step 3.5)"]
