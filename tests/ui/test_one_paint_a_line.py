"""A line that comes is one painting: what counts as a flood is counted in lines."""

from __future__ import annotations

from pathlib import Path

from tests.ui.panes import Project, append, log_line
from tests.ui.stage import LARGE, seen
from thunes_tui.ui.panes.log import LogPane


async def test_a_line_asks_for_one_painting(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(0, text="first"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "first")
        pane = app.panes["log"]
        assert isinstance(pane, LogPane)
        asked: list[str] = []
        really = pane.changed

        def changed() -> None:
            asked.append("changed")
            really()

        pane.changed = changed  # type: ignore[method-assign]  # to see who asks
        for number in range(1, 6):
            append(project.log, log_line(number, text="next"))
            await seen(pilot, f"next {number}")
        assert len(asked) <= 5 + 2  # the gutter's tick, should it fall in between
