"""No key that nobody pressed on purpose begins anything: held down, pasted, or queued behind a lag."""

from __future__ import annotations

import pytest
from textual import events
from textual.pilot import Pilot

from tests.ui.panes import until
from tests.ui.stage import LARGE, SMALL, Stage, seen
from thunes_tui import intents
from thunes_tui.drill.asked_steps import digest
from thunes_tui.events import drill, steps
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.desk import SHELL
from thunes_tui.ui.keystrokes import Stroke

STEP_2 = intents.RunStep("T1.S2", digest("true\n"))
STEP_3 = intents.RunStep("T1.S3", digest("pkill -9 -f paper_trader\n"))
DELAYS = (0.25, 0.5, 0.7, 1.0)
"""Seconds after which keyboards begin to repeat."""


async def held(pilot: Pilot[int], stage: Stage, key: str, delay: float = 0.5, times: int = 12) -> None:
    """The repeats of a key that was pressed before: the first one late, the others thirty times a second."""
    stage.time.forward(delay)
    for _ in range(times):
        await pilot.press(key)
        stage.time.forward(0.033)


async def sent(app: ThunesApp, text: str) -> None:
    """All at once, as a terminal sends text that it does not mark as pasted."""
    for character in text:
        name = {"\r": "enter", " ": "space", "_": "underscore"}.get(character, character)
        app.post_message(Stroke(name, character, character.encode()))


class TestAHeldKey:
    @pytest.mark.parametrize("delay", DELAYS)
    async def test_a_held_enter_runs_one_step_and_not_the_next(self, delay: float) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run step 1.2")
            await pilot.press("enter")
            stage.run_step("T1.S2", 0.02)
            await seen(pilot, "run step 1.3")
            await held(pilot, stage, "enter", delay)
            await seen(pilot, "a held key begins one thing: let go")
            await pilot.pause(0.2)

            assert stage.link.asked == [STEP_2]

    async def test_let_go_and_pressed_again_it_goes_on(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "run step 1.2")
            await pilot.press("enter")
            stage.run_step("T1.S2", 0.02)
            await seen(pilot, "run step 1.3")
            await held(pilot, stage, "enter")
            stage.time.forward(0.4)
            await pilot.press("enter")
            await until(lambda: stage.link.asked == [STEP_2, STEP_3], app, "the next step asked for")

    async def test_what_has_only_just_come_up_has_to_be_read_first(self) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run step 1.2")
            await pilot.press("enter")
            stage.run_step("T1.S2", 3)
            await seen(pilot, "run step 1.3")
            stage.time.forward(0.2)
            await pilot.press("enter")
            await seen(pilot, "has just come up: read it")
            assert stage.link.asked == [STEP_2]
            stage.time.forward(3)
            await pilot.press("enter")

        assert stage.link.asked == [STEP_2, STEP_3]

    async def test_what_was_asked_is_not_asked_again_before_the_answer(self) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run step 1.2")
            await pilot.press("enter")
            stage.time.forward(1)
            await pilot.press("enter")
            await seen(pilot, "asked already: the answer is on its way")
            assert stage.link.asked == [STEP_2]
            stage.play(steps.IntentRefused("step", "the shell is busy", 1, 1))
            await seen(pilot, "the shell is busy")
            stage.time.forward(3)
            await pilot.press("enter")

        assert stage.link.asked == [STEP_2, STEP_2]

    async def test_another_key_right_behind_lets_enter_count_at_once(self) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run step 1.2")
            await pilot.press("n", *"slow", "enter")
            stage.time.forward(0.5)
            await pilot.press("enter", "z")

        assert stage.link.asked == [intents.AddNote("slow"), STEP_2]

    async def test_the_enter_that_ends_a_note_begins_nothing_when_it_is_held(self) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run step 1.2")
            await pilot.press("n", *"slow", "enter")
            await held(pilot, stage, "enter")
            await pilot.pause(0.2)

        assert stage.link.asked == [intents.AddNote("slow")]

    async def test_the_enter_that_opens_the_shell_reaches_it_only_when_pressed_again(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("2", "enter")
            await held(pilot, stage, "enter")
            assert app.mode == SHELL
            assert stage.link.typed == []
            await pilot.press("l", "enter")

        assert stage.link.typed == [b"l", b"enter"]

    async def test_a_held_r_runs_the_pre_flight_once(self) -> None:
        stage = Stage().opened().flown(failing=True)
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run the pre-flight again")
            await pilot.press("r")
            stage.play(drill.PreflightStarted(2), drill.PreflightEnded(2, "FAIL", "PASS", passed=False))
            await held(pilot, stage, "r")
            await pilot.pause(0.2)

        assert stage.link.asked == [intents.RunPreflight()]


class TestAPaste:
    @pytest.mark.parametrize("text", ["End of day\r", "\r\r\rna", "rsa", "12345 t\r\r"])
    async def test_text_without_marks_does_nothing_and_is_said_to_be_ignored(self, text: str) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            before = app.view.look
            await sent(app, text)
            await seen(pilot, f"a paste of {len(text)} characters was ignored: keys are typed one by one")

            assert len(app.screen_stack) == 1
            assert app.view.look == before
        assert stage.link.asked == []

    async def test_the_rest_of_a_paste_that_was_cut_belongs_to_it(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await sent(app, "a long tex")
            await pilot.pause(0.015)
            await sent(app, "t")
            await seen(pilot, "a paste of 11 characters was ignored")

        assert stage.link.asked == []

    async def test_marked_text_is_said_to_be_ignored_too(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            app.post_message(events.Paste("E is for end\n"))
            await seen(pilot, "a paste of 13 characters was ignored")

    async def test_keys_of_a_fast_hand_all_count(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            for character in "nfast and right\r":
                await sent(app, character)
                await pilot.pause(0.02)
            await until(lambda: stage.link.asked, app, "the note")

        assert stage.link.asked == [intents.AddNote("fast and right")]

    async def test_a_key_of_many_bytes_and_a_key_repeated_over_a_slow_line_count(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            app.checklist.choose("T1.S1")
            app.post_message(Stroke("pagedown", None, b"\x1b[6~"))
            await until(lambda: app.checklist.selected != "T1.S1", app, "a page on")
            app.checklist.choose("T1.S1")
            await sent(app, "jjj")
            await until(lambda: app.checklist.selected == "T1.C1", app, "three rows on")

    async def test_a_dialog_takes_pasted_text_and_is_not_confirmed_by_its_end(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("n")
            await seen(pilot, "Note")
            await sent(app, "first\rsecond\r")
            await seen(pilot, "first second")
            await seen(pilot, "pasted: Enter keeps it")
            assert stage.link.asked == []
            await pilot.press("enter")
            await pilot.pause()

        assert stage.link.asked == [intents.AddNote("first second")]


class TestEndingEarly:
    async def test_it_needs_a_reason_and_a_word_that_is_typed(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("E")
            await seen(pilot, "End the drill now")
            await pilot.press(*"fire", "enter")
            await seen(pilot, "Type  end  to confirm")
            await pilot.press(*"end", "enter")
            await seen(pilot, "keys from before this was shown do not count")
            assert stage.link.asked == []
            for key in (*"end", "enter"):
                stage.time.forward(0.5)
                await pilot.press(key)
            await pilot.pause()

        assert stage.link.asked == [intents.EndDrill(early=True, reason="fire")]
