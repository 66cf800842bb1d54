"""Times run forward, and the audit trail knows of every trade: judged all the time, and never by mistake."""

from __future__ import annotations

import pytest

from tests.drill.playbook import Answer, Playbook, like
from thunes_tui import observations as seen
from thunes_tui.clock import to_iso
from thunes_tui.drill.effects import SetDeadline
from thunes_tui.events import box, steps

FINDING = like(steps.FindingNoted, veto=False, source="invariant", text="...time runs backwards in the")
TRADED = "Opened position BTCUSDT 0.001 at 61000.00, order 7"


@pytest.fixture
def trading(play: Playbook) -> Playbook:
    play.ready_for("T1")
    return play


def record(behind_s: float, *, stamp: str = "", replayed: bool = False) -> seen.AuditSeen:
    return seen.AuditSeen(
        900, "a0" * 32, "TRADE_REJECTED", stamp, {}, "audit", replayed=replayed, behind_s=behind_s
    )


def line(behind_s: float) -> seen.LogSeen:
    return seen.LogSeen(900, "a0" * 32, "INFO", "bot", "heartbeat", behind_s=behind_s)


def test_an_audit_trail_whose_times_go_back_is_a_finding_once(play: Playbook) -> None:
    play.ready_for("T1")
    play.see(record(3600.0)).holds(FINDING)
    play.see(record(3600.0)).lacks(steps.FindingNoted)
    play.see(record(0.0)).lacks(steps.FindingNoted)


def ago(play: Playbook, seconds: float) -> str:
    """A record's own time, so long before now by the console's clock."""
    return to_iso(play.now.t - round(seconds * 1e6))


def test_a_new_record_of_the_audit_trail_that_is_dated_back_vetoes_once(play: Playbook) -> None:
    play.ready_for("T1")
    broken = like(steps.FindingNoted, veto=True, source="invariant", text="...not what the box's clock says")
    play.see(record(3600.0, stamp=ago(play, 3590))).holds(broken)
    play.see(record(3600.0, stamp=ago(play, 3590))).lacks(steps.FindingNoted)


@pytest.mark.parametrize(
    ("behind_s", "late_s"), [(3600.0, 0.1), (86_400.0, 30.0), (30.0, 30.0), (30.0, 3600.0)]
)
def test_a_clock_that_was_put_back_vetoes_nothing(play: Playbook, behind_s: float, late_s: float) -> None:
    """The record is of now, or the step is one that a clock makes; the second may be read late."""
    play.ready_for("T1")
    play.see(record(behind_s, stamp=ago(play, late_s))).holds(FINDING)


def test_what_stood_there_before_is_none(play: Playbook) -> None:
    play.ready_for("T1")
    play.see(record(500.0, replayed=True)).lacks(steps.FindingNoted)


@pytest.mark.parametrize("seconds", [5.0, 600.0, 1691.0, 1891.0, 3509.0, 3700.0, 9000.0, 86_400.0])
def test_a_log_whose_times_go_back_is_a_finding(play: Playbook, seconds: float) -> None:
    play.ready_for("T1")
    play.see(line(seconds)).holds(FINDING)


@pytest.mark.parametrize("seconds", [1800.0, 3541.0, 3600.0, 3659.0, 5400.0, 7200.0])
def test_a_local_clock_that_goes_back_when_summer_ends_is_none(play: Playbook, seconds: float) -> None:
    play.ready_for("T1")
    play.see(line(seconds)).lacks(steps.FindingNoted)


def audit_grows(play: Playbook) -> None:
    play.see(seen.Happened((box.SourceLines("audit", 0, 0, 1, 10, "{}\n"),)))


def trade(play: Playbook) -> Answer:
    return play.log(TRADED)


def passes(play: Playbook, answer: Answer) -> Answer:
    (deadline,) = answer.of(SetDeadline)
    play.wait(deadline.seconds)
    return play.see(seen.DeadlinePassed(deadline.criterion, deadline.attempt))


def test_a_trade_of_which_the_audit_trail_is_silent_vetoes(trading: Playbook) -> None:
    audit_grows(trading)
    trading.wait(90)
    passes(trading, trade(trading)).gives(
        like(steps.FindingNoted, veto=True, source="invariant", text="...a trade at byte 500")
    )


def test_a_trade_that_was_approved_before_it_is_none(trading: Playbook) -> None:
    trading.wait(90)
    audit_grows(trading)
    trading.wait(30)
    trade(trading).lacks(SetDeadline)


def test_a_record_that_comes_a_moment_later_is_in_time(trading: Playbook) -> None:
    audit_grows(trading)
    trading.wait(90)
    answer = trade(trading)
    trading.wait(5)
    audit_grows(trading)
    trading.wait(4)
    passes(trading, answer).lacks(steps.FindingNoted)


def test_who_came_too_late_to_see_the_approval_says_nothing(trading: Playbook) -> None:
    """Nothing of the audit trail was read before the drill was opened."""
    trade(trading).lacks(SetDeadline)


@pytest.mark.parametrize("trouble", ["missing", "down", "failed"])
def test_an_audit_trail_that_nobody_can_read_is_not_silent(trading: Playbook, trouble: str) -> None:
    audit_grows(trading)
    trading.wait(90)
    answer = trade(trading)
    events = {
        "missing": box.SourceMarked("audit", "missing", 0),
        "down": box.SourceDown("audit", "no permission"),
        "failed": box.WorkerFailed("audit", "it fell over"),
    }
    trading.see(seen.Happened((events[trouble],)))
    passes(trading, answer).lacks(steps.FindingNoted)


def test_a_line_that_tells_of_no_trade_and_one_of_before_ask_for_nothing(trading: Playbook) -> None:
    audit_grows(trading)
    trading.wait(90)
    trading.log("heartbeat BTCUSDT").lacks(SetDeadline)
    trading.log(TRADED, replayed=True).lacks(SetDeadline)
