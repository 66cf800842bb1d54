"""Filters of the log pane: in and out, several, by name, on and off, with the number of hidden records."""

from __future__ import annotations

from pathlib import Path

from tests.ui.panes import Project, append, log_line, pane_rows, until
from tests.ui.stage import LARGE, SMALL, seen, text_of
from thunes_tui.ui.app import ThunesApp


def rows(app: ThunesApp) -> list[str]:
    return [row.strip() for row in pane_rows(app, "log")[1:]]


def many(path: Path) -> None:
    names = ("buy BTC", "sell BTC", "buy ETH", "heartbeat")
    levels = ("INFO", "WARNING", "ERROR", "DEBUG")
    append(path, *(log_line(n, levels[n % 4], names[n % 4]) for n in range(400)))


async def test_a_filter_shows_what_it_does_while_it_is_typed(tmp_path: Path) -> None:
    project = Project(tmp_path)
    many(project.log)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 399")
        await pilot.press("3", "i", *"buy")
        await seen(pilot, "200 hidden   Enter keep")
        await until(lambda: all("buy" in row for row in rows(app)[:-1]), app, "only those")
        await pilot.press("space", *"eth")
        await seen(pilot, "300 hidden   Enter keep")
        await pilot.press("ctrl+g")
        await until(lambda: "hidden" not in text_of(app), app, "it was left")
        await pilot.press("i", *"buy", "enter", "I", *"ETH", "enter")
        await seen(pilot, "300 hidden FOLLOW")
        await until(lambda: all("buy BTC" in row for row in rows(app)), app, "neither")
        append(project.log, log_line(0, text="buy BTC again"), log_line(1, text="nothing"))
        await seen(pilot, "301 hidden FOLLOW")
        await seen(pilot, "buy BTC again")


async def test_the_list_switches_names_and_drops_filters(tmp_path: Path) -> None:
    project = Project(tmp_path)
    many(project.log)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 399")
        await pilot.press("3", "x")
        await seen(pilot, "everything is shown")
        await pilot.press("i", *"buy", "enter", "I", *"/b.y.E", "enter", "n", *["backspace"] * 6)
        await pilot.press(*"no ether", "enter")
        await seen(pilot, "[on]  no ether                 not with /b.y.E")
        await seen(pilot, "300 hidden")
        await pilot.press("space")
        await seen(pilot, "[off] no ether")
        await seen(pilot, "200 hidden")
        await pilot.press("k", "d", "l", "l")
        await seen(pilot, "Levels from WARNING")
        await pilot.press("enter")
        await seen(pilot, "≥WARN 200 hidden FOLLOW")
        await pilot.press("x", "i", *"/(", "enter")
        await seen(pilot, "( is no regular expression")


async def test_hidden_records_are_told_on_a_small_screen(tmp_path: Path) -> None:
    project = Project(tmp_path)
    many(project.log)
    app = project.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("3")
        await seen(pilot, "heartbeat 399")
        await pilot.press("l", "l", "l")
        await seen(pilot, "≥ERROR 300 hidden FOLLOW")
        await pilot.press("x")
        await seen(pilot, "ctrl+g leave")


async def test_the_next_error_is_one_that_is_seen(tmp_path: Path) -> None:
    project = Project(tmp_path)
    many(project.log)
    append(project.log, log_line(400, "ERROR", "hidden one"))
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "hidden one 400")
        await pilot.press("3", "I", *"hidden", "enter", "B")
        await seen(pilot, "1 hidden PAUSED")
        assert not any("hidden one" in row for row in rows(app))
        assert any("ERROR buy ETH" in row for row in rows(app))


async def test_a_rotation_is_told_above_the_next_line_that_is_seen(tmp_path: Path) -> None:
    project = Project(tmp_path)
    many(project.log)
    app = project.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "heartbeat 399")
        await pilot.press("3", "i", *"buy", "enter")
        project.log.rename(project.log.with_suffix(".log.1"))
        append(project.log, log_line(1, text="hidden"), log_line(2, text="buy again"))
        await seen(pilot, "buy again 2")
        shown = rows(app)
        assert "rotated: paper_trader.log was renamed" in shown[-2]
        assert "buy ETH 398" in shown[-3]
