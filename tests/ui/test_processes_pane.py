"""What a row of the processes says, at any width, and of whom."""

from __future__ import annotations

import pytest

from tests.ui.stage import LARGE, SMALL, Stage, row_with, seen
from thunes_tui.drill.facts import ProcessState
from thunes_tui.events import box
from thunes_tui.ui.outline.process import name_of


async def test_a_bot_that_is_found_late_is_as_old_as_it_is() -> None:
    stage = Stage().opened()
    stage.play(box.ProcessBorn("drill", 8001, 3, "bash", age_s=7200.4))
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, "up 2 h 00")


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_the_weightiest_of_a_row_stands_at_any_width(size: tuple[int, int]) -> None:
    """The kill switch, the health and the number that the bot's own world knows it by."""
    stage = Stage().opened()
    [bot] = stage.link.state.bots
    born = box.ProcessBorn("bot", bot.pid, bot.start, bot.argv, inner=2)
    stage.play(born, box.BotHealthy(bot.pid, 1), box.KillSwitchSeen(str(bot.pid), False))
    stage.play(box.ProcessLooked(bot.pid, bot.start, ("log", "database"), ("127.0.0.1:8443",)))
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("5", "z")
        await seen(pilot, "one bot")
        row = row_with(app, str(bot.pid))
        assert "healthy ✓" in row
        assert "switch OFF" in row
        assert "2 in its world" in row or "(2)" in row


async def test_a_bot_that_stands_still_is_said_so_whoever_stopped_it() -> None:
    stage = Stage().opened()
    [bot] = stage.link.state.bots
    app = stage.app()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("5", "z")
        await seen(pilot, "one bot")
        stage.play(box.ProcessFroze(bot.pid, bot.start, frozen=True))
        await seen(pilot, "■ the bot is FROZEN")
        assert "■ FROZEN: C lets it run" in row_with(app, str(bot.pid))
        await seen(pilot, "FROZEN  ")  # in the status line
        stage.play(box.ProcessFroze(bot.pid, bot.start, frozen=False))
        await seen(pilot, "one bot")


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_the_stopwatch_stands_below_the_bots_with_sources_and_errors(size: tuple[int, int]) -> None:
    stage = Stage().opened()
    [bot] = stage.link.state.bots
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("5", "z")
        await seen(pilot, "one bot")
        stage.play(box.ProcessDied("bot", bot.pid, bot.start, signal=9))
        await seen(pilot, "waits for a new bot")
        stage.play(box.ProcessBorn("bot", 9001, 77, bot.argv, generation=2))
        stage.play(box.RecoveryMeasured("command", 2.1), box.RecoveryMeasured("pid", 2.3))
        await seen(pilot, "waits for its healthy line")
        stage.play(box.RecoveryMeasured("healthy", 6.4))
        await seen(pilot, "recovered in 6.4 s  person 2.1 s, machine 4.3 s")
        assert "its descriptor" in row_with(app, "death  ")
        assert "± 0.02" in row_with(app, "healthy line")
        assert "not seen yet" in row_with(app, "first audit event")


async def test_the_consoles_own_are_shown_every_twenty_seconds_and_the_bot_every_second() -> None:
    """What moves by itself takes the eye, and the line of who drills over a slow one."""
    stage = Stage().opened()
    [bot] = stage.link.state.bots
    stage.play(box.ProcessBorn("console", 8002, 4, "server", age_s=61.0))
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await seen(pilot, str(bot.pid))
        await seen(pilot, "8002")
        for second, cpu in enumerate((4.0, *(1.0, 2.0) * 10), 1):
            stage.sample((bot.pid, cpu, 1, 1, 1), (8002, cpu, 1, 1, 1))
            stage.time.forward(1)
            await seen(pilot, f"{cpu:>6.1f} %", lambda app: row_with(app, str(bot.pid)))
            assert f"{1.5 if second > 20 else 4.0:>6.1f} %" in row_with(app, "8002")
            assert "up 1 min" in row_with(app, "8002")


@pytest.mark.parametrize(
    ("role", "argv", "name"),
    [
        ("bot", "python src/live/paper_trader.py --symbol BTCUSDT", "paper_trader"),
        ("bot", "/usr/bin/python3.11 -m src.live.paper_trader", "paper_trader"),
        ("bot", "renamed 'a folder/run_scheduler.py'", "run_scheduler"),
        ("drill", "vim -u NONE src/live/paper_trader.py", "vim"),
        ("drill", "tail -f logs/paper_trader.log", "tail"),
        ("drill", "/usr/bin/python3 scripts/reconcile.py", "reconcile"),
        ("drill", "python -m", "python"),
        ("drill", "'odd\n\x1b[31mname' 600", "odd"),
        ("child", "", "child"),
        ("drill", "''", "drill"),
    ],
)
def test_an_editor_of_the_bot_is_no_bot_by_its_name(role: str, argv: str, name: str) -> None:
    assert name_of(ProcessState(role, 1, 2, argv)) == name
