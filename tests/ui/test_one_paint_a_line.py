"""What asks a pane of lines to paint: a line that comes, once, and nothing while nothing changes."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.ui.panes import Project, append, log_line
from tests.ui.stage import LARGE, seen
from thunes_tui.ui.panes.log import LogPane

RUNAWAY, TRAP = "/(a+)+b", "a" * 60 + "c ab"


def asked_of(pane: LogPane) -> list[str]:
    """Grows by one whenever the pane is asked to paint."""
    asked: list[str] = []
    really = pane.changed

    def changed() -> None:
        asked.append("changed")
        really()

    pane.changed = changed  # type: ignore[method-assign]  # to see who asks
    return asked


async def test_a_line_asks_for_one_painting(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(0, text="first"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "first")
        pane = app.panes["log"]
        assert isinstance(pane, LogPane)
        asked = asked_of(pane)
        for number in range(1, 6):
            append(project.log, log_line(number, text="next"))
            await seen(pilot, f"next {number}")
        assert len(asked) <= 5 + 2  # the gutter's tick, should it fall in between


async def test_a_search_that_stands_still_asks_for_none(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, log_line(0, text=TRAP))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "aaaaaaaa")
        pane = app.panes["log"]
        assert isinstance(pane, LogPane)
        assert pane.finder.look_for(RUNAWAY) == ""
        asked = asked_of(pane)
        pane.finder.go(forward=False)
        await asyncio.sleep(0.5)
        assert pane.finder.seeker.words  # it is still at it
        assert len(asked) <= 5
        pane.finder.stop()
