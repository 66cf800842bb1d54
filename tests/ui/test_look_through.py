"""A pane of lines over another store than its source's own: what is hidden is said, the place is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.panes import Project, append, log_line, pane_rows, until
from tests.ui.stage import LARGE, seen
from thunes_tui.errors import Unusable
from thunes_tui.lines.blocks import BlockStore
from thunes_tui.lines.filter import Filter, Filters
from thunes_tui.lines.filtered import FilteredStore
from thunes_tui.lines.pattern import typed
from thunes_tui.lines.store import LineStore
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.panes.log import LogPane
from thunes_tui.ui.widgets.lens import Make


def pane_of(app: ThunesApp) -> LogPane:
    pane = app.panes["log"]
    assert isinstance(pane, LogPane)
    return pane


def only(text: str, *, keeps_out: bool = False) -> Filters:
    return Filters((Filter(text, typed(text), keeps_out),))


def through(filters: Filters) -> Make:
    def make(store: LineStore) -> LineStore:
        assert isinstance(store, BlockStore)
        return FilteredStore(store, filters)

    return make


def lines(count: int, start: int = 0) -> list[str]:
    return [log_line(n, text="needle" if n % 10 == 0 else "hay") for n in range(start, start + count)]


async def test_what_is_hidden_is_counted_and_goes_on_with_the_file(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *lines(1000))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hay 999")
        pane = pane_of(app)
        pane.look_through(through(only("needle")))
        await seen(pilot, "900 hidden FOLLOW")
        assert all("needle" in row for row in pane_rows(app, "log")[1:])
        append(project.log, *lines(30, 1000))
        await seen(pilot, "927 hidden FOLLOW")
        assert "needle 1020" in pane_rows(app, "log")[-1]
        pane.view.pause(pane.window)
        append(project.log, *lines(20, 1030))
        await seen(pilot, "PAUSED +2 new")
        pane.look_through(None)
        await until(lambda: "hidden" not in pane_rows(app, "log")[0], app, "all of it")


async def test_the_window_stays_where_it_is(tmp_path: Path) -> None:
    project = Project(tmp_path)
    append(project.log, *lines(3000))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hay 2999")
        pane = pane_of(app)
        await pilot.press("3", "g", *["down"] * 20)
        await seen(pilot, "needle 20")
        row = next(n for n, text in enumerate(pane_rows(app, "log")) if text.endswith("needle 20"))
        pane.look_through(through(only("needle", keeps_out=True)))
        await until(lambda: pane_rows(app, "log")[row].endswith("hay 21"), app, "the next line, in its place")
        pane.look_through(None)
        await until(lambda: pane_rows(app, "log")[row].endswith("hay 21"), app, "the same line")


async def test_another_file_is_seen_in_the_same_way_and_what_cannot_be_made_changes_nothing(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path)
    append(project.log, *lines(100))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hay 99")
        pane = pane_of(app)
        pane.look_through(through(only("needle")))
        await seen(pilot, "90 hidden")

        def broken(_store: LineStore) -> LineStore:
            raise Unusable("that is no filter")

        with pytest.raises(Unusable):
            pane.look_through(broken)
        project.log.rename(project.log.with_suffix(".log.1"))
        append(project.log, *lines(100, 100))
        await seen(pilot, "180 hidden")
        pane.lens.opened(pane.lens.source)  # type: ignore[arg-type]  # it is open
        await seen(pilot, "180 hidden")
        assert "needle 190" in pane_rows(app, "log")[-1]
