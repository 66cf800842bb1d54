"""Before a step runs: its class, what it would touch, its text. After it: a signal by its name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ui.played_drill import TESTS
from tests.ui.stage import LARGE, SMALL, Stage, row_with, seen, text_of
from thunes_tui.drill.ends import exit_words
from thunes_tui.events import blocks, steps
from thunes_tui.runbook.flags import flags_of


def upcoming(block: str) -> Stage:
    """Test 1 runs, and this is the block of its next step."""
    stage = Stage().opened()
    step = replace(TESTS[0].steps[1], command=block, flags=flags_of(block))
    test = replace(TESTS[0], steps=(TESTS[0].steps[0], step, TESTS[0].steps[2]))
    stage.link.state = replace(stage.link.state, plan=(test, *stage.link.state.plan[1:]))
    return stage.testing()


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_class_and_reach_stand_before_it_in_words(size: tuple[int, int]) -> None:
    app = upcoming("cd data\nsudo rm positions.db\n").app()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "run step 1.2")
        await seen(pilot, "destructive · with another user's rights")
        assert "removes positions.db; goes to data" in row_with(app, "it removes")


async def test_they_are_of_the_text_that_would_run() -> None:
    stage = upcoming("ls\n")
    stage.play(blocks.StepEdited("T1.S2", "pkill -f bot", "-ls +pkill"))
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "it signals every process like bot")
        await seen(pilot, "destructive")


async def test_they_go_once_it_runs() -> None:
    stage = upcoming("rm x\n")
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "it removes x")
        stage.play(steps.StepRequested("T1.S2", 1, "0" * 64), steps.StepStarted("T1.S2", 1))
        await seen(pilot, "step 1.2 runs")
        await seen(pilot, "gone", lambda app: "" if "it removes" in text_of(app) else "gone")


async def test_the_text_itself_is_one_key_away_with_what_hides_in_it() -> None:
    app = upcoming("ls a\nrm \u202eb\n").app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hidden characters")
        await pilot.press("i")
        await seen(pilot, "      ls a")
        assert "rm" in row_with(app, "⚠")
        assert "\u202e" not in text_of(app)
        await pilot.press("i")
        await seen(pilot, "gone", lambda app: "" if "⚠" in text_of(app) else "gone")


async def test_a_signal_that_ended_it_has_its_name() -> None:
    stage = upcoming("true\n")
    stage.run_step("T1.S2", 3, 137)
    app = stage.app()
    async with app.run_test(size=SMALL) as pilot:
        await seen(pilot, "SIGKILL (exit 137)")


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "exit 0"), (1, "exit 1"), (130, "SIGINT (exit 130)"), (255, "exit 255"), (None, "no exit status")],
)
def test_an_exit_status_in_words(status: int | None, words: str) -> None:
    assert exit_words(status) == words
