"""A step's block before it runs, on the console: its placeholders are asked for, its text can be edited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.ui.played_drill import TESTS
from tests.ui.stage import LARGE, SMALL, Stage, row_with, seen, text_of
from thunes_tui import intents
from thunes_tui.drill.asked_steps import digest
from thunes_tui.events import blocks
from thunes_tui.runbook.flags import flags_of
from thunes_tui.ui.screens.edit import Edit
from thunes_tui.ui.screens.fill import Fill
from thunes_tui.ui.widgets.text_entry import TextEntry

BLOCK = "cp a.<DATE> b.<DATE>\n"


def waiting(block: str = BLOCK) -> Stage:
    """Test 1 runs, and its second step's block is this one."""
    stage = Stage().opened()
    step = replace(TESTS[0].steps[1], command=block, flags=flags_of(block))
    test = replace(TESTS[0], steps=(TESTS[0].steps[0], step, TESTS[0].steps[2]))
    stage.link.state = replace(stage.link.state, plan=(test, *stage.link.state.plan[1:]))
    return stage.testing()


async def typed(pilot: Pilot[int], text: str) -> None:
    for character in text:
        await pilot.press(
            {"-": "minus", " ": "space", "$": "dollar_sign", "_": "underscore"}.get(character, character)
        )


@asynccontextmanager
async def at_step(
    stage: Stage, said: str, key: str, size: tuple[int, int] = LARGE
) -> AsyncIterator[Pilot[int]]:
    """The console says this of its next step, and the key is pressed."""
    async with stage.app().run_test(size=size) as pilot:
        await seen(pilot, said)
        await pilot.press(key)
        yield pilot


class TestFilling:
    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_enter_asks_for_each_value_and_gives_them_all(self, size: tuple[int, int]) -> None:
        stage = waiting()
        async with at_step(stage, "<DATE> in its block waits to be filled in", "enter", size) as pilot:
            await seen(pilot, "1 of 2")
            await seen(pilot, "in: cp a.<DATE> b.<DATE>")
            await typed(pilot, "9-10")
            await pilot.press("enter")
            await seen(pilot, "2 of 2")
            await seen(pilot, "cp a.9-10 b.9-10")
            assert stage.link.asked == []
            await pilot.press("enter")  # the same once more
            await pilot.pause()
        assert stage.link.asked == [intents.FillStep("T1.S2", ("9-10", "9-10"))]

    async def test_no_value_is_no_value(self) -> None:
        stage = waiting()
        async with at_step(stage, "fill in step 1.2", "enter") as pilot:
            await seen(pilot, "1 of 2")
            await pilot.press("enter")
            await seen(pilot, "<DATE> has no value yet")
            await pilot.press("ctrl+g")
            await pilot.pause()
            assert not isinstance(pilot.app.screen, Fill)
        assert stage.link.asked == []

    async def test_what_is_meant_as_it_stands_wants_the_reason(self) -> None:
        stage = waiting("sort [A_B]\n")
        async with at_step(stage, "fill in step 1.2", "enter") as pilot:
            await seen(pilot, "1 of 1")
            await pilot.press("ctrl+o")
            await seen(pilot, "Why it is meant as it stands")
            await pilot.press("enter")
            await seen(pilot, "it needs some words")
            await typed(pilot, "a pattern")
            await pilot.press("enter")
            await pilot.pause()
        assert stage.link.asked == [intents.FillStep("T1.S2", ("[A_B]",), "a pattern")]

    async def test_a_value_is_taken_back_with_the_arrow(self) -> None:
        stage = waiting()
        async with at_step(stage, "fill in step 1.2", "enter") as pilot:
            await seen(pilot, "1 of 2")
            await typed(pilot, "x")
            await pilot.press("enter", "up")
            await seen(pilot, "1 of 2")
            await typed(pilot, "y")
            await pilot.press("enter", "enter")
            await pilot.pause()
        assert stage.link.asked == [intents.FillStep("T1.S2", ("xy", "xy"))]

    async def test_a_secret_is_asked_for_by_the_name_of_a_variable(self) -> None:
        stage = waiting("export API=your_api_key_here\n")
        async with at_step(stage, "fill in step 1.2", "enter", SMALL) as pilot:
            await seen(pilot, "A secret is never typed here")
            await typed(pilot, "abc")
            await pilot.press("enter")
            await seen(pilot, "set a variable")
        assert stage.link.asked == []

    async def test_the_filled_block_is_what_enter_runs(self) -> None:
        stage = waiting()
        text = "cp a.1 b.1\n"
        stage.play(blocks.StepFilled("T1.S2", (("<DATE>", "1"), ("<DATE>", "1")), text))
        async with at_step(stage, "run step 1.2", "enter") as pilot:
            await pilot.pause()
        assert stage.link.asked == [intents.RunStep("T1.S2", digest(text))]


class TestEditing:
    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_the_changed_text_is_asked_for_with_its_difference_shown(
        self, size: tuple[int, int]
    ) -> None:
        stage = waiting("tail -n 20 audit.jsonl\n")
        async with at_step(stage, "run step 1.2", "M", size) as pilot:
            await seen(pilot, "Edit step 1.2 before it runs")
            await seen(pilot, "as the document has it")
            await pilot.press(*["right"] * 8, "delete", "5")
            await seen(pilot, "-20 +50")
            await pilot.press("ctrl+d")
            await pilot.pause()
            assert not isinstance(pilot.app.screen, Edit)
        assert stage.link.asked == [intents.EditStep("T1.S2", "tail -n 50 audit.jsonl\n")]

    async def test_an_unchanged_text_is_kept_by_nobody(self) -> None:
        stage = waiting("ls\n")
        async with at_step(stage, "run step 1.2", "M") as pilot:
            await seen(pilot, "Edit step 1.2")
            await pilot.press("ctrl+d")
            await seen(pilot, "nothing was changed")
            await pilot.press("x")
            await seen(pilot, "-ls +xls")
            await pilot.press("ctrl+r", "ctrl+g")
            await pilot.pause()
        assert stage.link.asked == []

    async def test_the_checklist_says_what_was_filled_in_and_what_was_changed(self) -> None:
        stage = waiting()
        stage.play(blocks.StepFilled("T1.S2", (("<DATE>", "1"), ("<DATE>", "<DATE>")), "x", "a name"))
        stage.play(blocks.StepEdited("T1.S2", "cp a.2 b.<DATE>", "-1 +2"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "edited: -1 +2")
            assert "<DATE> = 1" in row_with(app, "filled in")
            assert "<DATE> as it stands" in text_of(app)

    async def test_a_step_by_hand_has_nothing_to_edit(self) -> None:
        stage = waiting("")
        async with at_step(stage, "begin step 1.2", "M") as pilot:
            await seen(pilot, "has no block")


class TestTheText:
    def test_is_edited_line_by_line(self) -> None:
        entry = TextEntry("ab\ncd")
        for key in ("down", "end", "enter"):
            entry.key(key, None)
        entry.insert("e\nf")
        assert entry.text == "ab\ncd\ne\nf"
        for key in ("home", "backspace"):
            entry.key(key, None)
        assert (entry.text, entry.row, entry.column) == ("ab\ncd\nef", 2, 1)
        for key in ("left", "left", "delete"):
            entry.key(key, None)
        assert entry.text == "ab\ncdef"

    def test_shows_the_line_with_the_cursor_however_long_it_is(self) -> None:
        entry = TextEntry("x" * 200 + "end\n" * 30)
        entry.key("end", None)
        rows = entry.rows(40, 5)
        assert len(rows) == 5
        assert "end" in "".join(part for part, _ in rows[0])
        assert all(sum(len(part) for part, _ in row) == 40 for row in rows)

    def test_keeps_what_it_cannot_show(self) -> None:
        entry = TextEntry("a\tb\x07")
        assert "a→b␦" in "".join(part for part, _ in entry.rows(20, 1)[0])
        entry.key("end", None)
        entry.key("!", "!")
        assert entry.text == "a\tb\x07!"
