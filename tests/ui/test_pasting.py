"""Text pasted into the shell is shown and asked for where it could run something or hides what it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.ui.panes import Project, until
from tests.ui.stage import LARGE, SMALL, row_with, seen, text_of
from thunes_tui.events import shell
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.keystrokes import Pasted, Stroke
from thunes_tui.ui.panes.control import ControlPane
from thunes_tui.ui.screens.pasting import MOST_LINES, Pasting, needs_asking

HIDDEN = "echo \u202edrowssap\u202c"


async def in_shell(pilot: Pilot[int], app: ThunesApp) -> None:
    pane = app.panes["control"]
    assert isinstance(pane, ControlPane)
    await until(lambda: pane.grid.ready, app, "the emulator was loaded")
    await pilot.press("c")
    await until(lambda: app.mode == "SHELL", app, "in the shell")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        *[(text, False) for text in ("ls -l", "tab\there", "größe 漢字")],
        *[(text, True) for text in ("ls\n", "a\rb", HIDDEN, "\u0430pt")],
    ],
)
def test_what_is_asked_for(text: str, asks: bool) -> None:
    assert needs_asking(text) is asks


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_lines_are_shown_flagged_and_sent_by_their_own_key_only(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    project = Project(tmp_path)
    app, typed = project.app(), project.stage.link.typed
    async with app.run_test(size=size) as pilot:
        await in_shell(pilot, app)
        app.post_message(Pasted(f"cd /tmp\r\n{HIDDEN}\nrm -rf x\x1b[201~\n".encode(), marked=True))
        await seen(pilot, "Paste 3 lines")
        assert "line 2" in text_of(app)
        assert "\\u202edrowssap" in row_with(app, "echo")
        assert "runs what stands before it" in text_of(app)
        assert "\u202e" not in text_of(app)
        for key in ("y", "enter", "space", "s"):
            await pilot.press(key)
        app.post_message(Pasted(b"y\ny\n", marked=True))
        await pilot.pause()
        assert typed == [], "too soon, or another key"
        project.stage.time.forward(0.8)
        await pilot.press("y")
        await until(lambda: typed, app, "sent")
        assert typed == [f"cd /tmp\r{HIDDEN}\rrm -rf x[201~\r".encode()]
        assert app.mode == "SHELL"
        await pilot.press("l")
        await until(lambda: len(typed) == 2, app, "a key for the shell again")


async def test_left_it_sends_nothing_and_keys_go_to_the_shell_again(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app, typed = project.app(), project.stage.link.typed
    async with app.run_test(size=LARGE) as pilot:
        await in_shell(pilot, app)
        project.stage.play(shell.ShellOutput(0, "\x1b[?2004h"))
        app.post_message(Pasted(b"one\ntwo", marked=True))
        await seen(pilot, "Paste 2 lines")
        assert "runs what stands before it" not in text_of(app), "the program takes it as a paste"
        await pilot.press("ctrl+g")
        await until(lambda: not isinstance(app.screen, Pasting), app, "left")
        await pilot.press("x")
        await until(lambda: typed, app, "a key")
        assert typed == [b"x"]


async def test_a_held_key_that_was_meant_for_the_shell_sends_nothing(tmp_path: Path) -> None:
    """It goes on repeating while the paste arrives, and past the moment in which no key counts."""
    project = Project(tmp_path)
    app, typed = project.app(), project.stage.link.typed
    async with app.run_test(size=LARGE) as pilot:
        await in_shell(pilot, app)
        for number in range(30):
            if number == 5:
                app.post_message(Pasted(b"one\ntwo\n", marked=True))
            app.post_message(Stroke("y", "y", b"y"))
            project.stage.time.forward(0.03)
            await asyncio.sleep(0.012)
        await pilot.pause()
        assert isinstance(app.screen, Pasting)
        assert not any(b"one" in sent for sent in typed)


async def test_a_long_paste_says_what_it_does_not_show(tmp_path: Path) -> None:
    project = Project(tmp_path)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await in_shell(pilot, app)
        app.post_message(Pasted(b"line\n" * (MOST_LINES + 7), marked=True))
        await seen(pilot, f"Paste {MOST_LINES + 7} lines")
        for _ in range(30):
            await pilot.press("pagedown")
        await seen(pilot, "7 more lines: not looked through")
