"""A dialog that was left keeps none of what it painted."""

from __future__ import annotations

import gc
from pathlib import Path

from textual._styles_cache import StylesCache

from tests.ui.panes import Project, append, log_line
from tests.ui.stage import LARGE, seen


def rows_held() -> int:
    gc.collect()
    return sum(len(one._cache) for one in gc.get_objects() if isinstance(one, StylesCache))


async def test_rows_of_a_left_dialog_are_let_go_of(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(0, text="first"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "first 0")
        held = []
        for _ in range(4):
            await pilot.press("question_mark")
            await seen(pilot, "Keys of the ")
            await pilot.press("ctrl+g")
            await pilot.pause()
            held.append(rows_held())
        assert held[-1] <= held[0], held
