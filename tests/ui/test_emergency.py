"""Emergencies on the screen: offered when sensed, gone through by keys that each name what they do."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.ui.stage import LARGE, SMALL, Stage, seen, text_of
from thunes_tui import intents
from thunes_tui.drill.asked_emergency import text_of as block_of
from thunes_tui.drill.asked_steps import digest
from thunes_tui.events import emergency as events
from thunes_tui.events.base import Event

CAUSE = "positions.db: database disk image is malformed"
DAMAGED = events.EmergencySensed(1, "database", CAUSE, "database", CAUSE, True, ("T1.C2",), "T1")
SILENT = events.EmergencySensed(2, "telegram", "Telegram alert failed", "log", "x", True, ("T1.C1",), "T1")
OPENED = events.EmergencyOpened(1, "database", ("T1.C2",), "T1")
VICTIMS = ("data/positions.db is moved away: the database; open: 8123 bot",)


def staged(*played: Event, role: str = "driver") -> Stage:
    """A test runs, and this has happened."""
    stage = Stage(role).opened().testing()
    stage.play(*played)
    return stage


async def shown(pilot: Pilot[int], *words: str) -> None:
    await pilot.press("ampersand")
    await seen(pilot, "EMERGENCIES")
    for word in words:
        await seen(pilot, word)


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_what_is_sensed_is_a_word_on_the_status_line_and_is_opened_by_its_key(
    size: tuple[int, int],
) -> None:
    stage = staged(SILENT, DAMAGED)
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await seen(pilot, "DATABASE DAMAGE")
        await shown(pilot, "2 to see to", "Database Corruption Detected", "Telegram Alerts Stop Working")
        screen = text_of(app)
        assert screen.index("Database Corruption") < screen.index("Telegram Alerts") < screen.index("Hangs")
        assert CAUSE in screen
        assert "The others stand" in screen
        assert "o open its checklist" in screen


async def test_it_is_offered_and_never_forced() -> None:
    stage = staged()
    async with stage.app().run_test(size=LARGE) as pilot:
        await seen(pilot, "Test 1/2")
        stage.play(DAMAGED)
        await seen(pilot, "Database Corruption Detected: & opens its checklist")
        assert len(pilot.app.screen_stack) == 1
        assert stage.link.asked == []


async def test_enter_runs_the_selected_block_once_its_checklist_is_open() -> None:
    stage = staged(DAMAGED)
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await shown(pilot, "made safe")
        await pilot.press("enter", "t", "s")
        assert stage.link.asked == []
        await pilot.press("o")
        assert stage.link.asked == [intents.OpenEmergency("database")]
        stage.play(OPENED, by="ann")
        await seen(pilot, "PRAGMA integrity_check(10)")
        await pilot.press("enter")
        known = app.desk.state.emergencies.of("database")
        assert known is not None
        sha256 = digest(block_of(app.desk.state, known, "check"))
        assert stage.link.asked[1:] == [intents.RunEmergencyItem("database", "check", sha256)]


async def test_what_takes_a_file_away_wants_its_word_and_says_what_it_takes() -> None:
    stage = staged(DAMAGED, OPENED)
    async with stage.app().run_test(size=SMALL) as pilot:
        await shown(pilot)
        stage.play(
            events.EmergencyItemRequested(1, "aside", 1, "5ha"),
            events.EmergencyItemHeld(1, "aside", 1, "positions.db", VICTIMS),
            by="ann",
        )
        await seen(pilot, "Item 3 of the checklist wants")
        await seen(pilot, "data/positions.db is moved away")
        stage.play(SILENT)  # whatever else happens, it waits
        await pilot.pause()
        await pilot.press("pagedown")
        stage.time.forward(1)
        for key in (*"positions", "full_stop", *"db", "enter"):
            stage.time.forward(0.1)
            await pilot.press(key)
        await pilot.pause()
    assert stage.link.asked == [intents.ConfirmEmergencyItem("database", "aside", "positions.db")]


async def test_a_confirmation_that_nothing_waits_for_any_more_goes() -> None:
    stage = staged(DAMAGED, OPENED)
    async with stage.app().run_test(size=LARGE) as pilot:
        await shown(pilot)
        stage.play(
            events.EmergencyItemRequested(1, "reinitialise", 1, "5ha"),
            events.EmergencyItemHeld(1, "reinitialise", 1, "data loss"),
            by="ann",
        )
        await seen(pilot, "Type  data loss  to confirm")
        await seen(pilot, "ALL POSITIONS ON RECORD ARE LOST")
        stage.play(events.EmergencyItemEnded(1, "reinitialise", 1, "refused", None, "the bot lives"))
        await seen(pilot, "the bot lives")
        assert len(pilot.app.screen_stack) == 2


async def test_a_refusal_stands_beside_its_item_with_what_to_do() -> None:
    stage = staged(DAMAGED, OPENED)
    async with stage.app().run_test(size=SMALL) as pilot:
        await shown(pilot)
        await pilot.press("j", "j", "j")
        why = "the bot has the database in use, pid 8123: stop the bot first"
        stage.play(events.EmergencyItemEnded(1, "restore", 1, "refused", None, why))
        await seen(pilot, "pid 8123: stop the bot")


async def test_an_item_is_skipped_and_a_checklist_closed_with_words() -> None:
    stage = staged(DAMAGED, OPENED)
    async with stage.app().run_test(size=LARGE) as pilot:
        await shown(pilot)
        await pilot.press("s", *"known", "enter", "c", "n", *"bad", "enter")
        await pilot.pause()
    assert stage.link.asked == [
        intents.SkipEmergencyItem("database", "check", "known"),
        intents.CloseEmergency("database", "not mended", "bad"),
    ]


async def test_a_person_ticks_what_is_theirs_and_enter_does_not() -> None:
    stage = staged(SILENT, events.EmergencyOpened(2, "telegram"))
    async with stage.app().run_test(size=LARGE) as pilot:
        await shown(pilot)
        await pilot.press("j", "j", "j", "enter")
        assert stage.link.asked == []
        await pilot.press("t", *"ok", "enter")
        await pilot.pause()
    assert stage.link.asked == [intents.TickEmergencyItem("telegram", "workaround", "ok")]


@pytest.mark.parametrize("role", ["witness", "replay"])
async def test_a_witness_and_a_replay_show_all_of_it_and_ask_for_nothing(role: str) -> None:
    stage = staged(DAMAGED, OPENED, role=role)
    app = stage.app()
    async with app.run_test(size=LARGE) as pilot:
        await shown(pilot, "Check the integrity", "PRAGMA integrity_check")
        await pilot.press("enter", "o", "t", "s", "c")
        await pilot.pause()
        assert "tick" not in text_of(app)
    assert stage.link.asked == []


async def test_a_closed_one_keeps_its_checklist_for_who_looks_later() -> None:
    done = events.EmergencyItemEnded(1, "check", 1, "failed", 1, "corrupted: page 3")
    stage = staged(DAMAGED, OPENED, done, events.EmergencyClosed(1, "database", "not mended", "no backup"))
    async with stage.app().run_test(size=LARGE) as pilot:
        await shown(pilot, "none to see to", "not mended: no backup", "exit 1: corrupted: page 3")


async def test_the_summary_has_how_it_was_left_and_the_action_item() -> None:
    stage = staged(SILENT, events.EmergencyClosed(2, "telegram", "workaround", "by the log"))
    app = stage.app()
    async with app.run_test(size=(120, 100)) as pilot:
        await seen(pilot, "Test 1/2")
        await pilot.press("S")
        await seen(pilot, "EMERGENCY 2 closed: workaround")
        screen = text_of(app)
        assert "workaround: by the log" in screen
        assert "Find out why Telegram's alerts stopped" in screen
