"""A new server takes the journal up: nothing is repeated by itself, waits for ever, or is invented."""

from __future__ import annotations

import pytest

from tests.drill.playbook import BTC, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import AskGuard, AskProbe, FindDead, RunInShell, SetDeadline, TakeBaseline
from thunes_tui.drill.next import next_action
from thunes_tui.events import box, drill, session, shell, steps

SENSED = steps.CriterionSensed
BACK = seen.ServerCameBack("boot")


def back(play: Playbook, boot: str = "boot") -> object:
    """The old server is killed, a new one resumes the journal."""
    play.record(session.JournalResumed(1))
    return play.see(seen.ServerCameBack(boot))


def test_what_ran_is_unknown_and_never_repeated_by_itself(play: Playbook) -> None:
    play.ready_for("T1")
    play.launch("T1.S1")
    play.record(session.JournalResumed(1))
    play.see(BACK).gives(
        like(steps.StepUnknown, step="T1.S1", attempt=1), like(AskGuard, asked_for="resume"), FindDead
    ).lacks(RunInShell)
    play.ended("Risk status").lacks(SENSED)
    assert play.status("T1.S1") == "unknown"
    action = next_action(play.state)
    assert action.intent is None
    assert [key for key, _, _ in action.alternatives] == ["a"]
    play.ask(intents.RunStep("T1.S1")).refused("nobody knows whether step 1.1 ended")


def test_nothing_starts_before_the_guard_has_spoken_again(play: Playbook) -> None:
    play.ready_for("T1")
    back(play)
    assert not play.state.proven
    play.ask(intents.StartTest("T2")).refused("")
    play.see(seen.GuardSpoke("resume", True))
    play.do("T1.S1", "Risk status").holds(like(SENSED, verdict="PASS"))


@pytest.mark.parametrize("held", [False, True])
def test_what_was_asked_for_and_not_started_is_aborted(play: Playbook, held: bool) -> None:
    play.ready_for("T3")
    play.ask(intents.RunStep("T3.S2"))
    if held:
        play.see(seen.GuardSpoke("T3.S2#1", True, token="t", confirm="paper_trader"))
    back(play)
    assert play.status("T3.S2") == "aborted"
    play.see(seen.GuardSpoke("T3.S2#1", True, token="t")).gives(box.GuardAnswered)


def test_a_step_done_by_hand_goes_on(play: Playbook) -> None:
    play.ready_for("T1")
    play.launch("T1.S3")
    back(play)
    assert play.status("T1.S3") == "running"
    play.ask(intents.FinishStep("T1.S3")).gives(like(steps.StepEnded, exit=None))


def test_the_clocks_of_what_waits_begin_again(play: Playbook) -> None:
    play.ready_for("T1")
    play.do("T1.S2", "ACTIVATED")
    play.record(session.JournalResumed(1))
    answer = play.see(BACK)
    assert [(d.criterion, d.attempt) for d in answer.of(SetDeadline)] == [
        ("T1.C2", 1),
        ("T1.C3", 1),
        ("T1.C6", 1),
    ]
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL").holds(like(SENSED, criterion="T1.C6", verdict="PASS"))
    assert len([g for g in play.time_out(answer) if g.of(SENSED)]) == 2


def test_and_so_do_its_probes_with_those_of_steps_by_hand(play: Playbook) -> None:
    play.ready_for("T4")
    play.do("T4.S2").holds(like(AskProbe, criterion="T4.C3"))
    play.record(session.JournalResumed(1))
    again = play.see(BACK).holds(like(AskProbe, criterion="T4.C3", attempt=1), SetDeadline)
    play.answer_probe(again).gives(like(SENSED, verdict="PASS"))


def test_of_a_test_that_has_ended_nothing_begins_again(play: Playbook) -> None:
    play.ready_for("T4")
    play.ask(intents.EndTest("T4"))
    play.record(session.JournalResumed(1))
    play.see(BACK).gives(AskGuard, FindDead)


def test_output_that_was_not_judged_is_gone_and_says_so(play: Playbook) -> None:
    """The server died between the record of the step's end and that of its verdict."""
    play.ready_for("T1")
    play.launch("T1.S1")
    play.record(steps.StepEnded("T1.S1", 1, 0))
    play.record(session.JournalResumed(1))
    play.see(BACK).holds(
        like(SENSED, criterion="T1.C1", verdict="NOT VERIFIED", cause="...attempt the step again")
    )


def test_a_baseline_that_never_came_is_taken_again(play: Playbook) -> None:
    play.ready()
    play.ask(intents.StartTest("T3"))
    play.record(session.JournalResumed(1))
    play.see(BACK).holds(like(TakeBaseline, test="T3"))


def test_a_pre_flight_that_ran_has_not_passed(play: Playbook) -> None:
    play.see(seen.Joined(1, "ann", "driver"))
    play.record(shell.ShellOpened(1, 80, 24))
    play.ask(intents.RunPreflight())
    play.record(session.JournalResumed(1))
    play.see(BACK).holds(like(drill.PreflightEnded, passed=False))
    play.see(seen.PreflightVerdict(1, "script", "PASS")).gives()
    play.ask(intents.RunPreflight()).holds(like(drill.PreflightStarted, run=2))


def test_a_bot_that_died_meanwhile_is_found_dead_and_times_nothing(play: Playbook) -> None:
    play.ready_for("T3")
    play.launch("T3.S2")
    play.record(session.JournalResumed(1))
    play.see(BACK).holds(like(FindDead, processes=((4711, 100),)))
    play.see(seen.BotGone(4711, 100, unwatched=True)).gives(like(box.ProcessDied, unwatched=True))
    assert play.state.recovery.before == BTC
    play.see(seen.GuardSpoke("resume", True))
    play.ask(intents.SkipStep("T3.S2", "it is dead already"))
    play.ended()
    play.launch("T3.S3")
    play.see(seen.BotFound("bot", 4800, 900, "python")).lacks(box.RecoveryMeasured)
    play.log("Bot healthy").holds(
        like(SENSED, criterion="T3.C3", verdict="PASS", cause="alive and healthy; nobody saw when it died"),
        like(SENSED, criterion="T3.C4", verdict="NOT VERIFIED", cause="nobody saw when the bot died"),
    )
    assert not play.findings()


def test_no_process_outlives_its_boot(play: Playbook) -> None:
    play.ready()
    play.record(session.JournalResumed(1))
    play.see(seen.ServerCameBack("another boot")).gives(
        like(box.ProcessDied, pid=4711, unwatched=True, detail="the box was started anew"), AskGuard
    )
    play.see(seen.BotFound("bot", 300, 50, "python")).lacks(steps.FindingNoted)


def test_the_consoles_of_before_are_gone_and_the_hold_stays(play: Playbook) -> None:
    play.ready()
    play.ask(intents.Hold("lunch"))
    back(play)
    assert play.state.clients == {}
    assert play.state.hold == "lunch"
    play.see(seen.Joined(1, "eve", "driver"))


def test_what_ended_or_was_asked_for_while_nothing_was_recorded(play: Playbook) -> None:
    """The step is UNKNOWN, one that runs on goes on, and one asked for does not start by itself."""
    play.ready_for("T1")
    play.launch("T1.S1")
    play.see(seen.RecordingCameBack()).lacks(steps.StepUnknown)
    play.see(seen.RecordingCameBack(ended=True)).holds(like(steps.StepUnknown, step="T1.S1"))
    play.ended("Risk status")
    play.ask(intents.RunStep("T1.S2"))
    play.see(seen.RecordingCameBack()).holds(like(steps.StepAborted, step="T1.S2")).lacks(RunInShell)


def test_absence_proves_nothing_where_lines_were_not_recorded(play: Playbook) -> None:
    play.ready_for("T1")
    play.record(box.SourceOpened("audit", "a.jsonl"), box.SourceOpened("log", "b.log"))
    play.do("T1.S1", "Risk status")
    ended = play.do("T1.S2", "ACTIVATED")
    play.see(seen.RecordingCameBack(lines=True)).holds(
        like(box.SourceMarked, source="log", possible_loss=True),
        like(box.SourceMarked, source="audit", possible_loss=True),
    )
    settled = [each for given in play.time_out(ended) for each in given.of(SENSED)]
    assert {each.verdict for each in settled if "lines of the audit" in each.cause} == {"NOT VERIFIED"}
    assert not any(each.verdict == "FAIL" and each.cause.startswith("no audit") for each in settled)
