"""What a step waits for stands beside it as a condition, with how far it has come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.played_drill import NOWHERE, TESTS
from tests.ui.stage import LARGE, SMALL, Stage, seen
from thunes_tui.events import box, starts, steps
from thunes_tui.runbook.model import Check, Criterion

ARGV = "python src/live/paper_trader.py --side BUY"


def starting() -> Stage:
    """The second step, which starts the bot, runs."""
    stage = Stage().opened().testing()
    stage.link.state = replace(stage.link.state, paths={"healthy_pattern": "Bot healthy"})
    stage.play(box.ProcessDied("bot", 8123, 1, None, 9))
    stage.play(steps.StepRequested("T1.S2", 1, "0" * 64), steps.StepStarted("T1.S2", 1))
    stage.play(starts.StartAwaited("T1.S2", 1, tuple(ARGV.split()), 60.0))
    return stage


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_a_started_bot_is_waited_for_before_everybodys_eyes(size: tuple[int, int]) -> None:
    stage = starting()
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "no bot yet: waiting until")
        await seen(pilot, "at most 60 s")
        stage.play(box.ProcessBorn("bot", 8200, 500, ARGV, 2), after=1)
        stage.play(box.BotLogged(8200, 10), after=3.2)
        await seen(pilot, "alive 3.2 s, healthy line not yet")
        stage.play(steps.StepEnded("T1.S2", 1, 0), after=3)
        await seen(pilot, "alive 6.2 s, healthy line not yet")
        stage.play(starts.StartJudged("T1.S2", 1, "PASS", "pid 8200 is alive after 7.0 s, healthy", 8200))
        if size == LARGE:
            await seen(pilot, "started: pid 8200 is alive after 7.0 s, healthy")


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_a_bot_that_is_not_there_stays_on_the_screen_whatever_the_exit(size: tuple[int, int]) -> None:
    stage = starting()
    cause = "said exit 0, but no bot is alive 5 s later"
    stage.play(steps.StepEnded("T1.S2", 1, 0), starts.StartJudged("T1.S2", 1, "FAIL", cause))
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "✗ not started: said exit 0, but no")


async def test_a_step_by_hand_says_what_its_criterion_waits_for() -> None:
    stage = Stage().opened()
    by_hand = replace(TESTS[0].steps[1], command="")
    alert = Criterion("T1.C2", "Alert in time", NOWHERE, check=Check("telegram", 2, want=(("max_s", 5.0),)))
    test = replace(
        TESTS[0],
        steps=(TESTS[0].steps[0], by_hand, TESTS[0].steps[2]),
        criteria=(TESTS[0].criteria[0], alert, TESTS[0].criteria[2]),
    )
    stage.link.state = replace(stage.link.state, plan=(test, *stage.link.state.plan[1:]))
    stage.testing()
    stage.play(steps.StepStarted("T1.S2", 1, by_hand=True))
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        stage.time.forward(3)
        await seen(pilot, "waiting for alert on the phone, at most 5 s")
