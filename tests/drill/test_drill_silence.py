"""What nobody looked at proves nothing, and a failure that nobody judges by is not passed over in silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.conftest import Make
from tests.drill.plan import PLAN, check, criterion, step
from tests.drill.playbook import Playbook, like
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.settle import unseen
from thunes_tui.events import box, steps

SENSED = steps.CriterionSensed
ONE = replace(
    PLAN[0],
    steps=(step("T1.S1", "activate"), step("T1.S2"), step("T1.S3", "grep nothing")),
    criteria=(
        criterion("T1.C1", "Audited", check("audit", 1, event="KILL_SWITCH_ACTIVATED")),
        criterion("T1.C2", "Said on the console", check("log", 2, pattern="ACTIVATED", console=True)),
        criterion("T1.C3", "Printed", check("output", 3, pattern="something", exit=0)),
    ),
)


@pytest.fixture
def play(make: Make) -> Playbook:
    return make((ONE, *PLAN[1:])).ready_for("T1")


def test_a_source_that_failed_or_was_never_opened_proves_no_absence(play: Playbook) -> None:
    play.record(box.WorkerFailed("audit", "too many open files"))
    (answer,) = play.time_out(play.do("T1.S1"))
    answer.gives(like(SENSED, verdict="NOT VERIFIED", cause="...nobody was looking: audit failed: too many"))
    play.record(box.WorkerFailed("audit", ""))
    (answer,) = play.time_out(play.do("T1.S1", again=True))
    answer.gives(like(SENSED, verdict="FAIL"))
    wanted = ONE.criteria[0].check
    assert wanted is not None
    assert unseen(replace(play.state, sources={}), wanted, 0) == "the audit was never opened"


def test_a_step_done_by_hand_has_no_console_to_compare_the_log_with(play: Playbook) -> None:
    play.launch("T1.S2")
    play.finish("T1.S2").gives(steps.StepEnded, like(object))
    assert play.verdict("T1.C2") == ""


def test_an_exit_status_by_which_nothing_judges_is_a_finding(play: Playbook) -> None:
    play.do("T1.S1", exit_status=3).holds(
        like(
            steps.FindingNoted,
            text="step 1.1 ended with exit 3, by which no criterion judges",
            veto=False,
            test="T1",
        )
    )
    play.do("T1.S3", "something", 1).lacks(steps.FindingNoted).holds(like(SENSED, verdict="FAIL"))


@pytest.mark.parametrize(("reason", "broken"), [("kill_switch_active", True), ("no position", False)])
def test_a_sell_is_never_refused_for_the_kill_switch(play: Playbook, reason: str, broken: bool) -> None:
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    play.audit("TRADE_REJECTED", side="SELL", reason=reason)
    assert bool(play.findings()) == broken


def test_a_drill_that_lacks_a_test_was_not_executed_to_its_end(play: Playbook) -> None:
    ended = {key: replace(test, status="ended", verdict="PASS") for key, test in play.state.tests.items()}
    whole = replace(play.state, tests=ended)
    assert decide_outcome(whole).successful[0] == ("all 4 tests were executed to their end", True)
    lacking = replace(whole, plan=whole.plan[:3])
    assert decide_outcome(lacking).successful[0] == ("all 4 tests were executed to their end", False)
