"""The recovery in parts: each by its own source with its error, and the person apart from the machine."""

from __future__ import annotations

import pytest

from tests.drill.playbook import Playbook
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.facts import RecoveryState
from thunes_tui.drill.results import results
from thunes_tui.drill.stopwatch import chain, halves, machine_s, parts_of, person_s
from thunes_tui.paperwork.sheet import sheet

DEAD = seen.BotGone(4711, 100, signal=9)


def new(age_s: float) -> seen.BotFound:
    return seen.BotFound("bot", 4800, 900, "python src/live/paper_trader.py", age_s=age_s)


@pytest.fixture
def dead(play: Playbook) -> Playbook:
    play.ready_for("T3")
    play.launch("T3.S2")
    play.see(DEAD)
    play.finish("T3.S2")
    return play


def recovery(play: Playbook) -> RecoveryState:
    return play.state.recovery


def test_the_person_is_apart_from_the_machine(dead: Playbook) -> None:
    died = recovery(dead).died
    assert died is not None
    dead.wait(4)
    dead.launch("T3.S3")
    person = dead.now.since(died)
    dead.wait(1)
    dead.see(new(0.25))
    dead.wait(2)
    dead.log("Bot healthy")
    known = recovery(dead)
    assert known.command == pytest.approx(person, abs=0.01)
    assert known.pid == pytest.approx(person + 1 - 0.25, abs=0.01), "when it started, not when it was found"
    assert known.healthy is not None
    assert known.command is not None
    assert person_s(known) == known.command
    assert machine_s(known) == pytest.approx(known.healthy - known.command)
    assert halves(known).startswith("person 4.")
    assert chain(known).startswith("dead→command 4.")
    told = results(dead.state, "x")["recovery"]
    assert (told["person_s"], told["machine_s"]) == (person_s(known), machine_s(known))


def test_an_audit_event_is_the_new_bots_only_while_it_is_the_one_bot(dead: Playbook) -> None:
    dead.see(new(0.1))
    dead.see(seen.BotFound("bot", 4900, 950, "python src/live/paper_trader.py --symbol ETHUSDT"))
    dead.wait(60)
    dead.audit("TRADE_APPROVED", side="BUY")
    assert recovery(dead).audit is None, "it may be the other's"
    dead.see(seen.BotGone(4900, 950, signal=9))
    dead.wait(5)
    dead.audit("TRADE_APPROVED", side="BUY")
    assert recovery(dead).audit == pytest.approx(65, abs=1)


def test_of_several_commands_the_last_before_the_birth_started_it(dead: Playbook) -> None:
    dead.command("ps aux", "")
    dead.wait(3)
    dead.command("python src/live/paper_trader.py &", "")
    dead.wait(0.5)
    dead.see(new(0.1))
    assert recovery(dead).command is not None
    assert recovery(dead).command > 3  # type: ignore[operator]  # it is known just above


def test_a_bot_that_something_else_started_has_no_person(play: Playbook) -> None:
    """A supervisor: no command was begun since the death, the one that killed it aside."""
    play.ready_for("T3")
    play.launch("T3.S2")
    play.see(DEAD)
    play.wait(1)
    play.see(new(0.0))
    play.log("Bot healthy")
    known = play.state.recovery
    assert (known.command, person_s(known)) == (None, None)
    assert (halves(known), machine_s(known)) == ("", None), "nobody knows who was waited for"
    assert chain(known).startswith("dead→pid ")
    assert parts_of(known)[0].words == "new pid"


def test_every_part_stands_in_the_sheet_with_its_source_and_its_error(dead: Playbook) -> None:
    dead.launch("T3.S3")
    dead.see(new(0.0))
    dead.log("Bot healthy")
    text = sheet(dead.state)
    assert "death: " in text
    assert "± 0.005 s (its descriptor)" in text
    for words in ("start command", "new pid", "first log line", "healthy line"):
        assert f"  - {words}: " in text
    assert "± 0.02 s (the log)" in text
    assert "first audit event: not seen (the audit trail)" in text
    assert "machine " in text


def test_before_any_death_the_sheet_says_nothing(play: Playbook) -> None:
    play.ready_for("T3")
    assert "Recovery" not in sheet(play.state).partition("## Test 3")[2].replace("Crash Recovery", "")


def test_a_death_that_nobody_saw_measures_nothing(play: Playbook) -> None:
    play.ready_for("T3")
    play.see(seen.BotGone(4711, 100, unwatched=True))
    play.see(new(0.0))
    assert "nothing could be measured" in sheet(play.state)
    assert recovery(play).pid is None


def test_a_pause_before_the_command_is_the_persons_and_left_out(dead: Playbook) -> None:
    dead.ask(intents.PauseDrill("a market event"))
    dead.wait(3600)
    dead.ask(intents.ResumeDrill())
    dead.wait(2)
    dead.launch("T3.S3")
    dead.see(new(0.0))
    dead.ask(intents.PauseDrill("another"))
    dead.wait(5)
    dead.log("Bot healthy")
    known = recovery(dead)
    assert known.paused_s == pytest.approx(3600, abs=0.1)
    assert known.command is not None
    assert 2 < known.command < 4
    assert machine_s(known) == pytest.approx(5, abs=0.1), "a machine that runs knows no pause"


def test_pauses_stand_in_the_sheet_with_their_reasons_and_out_of_its_durations(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(intents.PauseDrill("a market event"))
    play.wait(600)
    play.ask(intents.ResumeDrill())
    play.ask(intents.EndTest("T1"))
    text = sheet(play.state)
    (pause,) = (line for line in text.splitlines() if "a market event" in line)
    assert pause.startswith("- ")
    assert " to " in pause
    assert pause.endswith("by ann: a market event")
    assert "- Duration: 0 s, pauses left out" in text


def test_a_bot_that_was_healthy_dies_anew_though_nobody_saw_the_death_before(play: Playbook) -> None:
    play.ready_for("T3")
    play.see(seen.BotGone(4711, 100, unwatched=True))
    play.wait(20)
    play.see(new(0.0))
    play.log("Bot healthy")
    play.wait(60)
    play.see(seen.BotGone(4800, 900, None, 15))
    assert play.state.recovery.died == play.now
