"""What only a person can know before a drill is on record where nobody confirmed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import BTC, Playbook, like
from thunes_tui import intents
from thunes_tui.command.rehearsal import summary
from thunes_tui.drill.decision import decide_outcome, words_of
from thunes_tui.drill.results import results
from thunes_tui.events import drill, steps

WORDS = "prerequisites: 0 of 1 confirmed, not: time"


def test_what_nobody_confirmed_is_a_finding_as_the_tests_begin(play: Playbook) -> None:
    play.ready()
    play.ask(intents.StartTest("T1")).holds(
        like(steps.FindingNoted, text=WORDS, veto=False, source="prerequisites"), steps.TestStarted
    )
    play.ask(intents.EndTest("T1"))
    play.ask(intents.StartTest("T2")).lacks(steps.FindingNoted)


@pytest.mark.parametrize(("text", "named"), [("a" * 80, "a" * 80), ("a" * 81, "a" * 79 + "…")])
def test_a_long_one_is_cut_where_that_is_seen(play: Playbook, text: str, named: str) -> None:
    state = replace(play.state, prerequisites=(text,))
    assert words_of(state, (1,)) == f"prerequisites: 0 of 1 confirmed, not: {named}"


def test_what_somebody_confirmed_is_none(play: Playbook) -> None:
    play.ready().ask(intents.TickPrerequisite(1))
    play.ask(intents.StartTest("T1")).lacks(steps.FindingNoted)


@pytest.mark.parametrize(("ticked", "word"), [(True, "YES"), (False, "NOT VERIFIED")])
def test_a_deployment_is_not_authorised_on_what_nobody_confirmed(
    play: Playbook, ticked: bool, word: str
) -> None:
    play.ready()
    if ticked:
        play.ask(intents.TickPrerequisite(1))
    state = replace(
        play.state, tests={k: replace(t, verdict="PASS", status="ended") for k, t in play.state.tests.items()}
    )
    outcome = decide_outcome(state)
    assert (outcome.decision, outcome.authorisation, outcome.is_authorised) == ("GO", word, ticked)
    assert ((f"NOT VERIFIED: {WORDS}", False) in outcome.authorised) != ticked


def test_a_rehearsal_has_nobody_to_confirm_and_says_so(make: Make) -> None:
    play = make(mode="rehearse")
    play.record(
        drill.RunbookPinned("Drill", "d.md", "ab", 10, 4, prerequisites=("2.5 hours", "Open position"))
    )
    play.ready()
    assert play.state.positions == BTC
    play.ask(intents.StartTest("T1")).lacks(steps.FindingNoted)
    found = results(play.state, "r")
    assert found["prerequisites"] == [
        {"number": 1, "text": "2.5 hours", "confirmed": False, "sensed": False, "by": ""},
        {"number": 2, "text": "Open position", "confirmed": True, "sensed": True, "by": "sensed"},
    ]
    assert "prerequisites: 1 of 2 sensed, a person's: 2.5 hours" in summary(found)
