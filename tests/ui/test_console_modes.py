"""The two modes, and every size of the terminal."""

from __future__ import annotations

from textual import events

from tests.ui.stage import LARGE, SMALL, Stage, seen, text_of
from thunes_tui.ui.desk import COMMAND, SHELL


class TestModes:
    async def test_in_shell_no_key_means_anything_but_the_leader(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("c")
            assert app.mode == SHELL
            await seen(pilot, "SHELL  every key goes to the shell; ctrl+] or F12 comes back")
            await pilot.press("enter", "q", "n", "2", "z", "t", "colon")
            assert app.mode == SHELL
            assert stage.link.asked == []
            assert stage.link.typed == [b"enter", b"q", b"n", b"2", b"z", b"t", b"colon"]
            await pilot.press("ctrl+right_square_bracket")

            assert app.mode == COMMAND
            await seen(pilot, "Enter  ")

    async def test_the_doubled_leader_is_sent_to_the_shell(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("c", "f12", "f12")

            assert app.mode == SHELL
            assert stage.link.typed == [b"f12"]

    async def test_text_pasted_in_shell_goes_to_the_shell(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("c")
            app.post_message(events.Paste("ls\n"))
            await pilot.pause()

        assert stage.link.typed == [b"ls\n"]

    async def test_enter_on_the_focused_control_pane_goes_to_the_shell(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("2", "enter")
            assert app.mode == SHELL
            await pilot.press("f12")
            assert app.mode == COMMAND

        assert stage.link.asked == []

    async def test_a_witness_does_not_type_into_the_shell(self) -> None:
        app = Stage("witness").opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("c")
            await seen(pilot, "only the driver types into the shell")

            assert app.mode == COMMAND


class TestSizes:
    async def test_resizing_there_and_back_keeps_everything(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            app.checklist.choose("T1.C1")
            await pilot.press("i")
            await seen(pilot, "88,214")
            before = text_of(app)
            for size in (SMALL, (20, 5), (1, 1), (60, 15), (100, 30), LARGE):
                await pilot.resize_terminal(*size)
                await pilot.pause(0.02)
            await pilot.pause(0.15)

            assert text_of(app) == before

    async def test_a_tiny_terminal_shows_one_line_of_state_and_does_nothing(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=(20, 5)) as pilot:
            await seen(pilot, "TESTNET")
            first, *others = text_of(app).split("\n")
            assert "● REC" in first
            assert [row for row in others if row] == ["q leave 60x15 needed"]
            await pilot.press("enter", "n", "H")

        assert stage.link.asked == []

    async def test_sixty_by_fifteen_shows_the_checklist(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=(60, 15)) as pilot:
            await seen(pilot, "1.2 Verify that it is active")

            assert "CONTROL" not in text_of(app)
            assert "PROCESSES" not in text_of(app)

    async def test_zoom_gives_a_pane_the_whole_field_and_back(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "LOG 69x15")
            await pilot.press("3", "z")
            await seen(pilot, "LOG 200x45")
            assert "CHECKLIST" not in text_of(app)
            await pilot.press("z")
            await seen(pilot, "CHECKLIST")

    async def test_a_click_on_a_pane_gives_it_the_keys(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.click("#audit")
            await pilot.pause()
            assert app.view.reach == "audit"
            await pilot.press("1")

            assert app.view.reach == "checklist"

    async def test_tab_goes_round_the_panes(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            visited = []
            for _ in range(6):
                await pilot.press("tab")
                visited.append(app.focused.id if app.focused is not None else "")

        assert visited == ["control", "log", "audit", "processes", "checklist", "control"]
