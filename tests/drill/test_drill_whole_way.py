"""A whole drill by script: what people ask, what the box shows, and what the console makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import BOT, BTC, Answer, Like, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import (
    AskGuard,
    AskProbe,
    CloseShell,
    CompareRecovered,
    Effect,
    LookAround,
    RunInShell,
    SenseSections,
    SetDeadline,
    TakeBaseline,
)
from thunes_tui.drill.next import next_action
from thunes_tui.drill.results import results
from thunes_tui.events import box, drill, session, shell, steps, stops
from thunes_tui.events.base import Event
from thunes_tui.events.starts import StartJudged
from thunes_tui.runbook.bindings import bind
from thunes_tui.runbook.model import Test as RunbookTest
from thunes_tui.runbook.parse import parse

SENSED = steps.CriterionSensed


def passes(criterion: str) -> Like:
    return like(SENSED, criterion=criterion, verdict="PASS")


def test_a_drill_from_the_first_key_to_go(play: Playbook) -> None:
    play.see(seen.Joined(1, "ann", "driver")).gives(like(session.ClientJoined, client=1, role="driver"))
    play.record(shell.ShellOpened(8001, 80, 24))
    play.record(box.SourceOpened("audit", "audit"), box.SourceOpened("log", "log"))
    play.see(seen.GuardSpoke("start", True)).gives(like(box.GuardAnswered, proven=True))
    play.see(BOT).gives(like(box.ProcessBorn, role="bot", generation=1))
    play.see(seen.PositionsSeen(BTC)).gives(box.PositionsRead)
    before_the_tests(play)
    first_test(play)
    second_test(play)
    third_test(play)
    fourth_test(play)
    play.ask(intents.StartDocumentation()).gives(
        like(drill.PhaseEnded, phase="tests"), like(drill.PhaseStarted, phase="documentation")
    )
    play.ask(intents.FillField("T3", "Recovery time", "2.1")).gives(steps.FieldFilled)
    play.ask(intents.EndDrill()).gives(
        like(drill.PhaseEnded, phase="documentation"),
        like(stops.LeftSafeAsked, attempt=1, when="end"),
        like(
            drill.DrillEnded, decision="GO", passed=4, of=4, successful=True, authorised=True, not_verified=0
        ),
        LookAround,
        CloseShell,
    )
    assert [s.label for s in play.state.stamps] == [
        "START",
        "Pre-flight check complete",
        "Preparation complete, monitors set up",
        *(
            f"Test {test.number} {what}"
            for test in play.state.plan
            for what in (f"START ({test.title})", "COMPLETE")
        ),
        "Documentation START",
        "Documentation COMPLETE",
        "DRILL COMPLETE",
    ]


def before_the_tests(play: Playbook) -> None:
    play.ask(intents.StartPreparation()).refused("pre-flight has not passed")
    play.ask(intents.RunPreflight()).gives(
        drill.PhaseStarted,
        drill.PreflightStarted,
        AskGuard,
        SenseSections,
        like(RunInShell, name="preflight"),
    )
    for number in range(1, 9):
        play.see(seen.SectionSensed(1, number, "x", "native", "PASS")).gives(drill.PreflightSensed)
        play.see(seen.SectionSensed(1, number, "x", "script", "PASS")).gives(drill.PreflightSensed)
    play.see(seen.PreflightVerdict(1, "native", "PASS")).gives(drill.PreflightSpoke)
    play.see(seen.PreflightVerdict(1, "script", "PASS")).gives(
        drill.PreflightSpoke,
        like(drill.PreflightEnded, passed=True),
        like(drill.PhaseEnded, phase="preflight"),
    )
    play.ask(intents.TickPrerequisite(1)).gives(like(drill.PrerequisiteTicked, number=1, ticked=True))
    play.ask(intents.StartTest("T1")).refused("preparation has not begun")
    play.ask(intents.StartPreparation()).gives(like(drill.PhaseStarted, phase="preparation"))


def first_test(play: Playbook) -> None:
    play.ask(intents.StartTest("T1")).gives(
        like(drill.PhaseEnded, phase="preparation"),
        like(drill.PhaseStarted, phase="tests"),
        like(steps.TestStarted, test="T1", attempt=1),
        like(TakeBaseline, test="T1"),
    )
    play.see(seen.BaselineTaken("T1", 100, "ba5e", 3)).gives(like(steps.BaselineTaken, size=100))
    play.ask(intents.RunStep("T1.S1")).gives(
        like(steps.StepRequested, step="T1.S1", attempt=1),
        like(AskGuard, asked_for="T1.S1#1", command="show risk"),
    )
    play.see(seen.GuardSpoke("T1.S1#1", True, token="t0")).gives(
        box.GuardAnswered,
        like(steps.StepStarted, step="T1.S1", attempt=1, by_hand=False),
        like(RunInShell, name="1.1", text="show risk", token="t0"),
    )
    play.command("step 1.1", "Risk status: {...}").gives(
        shell.ShellEnded, like(steps.StepEnded, step="T1.S1", exit=0), passes("T1.C1")
    )
    play.launch("T1.S2")
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL: test").gives(
        like(box.KillSwitchSeen, who="audit", on=True), passes("T1.C6")
    )
    play.log("Kill-switch active: True").gives(box.BotLogged, like(box.KillSwitchSeen, who="4711", on=True))
    play.log("KILL-SWITCH ACTIVATED", "CRITICAL").gives(passes("T1.C2"))
    play.wait(1.5)
    play.alert().gives(like(box.AlertSeen, by_person=False), passes("T1.C3"))
    play.finish("T1.S2", "KILL-SWITCH ACTIVATED\nKill-switch active: True").gives(
        shell.ShellEnded, like(steps.StepEnded, differences=())
    )
    play.do("T1.S3").gives(like(steps.StepEnded, exit=None))
    play.launch("T1.S4")
    play.audit("TRADE_REJECTED", side="BUY", reason="kill_switch_active").gives(passes("T1.C4"))
    play.audit("TRADE_APPROVED", side="SELL").gives(passes("T1.C5"))
    play.finish("T1.S4").gives(shell.ShellEnded, steps.StepEnded)
    play.ask(intents.EndTest("T1")).gives(like(steps.TestEnded, verdict="PASS", cause=""))


def second_test(play: Playbook) -> None:
    play.begin("T2")
    play.do("T2.S1")
    play.launch("T2.S2")
    play.audit("KILL_SWITCH_DEACTIVATED", reason="DRILL").gives(like(box.KillSwitchSeen, on=False))
    play.finish("T2.S2", "2025-10-09 10:00:00 - risk - WARNING - KILL-SWITCH DEACTIVATED").gives(
        shell.ShellEnded, steps.StepEnded, passes("T2.C2")
    )
    play.launch("T2.S3")
    play.audit("TRADE_APPROVED", side="BUY").gives(passes("T2.C3"))
    play.finish("T2.S3")
    play.ask(intents.EndTest("T2")).gives(
        passes("T2.C1"), passes("T2.C4"), like(steps.TestEnded, verdict="PASS")
    )


def third_test(play: Playbook) -> None:
    play.begin("T3")
    saved = play.do("T3.S1").gives(
        shell.ShellEnded, steps.StepEnded, like(AskProbe, criterion="T3.C1"), SetDeadline
    )
    play.answer_probe(saved).gives(passes("T3.C1"))
    play.ask(intents.RunStep("T3.S2")).gives(
        like(steps.StepRequested, step="T3.S2", attempt=1),
        like(AskGuard, asked_for="T3.S2#1", command="pkill -9 -f paper_trader"),
    )
    victims = ("4711 bot: paper_trader",)
    play.see(seen.GuardSpoke("T3.S2#1", True, token="t1", victims=victims, confirm="paper_trader")).gives(
        box.GuardAnswered, like(steps.StepHeld, confirm="paper_trader", victims=victims)
    )
    play.ask(intents.ConfirmStep("T3.S2", "paper_trader")).gives(
        steps.StepRequested, like(AskGuard, asked_for="T3.S2#1!")
    )
    play.see(seen.GuardSpoke("T3.S2#1!", True, token="t2", victims=victims, confirm="paper_trader")).gives(
        box.GuardAnswered,
        like(steps.StepStarted, attempt=1, token="t2"),
        like(RunInShell, name="3.2", attempt="T3.S2#1", token="t2"),
    )
    play.started("step 3.2")
    play.see(seen.BotGone(4711, 100, signal=9)).gives(like(box.ProcessDied, signal=9), passes("T3.C2"))
    play.finish("T3.S2")
    play.launch("T3.S3")
    play.wait(1.0)
    play.see(seen.BotFound("bot", 4800, 900, "python")).gives(
        like(box.ProcessBorn, generation=2),
        like(box.RecoveryMeasured, part="command", error_s=0.01),
        like(box.RecoveryMeasured, part="pid", error_s=0.02),
    )
    play.wait(0.5)
    play.log("Starting").gives(box.BotLogged, like(box.RecoveryMeasured, part="log"))
    play.log("Bot healthy: yes").gives(
        box.BotHealthy,
        like(box.RecoveryMeasured, part="healthy"),
        passes("T3.C3"),
        passes("T3.C4"),
        like(CompareRecovered, before=BTC),
        like(SetDeadline, criterion="alive T3.S3", seconds=4.55),
    )
    play.audit("BOT_STARTED").gives(like(box.RecoveryMeasured, part="audit"))
    play.wait(4.5).finish("T3.S3").holds(like(StartJudged, verdict="PASS"))
    play.answer_probe(play.do("T3.S4")).gives(passes("T3.C5"))
    ended = play.do("T3.S5")
    for probe in ended.of(AskProbe):
        assert (probe.audit_size, probe.audit_sha256) == (100, "ba5e")
        play.see(seen.Probed(probe.criterion, "PASS", "sound", attempt=probe.attempt)).gives(SENSED)
    play.ask(intents.EndTest("T3")).gives(like(steps.TestEnded, verdict="PASS"))


def fourth_test(play: Playbook) -> None:
    play.begin("T4")
    play.do("T4.S1", "BTCUSDT: 0.001").gives(shell.ShellEnded, steps.StepEnded, passes("T4.C1"))
    play.answer_probe(play.do("T4.S2")).gives(passes("T4.C3"))
    play.ask(intents.DecideCriterion("T4.C2", "PASS")).gives(steps.CriterionDecided)
    play.ask(intents.EndTest("T4")).gives(like(steps.TestEnded, verdict="PASS"))


def test_a_rehearsal_walks_by_what_is_next_alone(make: Make) -> None:
    """`next_action` alone, on a box that shows nothing it was not asked for: no wait is for ever."""
    play = make(mode="rehearse").ready()
    for _ in range(80):
        action = next_action(play.state)
        if play.state.ending is not None:
            break
        assert action.intent is not None, action
        answer = play.ask(action.intent)
        assert not answer.decision.refused, answer.decision.refused
        serve(play, answer)
    ending = play.state.ending
    assert ending is not None
    assert (ending.decision, ending.passed, ending.authorised) == ("NO-GO", 0, False)
    assert {t.verdict for t in play.state.tests.values()} == {"FAIL", "NOT VERIFIED"}
    assert results(play.state, "r")["rehearsal"] is True


def serve(play: Playbook, answer: Answer) -> None:
    """The box does what it is asked, and nothing more: no audit record, no death, no alert."""
    things = list(answer.things)
    while things:
        thing = things.pop(0)
        more: tuple[Event | Effect, ...] = ()
        match thing:
            case AskGuard(asked_for=asked):
                more = play.see(seen.GuardSpoke(asked, True, token="t")).things
            case RunInShell(name=name):
                play.started(f"step {name}")
                more = play.ended("Risk status\nKILL-SWITCH ACTIVATED\nBTCUSDT: 1").things
            case AskProbe(criterion=criterion, attempt=attempt, doubt=doubt):
                verdict = "FAIL" if doubt else "PASS"
                play.see(seen.Probed(criterion, verdict, doubt or "sound", attempt=attempt))
            case SetDeadline(criterion=criterion, attempt=attempt):
                more = play.see(seen.DeadlinePassed(criterion, attempt)).things
            case _:
                pass
        things.extend(more)


DOCUMENT = Path(__file__).parents[2] / "thunes_tui/sandbox/project/scripts/disaster_recovery_drill.md"


@pytest.fixture(scope="module")
def real_plan() -> tuple[RunbookTest, ...]:
    runbook, problems = bind(parse(DOCUMENT.read_bytes(), str(DOCUMENT)), None, "")
    assert problems == ()
    return runbook.tests


def test_the_sandboxs_own_document_is_drilled_in_the_same_way(
    make: Make, real_plan: tuple[RunbookTest, ...]
) -> None:
    play = make(real_plan).ready_for("T1")
    play.do("T1.S1", "Risk status: {'kill_switch_active': False}")
    play.launch("T1.S2")
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL: Manual activation test")
    play.log("🛑 KILL-SWITCH ACTIVATED 🛑", "CRITICAL")
    play.alert("KILL-SWITCH ACTIVATED, Reason: DRILL")
    play.finish("T1.S2", "2025-10-09 10:42:15 - r - CRITICAL - KILL-SWITCH ACTIVATED")
    play.do("T1.S3")
    play.launch("T1.S4")
    play.audit("TRADE_REJECTED", side="BUY", reason="kill_switch_active")
    play.audit("TRADE_APPROVED", side="SELL")
    play.finish("T1.S4")
    play.do("T1.S5")
    play.ask(intents.EndTest("T1")).gives(like(steps.TestEnded, verdict="PASS"))
