"""A process stopped from the console: one key, what it reaches, the word, the seconds, and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events as textual_events
from textual.pilot import Pilot

from tests.ui.stage import LARGE, SMALL, Stage, below, row_with, seen, text_of
from thunes_tui import intents
from thunes_tui.events import box, signals
from thunes_tui.events.steps import IntentRefused
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.screens.stop import Stop

BOT = "8123 bot: python src/live/paper_trader.py --symbol BTCUSDT"
TAIL = "7741 log tail: tail -f logs/paper_trader.log"
WORD = "paper_trader"
ASKED = intents.SignalProcess(8123, 1, "stop")


async def typed(pilot: Pilot[int], stage: Stage, text: str, gap: float = 0.08) -> None:
    """Keys as a hand gives them: each by itself, with time between."""
    for character in text:
        stage.time.forward(gap)
        await pilot.press({"_": "underscore", " ": "space"}.get(character, character))


async def pressed(pilot: Pilot[int], stage: Stage, key: str) -> None:
    stage.time.forward(3)
    await pilot.press(key)
    await pilot.pause()


def held(stage: Stage, how: str = "stop", word: str = WORD) -> None:
    """The server's answer to the first question."""
    stage.play(signals.SignalRequested(1, 8123, 1, how), by="ann")
    stage.play(signals.SignalHeld(1, word, (BOT,), (TAIL,)))


async def confirmed(pilot: Pilot[int], stage: Stage) -> None:
    """SIGTERM has gone out."""
    await pressed(pilot, stage, "K")
    held(stage)
    await seen(pilot, "Type  paper_trader  to confirm")
    stage.time.forward(1)
    await typed(pilot, stage, WORD)
    stage.time.forward(0.2)
    await pilot.press("enter")
    stage.play(signals.SignalRequested(1, 8123, 1, "stop"), signals.SignalStarted(1, 15, "t"))
    await seen(pilot, "SIGTERM was sent")


@asynccontextmanager
async def in_a_test(size: tuple[int, int]) -> AsyncIterator[tuple[Stage, ThunesApp, Pilot[int]]]:
    """The console in the middle of Test 1."""
    stage = Stage().opened().testing()
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "Test 1/2")
        yield stage, app, pilot


def dialog(app: ThunesApp) -> bool:
    return isinstance(app.screen, Stop)


class TestStopLadder:
    async def test_it_shows_the_target_who_is_spared_and_the_word(self) -> None:
        async with in_a_test(LARGE) as (stage, app, pilot):
            await pressed(pilot, stage, "K")
            await seen(pilot, "The guard is asked")
            held(stage)
            await seen(pilot, "Type  paper_trader  to confirm")
            assert "TARGET" in row_with(app, "8123  python src/live")
            assert "spared" in row_with(app, "7741  tail -f")
            await seen(pilot, "SIGTERM, and after 10 s SIGKILL")
        assert stage.link.asked == [ASKED]

    async def test_the_seconds_until_sigkill_are_counted_and_the_end_is_told(self) -> None:
        async with in_a_test(SMALL) as (stage, app, pilot):
            await confirmed(pilot, stage)
            await seen(pilot, "SIGKILL in 10 s")
            stage.time.forward(7)
            await seen(pilot, "SIGKILL in 3 s")
            stage.play(signals.SignalStarted(1, 9))
            await seen(pilot, "SIGKILL was sent")
            stage.play(signals.SignalEnded(1, "dead", "by SIGKILL", 10012.0))
            await seen(pilot, "It is dead: by SIGKILL")
            await pressed(pilot, stage, "enter")
            assert not dialog(app)
        assert stage.link.asked == [ASKED, intents.ConfirmSignal(1, WORD)]

    async def test_in_the_grace_x_keeps_sigkill_back(self) -> None:
        async with in_a_test(SMALL) as (stage, _app, pilot):
            await confirmed(pilot, stage)
            await pressed(pilot, stage, "x")
        assert stage.link.asked[-1] == intents.LeaveSignal(1)

    async def test_who_leaves_the_dialog_before_the_word_takes_it_back(self) -> None:
        async with in_a_test(SMALL) as (stage, app, pilot):
            await pressed(pilot, stage, "K")
            held(stage)
            await seen(pilot, "Type  paper_trader  to confirm")
            await pressed(pilot, stage, "ctrl+g")
            assert not dialog(app)
        assert stage.link.asked == [ASKED, intents.LeaveSignal(1)]

    async def test_who_leaves_it_after_sigterm_leaves_it_to_go_on(self) -> None:
        async with in_a_test(LARGE) as (stage, app, pilot):
            await confirmed(pilot, stage)
            await pressed(pilot, stage, "ctrl+g")
            assert not dialog(app)
            await seen(pilot, "SIGTERM sent, SIGKILL in 7 s")
            await pressed(pilot, stage, "K")
            assert dialog(app), "the same one, once more"
            await pressed(pilot, stage, "ctrl+g")
            stage.play(signals.SignalEnded(1, "dead", "by SIGTERM", 4000.0))
            await seen(pilot, "stop process 8123: dead, by SIGTERM")
        assert stage.link.asked == [ASKED, intents.ConfirmSignal(1, WORD)]

    async def test_a_refusal_stands_in_the_dialog(self) -> None:
        async with in_a_test(SMALL) as (stage, app, pilot):
            await pressed(pilot, stage, "K")
            stage.play(IntentRefused("signal", "that process is gone", 1, 1))
            await seen(pilot, "Nothing was sent: that process is gone")
            await pressed(pilot, stage, "enter")
            assert not dialog(app)

    @pytest.mark.parametrize("way", ["held", "pasted", "queued", "enter"])
    async def test_no_accident_confirms(self, way: str) -> None:
        async with in_a_test(SMALL) as (stage, app, pilot):
            await pressed(pilot, stage, "K")
            if way == "held":  # the key that opened it goes on
                await typed(pilot, stage, "K" * 8, gap=0.03)
            held(stage)
            await seen(pilot, "Type  paper_trader  to confirm")
            if way == "pasted":
                stage.time.forward(1)
                app.post_message(textual_events.Paste(WORD))
                await seen(pilot, "pasted text does not confirm")
                stage.time.forward(1)
            elif way == "queued":
                await typed(pilot, stage, WORD, gap=0.005)
            elif way == "held":
                await typed(pilot, stage, "K" * 30, gap=0.03)
            for _ in range(4):
                stage.time.forward(0.03)
                await pilot.press("enter")
            await pilot.pause()
            assert dialog(app)
        assert stage.link.asked == [ASKED]

    async def test_targets_that_changed_are_shown_and_the_word_is_typed_anew(self) -> None:
        async with in_a_test(LARGE) as (stage, _app, pilot):
            await pressed(pilot, stage, "K")
            held(stage)
            await seen(pilot, "Type  paper_trader  to confirm")
            stage.time.forward(1)
            await typed(pilot, stage, WORD)
            stage.time.forward(0.2)
            await pilot.press("enter")
            stage.play(signals.SignalRequested(1, 8123, 1, "stop"))
            stage.play(signals.SignalHeld(1, f"{WORD} 8123", (BOT,), (TAIL,)))
            await seen(pilot, "Type  paper_trader 8123  to confirm")
            stage.time.forward(1)
            await typed(pilot, stage, f"{WORD} 8123")
            stage.time.forward(0.2)
            await pilot.press("enter")
        assert stage.link.asked[-1] == intents.ConfirmSignal(1, f"{WORD} 8123")


class TestWhichProcess:
    async def test_the_list_stands_still_while_somebody_decides(self) -> None:
        async with in_a_test(LARGE) as (stage, app, pilot):
            await seen(pilot, "one bot")
            await pressed(pilot, stage, "K")
            stage.play(box.ProcessBorn("bot", 77, 9, "python src/live/paper_trader.py"))
            await seen(pilot, "the list stands still", below)
            await seen(pilot, "✗ 2 bots at once", below)
            assert "      77 " not in below(app)
            held(stage)
            await seen(pilot, "Type  paper_trader  to confirm")
            await pressed(pilot, stage, "ctrl+g")
            await seen(pilot, "      77 ")

    async def test_of_two_bots_the_selected_row_is_meant_and_elsewhere_none(self) -> None:
        stage = Stage().opened().testing()
        stage.play(box.ProcessBorn("bot", 9001, 5, "python src/live/paper_trader.py"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "✗ 2 bots at once")
            await pressed(pilot, stage, "K")
            await seen(pilot, "2 bots run: select one among the processes")
            await pressed(pilot, stage, "5")
            await pressed(pilot, stage, "j")
            await pressed(pilot, stage, "K")
            await pressed(pilot, stage, "ctrl+g")
        assert stage.link.asked[0] == intents.SignalProcess(9001, 5, "stop")

    async def test_freezing_and_thawing_are_for_the_selected_row(self) -> None:
        async with in_a_test(LARGE) as (stage, _app, pilot):
            await pressed(pilot, stage, "5")
            await pressed(pilot, stage, "Z")
            stage.play(signals.SignalRequested(1, 8123, 1, "freeze"), signals.SignalStarted(1, 19, "t"))
            stage.play(signals.SignalSent(1, 19, "sent"), signals.SignalEnded(1, "frozen"))
            await seen(pilot, "It stands still")
            await pressed(pilot, stage, "enter")
            await seen(pilot, "FROZEN: C lets it run")
            await pressed(pilot, stage, "C")
            stage.play(signals.SignalRequested(2, 8123, 1, "thaw"), signals.SignalStarted(2, 18, "t"))
            stage.play(signals.SignalEnded(2, "running"))
            await seen(pilot, "It runs again")
        assert [
            (asked.pid, asked.how) for asked in stage.link.asked if isinstance(asked, intents.SignalProcess)
        ] == [
            (8123, "freeze"),
            (8123, "thaw"),
        ]

    async def test_our_own_are_never_asked_for(self) -> None:
        stage = Stage().opened().testing()
        stage.play(box.ProcessBorn("console", 8000, 4, "server"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await pressed(pilot, stage, "5")
            await pressed(pilot, stage, "j")
            await pressed(pilot, stage, "K")
            await seen(pilot, "process 8000 is the console's own: it is never signalled")
        assert stage.link.asked == []

    async def test_a_witness_stops_nothing(self) -> None:
        stage = Stage("witness").opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pressed(pilot, stage, "K")
            await seen(pilot, "a witness may not")
        assert stage.link.asked == []

    async def test_all_that_is_known_of_the_selected_one(self) -> None:
        async with in_a_test(LARGE) as (stage, _app, pilot):
            stage.sample((8123, 12.5, 41 << 20, 7, 23))
            await pressed(pilot, stage, "5")
            await pressed(pilot, stage, "i")
            await seen(pilot, "python src/live/paper_trader.py --symbol BTCUSDT")
            await seen(pilot, "7 threads, 23 descriptors")


class TestList:
    async def test_a_bots_end_stands_before_what_the_drill_and_the_console_run(self) -> None:
        stage = Stage().opened().testing()
        stage.play(box.ProcessBorn("console", 8000, 4, "server"), box.ProcessBorn("drill", 8001, 3, "shell"))
        stage.play(box.ProcessDied("bot", 8123, 1, signal=9))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "killed by SIGKILL")
            rows = text_of(app).split("\n")
            order = [
                next(n for n, row in enumerate(rows) if words in row)
                for words in (
                    "no bot runs",
                    "killed by SIGKILL",
                    "shell            drill",
                    "server           console",
                )
            ]
            assert order == sorted(order)

    async def test_the_tree_puts_each_below_the_one_that_started_it(self) -> None:
        stage = Stage().opened().testing()
        stage.play(box.ProcessBorn("drill", 8001, 3, "shell"))
        stage.play(box.ProcessBorn("child", 8200, 9, "sleep 60", parent=8123))
        stage.play(box.ProcessBorn("drill", 8002, 8, "tail -f x", parent=8001))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await pressed(pilot, stage, "5")
            await pressed(pilot, stage, "x")
            await seen(pilot, "└ sleep")
            rows = text_of(app).split("\n")
            order = [
                next(n for n, row in enumerate(rows) if words in row)
                for words in ("● paper_trader", "└ sleep", "   shell  ", "└ tail")
            ]
            assert order == sorted(order)

    async def test_what_the_bot_has_open_and_who_restarts_it(self) -> None:
        stage = Stage().opened().testing()
        stage.play(
            box.ProcessLooked(8123, 1, ("log", "database"), ("127.0.0.1:8443",), "systemd's bot.service")
        )
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "log ✓ db ✓ 1 tcp")
            await pressed(pilot, stage, "5")
            await pressed(pilot, stage, "i")
            await seen(pilot, "started again by: systemd's bot.service")
            await seen(pilot, "connected: 127.0.0.1:8443")
