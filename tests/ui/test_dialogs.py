"""Dialogs: what they say, what they take, and above all what does not confirm."""

from __future__ import annotations

import pytest
from textual import events
from textual.pilot import Pilot

from tests.ui.stage import Stage, row_with, text_of
from tests.ui.test_console import LARGE, SMALL, seen
from thunes_tui import intents
from thunes_tui.events import box, drill, steps
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.screens.confirm import Confirm
from thunes_tui.ui.widgets.entry import Entry

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
            await pilot.press("enter")
            await asked_to_confirm(pilot, stage)

            await seen(pilot, "pkill -9 -f paper_trader")
            await seen(pilot, "It hits 1 process:")
            assert "TARGET" in row_with(app, "8123  paper_trader.py")
            await seen(pilot, "The guard is asked once more")

    async def test_the_word_typed_by_hand_and_enter_confirm(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await pilot.press("enter")
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
            await pilot.press("enter")
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
            await pilot.press("enter")
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, "p" * 14, gap=0.03)
            await pilot.press("enter")

            assert dialog(app)
        assert stage.link.asked == []

    async def test_pasted_text_never_confirms(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await pilot.press("enter")
            await asked_to_confirm(pilot, stage)
            app.post_message(events.Paste(WORD))
            await seen(pilot, "pasted text does not confirm")
            stage.time.forward(1)
            await pilot.press("enter")
            await pilot.pause()

            assert dialog(app)
        assert stage.link.asked == []

    async def test_a_paste_that_comes_as_keys_never_confirms(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await pilot.press("enter")
            await asked_to_confirm(pilot, stage)
            await typed(pilot, stage, WORD, gap=0.0005)
            await pilot.press("enter")
            await seen(pilot, "faster than a hand types")

            assert dialog(app)
        assert stage.link.asked == []

    async def test_keys_that_were_queued_before_it_was_seen_never_confirm(self) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "confirm step 1.3")
            await pilot.press("enter")
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
            await pilot.press("enter")
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
            await pilot.press("enter")
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
            await pilot.press("enter")
            await asked_to_confirm(pilot, stage)
            stage.play(steps.StepAborted("T1.S3", 1, "the guard refused"))
            await seen(pilot, "ABORTED")

            assert not dialog(app)


class TestOtherDialogs:
    async def test_a_prompt_takes_pasted_text_as_one_safe_line(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("n")
            await seen(pilot, "Note")
            app.post_message(events.Paste("two\nlines\x1b[31m"))
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()

        (note,) = stage.link.asked
        assert isinstance(note, intents.AddNote)
        assert note.text.startswith("two lines")
        assert "\x1b" not in note.text

    async def test_pasted_text_in_the_console_does_nothing(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "not begun")
            app.post_message(events.Paste("q\r\r"))
            await seen(pilot, "pasted text does nothing here")

            assert app.is_running
        assert stage.link.asked == []

    async def test_the_palette_finds_an_action_and_does_it(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("colon", *"theme")
            await seen(pilot, "Use the next theme")
            await pilot.press("enter")
            await pilot.pause()

            assert app.desk.palette.name == "light"

    async def test_the_palette_shows_what_cannot_be_done_with_the_reason(self) -> None:
        stage = Stage("witness").opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("colon")
            await seen(pilot, "not now: a witness may not")
            await pilot.press(*"pre-flight")
            await pilot.press("enter")
            await seen(pilot, "not now: a witness may not")

        assert stage.link.asked == []

    async def test_help_is_about_the_pane_that_has_the_focus(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("question_mark")
            await seen(pilot, "Keys of the checklist")
            await seen(pilot, "Select the next row")
            await seen(pilot, "overridden; what was sensed stays")
            await pilot.press("question_mark", "3", "question_mark")
            await seen(pilot, "Keys of the log")
            assert "Select the next row" not in text_of(app)

    async def test_a_key_in_a_dialog_means_nothing_to_the_console_behind(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("question_mark", "r", "H", "z", "3")
            await pilot.press("ctrl+g")
            await pilot.pause()

            assert app.view.look.focus == "checklist"
        assert stage.link.asked == []


class TestSummary:
    async def test_it_comes_by_itself_at_the_end_and_says_what_makes_the_decision(self) -> None:
        stage = Stage().opened().ended()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "documentation")
            stage.play(drill.PhaseEnded("documentation"))
            stage.play(drill.DrillEnded("CONDITIONAL", 1, 2, ("Test 1 FAIL",)), after=1800)
            await seen(pilot, "DRILL COMPLETE")

            head = row_with(app, "DRILL COMPLETE")
            assert "2025-10-09" in head
            assert "1 h 3 min of 2 h 20 min planned" in head
            assert "CONDITIONAL   1 of 2" in head
            assert "FAIL" in row_with(app, "1 Kill-switch activation")
            assert "10:54" in row_with(app, "1 Kill-switch activation")
            assert "PASS" in row_with(app, "2 Position reconciliation")
            await seen(pilot, "rejected for its size, not for the kill switch")
            assert "no" in row_with(app, "Drill successful")
            assert "✗" in row_with(app, "the audit trail kept its integrity")
            assert "no" in row_with(app, "Deployment authorised")
            await seen(pilot, "Minor bug: note the workaround and a ticket")

    async def test_the_timeline_sets_the_plan_beside_what_was(self) -> None:
        stage = Stage().opened().ended()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "documentation")
            await pilot.press("S", "pagedown")
            await seen(pilot, "Timeline")

            row = row_with(app, "Test 1 COMPLETE")
            assert "01:05:00" in row
            assert "00:31:22" in row
            assert "-33.6 min" in row

    async def test_on_a_small_screen_it_scrolls(self) -> None:
        stage = Stage().opened().ended()
        stage.play(box.RecoveryMeasured("log", 4.0))
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "documentation")
            await pilot.press("S")
            await seen(pilot, "THE DRILL SO FAR")
            assert "Deviations" not in text_of(app)
            await pilot.press(*["pagedown"] * 5)
            await seen(pilot, "Deviations")
            await seen(pilot, "step 1.2 attempted again — the shell was slow")
            await seen(pilot, "Readiness  51 % → unchanged")


class TestEntry:
    def test_it_edits_like_a_line_of_a_shell(self) -> None:
        entry = Entry("hello world")

        for key in ("ctrl+w", "left", "left", "backspace", "end"):
            assert entry.key(key, None)
        entry.key("x", "x")

        assert entry.text == "helo x"

    def test_keys_that_mean_nothing_are_left_to_others(self) -> None:
        assert not Entry().key("f5", None)
        assert not Entry().key("ctrl+x", "\x18")

    @pytest.mark.parametrize(
        "text", ["", "short", "a line that is a good deal longer than its field", "日本語" * 20]
    )
    def test_its_line_is_as_wide_as_its_field(self, text: str) -> None:
        from thunes_tui.ui.widgets.line import width_of

        assert 19 <= width_of(Entry(text).line(20)) <= 20
