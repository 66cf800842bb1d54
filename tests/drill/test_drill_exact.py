"""A held step whose text would hit others too: the bot alone is signalled, by its identity, in its place."""

from __future__ import annotations

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import ANN, BOT, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import AimSignal, RunInShell, SendSignal
from thunes_tui.drill.exact import way
from thunes_tui.drill.next import next_action
from thunes_tui.events import box, signals, steps
from thunes_tui.runbook.signals import signals_of

VICTIMS = ("4711 bot: python src/live/paper_trader.py", "7741 log tail: tail -f logs/paper_trader.log")
EXACT = intents.ConfirmStep("T3.S2", "paper_trader", exact=True)
AIMED = seen.Aimed(1, True, (), "t1", "", VICTIMS[:1], VICTIMS[1:], "paper_trader", confirmed=True)


def hold(play: Playbook, victims: tuple[str, ...] = VICTIMS) -> Playbook:
    play.ask(intents.RunStep("T3.S2"))
    play.see(seen.GuardSpoke("T3.S2#1", True, (), "t", victims, victims[1:], "paper_trader"))
    assert play.status("T3.S2") == "held"
    return play


@pytest.fixture
def held(make: Make) -> Playbook:
    return hold(make().ready_for("T3"))


class TestTheExactWay:
    def test_signals_the_bot_alone_and_is_a_deviation_on_disk_before_it(self, held: Playbook) -> None:
        held.ask(EXACT).gives(
            like(steps.StepRequested, step="T3.S2", attempt=1),
            like(signals.SignalRequested, pid=BOT.pid, start=BOT.start, how="exact", step="T3.S2", signal=9),
            like(AimSignal, pid=BOT.pid, start=BOT.start, confirmed=True),
        )
        held.see(AIMED).gives(
            box.GuardAnswered,
            like(steps.StepStarted, step="T3.S2", attempt=1, exact=BOT.pid),
            like(
                steps.DeviationNoted,
                text="step 3.2 run as an exact kill of pid 4711 instead of verbatim",
                sensed=True,
            ),
            like(signals.SignalStarted, signal=9, token="t1"),
            like(SendSignal, pid=BOT.pid, start=BOT.start, signal=9, token="t1"),
        )
        assert "pid 4711 was signalled" in next_action(held.state).why

    def test_ends_its_step_and_bears_out_the_death_that_a_criterion_wants(self, held: Playbook) -> None:
        held.ask(EXACT)
        held.see(AIMED).lacks(RunInShell)
        held.see(seen.SignalTold(1, 9, "sent"))
        held.see(seen.BotGone(BOT.pid, BOT.start, signal=9)).holds(
            like(steps.CriterionSensed, criterion="T3.C2", verdict="PASS")
        )
        held.see(seen.SignalTold(1, 9, "dead", "by SIGKILL")).holds(
            like(signals.SignalEnded, outcome="dead"), like(steps.StepEnded, step="T3.S2", exit=None)
        )
        assert (held.status("T3.S2"), held.verdict("T3.C2")) == ("done", "PASS")

    def test_wants_the_typed_name_as_the_other_way_does(self, held: Playbook) -> None:
        held.ask(intents.ConfirmStep("T3.S2", "y", exact=True)).refused("by typing paper_trader")

    def test_sends_what_the_text_would_have_sent_and_no_more(self, make: Make) -> None:
        play = make().ready_for("T3")
        play.ask(intents.EditStep("T3.S2", "pkill -TERM -f paper_trader"))
        hold(play).ask(EXACT).holds(like(signals.SignalRequested, signal=15))
        play.see(AIMED).holds(like(SendSignal, signal=15, patience_s=10.0))
        play.see(seen.SignalTold(1, 15, "alive")).lacks(SendSignal).holds(
            like(signals.SignalEnded, outcome="alive"), like(steps.StepEnded, step="T3.S2")
        )

    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (seen.Aimed(1, False, ("a live key",), ""), "testnet is not proven"),
            (seen.Aimed(1, True, (), "t1", "process 4711 is gone"), "process 4711 is gone"),
        ],
    )
    def test_sends_nothing_that_the_guard_does_not_prove(
        self, held: Playbook, answer: seen.Aimed, why: str
    ) -> None:
        held.ask(EXACT)
        held.see(answer).lacks(SendSignal).holds(
            signals.SignalEnded, like(steps.StepAborted, step="T3.S2", reason=f"...{why}")
        )

    def test_sends_nothing_once_the_drill_is_held(self, held: Playbook) -> None:
        held.ask(EXACT)
        held.ask(intents.Hold("a real incident"))
        held.see(AIMED).lacks(SendSignal).holds(steps.StepAborted)

    def test_is_never_sent_twice_after_the_server_died(self, held: Playbook) -> None:
        held.ask(EXACT)
        held.see(AIMED)
        held.see(seen.ServerCameBack("boot")).lacks(SendSignal)
        assert held.status("T3.S2") == "unknown"

    def test_has_ended_where_the_server_died_between_the_signals_end_and_the_steps(
        self, held: Playbook
    ) -> None:
        held.ask(EXACT)
        held.see(AIMED)
        held.record(signals.SignalEnded(1, "dead", "by SIGKILL", 13.3))
        held.see(seen.ServerCameBack("boot")).lacks(steps.StepUnknown).holds(
            like(steps.StepEnded, step="T3.S2", exit=None)
        )

    def test_goes_with_the_console_that_asked_for_it(self, held: Playbook) -> None:
        held.ask(EXACT)
        held.see(seen.Left(ANN.client)).holds(signals.SignalEnded, steps.StepAborted)


class TestThereIsNone:
    @pytest.mark.parametrize(
        "victims",
        [
            VICTIMS[:1],
            (VICTIMS[1], "7742 editor: vi paper_trader.py"),
            (*VICTIMS, "positions.db is removed"),
            (VICTIMS[0].replace("4711", "4712"), VICTIMS[1]),
        ],
        ids=["the bot alone", "no bot", "files too", "a bot that is not watched"],
    )
    def test_where_the_bot_is_not_one_of_several_processes(
        self, make: Make, victims: tuple[str, ...]
    ) -> None:
        play = hold(make().ready_for("T3"), victims)
        assert way(play.state, play.state.plan[2].steps[1], play.state.steps["T3.S2"]) is None
        play.ask(EXACT).refused("has no exact way")

    def test_while_another_signal_is_under_way(self, held: Playbook) -> None:
        held.ask(intents.SignalProcess(BOT.pid, BOT.start, "stop"))
        held.ask(EXACT).refused("process 4711 is being signalled")


@pytest.mark.parametrize(
    ("block", "sent"),
    [
        ("pkill -9 -f paper_trader\nsleep 1\nif pgrep -f paper_trader; then false; fi", {9}),
        ("pkill -f bot", {15}),
        ("sudo pkill -KILL bot; killall -s TERM bot", {9, 15}),
        ("kill --signal=SIGSTOP 4711", {19}),
        ("kill -0 4711", set()),
        ("pkill -u ann -n bot", {15}),
        ("kill -s RTMIN 1", {0}),
        ("echo kill -9", set()),
    ],
)
def test_the_signals_of_a_block_are_known(block: str, sent: set[int]) -> None:
    assert signals_of(block) == sent
