"""An exchange that is down or was reset is no fault of the bot: NOT VERIFIED, never its FAIL (design 8)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.conftest import Make
from tests.drill.plan import PLAN, RECONCILIATION, check, criterion, step
from tests.drill.playbook import Answer, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import AskGuard, AskProbe, SetDeadline
from thunes_tui.drill.next import next_action
from thunes_tui.drill.venue import DOWN
from thunes_tui.events import steps

SENSED = steps.CriterionSensed
AWAY = f"{DOWN}: the testnet could not be asked (refused)"
ASKS = replace(
    RECONCILIATION,
    steps=(step("T4.S1", "python scripts/reconcile_positions.py"), step("T4.S2", "cat positions.txt")),
    criteria=(
        criterion("T4.C1", "Script agrees", check("output", 1, pattern="RECONCILIATION OK", exit=0)),
        criterion("T4.C2", "Positions listed", check("output", 2, pattern="BTCUSDT", exit=0)),
    ),
)


@pytest.fixture
def play(make: Make) -> Playbook:
    return make((*PLAN[:3], ASKS)).ready_for("T4")


def failed(play: Playbook) -> Answer:
    """The reconciliation printed that it was not possible."""
    return play.do("T4.S1", "RECONCILIATION NOT POSSIBLE: refused", 2).lacks(SENSED)


def test_a_step_that_asks_the_exchange_fails_only_once_it_has_answered(play: Playbook) -> None:
    asked = failed(play).of(AskProbe)[0]
    assert asked.doubt == "step 4.1 ended with 2, not 0"
    assert asked.evidence is not None
    play.ask(intents.EndTest("T4")).refused("word of the exchange")
    play.see(seen.Probed("T4.C1", "FAIL", asked.doubt, asked.evidence, attempt=asked.attempt)).gives(
        like(SENSED, verdict="FAIL", evidence=asked.evidence)
    )


def test_an_exchange_that_is_down_makes_it_not_verified(play: Playbook) -> None:
    (asked,) = failed(play).of(AskProbe)
    play.see(seen.Probed("T4.C1", "NOT VERIFIED", f"{DOWN} (refused): x", attempt=asked.attempt)).gives(
        like(SENSED, verdict="NOT VERIFIED", cause=f"{DOWN}...".removesuffix("...") + " (refused): x")
    )
    play.do("T4.S2", "BTCUSDT")
    play.ask(intents.EndTest("T4")).holds(like(steps.TestEnded, verdict="NOT VERIFIED"))


def test_a_step_that_asks_nobody_fails_at_once(play: Playbook) -> None:
    play.do("T4.S1", "RECONCILIATION OK")
    play.do("T4.S2", "nothing").holds(like(SENSED, criterion="T4.C2", verdict="FAIL")).lacks(AskProbe)


def test_nobody_waits_for_ever_for_the_exchanges_word(play: Playbook) -> None:
    (deadline,) = failed(play).of(SetDeadline)
    play.see(seen.DeadlinePassed("T4.C1", deadline.attempt)).gives(
        like(SENSED, verdict="NOT VERIFIED", cause="...whether the exchange answers")
    )


def test_the_word_of_an_earlier_attempt_settles_nothing(play: Playbook) -> None:
    (asked,) = failed(play).of(AskProbe)
    play.do("T4.S1", "RECONCILIATION OK", again=True).holds(like(SENSED, verdict="PASS"))
    play.see(seen.Probed("T4.C1", "FAIL", asked.doubt, attempt=asked.attempt)).gives()
    play.see(seen.DeadlinePassed("T4.C1", -asked.attempt)).gives()
    assert play.verdict("T4.C1") == "PASS"


def refused(play: Playbook, item: str) -> Answer:
    (asked,) = play.ask(intents.RunStep(item)).of(AskGuard)
    return play.see(seen.GuardSpoke(asked.asked_for, False, (AWAY,)))


def test_a_guard_that_could_only_not_ask_vetoes_nothing(play: Playbook) -> None:
    refused(play, "T4.S1").holds(
        like(steps.StepAborted, reason=AWAY),
        like(steps.FindingNoted, veto=False, text=f"...step 4.1 did not run: {DOWN}"),
        like(SENSED, criterion="T4.C1", verdict="NOT VERIFIED", cause=f"...{DOWN}"),
    )
    assert play.findings() == []
    play.ask(intents.SkipStep("T4.S1", "a rehearsal attempts nothing twice"))
    play.do("T4.S2", "BTCUSDT")
    play.ask(intents.EndTest("T4")).holds(like(steps.TestEnded, verdict="NOT VERIFIED"))


def test_a_step_left_aborted_by_a_dead_exchange_is_not_verified(play: Playbook) -> None:
    refused(play, "T4.S2")
    play.do("T4.S1", "RECONCILIATION OK")
    play.ask(intents.EndTest("T4")).holds(like(steps.TestEnded, verdict="NOT VERIFIED"))


def test_it_is_attempted_again_when_the_exchange_is_back(play: Playbook) -> None:
    refused(play, "T4.S1")
    play.do("T4.S1", "RECONCILIATION OK", again=True).holds(like(SENSED, criterion="T4.C1", verdict="PASS"))
    assert play.state.proven


def test_a_test_may_begin_while_the_exchange_is_down_and_any_other_doubt_stops_it(play: Playbook) -> None:
    refused(play, "T4.S1")
    play.ask(intents.EndTest("T4"))
    assert next_action(play.state).intent == intents.StartTest("T1")
    play.ask(intents.StartTest("T1")).holds(steps.TestStarted)
    play.ask(intents.EndTest("T1"))
    play.see(seen.GuardSpoke("start", False, (AWAY, "a live key is present")))
    play.ask(intents.StartTest("T2")).refused("testnet is not proven")
    assert next_action(play.state).intent is None
