"""Emergencies: sensed once, offered, gone through item by item; what they spoil is named, and no more."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import ANN, BOB, BOT, BTC, Answer, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.effects import (
    AimSignal,
    AskProbe,
    CheckEmergency,
    InterruptShell,
    LookEmergency,
    RunInShell,
    SendSignal,
    SetDeadline,
)
from thunes_tui.drill.emergency_blocks import block
from thunes_tui.drill.emergency_catalogue import PROCEDURES
from thunes_tui.drill.emergency_results import action_items
from thunes_tui.drill.timeline import rows
from thunes_tui.emergency_observations import (
    BotStalled,
    DamageFound,
    EmergencyChecked,
    EmergencyLooked,
)
from thunes_tui.events import box, signals, steps
from thunes_tui.events import emergency as events

SENSED, OPENED = events.EmergencySensed, events.EmergencyOpened
STARTED, ENDED = events.EmergencyItemStarted, events.EmergencyItemEnded
MALFORMED = "positions.db: database disk image is malformed"
PATHS = {"database": "/p/data/positions.db", "audit": "/p/logs/audit_trail.jsonl", "project": "/p"}


@pytest.fixture(autouse=True)
def paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a project that has a database and an audit trail."""
    from tests.drill import playbook

    more = {**PATHS, "alert_failed_pattern": "Telegram alert failed", "restart_command": "python bot.py &"}
    monkeypatch.setattr(playbook, "PATHS", {**playbook.PATHS, **more})


def damaged(play: Playbook) -> Answer:
    return play.see(seen.PositionsSeen(problem=MALFORMED))


def opened(play: Playbook, kind: str) -> Playbook:
    play.ask(intents.OpenEmergency(kind)).holds(OPENED)
    return play


def answer(play: Playbook, asked: Answer, **members: object) -> Answer:
    """The server's answer to what an item was to be looked at for."""
    (effect,) = asked.of(CheckEmergency)
    given = {"token": "t0", "confirmed": effect.confirmed, **members}
    return play.see(EmergencyChecked(effect.asked_for, True, (), **given))


def run(play: Playbook, kind: str, item: str, output: str = "", exit_status: int = 0) -> Answer:
    """A block from asking to its end."""
    answer(play, play.ask(intents.RunEmergencyItem(kind, item))).holds(STARTED, RunInShell)
    place = PROCEDURES[kind].place(item)
    number = play.state.emergencies.handled[0].number
    return play.command(f"step E{number}.{place}", output, exit_status)


class TestSensing:
    def test_damage_of_the_database_is_sensed_once_and_vetoes_once(self, play: Playbook) -> None:
        play.ready_for("T3")
        damaged(play).gives(
            box.PositionsRead,
            like(SENSED, kind="database", number=1, test="T3"),
            like(steps.FindingNoted, veto=True, source="database"),
        )
        play.see(seen.PositionsSeen(BTC)).gives(box.PositionsRead)
        damaged(play).gives(box.PositionsRead)
        assert len(play.findings()) == 1

    def test_a_locked_database_is_no_damaged_one(self, play: Playbook) -> None:
        play.ready()
        play.see(seen.PositionsSeen(problem="uncommitted transaction present")).gives(box.PositionsRead)

    def test_a_database_that_was_there_and_is_gone_is_sensed(self, play: Playbook) -> None:
        play.ready()
        play.see(seen.PositionsSeen(problem="no database at /p/x")).holds(like(SENSED, kind="database"))

    def test_damage_from_before_the_session_vetoes_and_is_offered(self, play: Playbook) -> None:
        play.see(DamageFound("audit", "the audit trail is damaged at byte 40, line 2")).gives(
            like(steps.FindingNoted, veto=True, source="audit"), like(SENSED, kind="audit", test="")
        )

    def test_damage_of_the_audit_trail_is_one_veto_and_one_emergency(self, play: Playbook) -> None:
        play.ready_for("T1")
        bad = seen.AuditSeen(500, "a0" * 32, "", "", {}, "audit", "no JSON")
        play.see(bad).gives(like(steps.FindingNoted, veto=True), like(SENSED, kind="audit"))
        assert len(play.findings()) == 1

    def test_the_pre_flights_telegram_and_no_missing_configuration(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.RunPreflight())
        run = play.state.preflight.run
        section = seen.SectionSensed(run, 2, "Telegram", "native", "FAIL", "TELEGRAM_CHAT_ID not set")
        play.see(section).lacks(SENSED)
        section = seen.SectionSensed(
            run, 2, "Telegram", "native", "FAIL", "Telegram was not reached: refused"
        )
        play.see(section).holds(like(SENSED, kind="telegram", outage=True))

    def test_the_bots_own_word_that_an_alert_could_not_be_sent(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.log("Telegram alert failed after 5.00 s: not reached", "ERROR").holds(
            like(SENSED, kind="telegram", source="log", outage=True, criteria=("T1.C3",))
        )
        play.log("Telegram alert failed after 5.00 s: not reached", "ERROR").lacks(SENSED)

    def test_what_the_log_held_before_the_drill_is_no_sign(self, play: Playbook) -> None:
        play.ready()
        play.log("Telegram alert failed after 5.00 s", "ERROR", replayed=True).lacks(SENSED)

    def test_a_hang_of_the_bot_that_lives_and_of_no_other(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.see(BotStalled(1, 2, "has stood still", 7)).gives()
        play.see(BotStalled(4711, 100, "has stood still", 7)).gives(like(SENSED, kind="hang", criteria=()))
        play.see(BotStalled(4711, 100, "has stood still", 7)).gives()

    def test_a_bot_that_the_console_froze_does_not_hang(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.SignalProcess(4711, 100, "freeze"))
        play.see(seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader"))
        play.ask(intents.ConfirmSignal(1, "paper_trader"))
        again = seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader", confirmed=True)
        play.see(again).holds(SendSignal)
        play.see(seen.SignalTold(1, 19, "sent"))
        play.see(seen.SignalTold(1, 19, "frozen"))
        play.see(BotStalled(4711, 100, "has stood still", 7)).gives()

    def test_nobody_waits_for_a_bot_in_a_pause(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.PauseDrill("lunch"))
        play.see(BotStalled(4711, 100, "has been silent", 7)).gives()
        play.ask(intents.ResumeDrill())
        play.see(BotStalled(4711, 100, "has been silent", 7)).holds(like(SENSED, kind="hang"))

    def test_a_false_alarm_is_not_raised_again_and_another_one_is(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.see(BotStalled(4711, 100, "has been silent", 7)).holds(SENSED)
        play.ask(intents.CloseEmergency("hang", "false alarm", "a quiet market")).gives(
            events.EmergencyClosed
        )
        play.see(BotStalled(4711, 100, "has been silent", 7)).gives()
        play.see(BotStalled(4711, 100, "has been silent", 99)).holds(like(SENSED, number=2))

    def test_several_are_ordered_by_severity(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.log("Telegram alert failed", "ERROR")
        play.see(BotStalled(4711, 100, "has stood still", 7))
        damaged(play)
        assert [each.kind for each in play.state.emergencies.active] == ["database", "hang", "telegram"]

    def test_a_watch_senses_nothing(self, make: Make) -> None:
        make(mode="watch").see(DamageFound("audit", "damaged")).gives()


class TestWhatItSpoils:
    def test_a_missing_alert_is_telegrams_doing_only_where_telegram_is_silent(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S2", "ACTIVATED")
        (asked,) = play.see(seen.DeadlinePassed("T1.C3", 1)).of(AskProbe)
        cause = "Telegram silent (not reached): no alert"
        play.see(seen.Probed("T1.C3", "NOT VERIFIED", cause, attempt=asked.attempt)).gives(
            like(steps.CriterionSensed, verdict="NOT VERIFIED"), like(SENSED, kind="telegram", outage=True)
        )

    def test_where_telegram_answers_it_is_a_fail_of_the_bot_and_the_checklist_is_offered(
        self, play: Playbook
    ) -> None:
        play.ready_for("T1")
        play.do("T1.S2", "ACTIVATED")
        play.phone_answers(play.see(seen.DeadlinePassed("T1.C3", 1))).gives(
            like(steps.CriterionSensed, verdict="FAIL"),
            like(SENSED, kind="telegram", outage=False, criteria=()),
        )
        assert play.verdict("T1.C3") == "FAIL"

    def test_while_telegram_is_silent_the_other_criteria_stand(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S1", "Risk status")
        play.log("Telegram alert failed", "ERROR").holds(SENSED)
        play.launch("T1.S2")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
        play.log("ACTIVATED")
        play.time_out(play.finish("T1.S2", "ACTIVATED"))
        assert [play.verdict(f"T1.C{n}") for n in (1, 2, 3, 6)] == ["PASS", "PASS", "NOT VERIFIED", "PASS"]
        assert play.state.criteria["T1.C3"].cause.startswith("Telegram silent (emergency 1)")

    def test_an_alert_that_came_all_the_same_stands(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.log("Telegram alert failed", "ERROR").holds(SENSED)
        play.launch("T1.S2")
        play.alert()
        assert play.verdict("T1.C3") == "PASS"

    def test_after_the_workaround_alerts_stay_not_verified_and_are_not_sensed_again(
        self, play: Playbook
    ) -> None:
        play.ready_for("T1")
        play.log("Telegram alert failed", "ERROR").holds(SENSED)
        play.ask(intents.CloseEmergency("telegram", "workaround", "by the log")).holds(events.EmergencyClosed)
        play.log("Telegram alert failed", "ERROR").lacks(SENSED)
        play.time_out(play.do("T1.S2", "ACTIVATED"))
        assert play.verdict("T1.C3") == "NOT VERIFIED"

    def test_a_damaged_database_spoils_positions_and_its_own_check_still_fails(self, play: Playbook) -> None:
        play.ready_for("T3")
        damaged(play)
        play.answer_probe(play.do("T3.S1"))
        assert play.verdict("T3.C1") == "PASS"
        play.see(seen.Probed("T3.C7", "FAIL", "page 3", veto="database", attempt=0))
        touched = play.state.emergencies.active[0].criteria
        assert set(touched) == {"T3.C5", "T3.C7", "T4.C3"}

    def test_what_had_evidence_before_stays(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S2")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
        play.see(seen.AuditSeen(900, "a0" * 32, "", "", {}, "audit", "no JSON")).holds(SENSED)
        play.finish("T1.S2", "ACTIVATED")
        play.launch("T1.S4")
        play.audit("TRADE_APPROVED", side="SELL")
        assert (play.verdict("T1.C6"), play.verdict("T1.C5")) == ("PASS", "NOT VERIFIED")

    def test_a_buy_that_slips_through_fails_on_a_damaged_trail_too(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S2", "ACTIVATED")
        play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
        play.see(seen.AuditSeen(900, "a0" * 32, "", "", {}, "audit", "no JSON")).holds(SENSED)
        play.launch("T1.S4")
        play.audit("TRADE_APPROVED", side="BUY")
        assert play.verdict("T1.C4") == "FAIL"

    def test_a_person_overrides_with_a_reason(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.log("Telegram alert failed", "ERROR").holds(SENSED)
        play.time_out(play.do("T1.S2", "ACTIVATED"))
        play.ask(intents.DecideCriterion("T1.C3", "PASS")).refused("needs a reason")
        play.ask(intents.DecideCriterion("T1.C3", "PASS", "it came by mail"))
        assert play.verdict("T1.C3") == "PASS"

    def test_damage_vetoes_whatever_became_of_it(self, play: Playbook) -> None:
        play.ready_for("T3")
        damaged(play)
        opened(play, "database")
        for item in PROCEDURES["database"].items:
            play.ask(intents.SkipEmergencyItem("database", item.id, "done by the bot's owner"))
        play.ask(intents.CloseEmergency("database", "mended", "restored"))
        outcome = decide_outcome(play.state)
        assert outcome.decision == "NO-GO"
        assert len(outcome.vetoes) == 1
        assert any("root cause of the database damage" in action for action in outcome.actions)


class TestChecklist:
    def test_it_can_be_opened_although_nothing_was_sensed(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.OpenEmergency("audit")).gives(like(OPENED, kind="audit", number=1, test="T1"))
        play.ask(intents.OpenEmergency("audit")).refused("opened it already")
        play.ask(intents.OpenEmergency("flood")).refused("there is no emergency")
        assert play.findings() == []

    def test_a_witness_sees_it_and_may_not_touch_it(self, play: Playbook) -> None:
        play.ready()
        play.ask(intents.OpenEmergency("audit"), BOB).refused("a witness may not")

    def test_a_block_runs_through_guard_and_shell_and_its_end_is_on_record(self, play: Playbook) -> None:
        opened(play.ready(), "audit")
        evidence = (("logs/audit_trail.jsonl", 40, "ab" * 32),)
        asked = play.ask(intents.RunEmergencyItem("audit", "validate"))
        asked.gives(events.EmergencyItemRequested, CheckEmergency)
        answer(play, asked, evidence=evidence).gives(
            box.GuardAnswered,
            like(STARTED, item="validate", token="t0", evidence=evidence),
            like(RunInShell, name="E1.1", token="t0"),
        )
        play.command("step E1.1", "Line 4 corrupted: x\n9 lines, 1 corrupted\n", 1).holds(
            like(ENDED, outcome="failed", exit=1, detail="Line 4 corrupted: x; 9 lines, 1 corrupted"),
            like(SENSED, kind="audit", source="emergency"),
            like(steps.FindingNoted, veto=True, source="audit"),
        )

    def test_a_condition_that_does_not_hold_refuses_it(self, play: Playbook) -> None:
        opened(play.ready(), "database")
        asked = play.ask(intents.RunEmergencyItem("database", "restore"))
        assert asked.of(CheckEmergency)[0].needs == ("closed", "absent", "backup")
        answer(play, asked, problem="the bot has the database in use, pid 4711").gives(
            box.GuardAnswered, like(ENDED, outcome="refused", detail="...in use, pid 4711")
        )

    def test_what_takes_a_file_away_waits_for_its_word_and_is_looked_at_again(self, play: Playbook) -> None:
        opened(play.ready(), "database")
        victims = ("data/positions.db is moved away: the database",)
        asked = play.ask(intents.RunEmergencyItem("database", "aside"))
        answer(play, asked, confirm="positions.db", victims=victims).gives(
            box.GuardAnswered, like(events.EmergencyItemHeld, confirm="positions.db", victims=victims)
        )
        play.ask(intents.ConfirmEmergencyItem("database", "aside", "yes")).refused("typing positions.db")
        again = play.ask(intents.ConfirmEmergencyItem("database", "aside", "positions.db"))
        again.holds(like(CheckEmergency, confirmed=True))
        answer(play, again, confirm="positions.db", victims=victims, problem="the bot lives").holds(
            like(ENDED, outcome="refused")
        )

    def test_not_proven_refuses_and_vetoes(self, play: Playbook) -> None:
        opened(play.ready(), "audit")
        (effect,) = play.ask(intents.RunEmergencyItem("audit", "validate")).of(CheckEmergency)
        play.see(EmergencyChecked(effect.asked_for, False, ("a live key",))).holds(
            like(ENDED, outcome="refused"), like(steps.FindingNoted, veto=True, source="guard")
        ).lacks(RunInShell)

    def test_one_thing_at_a_time_in_the_shell(self, play: Playbook) -> None:
        opened(play.ready_for("T1"), "audit")
        play.launch("T1.S1")
        play.ask(intents.RunEmergencyItem("audit", "validate")).refused("busy with")
        play.finish("T1.S1", "Risk status")
        play.ask(intents.RunEmergencyItem("audit", "validate")).holds(CheckEmergency)
        play.ask(intents.RunStep("T1.S2")).refused("audit damage, item 1 of its checklist")
        play.ask(intents.RunEmergencyItem("audit", "locking")).refused("busy with")

    def test_a_hold_and_a_pause_stop_the_drill_and_not_the_emergency(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.ask(intents.Hold("look at this"), BOB)
        play.ask(intents.PauseDrill("an incident"))
        opened(play, "audit")
        play.ask(intents.RunStep("T1.S1")).refused("paused")
        run(play, "audit", "validate").holds(like(ENDED, outcome="done"))

    def test_an_abort_that_is_being_confirmed_stops_it_too(self, play: Playbook) -> None:
        opened(play.ready_for("T1"), "audit")
        play.ask(intents.OpenAbort())
        play.ask(intents.RunEmergencyItem("audit", "validate")).refused("about to abort")

    def test_the_running_test_goes_on_and_nothing_typed_is_its_deviation(self, play: Playbook) -> None:
        opened(play.ready_for("T1"), "audit")
        run(play, "audit", "locking")
        play.command("ls logs", "")
        assert play.deviations() == []
        assert play.state.running_test is not None
        assert any("ls logs" in r.text for r in play.state.remarks)

    def test_the_stop_ladder_is_the_same_as_from_the_processes(self, play: Playbook) -> None:
        opened(play.ready_for("T1"), "hang")
        play.ask(intents.RunEmergencyItem("hang", "stop")).gives(
            like(signals.SignalRequested, pid=4711, how="stop"), STARTED, AimSignal
        )
        play.see(seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader"))
        play.ask(intents.ConfirmSignal(1, "paper_trader"))
        again = seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader", confirmed=True)
        play.see(again).holds(SendSignal)
        play.see(seen.SignalTold(1, 15, "sent"))
        play.see(seen.SignalTold(1, 15, "dead", "by SIGTERM")).holds(
            signals.SignalEnded, like(ENDED, item="stop", outcome="done")
        )
        play.see(seen.BotGone(4711, 100, None, 15))
        assert (play.deviations(), play.findings()) == ([], [])

    def test_a_bot_that_was_forced_has_not_recovered_by_itself(self, play: Playbook) -> None:
        opened(play.ready_for("T3"), "hang")
        run(play, "hang", "pkill")
        play.see(seen.BotGone(4711, 100, None, 9))
        play.launch("T3.S2")
        play.ask(intents.CloseEmergency("hang", "not mended", "it hangs again"))
        play.finish("T3.S2")
        spoilt = {c.id for c in play.state.plan[2].criteria if c.check and c.check.kind == "process"}
        for criterion in spoilt:
            play.see(seen.DeadlinePassed(criterion, 1))
        assert {play.verdict(c) for c in spoilt if play.verdict(c)} == {"NOT VERIFIED"}

    def test_healthy_is_one_bot_that_said_so(self, play: Playbook) -> None:
        opened(play.ready(), "hang")
        play.ask(intents.RunEmergencyItem("hang", "healthy")).gives(
            like(ENDED, outcome="failed", detail="...has not said that it is healthy")
        )
        play.log("Bot healthy")
        play.ask(intents.RunEmergencyItem("hang", "healthy")).gives(like(ENDED, outcome="done"))
        play.see(seen.BotFound("bot", 4712, 200, BOT.argv))
        play.ask(intents.RunEmergencyItem("hang", "healthy")).gives(like(ENDED, detail="2 bots run"))

    def test_telegram_is_looked_at_where_the_bot_asks(self, play: Playbook) -> None:
        opened(play.ready_for("T1"), "telegram")
        play.ask(intents.RunEmergencyItem("telegram", "reach")).gives(STARTED, LookEmergency)
        play.see(EmergencyLooked(1, "reach", 1, False, "127.0.0.1 was not reached")).gives(
            like(ENDED, outcome="failed"), like(SENSED, outage=True, criteria=("T1.C3",))
        )

    def test_mended_only_when_every_item_is_done_or_skipped(self, play: Playbook) -> None:
        opened(play.ready(), "audit")
        play.ask(intents.CloseEmergency("audit", "mended", "fine")).refused("item 1 is neither done")
        play.ask(intents.CloseEmergency("audit", "mended", "")).refused("needs a reason")
        play.ask(intents.CloseEmergency("audit", "workaround", "x")).refused("is closed as")
        run(play, "audit", "validate", "Line 2 corrupted", 1)
        run(play, "audit", "aside")
        run(play, "audit", "locking")
        play.ask(intents.TickEmergencyItem("audit", "verified", "fcntl and a thread lock"))
        play.ask(intents.CloseEmergency("audit", "mended", "a bad disk")).gives(
            like(events.EmergencyClosed, outcome="mended")
        )

    def test_skipping_wants_a_reason_and_ticking_for_the_console_a_word(self, play: Playbook) -> None:
        opened(play.ready(), "telegram")
        play.ask(intents.SkipEmergencyItem("telegram", "token", " ")).refused("needs a reason")
        play.ask(intents.TickEmergencyItem("telegram", "verify")).refused("say how")
        play.ask(intents.TickEmergencyItem("telegram", "workaround")).gives(like(ENDED, outcome="done"))
        play.ask(intents.RunEmergencyItem("telegram", "workaround")).refused("yours to do")

    def test_a_block_that_changed_since_it_was_shown_does_not_run(self, play: Playbook) -> None:
        opened(play.ready(), "audit")
        play.ask(intents.RunEmergencyItem("audit", "validate", "0" * 64)).refused("what was shown")

    def test_what_ran_when_the_shell_or_the_server_went_is_unknown(self, play: Playbook) -> None:
        opened(play.ready(), "audit")
        answer(play, play.ask(intents.RunEmergencyItem("audit", "validate"))).holds(STARTED)
        play.see(seen.ServerCameBack("boot")).holds(
            like(ENDED, outcome="unknown", detail="...the server died while it ran")
        )
        play.ask(intents.RunEmergencyItem("audit", "validate")).holds(
            like(events.EmergencyItemRequested, attempt=2)
        )

    def test_it_stands_in_the_timeline_and_among_the_action_items(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.log("Telegram alert failed", "ERROR")
        play.ask(intents.CloseEmergency("telegram", "workaround", "by the log"))
        labels = [row.label for row in rows(play.state)]
        assert "EMERGENCY 1: Telegram Alerts Stop Working" in labels
        assert "EMERGENCY 1 closed: workaround" in labels
        assert any("Telegram" in item for item in action_items(play.state))
        play.ask(intents.OpenEmergency("hang"), ANN)
        play.ask(intents.CloseEmergency("hang", "false alarm", "it was the network"))
        assert len(action_items(play.state)) == 1

    def test_a_bot_that_dies_while_it_is_aimed_at_is_stopped_all_the_same(self, play: Playbook) -> None:
        opened(play.ready_for("T1"), "database")
        play.ask(intents.RunEmergencyItem("database", "stop")).holds(AimSignal)
        play.see(seen.BotGone(4711, 100, 1, None))
        play.see(seen.Aimed(1, True, (), "t", problem="process 4711 is gone")).holds(
            like(signals.SignalEnded, outcome="refused"), like(ENDED, item="stop", outcome="done")
        )

    def test_an_abort_tells_its_running_block_to_end(self, play: Playbook) -> None:
        opened(play.ready_for("T1"), "audit")
        answer(play, play.ask(intents.RunEmergencyItem("audit", "validate"))).holds(RunInShell)
        play.ask(intents.OpenAbort())
        play.ask(intents.AbortDrill("abort", "x")).holds(like(InterruptShell, line="step E1.1"))
        play.command("step E1.1", "", 130).holds(like(ENDED, outcome="failed", exit=130))
        assert play.state.stops.abort.status == "aborted"


def test_on_a_real_phone_an_alert_that_nobody_confirms_is_offered_as_telegrams_and_no_verdict(
    make: Make,
) -> None:
    play = make(phone=False).ready_for("T1")
    ended = play.do("T1.S2", "ACTIVATED")
    (waits,) = [each for each in ended.of(SetDeadline) if each.criterion == "T1.C3"]
    play.wait(waits.seconds)
    play.see(seen.DeadlinePassed("T1.C3", waits.attempt)).gives(like(SENSED, kind="telegram", outage=False))
    assert play.verdict("T1.C3") == ""
    play.ask(intents.SeeAlert())
    assert play.verdict("T1.C3") == "FAIL"


def test_a_database_that_its_checklist_is_making_anew_is_no_further_damage(play: Playbook) -> None:
    opened(play.ready(), "database")
    for problem in ("no database at /p/x", "/p/x is empty: no database was ever written there"):
        play.see(seen.PositionsSeen(problem=problem)).gives(box.PositionsRead)


def test_an_item_that_was_refused_or_held_has_forced_nothing(play: Playbook) -> None:
    opened(play.ready_for("T3"), "hang")
    answer(play, play.ask(intents.RunEmergencyItem("hang", "restart")), problem="the bot lives")
    held = play.ask(intents.RunEmergencyItem("hang", "pkill"))
    answer(play, held, confirm="paper_trader", victims=("4711 bot",)).holds(events.EmergencyItemHeld)
    play.ask(intents.RunEmergencyItem("hang", "stop"))
    play.ask(intents.LeaveSignal(1)).holds(like(ENDED, item="stop", outcome="refused"))
    assert not play.state.emergencies.handled[0].in_force
    play.see(seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader"))


def test_a_ladder_that_was_left_after_its_first_signal_has_forced_the_bot(play: Playbook) -> None:
    opened(play.ready_for("T3"), "hang")
    play.ask(intents.RunEmergencyItem("hang", "stop"))
    play.see(seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader"))
    play.ask(intents.ConfirmSignal(1, "paper_trader"))
    again = seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader", confirmed=True)
    play.see(again).holds(SendSignal)
    play.ask(intents.LeaveSignal(1)).holds(like(ENDED, item="stop", outcome="failed"))
    assert play.state.emergencies.handled[0].in_force


def test_beside_a_silent_telegram_the_drill_goes_on_and_so_do_its_deviations(play: Playbook) -> None:
    opened(play.ready_for("T1"), "telegram")
    play.command("ls logs", "")
    play.ask(intents.SignalProcess(4711, 100, "stop"))
    play.see(seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader"))
    play.ask(intents.ConfirmSignal(1, "paper_trader"))
    play.see(seen.Aimed(1, True, (), "t", victims=("4711 bot",), confirm="paper_trader", confirmed=True))
    assert len(play.deviations()) == 2


def test_a_bot_that_the_checklist_restarted_and_that_dies_unasked_is_a_finding(play: Playbook) -> None:
    opened(play.ready_for("T1"), "hang")
    play.see(seen.BotGone(4711, 100, None, 9))
    assert play.findings() == []
    play.wait(5)
    play.see(seen.BotFound("bot", 4712, 200, BOT.argv))
    play.wait(30)
    play.see(seen.BotGone(4712, 200, 1, None))
    assert ["died unasked" in text for text in play.findings()] == [True]


def test_a_new_database_is_made_only_where_no_journal_of_the_old_one_lies(play: Playbook) -> None:
    opened(play.ready(), "database")
    for item in ("restore", "reinitialise"):
        asked = play.ask(intents.RunEmergencyItem("database", item))
        (effect,) = asked.of(CheckEmergency)
        assert "test ! -e /p/data/positions.db-journal\n" in effect.command
        answer(play, asked, problem="not now").holds(like(ENDED, outcome="refused"))


def test_an_audit_trail_that_is_not_there_is_not_a_damaged_one(play: Playbook, tmp_path: Path) -> None:
    opened(play.ready(), "audit")
    text = block(play.state, play.state.emergencies.handled[0], "validate", 1)
    text = text.replace(PATHS["audit"], str(tmp_path / "gone.jsonl"))
    ended = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (2, "")
    run(play, "audit", "validate", ended.stdout, ended.returncode).lacks(SENSED)


def test_a_stop_whose_signal_had_ended_when_the_server_died_is_not_on_its_way_for_ever(
    play: Playbook,
) -> None:
    opened(play.ready_for("T1"), "hang")
    play.ask(intents.RunEmergencyItem("hang", "stop"))
    play.record(signals.SignalEnded(1, "dead", "by SIGTERM", 20.0))
    play.see(seen.ServerCameBack("boot")).holds(like(ENDED, item="stop", outcome="done"))
    assert play.state.emergencies.at_work is None


def test_what_the_shell_says_of_its_jobs_is_no_word_of_the_items_block(play: Playbook) -> None:
    opened(play.ready(), "audit")
    printed = "Line 4 corrupted\n[1]+  Exit 1                  python src/live/paper_trader.py\n"
    run(play, "audit", "validate", printed, 1).holds(like(ENDED, detail="Line 4 corrupted"))
