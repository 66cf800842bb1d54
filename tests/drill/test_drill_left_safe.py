"""How the box is left: each row with its evidence, unknown said as unknown, and no decision changed by it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.playbook import BOT, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill import left_safe
from thunes_tui.drill.effects import LookAround
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.results import results
from thunes_tui.drill.switch import why_unknown
from thunes_tui.events import box, stops

GOOD = tuple((name, "PASS", "fine", "looked") for name in left_safe.ROWS[2:])


def switched(play: Playbook, bot: str, audit: str) -> DrillState:
    state = play.state
    rows = tuple(replace(p, switch=bot) for p in state.processes)
    return replace(state, processes=rows, switch=replace(state.switch, audit=audit))


@pytest.mark.parametrize(
    ("bot", "audit", "verdict"),
    [
        ("OFF", "OFF", "PASS"), ("OFF", "UNKNOWN", "PASS"), ("ON", "OFF", "FAIL"), ("OFF", "ON", "FAIL"),
        ("UNKNOWN", "ON", "FAIL"), ("UNKNOWN", "OFF", "UNKNOWN"), ("UNKNOWN", "UNKNOWN", "UNKNOWN"),
    ],
)  # fmt: skip
def test_the_switch_is_off_only_where_the_bot_itself_says_so(
    play: Playbook, bot: str, audit: str, verdict: str
) -> None:
    row = left_safe.switch_row(switched(play.ready(), bot, audit))
    assert row[1] == verdict
    assert audit in row[3]


def test_a_switch_that_nobody_reads_of_is_unknown(play: Playbook) -> None:
    state = replace(switched(play.ready(), "OFF", "OFF"), failures={"audit": "gone"})
    assert left_safe.switch_row(state)[1] == "UNKNOWN"


def test_an_unknown_switch_says_why(play: Playbook) -> None:
    play.ready()
    play.log("Kill-switch active: False")
    (bot,) = play.state.bots
    assert (bot.switch, why_unknown(play.state, bot)) == ("OFF", "")
    second = replace(BOT, pid=4712, start=200)
    play.see(second)
    assert {why_unknown(play.state, each) for each in play.state.bots} == {
        "2 bots write one log: a line of it may be either's"
    }
    assert left_safe.switch_row(play.state)[1:3] == (
        "UNKNOWN",
        "2 bots write one log: a line of it may be either's",
    )
    play.see(seen.BotGone(4712, 200, exit=0))
    (bot,) = play.state.bots
    assert why_unknown(play.state, bot) == "another bot ran beside it, and it has not said so since"
    play.log("Kill-switch active: False")
    (bot,) = play.state.bots
    assert why_unknown(play.state, bot) == ""


def test_a_bot_that_has_said_nothing_and_a_log_that_nobody_reads(play: Playbook) -> None:
    play.ready()
    (bot,) = play.state.bots
    assert why_unknown(play.state, bot) == "it has not said so since it was started"
    play.see(seen.Happened((box.SourceDown("log", "no permission"),)))
    assert why_unknown(play.state, bot) == "the log cannot be read"


def test_one_bot_and_not_two_and_not_a_frozen_one(play: Playbook) -> None:
    play.ready()
    assert left_safe.bot_row(play.state)[1] == "PASS"
    frozen = tuple(replace(p, frozen=True) for p in play.state.processes)
    assert left_safe.bot_row(replace(play.state, processes=frozen))[1] == "FAIL"
    play.see(replace(BOT, pid=4712, start=200))
    assert left_safe.bot_row(play.state)[1:3] == ("FAIL", "2 bots run")
    assert left_safe.bot_row(replace(play.state, processes=()))[1:3] == ("FAIL", "no bot runs")
    assert left_safe.bot_row(replace(play.state, failures={"processes": "x"}))[1] == "UNKNOWN"


def test_what_nobody_looked_at_is_unknown(play: Playbook) -> None:
    play.ready().ask(intents.LookLeftSafe()).gives(stops.LeftSafeAsked, LookAround)
    play.ask(intents.LookLeftSafe()).refused("being looked at")
    play.see(seen.LeftSafeSeen(1, GOOD[:1])).gives(stops.LeftSafeSensed)
    rows = {row[0]: row[1] for row in play.state.stops.left_safe.rows}
    assert rows["open orders"] == "PASS"
    assert rows["stray jobs"] == "UNKNOWN"
    assert tuple(rows) == left_safe.ROWS


def test_a_late_answer_to_an_earlier_look_is_passed_over(play: Playbook) -> None:
    play.ready().ask(intents.LookLeftSafe())
    play.see(seen.LeftSafeSeen(0, GOOD)).gives()
    play.see(seen.LeftSafeSeen(1, GOOD)).gives(stops.LeftSafeSensed)
    play.see(seen.LeftSafeSeen(1, GOOD)).gives()


def test_the_files_are_those_that_the_steps_which_ran_name(play: Playbook) -> None:
    play.ready_for("T3").do("T3.S1")
    assert left_safe.named_files(play.state) == ()
    text = "with open('/tmp/a.json') as f: pass\necho > /tmp/b/c.txt. cat ~/tmp/no /var/tmp/no /tmp/a.json"
    test = play.state.plan[2]
    step = replace(test.steps[0], command=text)
    plan = (*play.state.plan[:2], replace(test, steps=(step, *test.steps[1:])), play.state.plan[3])
    assert left_safe.named_files(replace(play.state, plan=plan)) == ("/tmp/a.json", "/tmp/b/c.txt")
    early = replace(
        play.state, plan=plan, steps={k: replace(v, attempt=0) for k, v in play.state.steps.items()}
    )
    assert left_safe.named_files(early) == ()


def test_at_the_end_it_stands_in_the_results_and_changes_no_decision(play: Playbook) -> None:
    play.ready()
    assert results(play.state, "")["left_safe"] is None
    play.ask(intents.EndDrill(early=True, reason="x"))
    decided = play.state.ending
    play.see(seen.LeftSafeSeen(1, GOOD)).gives(like(stops.LeftSafeSensed, when="end"))
    assert play.state.ending == decided
    told = results(play.state, "")["left_safe"]
    assert told["when"] == "end"
    assert [row["what"] for row in told["rows"]] == list(left_safe.ROWS)
    assert told["verdict"] == "UNKNOWN", "nothing has told how the switch stands"
