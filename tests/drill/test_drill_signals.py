"""A person's signal to one process: asked for, aimed, confirmed by name, sent once, and its end on record."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import BOB, BOT, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import AimSignal, SendSignal
from thunes_tui.events import box, signals, steps

TERM, KILL, STOP, CONT = (int(number) for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, 18))
LINE = ("4711 bot: python src/live/paper_trader.py",)
SHELL = seen.BotFound("drill", 8001, 50, "bash")
SERVER = seen.BotFound("console", 8000, 49, "server")
JOB = seen.BotFound("drill", 8002, 51, "sleep 300")


def aim(attempt: int = 1, **members: Any) -> seen.Aimed:
    found = {"token": "t", "victims": LINE, "confirm": "paper_trader", **members}
    return seen.Aimed(attempt, bool(found.pop("proven", True)), **found)


@pytest.fixture
def asked(play: Playbook) -> Playbook:
    """The bot is to be stopped, in the middle of Test 1."""
    play.ready_for("T1")
    play.ask(intents.SignalProcess(4711, 100, "stop")).gives(
        like(signals.SignalRequested, attempt=1, pid=4711, start=100),
        like(AimSignal, attempt=1, pid=4711, start=100, confirmed=False),
    )
    return play


@pytest.fixture
def sent(asked: Playbook) -> Playbook:
    """SIGTERM has gone out."""
    asked.see(aim()).gives(box.GuardAnswered, like(signals.SignalHeld, victims=LINE))
    asked.ask(intents.ConfirmSignal(1, "paper_trader")).gives(
        signals.SignalRequested, like(AimSignal, confirmed=True)
    )
    asked.see(aim(confirmed=True, token="t2")).gives(
        box.GuardAnswered,
        like(steps.DeviationNoted, sensed=True, text="...4711 stopped by ann"),
        like(signals.SignalStarted, signal=TERM, token="t2"),
        like(SendSignal, pid=4711, start=100, signal=TERM, token="t2", patience_s=10.0),
    )
    asked.see(seen.SignalTold(1, TERM, "sent")).gives(like(signals.SignalSent, outcome="sent"))
    return asked


def test_a_process_that_ends_by_sigterm_is_not_killed(sent: Playbook) -> None:
    sent.wait(1.5)
    answer = sent.see(seen.SignalTold(1, TERM, "dead", "by SIGTERM"))
    answer.gives(like(signals.SignalEnded, outcome="dead"))
    assert 1500 <= answer.of(signals.SignalEnded)[0].ms < 1600
    sent.see(seen.SignalTold(1, TERM, "alive")).gives()
    assert sent.state.signalling.outcome == "dead"


def test_after_ten_seconds_the_same_process_is_killed(sent: Playbook) -> None:
    sent.wait(10)
    sent.see(seen.SignalTold(1, TERM, "alive", "state S")).gives(
        like(signals.SignalStarted, signal=KILL, token=""),
        like(SendSignal, pid=4711, start=100, signal=KILL, token=""),
    )
    sent.see(seen.SignalTold(1, KILL, "sent")).gives(signals.SignalSent)
    sent.see(seen.SignalTold(1, KILL, "dead")).gives(like(signals.SignalEnded, outcome="dead"))


def test_who_lives_on_after_sigkill_is_said_aloud(sent: Playbook) -> None:
    sent.wait(10).see(seen.SignalTold(1, TERM, "alive"))
    sent.wait(4).see(seen.SignalTold(1, KILL, "alive", "state D")).gives(
        like(signals.SignalEnded, outcome="alive"), like(steps.FindingNoted, text="...state D")
    )


def test_a_sigkill_that_comes_much_too_late_is_not_sent(sent: Playbook) -> None:
    """As when recording was lost meanwhile, and what was seen is told again later."""
    sent.wait(60)
    sent.see(seen.SignalTold(1, TERM, "alive")).gives(like(signals.SignalEnded, outcome="alive"))


def test_between_both_signals_a_person_may_leave_it(sent: Playbook) -> None:
    sent.ask(intents.LeaveSignal(1)).gives(like(signals.SignalEnded, outcome="left", detail="after SIGTERM"))
    sent.wait(10).see(seen.SignalTold(1, TERM, "alive")).gives()


def test_the_bot_that_a_person_stopped_did_not_die_unasked(sent: Playbook) -> None:
    sent.see(seen.BotGone(4711, 100, signal=TERM)).lacks(steps.FindingNoted)


def test_a_bot_that_dies_by_itself_is_still_a_finding(asked: Playbook) -> None:
    """That somebody asked to stop it and left it changes nothing."""
    asked.see(aim())
    asked.ask(intents.LeaveSignal(1)).gives(like(signals.SignalEnded, detail="nothing was sent"))
    asked.see(seen.BotGone(4711, 100, signal=TERM)).holds(like(steps.FindingNoted, veto=True))


@pytest.mark.parametrize("typed", ["", "y", "paper_trade", "paper_trader "])
def test_nothing_but_the_name_confirms(asked: Playbook, typed: str) -> None:
    asked.see(aim())
    asked.ask(intents.ConfirmSignal(1, typed)).refused("by typing paper_trader")
    asked.ask(intents.ConfirmSignal(2, "paper_trader")).refused("no signal waits")
    asked.ask(intents.ConfirmSignal(1, "paper_trader"), BOB).refused("a witness may not")
    assert asked.state.signalling.signal == 0


@pytest.mark.parametrize(
    "change", [{"victims": ("4711 other: sleep 9",)}, {"confirm": "sleep"}, {"confirmed": False}]
)
def test_what_a_person_did_not_see_is_shown_again(asked: Playbook, change: dict[str, Any]) -> None:
    asked.see(aim())
    asked.ask(intents.ConfirmSignal(1, "paper_trader"))
    asked.see(aim(**{"confirmed": True, **change})).gives(box.GuardAnswered, signals.SignalHeld)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"proven": False, "reasons": ("a live key",), "token": ""}, "...a live key"),
        ({"token": ""}, "...no token"),
        ({"problem": "process 4711 is gone"}, "process 4711 is gone"),
    ],
)
def test_what_the_guard_or_the_box_says_no_to_is_not_sent(
    asked: Playbook, change: dict[str, Any], reason: str
) -> None:
    asked.see(aim())
    asked.ask(intents.ConfirmSignal(1, "paper_trader"))
    asked.see(aim(confirmed=True, **change)).holds(
        like(signals.SignalEnded, outcome="refused", detail=reason)
    ).lacks(SendSignal)


@pytest.mark.parametrize(("problem", "vetoes"), [("", 1), ("process 4711 is gone", 0)])
def test_the_guards_no_vetoes_unless_there_is_nothing_to_guard_any_more(
    asked: Playbook, problem: str, vetoes: int
) -> None:
    asked.see(aim(proven=False, reasons=("a live key",), token="", problem=problem))
    assert len(asked.findings()) == vetoes


def test_one_signal_at_a_time_and_an_old_answer_means_nothing(asked: Playbook) -> None:
    asked.ask(intents.SignalProcess(4711, 100, "freeze")).refused("ann is about to stop process 4711")
    asked.ask(intents.LeaveSignal(1))
    asked.see(aim()).gives(box.GuardAnswered)
    asked.ask(intents.SignalProcess(4711, 100, "freeze")).gives(
        like(signals.SignalRequested, attempt=2), AimSignal
    )
    asked.see(aim(1, confirmed=True)).gives(box.GuardAnswered)


def test_thawing_needs_no_word_and_freezing_does(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(intents.SignalProcess(4711, 100, "freeze"))
    play.see(aim()).gives(box.GuardAnswered, signals.SignalHeld)
    play.ask(intents.ConfirmSignal(1, "paper_trader"))
    play.see(aim(confirmed=True)).holds(like(SendSignal, signal=STOP))
    play.see(seen.SignalTold(1, STOP, "frozen")).holds(like(signals.SignalEnded, outcome="frozen"))
    assert play.state.bots[0].frozen
    play.ask(intents.SignalProcess(4711, 100, "thaw"))
    play.see(aim(2)).gives(
        box.GuardAnswered, like(signals.SignalStarted, signal=CONT), like(SendSignal, signal=CONT)
    )
    play.see(seen.SignalTold(2, CONT, "running"))
    assert not play.state.bots[0].frozen


def stands(frozen: bool, pid: int = 4711) -> seen.Happened:
    return seen.Happened((box.ProcessFroze(pid, 100, frozen),))


def test_a_bot_that_somebody_else_stopped_stands_still_here_too_and_is_a_finding(play: Playbook) -> None:
    play.ready_for("T1")
    play.see(stands(False)).gives()
    play.see(stands(True)).gives(
        like(box.ProcessFroze, frozen=True),
        like(steps.FindingNoted, text="...pid 4711 was stopped by somebody outside", veto=False),
    )
    assert [bot.frozen for bot in play.state.bots] == [True]
    play.see(stands(True)).gives()
    play.see(stands(False)).gives(like(box.ProcessFroze, frozen=False))
    assert [bot.frozen for bot in play.state.bots] == [False]
    play.see(stands(True, pid=1)).gives()


def test_a_bot_that_this_console_froze_is_no_finding(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(intents.SignalProcess(4711, 100, "freeze"))
    play.see(aim())
    play.ask(intents.ConfirmSignal(1, "paper_trader"))
    play.see(aim(confirmed=True))
    play.see(stands(True)).gives(box.ProcessFroze)
    play.see(seen.SignalTold(1, STOP, "frozen"))
    play.see(stands(True)).gives()


def test_our_own_processes_are_never_signalled_whoever_asks(play: Playbook) -> None:
    play.ready_for("T1")
    for found in (SERVER, SHELL, JOB, seen.BotFound("hidden", 77, 1, "python src/live/paper_trader.py")):
        play.see(found)
    shell = play.state.shell.pid
    play.see(seen.BotFound("drill", shell, 48, "bash"))
    for pid, start in ((8000, 49), (shell, 48)):
        for how in ("stop", "freeze", "thaw"):
            play.ask(intents.SignalProcess(pid, start, how)).refused("never signalled")
    play.ask(intents.SignalProcess(77, 1, "stop")).refused("belongs to another user")
    play.ask(intents.SignalProcess(4711, 101, "stop")).refused("is gone")
    play.ask(intents.SignalProcess(1, 0, "stop")).refused("is gone")
    play.ask(intents.SignalProcess(8002, 51, "stop")).gives(signals.SignalRequested, AimSignal)


def test_a_held_drill_lets_a_bot_be_stopped_and_an_ended_one_or_a_watch_does_not(
    play: Playbook, make: Make
) -> None:
    play.ready_for("T1")
    play.ask(intents.Hold("a real incident"))
    play.ask(intents.SignalProcess(4711, 100, "stop")).gives(signals.SignalRequested, AimSignal)
    watch = make(mode="watch")
    watch.see(BOT)
    watch.ask(intents.SignalProcess(4711, 100, "stop")).refused("this is a watch")


def test_nothing_goes_on_by_itself_under_a_new_server(sent: Playbook) -> None:
    sent.see(seen.ServerCameBack("boot")).holds(like(signals.SignalEnded, outcome="unknown"))
    sent.wait(10).see(seen.SignalTold(1, TERM, "alive")).gives()


def test_what_waited_for_the_word_is_left_by_a_new_server(asked: Playbook) -> None:
    asked.see(aim())
    asked.see(seen.ServerCameBack("boot")).holds(like(signals.SignalEnded, outcome="left"))


def test_what_waits_for_the_word_is_left_when_the_drivers_console_goes(asked: Playbook) -> None:
    asked.see(aim())
    asked.see(seen.Left(1)).holds(like(signals.SignalEnded, outcome="left"))
    asked.see(aim(confirmed=True)).lacks(SendSignal)
