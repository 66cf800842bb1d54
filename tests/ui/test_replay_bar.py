"""The replay's bar: where it stands, and what its keys ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.panes import Project
from tests.ui.stage import START, row_with, seen
from thunes_tui import intents, wire
from thunes_tui.connection import Sampled
from thunes_tui.text import cell_width
from thunes_tui.ui.widgets.replay_bar import timeline

MINUTE = 60_000_000
MARKS = ((START + 10 * MINUTE, "✓1"), (START + 30 * MINUTE, "!"), (START + 45 * MINUTE, "✗"))
REPLAY = wire.Replay(True, 4.0, START, START + 40 * MINUTE, START + 60 * MINUTE, 5, 10, 4_000_000, MARKS)

KEYS = {
    "space": intents.Seek("pause"),
    "right": intents.Seek("step+"),
    "left": intents.Seek("step-"),
    "full_stop": intents.Seek("event+"),
    "comma": intents.Seek("event-"),
    "plus": intents.Seek("play", 8.0),
    "minus": intents.Seek("play", 2.0),
    "home": intents.Seek("start"),
    "0": intents.Seek("start"),
    "end": intents.Seek("end"),
    "right_square_bracket": intents.Seek("time:2025-10-09T09:38:20.000000Z"),
    "left_square_bracket": intents.Seek("time:2025-10-09T09:23:20.000000Z"),
}


@pytest.mark.parametrize("focus", ["1", "2", "3", "4"])
async def test_it_shows_where_the_replay_stands_and_moves_it_from_every_pane(
    focus: str, tmp_path: Path
) -> None:
    project = Project(tmp_path, role="replay")
    project.stage.link.news.put_nowait(Sampled(wire.Sample((), REPLAY)))
    app = project.app()
    async with app.run_test(size=(160, 40)) as pilot:
        await seen(pilot, "▶ 4x")
        row = row_with(app, "▶ 4x")
        assert "09:33:20 of 08:53:20-09:53:20" in row
        assert "idle skipped 00:04" in row
        for sign in ("✓1", "!", "●", "✗", "← → step", "/ search"):
            assert sign in row
        await pilot.press(focus, *KEYS)
        assert project.stage.link.asked == list(KEYS.values())


async def test_eighty_columns_show_the_time_and_the_line(tmp_path: Path) -> None:
    project = Project(tmp_path, role="replay")
    project.stage.link.news.put_nowait(Sampled(wire.Sample((), REPLAY)))
    app = project.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await seen(pilot, "▶ 4x")
        assert "●" in row_with(app, "▶ 4x")


@pytest.mark.parametrize("width", [12, 13, 40, 200])
@pytest.mark.parametrize("now", [0, 30, 60, 90])
def test_the_time_line_has_exactly_its_width(width: int, now: int) -> None:
    replay = wire.Replay(False, 1.0, START, START + now * MINUTE, START + 60 * MINUTE, 0, 1, 0, MARKS)
    assert sum(cell_width(text) for text, _ in timeline(replay, width)) == width


def test_a_recording_of_one_moment_has_a_time_line() -> None:
    assert timeline(wire.Replay(False, 1.0, START, START, START, 0, 0), 20)


async def test_the_first_press_pauses_also_before_the_replay_has_said_that_it_plays(tmp_path: Path) -> None:
    project = Project(tmp_path, role="replay")
    app = project.app()
    async with app.run_test(size=(160, 40)) as pilot:
        await seen(pilot, "replay")
        await pilot.press("space")
        assert project.stage.link.asked == [intents.Seek("pause")]
