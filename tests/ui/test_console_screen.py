"""The console as a person sees it: what stands on the screen."""

from __future__ import annotations

import re
from pathlib import Path

from tests.ui.stage import LARGE, SMALL, Stage, row_with, seen, text_of
from thunes_tui import intents
from thunes_tui.events import box, drill, steps


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
            await seen(pilot, "· 1.2 Verify that it is active")
            await seen(pilot, "(✓) Audit trail shows the activation")

    async def test_at_the_end_of_a_test_the_criteria_are_in_view(self) -> None:
        stage = Stage().opened().testing()
        stage.run_step("T1.S2", 3)
        stage.run_step("T1.S3", 3)
        stage.play(steps.CriterionSensed("T1.C2", "FAIL", "rejected for its size"))
        stage.play(steps.CriterionDecided("T1.C3", "PASS"), by="ann")
        app = stage.app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "end Test 1")
            await seen(pilot, "(✗) BUY orders rejected")
            await seen(pilot, "[✓] Telegram alert was seen")
            await seen(pilot, "(✓) Audit trail shows the activation")
            await pilot.press("j", "j", "j")
            await seen(pilot, "1.3 Kill the bot")

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

    async def test_at_eighty_by_twenty_four_the_failed_section_its_fix_and_the_key_are_seen(self) -> None:
        app = Stage().opened().flown(failing=True).app()
        async with app.run_test(size=SMALL) as pilot:
            await seen(pilot, "✗ Pre-flight")
            await seen(pilot, "DO NOT PROCEED: mend it, then r runs it again")
            await seen(pilot, "✗ 3 exchange")
            await seen(pilot, "Invalid API-key (-2015)")
            await seen(pilot, "fix  Verify API keys are valid for testnet")
            await seen(pilot, "7 of 8 pass")

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
            stage.time.forward(1)
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
            await seen(pilot, "UNKNOWN in 2 of 2 (two bots, one log)")
            await pilot.press("5", "z")
            await seen(pilot, "2 bots write one log: a line of it may be either's")

    async def test_load_comes_from_samples_and_repaints_no_other_row(self) -> None:
        stage = Stage().opened()
        stage.play(box.ProcessBorn("drill", 8001, 3, "bash"))
        app = stage.app()
        async with app.run_test(size=LARGE) as pilot:
            await seen(pilot, "bash")
            stage.sample((8123, 12.5, 41_943_040, 8, 20))
            await seen(pilot, "12.5 %")

            assert re.search(r"● paper_trader +gen 1 +8123 +12\.5 % +40 MB", row_with(app, "paper_trader"))


async def test_what_is_in_view_does_not_hang_on_what_was_before() -> None:
    stage = Stage().opened().flown(failing=True)
    app = stage.app()
    async with app.run_test(size=SMALL) as pilot:
        await seen(pilot, "DO NOT PROCEED")
        assert "Prerequisites" not in text_of(app)
        stage.prepared()
        await seen(pilot, "begin Test 1")
        await seen(pilot, "Prerequisites")
