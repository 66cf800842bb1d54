"""The abort from wherever a person is: one key, or the leader before it where text is typed."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.ui.panes import Project
from tests.ui.stage import LARGE, SMALL, Stage, seen, text_of
from thunes_tui import intents
from thunes_tui.events import stops
from thunes_tui.ui import screens
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.screens.typed import Typed

OPEN, LEAVE = intents.OpenAbort(), intents.LeaveAbort()
ASKS = "Abort the drill because"


def asked(stage: Stage) -> list[object]:
    """All but the size of the shell."""
    return [intent for intent in stage.link.asked if not isinstance(intent, intents.Resize)]


async def aborts(pilot: Pilot[int], stage: Stage) -> None:
    """It holds at once, nothing else was asked for, and leaving it leads back to the console."""
    await seen(pilot, ASKS)
    assert asked(stage) == [OPEN]
    await pilot.press("ctrl+g")
    await pilot.pause()
    assert asked(stage) == [OPEN, LEAVE]
    assert len(pilot.app.screen_stack) == 1


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (["question_mark"], "Keys of the"),
        (["S"], "Durations"),
        (["3", "F"], "Filters"),
        (["Q"], "Left safe"),
    ],
)
async def test_one_key_in_a_dialog_without_text(keys: list[str], words: str) -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press(*keys)
        await pilot.pause()
        stage.link.asked.clear()
        await pilot.press("exclamation_mark")
        await aborts(pilot, stage)


async def test_one_key_in_the_dialog_of_a_step_that_waits_for_its_word() -> None:
    stage = Stage().opened().held()
    async with stage.app().run_test(size=SMALL) as pilot:
        await pilot.press("enter")
        await seen(pilot, "Type  paper_trader  to confirm")
        await pilot.press(*"paper")
        await pilot.press("exclamation_mark")
        await aborts(pilot, stage)


async def test_one_key_in_the_dialog_that_stops_a_process() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=SMALL) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("K")
        await seen(pilot, "Stop paper_trader")
        stage.link.asked.clear()
        await pilot.press("exclamation_mark")
        await seen(pilot, ASKS)
        assert stage.link.asked[0] == OPEN


@pytest.mark.parametrize("leader", ["f12", "ctrl+right_square_bracket"])
async def test_where_text_is_typed_it_is_text_and_the_leader_makes_it_the_abort(leader: str) -> None:
    stage = Stage().opened().testing()
    app = stage.app()
    async with app.run_test(size=SMALL) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("n", *"odd", "exclamation_mark")
        await seen(pilot, "odd!")
        await pilot.press(leader)
        await seen(pilot, "! aborts the drill")
        await pilot.press("x")
        await seen(pilot, "odd!x")
        assert "aborts the drill" not in text_of(app)
        await pilot.press("exclamation_mark")
        await seen(pilot, "odd!x!")
        assert asked(stage) == []
        await pilot.press(leader, "exclamation_mark")
        await aborts(pilot, stage)


@pytest.mark.parametrize("keys", [["colon"], ["3", "slash"], ["4", "vertical_line"]])
async def test_so_in_the_palette_a_search_and_a_filter(keys: list[str], tmp_path: Path) -> None:
    project = Project(tmp_path)
    stage = project.stage
    for file in (project.log, project.audit):
        file.write_text("")
    async with project.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "CHECKLIST")
        await pilot.press(*keys, "exclamation_mark")
        await pilot.pause()
        assert asked(stage) == []
        await pilot.press("f12", "exclamation_mark")
        await aborts(pilot, stage)


async def test_so_in_the_shell() -> None:
    stage = Stage().opened().testing()
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("c", "exclamation_mark")
        await pilot.pause()
        assert (app.mode, asked(stage)) == ("SHELL", [])
        await pilot.press("f12", "exclamation_mark")
        await aborts(pilot, stage)


async def test_in_its_own_dialogs_it_is_text() -> None:
    stage = Stage().opened().testing()
    async with stage.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("exclamation_mark", "exclamation_mark", "f12", "exclamation_mark")
        await seen(pilot, ASKS)
        assert asked(stage) == [OPEN]


async def test_who_may_not_abort_is_told_so_in_the_dialog() -> None:
    stage = Stage().opened().testing()
    stage.play(stops.AbortOpened("T1"), stops.DrillAborted("enough"), by="ann")
    async with stage.app().run_test(size=LARGE) as pilot:
        await pilot.press("question_mark")
        await seen(pilot, "Keys of the")
        await pilot.press("exclamation_mark")
        await seen(pilot, "abort: ann has aborted the drill already")
        assert asked(stage) == []


def test_every_dialog_that_takes_text_says_so() -> None:
    """Else `!` in its text would open the abort; a word to confirm with has none in it."""
    silent = []
    for path in sorted(Path(screens.__file__).parent.glob("*.py")):
        module = importlib.import_module(f"{screens.__name__}.{path.stem}")
        for name, kind in vars(module).items():
            if isinstance(kind, type) and issubclass(kind, Dialog) and kind.__module__ == module.__name__:
                takes_text = "Entry(" in inspect.getsource(kind) and not issubclass(kind, Typed)
                if takes_text and kind.types is Dialog.types:
                    silent.append(name)
    assert silent == []
