"""When something fails, is hostile or has ended; and reading, themes, leaving."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.ui.panes import until
from tests.ui.played_drill import with_documents
from tests.ui.stage import LARGE, SMALL, Stage, painted, seen, text_of
from thunes_tui.config import Settings
from thunes_tui.connection import Behind, Closed, Snapshot
from thunes_tui.events import box, drill, steps


class TestTrouble:
    async def test_a_lost_connection_is_said_and_nothing_is_asked_any_more(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.link.news.put_nowait(Closed("the session's server has gone"))
            await seen(pilot, "server gone 09:14:31")
            await seen(pilot, "SERVER GONE  q leaves, and says how to come back")
            await seen(pilot, "the session's server has gone")
            await pilot.press("enter", "T", "n")
            await seen(pilot, "SERVER GONE")

        assert stage.link.asked == []

    @pytest.mark.parametrize("size", [LARGE, SMALL, (60, 15), (20, 5)])
    async def test_without_a_server_q_leaves_at_once(self, size: tuple[int, int]) -> None:
        stage = Stage().opened().held()
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await until(lambda: len(app.screen_stack) > 1, app, "the confirmation")
            stage.link.news.put_nowait(Closed("the session's server has gone"))
            await until(lambda: len(app.screen_stack) == 1, app, "no dialog about what cannot be asked")
            await seen(pilot, "SERVER GONE  q")
            await pilot.press("q")

        assert app.return_value == 0

    async def test_a_session_that_ended_is_no_trouble(self) -> None:
        stage = Stage().opened().ended()
        stage.play(drill.DrillEnded("GO", 2, 2))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "DRILL COMPLETE")
            stage.link.news.put_nowait(Closed("the session's server has gone"))
            await pilot.press("q")
            await seen(pilot, "SESSION ENDED")
            assert "SERVER GONE" not in text_of(app)

    async def test_a_refusal_goes_by_itself_and_with_what_is_asked_next(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.play(steps.IntentRefused("run_step", "step 1.2 runs already"))
            await seen(pilot, "runs already")
            stage.time.forward(5)
            app._tick()
            assert app.desk.message
            stage.time.forward(8)
            app._tick()
            assert not app.desk.message
            app.desk.say("again", alarming=True)
            await pilot.press("enter")
            assert stage.link.asked
            assert not app.desk.message

    async def test_a_worker_that_fails_is_a_line_and_the_console_goes_on(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.link.news.put_nowait(ValueError("not a frame"))
            await seen(pilot, "the connection failed: not a frame")
            await pilot.press("z")
            await pilot.pause()

            assert app.is_running

    async def test_being_behind_is_said_and_a_snapshot_replaces_the_state(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            stage.link.news.put_nowait(Behind(512))
            await seen(pilot, "512 lines not sent")
            other = Stage().opened("OTHER").link.state
            stage.link.news.put_nowait(Snapshot(other, b"", 80, 24))
            await seen(pilot, "OTHER")

    async def test_a_hostile_project_name_and_note_reach_the_screen_as_text(self) -> None:
        evil = "\x1b]0;pwned\x07\x1b[31m[red]x[/red]\u202e\u200b"
        stage = Stage().opened(evil)
        stage.play(steps.NoteAdded(evil), by=evil)
        stage.play(box.ProcessBorn("child", 9001, 4, evil))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "[red]x[/red]")
            drawn = text_of(app)

        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]", drawn)

    async def test_a_watch_says_that_there_is_no_drill(self) -> None:
        stage = Stage(recording=False)
        stage.play(drill.DrillOpened("w", "n", "watch", "b", "box", "ann", "1", "THUNES"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "there is no drill")
            await pilot.press("n")
            await seen(pilot, "this is a watch")


class TestTheRest:
    async def test_the_runbook_is_read_at_the_current_step(self, tmp_path: Path) -> None:
        app = Stage(folder=str(with_documents(tmp_path / "s"))).opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("v")
            await seen(pilot, "READ")
            await seen(pilot, "Step 1: Activate")
            await pilot.press("b")
            await seen(pilot, "Kill-switch deactivation")
            await pilot.press("z")
            await seen(pilot, "Call the team.")
            await seen(pilot, "Step 1: Activate")
            await pilot.press("z", "v")
            await seen(pilot, "CHECKLIST")

    async def test_the_theme_changes_at_once_and_everything_stays(self) -> None:
        app = Stage().opened().testing().app(settings=Settings(theme="dark"))
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await seen(pilot, f"#{app.desk.state.head}")  # what was to come has come
            before, old = text_of(app), app.desk.paint("text")
            await pilot.press("T")
            await pilot.pause(0.15)

            assert app.desk.palette.name == "light"
            assert app.desk.paint("text") != old
            assert text_of(app) == before

    @pytest.mark.parametrize("name", ["ansi", "light"])
    async def test_every_theme_shows_the_same_words(self, name: str) -> None:
        app = Stage().opened().testing().app(settings=Settings(theme=name))
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "● REC")
            await pilot.press("n")
            await seen(pilot, "Note")
            await pilot.press("ctrl+g", *["T"] * 3)
            await pilot.pause(0.15)

            assert app.desk.palette.name == name
            await seen(pilot, "Test 1/2")

    async def test_without_colours_no_colour_is_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        app = Stage().opened().held().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "to confirm:")
            styles = [s.style for row in app.screen._compositor.render_strips() for s in row if s.style]

        assert app.desk.palette.name == "ansi"
        colours = [c for style in styles for c in (style.color, style.bgcolor) if c is not None]
        assert all(colour.is_default for colour in colours)

    async def test_q_leaves_and_asks_nothing(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("q")

        assert app.return_value == 0
        assert stage.link.asked == []

    async def test_leaving_a_drill_that_ended_badly_tells_so_by_its_status(self) -> None:
        stage = Stage().opened().ended()
        stage.play(drill.DrillEnded("NO-GO", 1, 2, ("Test 1 FAIL",)))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "DRILL COMPLETE")
            await pilot.press("q")
            await pilot.pause()
            await pilot.press("q")

        assert app.return_value == 1

    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_a_second_that_passes_repaints_a_few_cells_only(self, size: tuple[int, int]) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.pause(0.3)
            cells = painted(app)
            stage.time.forward(1)
            app._tick()
            await pilot.pause(0.3)

            assert 0 < sum(cells) <= 40
