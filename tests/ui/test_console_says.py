"""What the console says when something is lost, refused or dead: in whose words, to whom, and what to do."""

from __future__ import annotations

import pytest

from tests.ui.stage import LARGE, PANES, SMALL, Stage, row_with, seen, text_of
from thunes_tui import intents
from thunes_tui.config import Settings
from thunes_tui.connection import Closed, Sampled
from thunes_tui.events import box, drill, shell, steps
from thunes_tui.mask import Mask
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.deeds.drill import DEEDS
from thunes_tui.ui.desk import COMMAND
from thunes_tui.ui.widgets.replay_bar import ReplayBar
from thunes_tui.wire import Replay, Sample

FOLDER = "/var/lib/thunes-tui/sessions/20251009-085320-7f3a"
FULL = f"the disk of {FOLDER} is full: free 16 MB there, and it goes on by itself"


class TestRecordingIsLost:
    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_the_reason_and_what_to_do_stay_on_the_screen(self, size: tuple[int, int]) -> None:
        stage = Stage(folder=FOLDER).opened()
        stage.play(drill.PhaseStarted("preflight"), drill.PreflightStarted(1))
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await seen(pilot, "pre-flight runs")
            stage.greet(f"NOT RECORDING: {FULL}", recording=False)
            await seen(pilot, "NOT RECORDING  the disk of ")
            stage.time.forward(60)
            app._tick()
            await pilot.press("j")
            await pilot.pause(0.15)

            assert "is full: free 16 MB there" in text_of(app)
            assert "pre-flight runs" not in text_of(app)

    async def test_a_note_that_could_not_be_recorded_says_so(self) -> None:
        stage = Stage().opened().testing()
        stage.greet(f"NOT RECORDING: {FULL}", recording=False)
        async with stage.app().run_test(size=LARGE) as pilot:
            await seen(pilot, "free 16 MB there")
            await pilot.press("n", *"odd", "enter")
            stage.greet(FULL, recording=False)
            await seen(pilot, "not done, and not recorded: the disk of")

    async def test_when_it_is_back_the_drill_is_offered_again(self) -> None:
        stage = Stage().opened().testing()
        stage.greet(f"NOT RECORDING: {FULL}", recording=False)
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "free 16 MB there")
            stage.greet("recording again")
            await seen(pilot, "recording again")
            await seen(pilot, "run step 1.2")
            await seen(pilot, "● REC")
            assert "NOT RECORDING" not in text_of(app)


class TestWhatFailed:
    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_a_sheet_that_cannot_be_written_is_said_at_the_top(self, size: tuple[int, int]) -> None:
        stage = Stage().opened().testing()
        stage.play(box.WorkerFailed("sheet", "sheet.md is not up to date: No space left on device"))
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await seen(pilot, "! sheet failed" if size == LARGE else "! 1 failed")
            if size == LARGE:
                await seen(pilot, "! sheet failed: sheet.md is not up to date")


class TestRefusals:
    async def test_what_another_console_was_refused_is_not_shown_here(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.play(steps.IntentRefused("hold", "bob may not", 1, 2))
            stage.play(steps.IntentRefused("step", "the shell is busy", 1, 1))
            await seen(pilot, "the shell is busy")
            stage.play(steps.IntentRefused("hold", "bob may not", 2, 2))
            await pilot.pause(0.15)

            assert "bob may not" not in text_of(app)

    async def test_a_refusal_goes_when_the_hold_is_released(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.play(steps.Held("wait"), by="bob")
            stage.play(steps.IntentRefused("step", "bob said no", 1, 1))
            await seen(pilot, "bob said no")
            stage.play(steps.Released(), by="bob")
            await seen(pilot, "run step 1.2")

            assert "bob said no" not in text_of(app)


@pytest.mark.parametrize("size", [LARGE, SMALL, (60, 15)])
async def test_in_shell_mode_what_there_is_to_say_is_said_beside_the_way_back(size: tuple[int, int]) -> None:
    stage = Stage().opened().testing()
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("c")
        await seen(pilot, "ctrl+] or F12 comes back")
        app.desk.say("bob asks for the keys: w passes them")
        await seen(pilot, "bob asks for the keys: w passes them")
        assert "SHELL" in text_of(app)
        app.desk.say("")
        await seen(pilot, "ctrl+] or F12 comes back")


class TestADeadShell:
    def dead(self) -> Stage:
        stage = Stage().opened().testing()
        stage.play(shell.ShellExited("it ended with exit status 3"))
        return stage

    async def test_o_opens_a_new_one_and_so_does_enter_on_its_pane(self) -> None:
        stage = self.dead()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "open a new shell")
            await pilot.press("c")
            await seen(pilot, "the shell is dead, it ended with exit status 3: O opens a new one")
            await pilot.press("O")
            stage.time.forward(9)
            await pilot.press("2", "enter")

        assert stage.link.asked == [intents.OpenShell(), intents.OpenShell()]

    async def test_who_types_into_it_comes_back_to_the_console(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("c")
            stage.play(shell.ShellExited("it ended with exit status 3"))
            await seen(pilot, "the shell has ended: O opens a new one")

            assert app.mode == COMMAND

    @pytest.mark.parametrize("gone", ["shell", "server"])
    async def test_what_is_still_typed_for_a_shell_that_has_gone_is_no_command(self, gone: str) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("c", "l")
            if gone == "shell":
                stage.play(shell.ShellExited("it was killed"))
                await seen(pilot, "the shell has ended")
            else:
                stage.link.news.put_nowait(Closed("the session's server has gone"))
                await seen(pilot, "SERVER GONE")
            for key in ("e", "t", "r", "q", "enter", "O", "z"):
                stage.time.forward(0.9)
                await pilot.press(key)
            assert stage.link.asked == []
            assert not app.view.look.zoomed
            stage.time.forward(1.1)
            await pilot.press("z")
            assert app.view.look.zoomed

    async def test_no_mode_sends_keys_to_a_server_that_has_gone(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.link.news.put_nowait(Closed("the session's server has gone"))
            await seen(pilot, "SERVER GONE")
            await pilot.press("c")
            await pilot.pause()
            assert app.mode == COMMAND
            await pilot.press("q")
        assert app.return_value == 0

    async def test_while_there_is_a_shell_no_other_is_opened(self) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("O")
            await seen(pilot, "new shell: there is a shell already")

        assert stage.link.asked == []


class TestWords:
    async def test_without_a_server_the_clocks_stand_still_and_say_since_when(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "T+00:21:11")
            stage.link.news.put_nowait(Closed("the session's server has gone"))
            await seen(pilot, "server gone 09:14:31")
            stage.time.forward(75)
            app._tick()
            await pilot.pause(0.15)

            assert "T+00:21:11" in text_of(app)
            assert "00:43 of 30 min" in row_with(app, "▸ 1 ")

    async def test_the_guards_question_is_no_refusal(self) -> None:
        stage = Stage().opened().testing()
        stage.play(steps.StepRequested("T1.S2", 1, "0" * 64))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "step 1.2  the guard is being asked")
            await pilot.press("enter")
            await pilot.pause(0.05)

            assert not app.desk.alarming
            assert app.footer._next()[-1][1] == "dim"

    async def test_an_enter_that_can_do_nothing_does_not_push_the_reason_off_the_screen(self) -> None:
        stage = Stage().opened().testing()
        stage.play(steps.Held("an incident"), by="ann")
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "ann holds the drill: an incident")
            await pilot.press("enter")
            await seen(pilot, "not now: H releases it")

            assert "ann holds the drill: an incident" in text_of(app)

    async def test_the_palette_greys_what_the_drill_would_refuse_and_says_why(self) -> None:
        stage = Stage().opened()
        stage.play(drill.PhaseStarted("preflight"), drill.PreflightStarted(1))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "pre-flight runs")
            await pilot.press("colon")
            await seen(pilot, "next           not now: the eight sections are being checked")
            await seen(pilot, "new shell      not now: there is a shell already")
            await seen(pilot, "skip           not now: select a step or a test first")

    async def test_a_deviations_second_question_says_what_it_asks(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("d", *"other", "enter")
            await seen(pilot, "Why it was done differently")

    async def test_a_replay_that_plays_offers_to_pause(self) -> None:
        stage = Stage("replay").opened().testing()
        app = ThunesApp(stage.link, stage.time.clock(), Settings(), Mask.of({}), PANES, ReplayBar)
        async with app.run_test(size=LARGE) as pilot:
            for playing, words in ((True, "Space pause"), (False, "Space play")):
                where = Replay(playing, 1.0, stage.time.t, stage.time.t, stage.time.t + 9, 0, 9)
                stage.link.news.put_nowait(Sampled(Sample(replay=where)))
                await seen(pilot, words)


def test_every_deed_of_the_drill_that_can_be_refused_is_tried_first() -> None:
    untried = {name for name, deed in DEEDS.items() if deed.trial.__name__ == "nothing"}

    assert untried == {"fail", "override"}, "these need a criterion, which is looked at before"


class TestNarrowFooter:
    async def test_the_way_to_every_key_stays_however_long_the_next_thing_is(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=(60, 20)) as pilot:
            await seen(pilot, "run step 1.2")
            footer = row_with(app, "run step 1.2")
            assert footer.rstrip().endswith(": all   ? help")
            assert "…" in footer
