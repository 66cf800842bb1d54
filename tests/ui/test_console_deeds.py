"""What keys do, and for whom."""

from __future__ import annotations

from tests.ui.stage import LARGE, SMALL, Stage, row_with, seen, text_of
from thunes_tui import intents
from thunes_tui.drill.asked_steps import digest
from thunes_tui.events import session, steps
from thunes_tui.events.steps import FindingNoted


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
