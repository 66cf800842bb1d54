"""The checklist's rows as a pure function of the state."""

from __future__ import annotations

from dataclasses import replace

from tests.ui.stage import Stage
from thunes_tui.clock import hhmmss
from thunes_tui.events import box, drill, steps
from thunes_tui.ui.outline.row import Row
from thunes_tui.ui.outline.whole import Opened, current, outline
from thunes_tui.ui.widgets.status_line import cells, fitted


def rows_of(stage: Stage, opened: Opened | None = None) -> list[Row]:
    return outline(stage.link.state, stage.time.clock().now(), opened or Opened(), hhmmss)


def words(rows: list[Row]) -> list[str]:
    return ["".join(text for text, _ in (*row.left, (" | ", ""), *row.right)).strip(" |") for row in rows]


def test_an_empty_state_has_an_outline_too() -> None:
    assert rows_of(Stage())


def test_what_comes_next_is_what_is_at_work_else_the_next_step_else_a_human_criterion() -> None:
    stage = Stage().opened()
    assert current(stage.link.state) == "preflight"
    stage.flown()
    assert current(stage.link.state) == "preparation"
    stage.play(drill.PhaseStarted("preparation"))
    assert current(stage.link.state) == "T1"
    stage.play(drill.PhaseStarted("tests"), steps.TestStarted("T1", 1))
    assert current(stage.link.state) == "T1.S1"
    stage.play(steps.StepStarted("T1.S1", 1))
    assert current(stage.link.state) == "T1.S1"
    for step in ("T1.S1", "T1.S2", "T1.S3"):
        stage.run_step(step, 1)
    assert current(stage.link.state) == "T1.C3"
    stage.play(steps.CriterionDecided("T1.C3", "PASS"))
    assert current(stage.link.state) == "T1"


def test_only_the_running_test_is_unfolded_unless_a_person_says_otherwise() -> None:
    stage = Stage().opened().testing()

    usual = {row.id for row in rows_of(stage)}
    toggled = {row.id for row in rows_of(stage, Opened(toggled=frozenset({"T1", "T2"})))}

    assert {"T1.S1", "T1.C1"} <= usual
    assert "T2.S1" not in usual
    assert "T1.S1" not in toggled
    assert {"T2.S1", "T2.C1"} <= toggled


def test_the_seconds_that_an_absent_event_has_left_are_counted_down() -> None:
    stage = Stage().opened().testing()
    stage.run_step("T1.S2", 3)
    stage.time.forward(3)

    assert any("audit TRADE_REJECTED, 7 s left" in row for row in words(rows_of(stage)))


def test_a_step_that_nobody_knows_the_end_of_says_why() -> None:
    stage = Stage().opened().testing()
    stage.play(steps.StepStarted("T1.S2", 1), steps.StepUnknown("T1.S2", 1, "the server died"))

    said = words(rows_of(stage))

    assert any("? 1.2" in row and "UNKNOWN" in row for row in said)
    assert "the server died" in said


def test_a_skipped_step_and_test_keep_their_reasons() -> None:
    stage = Stage().opened().testing()
    stage.play(steps.StepSkipped("T1.S2", "seen before"), steps.TestSkipped("T2", "no open position"))

    said = words(rows_of(stage))

    assert "seen before" in said
    assert "SKIPPED no open position" in said


def test_an_attempt_again_is_counted() -> None:
    stage = Stage().opened().testing()
    stage.play(steps.StepStarted("T1.S1", 2))

    assert any("1.1" in row and "attempt 2" in row for row in words(rows_of(stage)))


def test_a_failed_exit_status_is_shown_and_is_no_verdict() -> None:
    stage = Stage().opened().testing()
    stage.run_step("T1.S2", 2, exit_status=1)

    assert any("! 1.2" in row and "exit 1" in row for row in words(rows_of(stage)))


def test_a_source_that_is_missing_and_a_worker_that_failed_are_troubles() -> None:
    stage = Stage().opened()
    stage.play(
        box.SourceDown("log", "permission denied"), box.WorkerFailed("positions", "the database is locked")
    )

    said = words(rows_of(stage))

    assert "! log is down permission denied" in said
    assert "! positions failed: the database is locked" in said


def test_what_the_parser_could_not_place_is_listed() -> None:
    stage = Stage().opened()
    stage.link.state = replace(stage.link.state, unplaced=("line 12: a table of two columns",))

    assert "line 12: a table of two columns" in words(rows_of(stage))


def test_the_status_line_gives_up_the_least_needed_cells_first() -> None:
    stage = Stage().opened().testing()
    desk = stage.app().desk
    desk.state = stage.link.state

    def said(width: int) -> str:
        return "".join(text for text, _ in fitted(cells(desk, 0), width))

    assert all(len(said(width)) <= width for width in range(1, 200))
    assert "TESTNET" in said(24)
    assert "REC" in said(24)
    assert "ann" in said(80)
    assert "ann" not in said(40)


def brief(stage: Stage) -> list[str]:
    rows = outline(stage.link.state, stage.time.clock().now(), Opened(), hhmmss, in_brief=True)
    return words([row for row in rows if row.id.startswith("T1") or not row.id])


def test_in_brief_the_step_at_hand_stands_between_what_is_done_and_what_is_to_come() -> None:
    stage = Stage().opened().testing()
    rows = brief(stage)

    assert rows[1].startswith("✓ 1.1 done | 00:42")
    assert rows[2].startswith("· 1.2 Verify that it is active")
    assert rows[3] == "· 1.3 to come"
    assert rows[4].startswith("(◌) BUY orders rejected"), "what the step at hand is to prove"
    assert rows[5].startswith("[ ] Telegram alert was seen")
    assert rows[6].startswith("(✓) Audit trail shows the activation"), "what has passed comes last"


def test_in_brief_a_step_that_did_not_end_well_is_never_folded_away() -> None:
    stage = Stage().opened().testing()
    stage.run_step("T1.S2", 3, exit_status=2)

    assert any(row.startswith("! 1.2 Verify") and "exit 2" in row for row in brief(stage))


def test_in_brief_at_the_end_of_a_test_what_failed_comes_first() -> None:
    stage = Stage().opened().testing()
    stage.run_step("T1.S2", 3)
    stage.run_step("T1.S3", 3)
    stage.play(steps.CriterionSensed("T1.C2", "FAIL", "rejected for its size"))
    rows = brief(stage)

    assert rows[1].startswith("(✗) BUY orders rejected")
    assert "rejected for its size" in rows[2]
    assert rows[3].startswith("[ ] Telegram alert was seen")
    assert rows[4].startswith("(✓) Audit trail shows")
    assert rows[5].startswith("✓ 1.1 to 1.3 done | 00:48")
