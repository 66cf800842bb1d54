"""Dialogs: what they say and what they take."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from textual import events

from tests.ui.stage import LARGE, SMALL, Stage, row_with, seen, text_of
from thunes_tui import intents
from thunes_tui.drill.facts import RecoveryState
from thunes_tui.drill.stopwatch import chain
from thunes_tui.events import box, drill, steps
from thunes_tui.ui.screens.summary import lateness
from thunes_tui.ui.widgets.entry import Entry


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

    async def test_a_prompt_keeps_the_spaces_between_pieces_that_come_at_once(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("n")
            await seen(pilot, "Note")
            for piece in ("seen ", "to ", "end\n"):
                app.post_message(events.Paste(piece))
            await seen(pilot, "seen to end")

    async def test_pasted_text_in_the_console_does_nothing(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "not begun")
            app.post_message(events.Paste("q\r\r"))
            await seen(pilot, "a paste of 3 characters was ignored")

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

    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_each_test_stands_with_what_was_measured_in_it(self, size: tuple[int, int]) -> None:
        stage = Stage(folder="/sessions/7f3a").opened().ended()
        stage.play(drill.PhaseEnded("documentation"), drill.DrillEnded("NO-GO", 1, 2, ("Test 1 FAIL",)))
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await seen(pilot, "DRILL COMPLETE   SANDBOX")
            assert "NO-GO   1 of 2" in row_with(app, "DRILL COMPLETE")
            assert re.search(r"1 Kill-switch activation +FAIL +10:54 +2/3 passed", text_of(app))
            assert re.search(r"2 Position reconciliation +PASS +00:15 +1/1 sensed", text_of(app))
            await seen(pilot, "1 deviation, explained")
            await pilot.press("pagedown", "pagedown", "pagedown")
            await seen(pilot, "records: thunes-tui verify 7f3a checks their chain")

    def test_the_parts_of_a_recovery_add_up(self) -> None:
        parts = chain(RecoveryState(pid=3.1, log=4.0, healthy=6.4))

        assert parts == "dead→pid 3.1  pid→log 0.9  log→healthy 2.4"

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
            assert "34 min ahead  Test 1" in row

    @pytest.mark.parametrize(
        ("minutes", "words"),
        [
            (0.4, "on time"),
            (-0.4, "on time"),
            (5.2, "5 min late"),
            (-104.9, "1 h 45 ahead"),
            (60, "1 h 00 late"),
        ],
    )
    def test_lateness_is_said_in_words(self, minutes: float, words: str) -> None:
        assert lateness(minutes) == words

    async def test_a_sandbox_drill_says_why_nothing_is_authorised(self) -> None:
        stage = Stage().opened().ended()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "documentation")
            await pilot.press("S")
            await seen(pilot, "Deployment authorised  no   a sandbox drill authorises nothing")
            assert "one test short" not in text_of(app)
            state = stage.link.state
            stage.link.state = replace(state, sandbox=False)
            stage.play(steps.NoteAdded("real now"), by="ann")
            await pilot.press("q", "S")
            await seen(pilot, "✗ all tests passed, nothing vetoes")

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


class TestLeavingOnce:
    @pytest.mark.parametrize(
        "keys",
        [
            ("n", "x", "enter", "enter"),
            ("question_mark", "q", "q"),
            ("S", "q", "q"),
            ("n", "ctrl+g", "ctrl+g"),
        ],
    )
    async def test_a_bouncing_key_leaves_a_dialog_once(self, keys: tuple[str, ...]) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "not begun")
            await pilot.press(keys[0])
            await pilot.pause()
            for key in keys[1:]:
                app.post_message(events.Key(key, key if len(key) == 1 else None))
            await pilot.pause()
            await pilot.pause()
            assert len(app.screen_stack) == 1
