"""The typed confirmation of a step that kills: what it shows, and above all what does not confirm."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from textual import events
from textual.pilot import Pilot

from tests.ui.stage import LARGE, SMALL, Stage, row_with, seen, text_of
from thunes_tui import intents
from thunes_tui.events import steps
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.screens.confirm import Confirm

WORD = "paper_trader"
CONFIRMED = [intents.ConfirmStep("T1.S3", WORD)]


async def typed(pilot: Pilot[int], stage: Stage, text: str, gap: float = 0.08) -> None:
    """Keys as a hand gives them: each by itself, with time between."""
    for character in text:
        stage.time.forward(gap)
        await pilot.press("underscore" if character == "_" else character)


async def asked_to_confirm(pilot: Pilot[int], stage: Stage) -> None:
    """The dialog stands there, and has been seen."""
    await seen(pilot, "Type  paper_trader  to confirm")
    stage.time.forward(1)


def dialog(app: ThunesApp) -> bool:
    return isinstance(app.screen, Confirm)


class TestTypedConfirmation:
    async def test_it_shows_the_command_the_blast_radius_and_the_word(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await asked_to_confirm(pilot, stage)

            await seen(pilot, "pkill -9 -f paper_trader")
            await seen(pilot, "It hits 1 process:")
            assert "TARGET" in row_with(app, "8123  paper_trader.py")
            await seen(pilot, "The guard is asked once more")

    async def test_the_word_typed_by_hand_and_enter_confirm(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, WORD)
            stage.time.forward(0.2)
            await pilot.press("enter")
            await pilot.pause()

            assert not dialog(app)
        assert stage.link.asked == CONFIRMED

    async def test_it_opens_by_itself_when_the_drivers_step_is_held(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.play(steps.StepHeld("T1.S3", 1, WORD, ("8123 the bot",)))
            await asked_to_confirm(pilot, stage)

    async def test_a_witness_is_not_asked(self) -> None:
        stage = Stage("witness").opened().held()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "HELD")
            await pilot.press("enter")
            await pilot.pause()

            assert not dialog(app)

    @pytest.mark.parametrize("presses", [1, 8])
    async def test_enter_alone_never_confirms_however_often(self, presses: int) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            for _ in range(presses):
                stage.time.forward(0.03)
                await pilot.press("enter")

            assert dialog(app)
        assert stage.link.asked == []

    async def test_a_held_key_never_confirms(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, "p" * 14, gap=0.03)
            await pilot.press("enter")

            assert dialog(app)
        assert stage.link.asked == []

    async def test_pasted_text_never_confirms(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            app.post_message(events.Paste(WORD))
            await seen(pilot, "pasted text does not confirm")
            stage.time.forward(1)
            await pilot.press("enter")
            await pilot.pause(0.05)

            assert dialog(app)
            assert "pasted text does not confirm" in text_of(app), "Enter says no other reason"
        assert stage.link.asked == []

    async def test_a_paste_that_comes_as_keys_never_confirms(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, WORD, gap=0.0005)
            await pilot.press("enter")
            await seen(pilot, "faster than a hand types")

            assert dialog(app)
        assert stage.link.asked == []

    @pytest.mark.crash
    @pytest.mark.parametrize("typed_before", ["", WORD])
    async def test_a_double_click_anywhere_never_confirms(
        self, typed_before: str, rounds: Callable[[int, int], int]
    ) -> None:
        """Not even with the word already typed: only Enter confirms, and no click stands for it."""
        stage, chance = Stage().opened().held(), random.Random(44)
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, typed_before)
            for _ in range(rounds(12, 500)):
                stage.time.forward(0.2)
                await pilot.click(offset=(chance.randrange(SMALL[0]), chance.randrange(SMALL[1])), times=2)

            assert dialog(app)
        assert stage.link.asked == []

    async def test_keys_that_were_queued_before_it_was_seen_never_confirm(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Type  paper_trader  to confirm")
            await typed(pilot, stage, WORD, gap=0.01)
            await pilot.press("enter")
            await seen(pilot, "keys from before this was shown do not count")

            assert dialog(app)
        assert stage.link.asked == []

    @pytest.mark.parametrize("word", ["paper_trade", "paper_traderr", "yes"])
    async def test_another_word_does_not_confirm_and_says_so(self, word: str) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, word)
            stage.time.forward(0.2)
            await pilot.press("enter")
            await seen(pilot, "by typing paper_trader, and by nothing else")

        assert stage.link.asked == []

    async def test_leaving_it_asks_nothing_and_enter_opens_it_again(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            await pilot.press("ctrl+g")
            await seen(pilot, "confirm step 1.3")
            assert not dialog(app)
            await pilot.press("enter")
            await asked_to_confirm(pilot, stage)

        assert stage.link.asked == []

    async def test_it_closes_when_the_step_is_no_longer_held(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            stage.play(steps.StepAborted("T1.S3", 1, "the guard refused"))
            await seen(pilot, "ABORTED")

            assert not dialog(app)


class TestTheExactWay:
    """The seed's `tail -f logs/paper_trader.log` runs beside the bot."""

    VICTIMS = (
        "8123 bot: python src/live/paper_trader.py --symbol BTCUSDT",
        "7741 log tail: tail -f logs/paper_trader.log",
    )

    def held(self) -> Stage:
        stage = Stage().opened().testing()
        stage.run_step("T1.S2", 3)
        stage.play(steps.StepRequested("T1.S3", 1, "0" * 64), steps.StepHeld("T1.S3", 1, WORD, self.VICTIMS))
        return stage

    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_comes_first_and_spares_the_others(self, size: tuple[int, int]) -> None:
        stage = self.held()
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await asked_to_confirm(pilot, stage)
            await seen(pilot, "signals only the bot, pid 8123, with SIGKILL")
            assert "spared" in row_with(app, "tail -f")
            await seen(pilot, "It matches 2 processes:")
            assert "TARGET" in row_with(app, "8123  python")
            await typed(pilot, stage, WORD)
            stage.time.forward(0.2)
            await pilot.press("enter")
            await pilot.pause()
        assert stage.link.asked == [intents.ConfirmStep("T1.S3", WORD, exact=True)]

    async def test_gives_way_to_the_text_as_it_is_written_by_v(self) -> None:
        stage = self.held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, "v")
            await seen(pilot, "The block runs verbatim.")
            assert "hit too" in row_with(app, "tail -f")
            await typed(pilot, stage, WORD)
            stage.time.forward(0.2)
            await pilot.press("enter")
            await pilot.pause()
        assert stage.link.asked == CONFIRMED
