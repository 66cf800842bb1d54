"""Pause, abort, how the box is left and the reason of a deviation, by keys."""

from __future__ import annotations

from tests.ui.stage import LARGE, SMALL, Stage, seen, text_of
from thunes_tui import intents
from thunes_tui.events import steps, stops

ROWS = (
    ("kill switch", "FAIL", "it is ON: no new position is opened", "audit trail ON"),
    ("one bot", "PASS", "one bot runs", "4711"),
    ("open orders", "UNKNOWN", "the exchange did not tell: down", "exchange"),
)


async def test_a_pause_has_its_reason_is_a_word_on_the_status_line_and_ends_by_the_same_key() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("p", *"event", "enter")
        await pilot.pause()
        assert stage.link.asked == [intents.PauseDrill("event")]
        stage.play(stops.DrillPaused("a market event"), by="ann")
        await seen(pilot, "PAUSED  ann: a market event")
        await pilot.press("p")
        await pilot.pause()
    assert stage.link.asked[1:] == [intents.ResumeDrill()]


async def test_the_time_of_a_test_stands_still_in_a_pause() -> None:
    stage = Stage().opened().testing()
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        stage.play(stops.DrillPaused("x"), by="ann")
        stage.time.forward(7200)
        stage.play(stops.DrillResumed(), by="ann")
        await seen(pilot, "run step 1.2")
        assert "T+02:" not in text_of(app)


async def test_the_abort_key_holds_first_and_leaving_at_any_point_releases() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=SMALL) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("exclamation_mark")
        assert stage.link.asked == [intents.OpenAbort()]
        await seen(pilot, "Abort the drill because")
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert stage.link.asked[1:] == [intents.LeaveAbort()]
        await pilot.press("exclamation_mark", "enter")
        await seen(pilot, "Type  abort  to confirm")
        await pilot.press("ctrl+g")
        await pilot.pause()
    assert stage.link.asked[2:] == [intents.OpenAbort(), intents.LeaveAbort()]


async def test_the_typed_word_aborts_and_enter_alone_does_not() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=SMALL) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("exclamation_mark", *"fire", "enter")
        await seen(pilot, "Type  abort  to confirm")
        stage.time.forward(1)
        await pilot.press("enter")
        await seen(pilot, "confirmed by typing abort")
        for key in (*"abort", "enter"):
            stage.time.forward(0.1)
            await pilot.press(key)
        await pilot.pause()
    assert stage.link.asked == [intents.OpenAbort(), intents.AbortDrill("abort", "fire")]


async def test_after_an_abort_it_is_shown_how_the_box_is_left_with_unknown_as_a_word() -> None:
    for size in (LARGE, SMALL):
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await seen(pilot, "Test 1/2")
            stage.play(stops.DrillAborted("a real incident"), stops.LeftSafeAsked(1, "abort"), by="ann")
            await seen(pilot, "ABORTED")
            stage.play(stops.LeftSafeSensed(1, "abort", ROWS))
            await seen(pilot, "Left safe  no  kill switch")
            screen = text_of(app)
            assert "it is ON: no new position is opened" in screen
            assert "UNKNOWN" in screen
            assert "ann aborted the drill: a real incident" in screen
            await pilot.press("r")
            await pilot.pause()
            assert stage.link.asked == [intents.LookLeftSafe()]
            await pilot.press("q")
            await seen(pilot, "end the aborted drill")


async def test_a_sensed_deviation_asks_why_in_one_line_and_may_wait() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        stage.play(steps.DeviationNoted("typed in the shell: ls", "", "T1", "T1.S1", True))
        await seen(pilot, "typed in the shell: ls: why? D answers")
        await seen(pilot, "1 deviation: D says why")
        number = stage.link.state.remarks[-1].number
        await pilot.press("D")
        await seen(pilot, "Why it was done differently")
        stage.time.forward(1)
        await pilot.press(*"look", "enter")
        await pilot.pause()
    assert stage.link.asked == [intents.ExplainDeviation(number, "look")]


async def test_a_deviation_by_a_key_of_the_console_asks_why_there_and_then() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=SMALL) as pilot:
        await seen(pilot, "Test 1/2")
        stage.play(steps.DeviationNoted("step 1.1 attempted again", "", "T1", "T1.S1", True))
        await seen(pilot, "Why it was done differently")
        await pilot.press("enter")
        await pilot.press("x")  # from before it was seen
        stage.time.forward(1)
        await pilot.press(*"slow", "enter")
        await pilot.pause()
        number = stage.link.state.remarks[-1].number
        assert stage.link.asked == [intents.ExplainDeviation(number, "slow")]


async def test_the_question_stands_aside_for_the_confirmation_that_comes_behind_it() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        stage.play(steps.DeviationNoted("step 1.3 begun before step 1.2", "", "T1", "T1.S3", True))
        await seen(pilot, "Why it was done differently")
        stage.play(
            steps.StepRequested("T1.S3", 1, "0" * 64), steps.StepHeld("T1.S3", 1, "paper_trader", ("8123 x",))
        )
        await pilot.press("ctrl+g")
        await seen(pilot, "Type  paper_trader  to confirm")
        assert stage.link.asked == []


async def test_what_was_typed_in_the_shell_is_asked_for_as_one_comes_back() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("c")
        await seen(pilot, "SHELL")
        stage.play(steps.DeviationNoted("typed in the shell: ls", "", "T1", "T1.S1", True))
        stage.time.forward(30)
        await pilot.press("f12")
        await seen(pilot, "typed in the shell: ls: why? D answers")
