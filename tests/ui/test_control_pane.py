"""The control pane: the shell's output stands in it, keys reach the shell, the size is the driver's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.ui.panes import Project, pane_rows, until
from tests.ui.stage import LARGE, SMALL, Stage, painted, seen, text_of
from thunes_tui import intents
from thunes_tui.connection import Snapshot
from thunes_tui.events import box, session, shell, steps
from thunes_tui.term.backend import make
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.keystrokes import Pasted, Stroke
from thunes_tui.ui.panes.control import ControlPane


def pane_of(app: ThunesApp) -> ControlPane:
    pane = app.panes["control"]
    assert isinstance(pane, ControlPane)
    return pane


def prints(stage: Stage, *texts: str) -> None:
    for text in texts:
        stage.play(shell.ShellOutput(0, text))


async def ready(pilot: Pilot[int], app: ThunesApp) -> None:
    await until(lambda: pane_of(app).grid.ready, app, "the emulator was loaded")
    await pilot.pause()


async def test_output_that_came_before_the_emulator_was_loaded_is_shown_too(tmp_path: Path) -> None:
    project = Project(tmp_path)
    prints(project.stage, "$ echo early\r\nearly\r\n")
    app = project.app()
    assert not pane_of(app).grid.ready
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "$ echo early")
        prints(project.stage, "late \x1b[31mred\x1b[0m 漢字\r\n")
        await seen(pilot, "late red 漢字")


async def test_a_snapshot_begins_anew(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        prints(project.stage, "gone\r\n")
        await seen(pilot, "gone")
        server = make(80, 24)
        server.feed(b"first\r\n\x1b[1msecond\x1b[0m")
        project.stage.link.news.put_nowait(Snapshot(project.stage.link.state, server.snapshot(), 80, 24))
        await seen(pilot, "second")
        assert "gone" not in text_of(app)


async def test_the_heading_names_the_running_step_and_the_mode(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        project.stage.testing()
        project.stage.play(steps.StepStarted("T1.S2", 1), after=1)
        await seen(pilot, "CONTROL   step 1.2 Verify that it is active   running 00:00")
        project.stage.time.forward(3)
        pane_of(app).tick(app.desk.now())
        await seen(pilot, "running 00:03")
        assert "COMMAND" in pane_rows(app, "control")[0]
        await pilot.press("c")
        await seen(pilot, "SHELL")


async def test_in_shell_mode_keys_and_pastes_go_to_the_shell_as_its_program_asks(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app, typed = project.app(), project.stage.link.typed
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        await pilot.press("c", "l", "s", "enter", "up")
        app.post_message(Pasted(b"a b c", marked=True))
        app.post_message(Stroke("unknown", None, b"\x1b[99X"))
        await until(lambda: len(typed) >= 6, app, f"six keys, {typed}")
        assert typed == [b"l", b"s", b"\r", b"\x1b[A", b"a b c", b"\x1b[99X"]
        typed.clear()
        prints(project.stage, "\x1b[?1h\x1b[?2004h")
        await until(lambda: pane_of(app).grid.modes.bracketed_paste, app, "modes")
        app.post_message(Stroke("up", None, b"\x1b[A"))
        app.post_message(Pasted(b"x y", marked=True))
        app.post_message(Pasted(b"typed ", marked=False))
        await until(lambda: len(typed) == 3, app, "three keys")
        assert typed == [b"\x1bOA", b"\x1b[200~x y\x1b[201~", b"typed "]


async def test_the_leader_leaves_and_what_follows_it_in_the_same_breath_is_a_command(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app, typed = project.app(), project.stage.link.typed
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        app.post_message(Stroke("c", None, b"c"))
        await until(lambda: app.mode == "SHELL", app, "in the shell")
        for key, raw in (("x", b"x"), ("ctrl+right_square_bracket", b"\x1d"), ("z", b"z")):
            app.post_message(Stroke(key, None, raw))
        await until(lambda: app.view.look.zoomed, app, "zoomed by z")
        assert typed == [b"x"]
        app.post_message(Stroke("ctrl+right_square_bracket", None, b"\x1d"))
        await until(lambda: app.mode == "SHELL", app, "in the shell")
        assert typed == [b"x"], "another key between the two presses: nothing was doubled"


async def test_a_key_that_opens_a_dialog_gets_the_keys_behind_it(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        for pair in (("n", "q"), ("a", "enter")):  # more at once would be a paste
            for key in pair:
                app.post_message(Stroke(key, key if len(key) == 1 else None, key[:1].encode()))
            await asyncio.sleep(0.1)
        await until(lambda: intents.AddNote("qa") in project.stage.link.asked, app, "the note")


async def test_the_driver_asks_for_the_panes_size_once_it_rests(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    asked = project.stage.link.asked
    async with app.run_test(size=LARGE) as pilot:
        await until(lambda: asked, app, "a size")
        size = pane_of(app).size
        assert asked == [intents.Resize(size.width, size.height - 1)]
        project.stage.play(shell.ShellResized(size.width, size.height - 1))
        await until(lambda: pane_of(app).grid.size == (size.width, size.height - 1), app, "resized")
        for width in (190, 180, 170):
            await pilot.resize_terminal(width, 50)
        await until(lambda: len(asked) == 2, app, "one more size")
        assert asked[1] == intents.Resize(pane_of(app).size.width, size.height - 1)


async def test_the_shell_is_never_asked_to_be_under_eighty_by_twenty_four(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot, app)
        prints(project.stage, *(f"row {n}\r\n" for n in range(23)), "prompt $ ")
        await seen(pilot, "prompt $")
        assert "row 22" in text_of(app), "the window stands over the cursor"
        assert "row 3\n" not in text_of(app)
        assert not any(isinstance(intent, intents.Resize) for intent in project.stage.link.asked)
        prints(project.stage, "\x1b[Htop")
        await seen(pilot, "top 0")


async def test_a_small_pane_shows_what_stands_above_the_prompt_once_an_editor_was_left(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=SMALL) as pilot:
        await ready(pilot, app)
        prints(project.stage, "$ echo said\r\nsaid\r\n$ vi", "\x1b[?1049h\x1b[24;1H:wq")
        await seen(pilot, ":wq")
        assert "said" not in text_of(app)
        prints(project.stage, "\x1b[?1049l\r\n$ ")
        await seen(pilot, "$ echo said")
        prints(project.stage, "".join(f"row {n}\r\n" for n in range(15)))
        await seen(pilot, "row 14")
        assert "row 0" not in text_of(app)
        prints(project.stage, "\x1b[14Aup")
        await seen(pilot, "row 0")


async def test_what_a_small_pane_leaves_out_is_said(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=(60, 15)) as pilot:
        await ready(pilot, app)
        await pilot.press("2")
        prints(project.stage, "x" * 70 + "\r\n$ ")
        await seen(pilot, "columns 1-60 of 80")
        assert "rows" not in pane_rows(app, "control")[0], "those above can be scrolled to"
        prints(project.stage, "\x1b[?1049h\x1b[24;75H:")
        await seen(pilot, f"columns 21-80 of 80, rows {25 - pane_of(app).body_height}-24 of 24")


@pytest.mark.parametrize("role", ["witness", "replay"])
async def test_who_only_watches_asks_for_no_size_and_sees_the_grid_as_it_is(
    role: str, tmp_path: Path
) -> None:
    project = Project(tmp_path, role=role)
    project.stage.play(shell.ShellResized(100, 30))
    project.stage.link.news.get_nowait()
    app = project.app()
    async with app.run_test(size=(160, 40)) as pilot:
        await ready(pilot, app)
        prints(project.stage, "x" * 100 + "y\r\n")
        await seen(pilot, "xxx")
        rows = pane_rows(app, "control")
        assert rows[1] == "x" * 100
        assert rows[2] == "y"
        assert project.stage.link.asked == []


async def test_a_witness_who_gets_the_keys_asks_for_its_own_size(tmp_path: Path) -> None:
    project = Project(tmp_path, role="witness")
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        project.stage.play(session.KeysPassed(1, "ann"))
        await until(lambda: project.stage.link.asked, app, "a size")


async def test_scrolled_back_it_stays_whatever_is_printed_and_shell_mode_returns(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        prints(project.stage, "".join(f"row {n}\r\n" for n in range(200)))
        await seen(pilot, "row 199")
        await pilot.press("2", "pageup", "pageup")
        await seen(pilot, "scrolled back")
        before = pane_rows(app, "control")[1:]
        prints(project.stage, *(f"more {n}\r\n" for n in range(50)))
        await pilot.pause(0.15)
        assert pane_rows(app, "control")[1:] == before
        await pilot.press("g")
        await seen(pilot, "row 0")
        await pilot.press("c")
        await seen(pilot, "more 49")
        assert "scrolled back" not in text_of(app)


async def test_what_was_printed_before_is_found_and_what_is_seen_is_copied(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        pane = pane_of(app)
        pane.COPIES_TO = tmp_path
        prints(
            project.stage, *(f"\x1b[3{n % 8}mrow {n}{' Needle' * (n in (40, 90))}\r\n" for n in range(300))
        )
        await seen(pilot, "row 299")
        await pilot.press("2", "slash", *"needle", "enter")
        await seen(pilot, "row 90 Needle")
        await seen(pilot, "needle in row 91 of")
        await pilot.press("slash", "enter")
        await seen(pilot, "row 40 Needle")
        await pilot.press("C")
        await seen(pilot, "copied.txt")
        copied = (tmp_path / "copied.txt").read_text()
        assert copied.splitlines() == [row for row in pane_rows(app, "control")[1:] if row]
        assert "row 40 Needle" in copied
        await pilot.press("slash", "enter")
        await seen(pilot, "no needle above")
        await pilot.press("G", "slash", *"row 295", "enter")
        await seen(pilot, "row 295 in row 296 of")
        assert pane.grid.marked == 295, "also where nothing had to be scrolled"
        await pilot.press("G", "slash", *"NEEDLE", "enter")
        await seen(pilot, "no NEEDLE in what the shell printed")
        assert "row 299" in text_of(app)


async def test_echo_of_one_key_repaints_a_few_cells_only(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        prints(project.stage, "$ ")
        await seen(pilot, "$")
        await pilot.pause(0.15)
        cells = painted(app)
        prints(project.stage, "l")
        await seen(pilot, "$ l")
        await until(lambda: cells, app, "something painted")
        assert 0 < sum(cells) <= 4


async def test_an_echo_does_not_wait_for_the_paintings_of_a_flooded_log(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await ready(pilot, app)
        flushed = 0
        flush = pane_of(app).flush

        def count() -> None:
            nonlocal flushed
            flushed += 1
            flush()

        pane_of(app)._eager._act = count
        for number in range(20):
            project.stage.play(box.SourceLines("log", 1, 5 * number, 1, 5 * number + 5, "line\n"))
        await pilot.pause()
        assert flushed == 0
        prints(project.stage, "echoed-key")
        await seen(pilot, "echoed-key")
        assert flushed == 1
