"""The console as a person sees it: what stands on the screen, and what keys do."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tests.ui.stage import Stage, row_with, text_of, with_documents
from thunes_tui import intents
from thunes_tui.config import Settings
from thunes_tui.connection import Behind, Closed, Snapshot
from thunes_tui.drill.asked_steps import digest
from thunes_tui.events import box, drill, session, steps
from thunes_tui.events.steps import FindingNoted
from thunes_tui.ui.app import ThunesApp
from thunes_tui.ui.desk import COMMAND, SHELL

LARGE, SMALL = (200, 50), (80, 24)


async def seen(pilot: Pilot[int], words: str) -> None:
    """Wait until the screen shows these words; fails with the screen after four seconds."""
    app = pilot.app
    assert isinstance(app, ThunesApp)
    for _ in range(800):
        if words in text_of(app):
            return
        await asyncio.sleep(0.005)
    row_with(app, words)


class TestTheWholeScreen:
    async def test_a_running_test_shows_its_steps_and_how_each_criterion_stands(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Kill-switch activation")

            assert re.search(r"▸ 1 Kill-switch activation +00:43 of 30 min", row_with(app, "▸ 1 "))
            assert re.search(r"✓ 1\.1 Activate the kill switch +00:42", row_with(app, "1.1 "))
            assert "· 1.2 Verify that it is active" in row_with(app, "1.2 ")
            assert "(✓)" in row_with(app, "Audit trail shows the activation")
            assert "audit +12 ms" in row_with(app, "Audit trail shows the activation")
            assert "waits for 1.2" in row_with(app, "(◌) BUY orders rejected")
            assert "you decide" in row_with(app, "[ ] Telegram alert was seen")

    async def test_the_status_line_says_where_the_drill_stands_and_whether_it_is_safe(
        self, tmp_path: Path
    ) -> None:
        (tmp_path / "journal.jsonl").write_bytes(b"x" * 4_100_000)
        app = Stage(folder=str(tmp_path)).opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            line = text_of(app).split("\n")[0]

        for words in ("THUNES", "SANDBOX TESTNET ✓proven", "T+00:21:11", "14 min ahead", "Test 1/2 step 1/3"):
            assert words in line
        assert "kill switch OFF in 1 of 1" in line
        assert "audit UNKNOWN" in line
        assert "● REC 4.1 MB" in line
        assert "keys ann · witness bob" in line
        assert re.search(r"\d\d:\d\d:\d\d UTC", line)

    async def test_eighty_columns_still_say_everything_that_matters(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            status, tabs, *_ = rows = text_of(app).split("\n")

            assert re.search(r"TESTNET +T\+00:21 +Test 1/2 step 1/3 +switch OFF 1/1 +● REC +ann/bob", status)
            assert re.search(r"1 Check +2 Control +3 Log \+14 +4 Audit +5 Proc ●", tabs)
            assert "Enter  run step 1.2: Verify that it is active" in rows[-1]
            assert "CONTROL" in row_with(app, "CONTROL 80x")

    async def test_at_eighty_by_twenty_four_the_running_tests_rows_come_first(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")

            assert "Prerequisites" not in text_of(app)
            await seen(pilot, "1.3 Kill the bot")
            await seen(pilot, "(✓) Audit trail shows the activation")

    async def test_production_is_said_in_words(self) -> None:
        stage = Stage().opened()
        stage.play(box.GuardAnswered(proven=False, reasons=("BINANCE_API_KEY is set",)))
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "NOT PROVEN")

    async def test_a_session_without_a_recording_says_so(self) -> None:
        app = Stage(recording=False).opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "NOT RECORDING")

    async def test_a_switch_that_contradicts_the_audit_trail_shows_both(self) -> None:
        stage = Stage().opened()
        stage.play(box.KillSwitchSeen("audit", on=True))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "kill switch OFF in 1 of 1 audit ON")

    async def test_times_are_shown_in_local_time_on_demand(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "08:53:20 UTC")
            await pilot.press("U")
            await seen(pilot, "10:53:20 local")


class TestBeforeTheTests:
    async def test_each_failed_section_shows_both_verdicts_and_the_seeds_fix(self) -> None:
        app = Stage().opened().flown(failing=True).app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "DO NOT PROCEED")

            assert re.search(r"✗ 3 exchange +FAIL +PASS", row_with(app, "3 exchange"))
            assert re.search(r"✓ 4 position tracker +PASS +PASS", row_with(app, "4 position tracker"))
            await seen(pilot, "Invalid API-key (-2015)")
            assert "fix  Verify API keys are valid for testnet" in row_with(app, "fix ")
            await seen(pilot, "the two disagree, which is a finding")

    async def test_r_runs_the_pre_flight_again(self) -> None:
        stage = Stage().opened().flown(failing=True)
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run the pre-flight again")
            await pilot.press("r")

        assert stage.link.asked == [intents.RunPreflight()]

    async def test_a_prerequisite_is_ticked_and_unticked_with_t(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "[ ] 2.5 hours")
            await pilot.press("home", "j", "t")
            stage.play(drill.PrerequisiteTicked(1, ticked=True), by="ann")
            await seen(pilot, "[✓] 2.5 hours")
            await pilot.press("t")

        assert stage.link.asked == [intents.TickPrerequisite(1, True), intents.TickPrerequisite(1, False)]

    async def test_without_an_open_position_both_ways_of_the_seed_are_offered(self) -> None:
        stage = Stage().opened().prepared()
        stage.play(box.PositionsRead(()))
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "create one or skip Test 1")
            await pilot.press("enter")
            await seen(pilot, "create a small position")
            await seen(pilot, "skip Test 1")
            await pilot.press("enter")
            assert stage.link.asked == []
            await pilot.press("p")
            await pilot.pause()

        assert stage.link.asked == [intents.CreatePosition()]


class TestDoing:
    async def test_enter_does_what_the_footer_says(self) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "run step 1.2")
            await pilot.press("enter")

        assert stage.link.asked == [intents.RunStep("T1.S2", digest("true\n"))]

    async def test_the_selection_goes_along_with_the_drill(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.run_step("T1.S2", 3)
            await seen(pilot, "run step 1.3")

            assert app.checklist.selected == "T1.S3"

    async def test_a_selection_that_was_moved_away_is_never_taken_back(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("home")
            stage.run_step("T1.S2", 3)
            await seen(pilot, "run step 1.3")
            assert app.checklist.selected == "prerequisites"

            await pilot.press("F")
            assert app.checklist.selected == "T1.S3"

    async def test_a_human_criterion_is_ticked_and_shown_as_ticked_by_a_person(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "[ ] Telegram alert was seen")
            app.checklist.choose("T1.C3")
            await pilot.press("t")
            assert stage.link.asked == [intents.DecideCriterion("T1.C3", "PASS")]
            stage.play(steps.CriterionDecided("T1.C3", "PASS"), by="ann")
            await seen(pilot, "[✓] Telegram alert was seen")

            assert "ann" in row_with(app, "[✓] Telegram")

    async def test_a_sensed_fail_shows_its_cause_and_cannot_be_ticked_away(self) -> None:
        stage = Stage().opened().testing()
        stage.play(steps.CriterionSensed("T1.C2", "FAIL", "rejected for its size"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "(✗) BUY orders rejected")
            await seen(pilot, "rejected for its size")
            app.checklist.choose("T1.C2")
            await pilot.press("t")
            await seen(pilot, "it was sensed as FAIL: override it with o")

        assert stage.link.asked == []

    async def test_an_override_needs_its_reason_and_keeps_what_was_sensed(self) -> None:
        stage = Stage().opened().testing()
        stage.play(steps.CriterionSensed("T1.C2", "FAIL", "rejected for its size"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "(✗) BUY orders rejected")
            app.checklist.choose("T1.C2")
            await pilot.press("o")
            await seen(pilot, "Sensed: FAIL. You say:")
            await pilot.press("p")
            await seen(pilot, "PASS, although FAIL was sensed, because")
            await pilot.press("enter")
            await seen(pilot, "it needs some words")
            await pilot.press(*"seen", "enter")
            await pilot.pause()
            assert stage.link.asked == [intents.DecideCriterion("T1.C2", "PASS", "seen")]

            stage.play(steps.CriterionDecided("T1.C2", "PASS", "seen"), by="ann")
            await seen(pilot, "[~] BUY orders rejected")

    async def test_the_evidence_of_a_criterion_is_one_key_away(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            app.checklist.choose("T1.C1")
            await pilot.press("i")
            await seen(pilot, "88,214")

            await seen(pilot, "logs/audit_trail.jsonl")
            await seen(pilot, "12 ms ± 0 ms")
            await seen(pilot, "c0ffeec0ffee")
            await pilot.press("i")
            await pilot.pause(0.15)
            assert "88,214" not in text_of(app)

    async def test_a_note_and_a_deviation_with_its_reason_are_written(self) -> None:
        stage = Stage().opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("n", *"slow", "enter")
            await pilot.press("d", *"other", "enter", *"why", "enter")
            await pilot.pause()

        assert stage.link.asked == [intents.AddNote("slow"), intents.AddDeviation("other", "why")]

    async def test_a_refusal_is_one_line_on_the_screen(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.play(steps.IntentRefused("step", "the shell is busy"))
            await seen(pilot, "the shell is busy")
            await pilot.press("j")
            await pilot.pause(0.15)
            assert "the shell is busy" not in text_of(app)

    async def test_findings_and_vetoes_stand_in_the_checklist(self) -> None:
        stage = Stage().opened().testing()
        stage.play(FindingNoted("a BUY was approved while the switch was on", veto=True, test="T1"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "✗ VETO a BUY was approved")


class TestRoles:
    async def test_a_witness_sees_the_same_and_is_told_what_it_may_not_do(self) -> None:
        stage = Stage("witness").opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "next run step 1.2")
            await seen(pilot, "(✓) Audit trail shows the activation")
            await pilot.press("enter")
            await seen(pilot, "a witness may not: ask for the keys with w")
            await pilot.press("t")

        assert stage.link.asked == []

    async def test_a_witness_may_hold_and_note(self) -> None:
        stage = Stage("witness").opened().testing()
        async with stage.app().run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("H", *"wait", "enter")
            await pilot.press("n", *"odd", "enter")
            await pilot.pause()

        assert stage.link.asked == [intents.Hold("wait"), intents.AddNote("odd")]

    async def test_the_driver_passes_the_keys_to_who_asked(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            stage.play(session.KeysRequested(2, "bob"))
            await seen(pilot, "bob asks for the keys: w passes them")
            await pilot.press("w")
            assert stage.link.asked == [intents.PassKeys(2)]
            stage.play(session.KeysPassed(2, "bob"))
            await seen(pilot, "bob has the keys now")

            assert app.desk.role == "witness"

    async def test_in_a_recording_nothing_can_be_asked(self) -> None:
        stage = Stage("replay").opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "REPLAY")
            await pilot.press("enter", "n", "H", "r")
            await seen(pilot, "this is a recording")

        assert stage.link.asked == []


class TestModes:
    async def test_in_shell_no_key_means_anything_but_the_leader(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("c")
            assert app.mode == SHELL
            await seen(pilot, "SHELL  every key goes to the shell; ctrl+] or F12 comes back")
            await pilot.press("enter", "q", "n", "2", "z", "t", "colon")
            assert app.mode == SHELL
            assert stage.link.asked == []
            assert stage.link.typed == [b"enter", b"q", b"n", b"2", b"z", b"t", b"colon"]
            await pilot.press("ctrl+right_square_bracket")

            assert app.mode == COMMAND
            await seen(pilot, "Enter  ")

    async def test_the_doubled_leader_is_sent_to_the_shell(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("c", "f12", "f12")

            assert app.mode == SHELL
            assert stage.link.typed == [b"f12"]

    async def test_text_pasted_in_shell_goes_to_the_shell(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("c")
            app.post_message(events.Paste("ls\n"))
            await pilot.pause()

        assert stage.link.typed == [b"ls\n"]

    async def test_enter_on_the_focused_control_pane_goes_to_the_shell(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("2", "enter")
            assert app.mode == SHELL
            await pilot.press("f12")
            assert app.mode == COMMAND

        assert stage.link.asked == []

    async def test_a_witness_does_not_type_into_the_shell(self) -> None:
        app = Stage("witness").opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "not begun")
            await pilot.press("c")
            await seen(pilot, "only the driver types into the shell")

            assert app.mode == COMMAND


class TestSizes:
    async def test_resizing_there_and_back_keeps_everything(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            app.checklist.choose("T1.C1")
            await pilot.press("i")
            await seen(pilot, "88,214")
            before = text_of(app)
            for size in (SMALL, (20, 5), (1, 1), (60, 15), (100, 30), LARGE):
                await pilot.resize_terminal(*size)
                await pilot.pause(0.02)
            await pilot.pause(0.15)

            assert text_of(app) == before

    async def test_a_tiny_terminal_shows_one_line_of_state_and_does_nothing(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=(20, 5)) as pilot:
            await seen(pilot, "TESTNET")
            first, *others = text_of(app).split("\n")
            assert "● REC" in first
            assert not "".join(others).strip()
            await pilot.press("enter", "n", "H")

        assert stage.link.asked == []

    async def test_sixty_by_fifteen_shows_the_checklist(self) -> None:
        app = Stage().opened().testing().app()
        async with app.run_test(size=(60, 15)) as pilot:
            await seen(pilot, "1.2 Verify that it is active")

            assert "CONTROL" not in text_of(app)
            assert "PROCESSES" not in text_of(app)

    async def test_zoom_gives_a_pane_the_whole_field_and_back(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "LOG 69x15")
            await pilot.press("3", "z")
            await seen(pilot, "LOG 200x45")
            assert "CHECKLIST" not in text_of(app)
            await pilot.press("z")
            await seen(pilot, "CHECKLIST")

    async def test_tab_goes_round_the_panes(self) -> None:
        app = Stage().opened().app()
        async with app.run_test(size=LARGE) as pilot:
            visited = []
            for _ in range(6):
                await pilot.press("tab")
                visited.append(app.focused.id if app.focused is not None else "")

        assert visited == ["control", "log", "audit", "processes", "checklist", "control"]


class TestProcesses:
    async def test_the_dead_bot_says_what_killed_it_and_when(self) -> None:
        stage = Stage().opened()
        stage.play(box.ProcessDied("bot", 8123, 1, None, 9), after=61.25)
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "✗ no bot runs")
            row = row_with(app, "killed by SIGKILL")

            assert "8123" in row
            assert "08:54:21.250" in row

    async def test_two_bots_are_said_in_words(self) -> None:
        stage = Stage().opened()
        stage.play(box.ProcessBorn("bot", 9000, 5, "python run_scheduler.py", 2))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "✗ 2 bots at once")

    async def test_load_comes_from_samples_and_repaints_no_other_row(self) -> None:
        stage = Stage().opened()
        stage.play(box.ProcessBorn("drill", 8001, 3, "bash"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "bash")
            stage.sample((8123, 12.5, 41_943_040, 8, 20))
            await seen(pilot, "12.5 %")

            assert re.search(r"● paper_trader +gen 1 +8123 +12\.5 % +40 MB", row_with(app, "paper_trader"))


class TestTrouble:
    async def test_a_lost_connection_is_said_and_nothing_is_asked_any_more(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.link.news.put_nowait(Closed("the session's server has gone"))
            await seen(pilot, "CONNECTION LOST")
            await seen(pilot, "the session's server has gone: leave with q")
            await pilot.press("enter")

        assert stage.link.asked == []

    async def test_a_worker_that_fails_is_a_line_and_the_console_goes_on(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            stage.link.news.put_nowait(ValueError("not a frame"))
            await seen(pilot, "the connection failed: not a frame")
            await pilot.press("z")
            await pilot.pause()

            assert app.is_running

    async def test_being_behind_is_said_and_a_snapshot_replaces_the_state(self) -> None:
        stage = Stage().opened()
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            stage.link.news.put_nowait(Behind(512))
            await seen(pilot, "512 lines were not sent")
            other = Stage().opened("OTHER").link.state
            stage.link.news.put_nowait(Snapshot(other, b"", 80, 24))
            await seen(pilot, "OTHER")

    async def test_a_hostile_project_name_and_note_reach_the_screen_as_text(self) -> None:
        evil = "\x1b]0;pwned\x07\x1b[31m[red]x[/red]\u202e\u200b"
        stage = Stage().opened(evil)
        stage.play(steps.NoteAdded(evil), by=evil)
        stage.play(box.ProcessBorn("child", 9001, 4, evil))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "[red]x[/red]")
            drawn = text_of(app)

        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]", drawn)

    async def test_a_watch_says_that_there_is_no_drill(self) -> None:
        stage = Stage(recording=False)
        stage.play(drill.DrillOpened("w", "n", "watch", "b", "box", "ann", "1", "THUNES"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "there is no drill")
            await pilot.press("n")
            await seen(pilot, "this is a watch")


class TestTheRest:
    async def test_the_runbook_is_read_at_the_current_step(self, tmp_path: Path) -> None:
        app = Stage(folder=str(with_documents(tmp_path / "s"))).opened().testing().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("v")
            await seen(pilot, "READ")
            await seen(pilot, "Step 1: Activate")
            await pilot.press("b")
            await seen(pilot, "Kill-switch deactivation")
            await pilot.press("z")
            await seen(pilot, "Call the team.")
            await seen(pilot, "Step 1: Activate")
            await pilot.press("z", "v")
            await seen(pilot, "CHECKLIST")

    async def test_the_theme_changes_at_once_and_everything_stays(self) -> None:
        app = Stage().opened().testing().app(settings=Settings(theme="dark"))
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "Test 1/2")
            before, old = text_of(app), app.desk.paint("text")
            await pilot.press("T")
            await pilot.pause(0.15)

            assert app.desk.palette.name == "light"
            assert app.desk.paint("text") != old
            assert text_of(app) == before

    @pytest.mark.parametrize("name", ["ansi", "light"])
    async def test_every_theme_shows_the_same_words(self, name: str) -> None:
        app = Stage().opened().testing().app(settings=Settings(theme=name))
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "● REC")
            await pilot.press("n")
            await seen(pilot, "Note")
            await pilot.press("ctrl+g", *["T"] * 3)
            await pilot.pause(0.15)

            assert app.desk.palette.name == name
            await seen(pilot, "Test 1/2")

    async def test_without_colours_no_colour_is_drawn(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        app = Stage().opened().held().app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "to confirm:")
            styles = [s.style for row in app.screen._compositor.render_strips() for s in row if s.style]

        assert app.desk.palette.name == "ansi"
        colours = [c for style in styles for c in (style.color, style.bgcolor) if c is not None]
        assert all(colour.is_default for colour in colours)

    async def test_q_leaves_and_asks_nothing(self) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.press("q")

        assert app.return_value == 0
        assert stage.link.asked == []

    async def test_leaving_a_drill_that_ended_badly_tells_so_by_its_status(self) -> None:
        stage = Stage().opened().ended()
        stage.play(drill.DrillEnded("NO-GO", 1, 2, ("Test 1 FAIL",)))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "DRILL COMPLETE")
            await pilot.press("q")
            await pilot.pause()
            await pilot.press("q")

        assert app.return_value == 1

    @pytest.mark.parametrize("size", [LARGE, SMALL])
    async def test_a_second_that_passes_repaints_a_few_cells_only(self, size: tuple[int, int]) -> None:
        stage = Stage().opened().testing()
        app = stage.app()
        async with app.run_test(size=size) as pilot:
            await seen(pilot, "Test 1/2")
            await pilot.pause(0.3)
            painted: list[int] = []
            for widget in app.screen.walk_children():
                refresh = widget.refresh

                def counted(*regions, refresh=refresh, widget=widget, **options):  # type: ignore[no-untyped-def]
                    painted.append(sum(region.area for region in regions) if regions else widget.size.area)
                    return refresh(*regions, **options)

                widget.refresh = counted  # type: ignore[method-assign]
            stage.time.forward(1)
            app._tick()
            await pilot.pause(0.3)

            assert 0 < sum(painted) <= 40
