"""One signal to one process: on disk first, through its descriptor, and its end seen."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.checkout_rig import SCRIPT, make_checkout, started
from tests.server.control_rig import ANN, Control
from thunes_tui import intents
from thunes_tui.drill import seen_signals
from thunes_tui.drill.effects import SendSignal
from thunes_tui.events import drill, steps
from thunes_tui.events import signals as events
from thunes_tui.plain import to_plain
from thunes_tui.runbook.model import Span, Step, Test
from thunes_tui.server import signals
from thunes_tui.sources import procfs

STUBBORN = "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)\n"


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    made = Control(tmp_path / "session", make_checkout(tmp_path / "project"), {os.getpid()})
    yield made
    await made.close()


async def test_the_intent_is_on_the_disk_before_the_signal_and_the_result_after(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_disk: list[bytes] = []
    strike = signals.strike

    def watched(descriptor: int, pid: int, number: signal.Signals) -> bool:
        assert control.disk.unsynced == b"", "what was written was not synced"
        on_disk.append(control.disk.last)
        return strike(descriptor, pid, number)

    monkeypatch.setattr(signals, "strike", watched)
    async with started(control.project) as bot:
        ended = await control.do(*control.found(bot.pid))
        assert await bot.wait() == -signal.SIGTERM
    assert (ended.outcome, ended.detail) == ("dead", "by SIGTERM")
    assert [b'"signal.started"' in line and b'"signal":15' in line for line in on_disk] == [True]
    told = [
        type(event) for event in control.events if isinstance(event, events.SignalSent | events.SignalEnded)
    ]
    assert told == [events.SignalSent, events.SignalEnded]


async def test_who_ignores_sigterm_is_killed_when_the_grace_is_over(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_signals, "GRACE_S", 0.2)
    (control.project / SCRIPT).write_text(STUBBORN)
    async with started(control.project) as bot:
        ended = await control.do(*control.found(bot.pid))
        assert await bot.wait() == -signal.SIGKILL
    assert (ended.outcome, ended.detail, ended.signal) == ("dead", "by SIGKILL", signal.SIGKILL)
    sent = [event.signal for event in control.events if isinstance(event, events.SignalSent)]
    assert sent == [signal.SIGTERM, signal.SIGKILL]


async def test_a_person_who_leaves_it_in_the_grace_keeps_the_process(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_signals, "GRACE_S", 0.2)
    (control.project / SCRIPT).write_text(STUBBORN)
    async with started(control.project) as bot:
        held = await control.ask(*control.found(bot.pid))
        control.hub.take(intents.ConfirmSignal(held.attempt, held.confirm), ANN)
        await control.until(lambda s: s.status == "running")
        assert not control.hub.take(intents.LeaveSignal(held.attempt), ANN).refused
        await asyncio.sleep(0.5)
        assert bot.returncode is None


async def test_frozen_and_thawed(control: Control) -> None:
    async with started(control.project) as bot:
        who = control.found(bot.pid)
        assert (await control.do(*who, "freeze")).outcome == "frozen"
        known = procfs.stat(bot.pid)
        assert known is not None
        assert known.state == "T"
        before = control.signalling.attempt
        assert (await control.do(*who, "thaw")).outcome == "running"
        assert control.signalling.confirm == "", "no word is asked for"
        assert control.signalling.attempt == before + 1


async def test_the_dialog_names_the_target_and_who_is_spared(control: Control) -> None:
    log = control.project / "logs/paper_trader.log"
    log.write_text("")
    tail = await asyncio.create_subprocess_exec("tail", "-f", str(log), stdout=asyncio.subprocess.DEVNULL)
    (control.project / SCRIPT).write_text(
        "import subprocess\np = subprocess.Popen(['sleep', '60'])\nprint('up', flush=True)\np.wait()\n"
    )
    try:
        async with started(control.project) as bot:
            held = await control.ask(*control.found(bot.pid))
            assert held.confirm == "paper_trader"
            assert [line.partition(":")[0] for line in held.victims] == [f"{bot.pid} bot"]
            lines = {line.split()[0]: line for line in held.spared}
            assert "log tail" in lines[str(tail.pid)]
            children = [line for line in held.spared if line.endswith("(its child, left alone)")]
            assert len(children) == 1
            os.kill(int(children[0].split()[0]), signal.SIGKILL)
    finally:
        tail.kill()
        await tail.wait()


async def test_of_two_bots_the_word_says_which(control: Control) -> None:
    async with started(control.project) as one, started(control.project) as two:
        control.found(two.pid)
        held = await control.ask(*control.found(one.pid))
        assert held.confirm == f"paper_trader {one.pid}"


async def test_our_own_are_refused_whatever_the_list_says(control: Control) -> None:
    """As when a list is stale or wrong: the hand looks for itself."""
    for role in ("bot", "drill"):
        who = control.found(os.getpid(), role)
        ended = await control.ask(*who)
        assert ended.outcome == "refused"
        assert "console's own" in ended.detail
    assert not any(isinstance(event, events.SignalStarted) for event in control.events)


async def test_without_the_guards_word_nothing_is_sent(control: Control) -> None:
    async with started(control.project) as bot:
        control.worker.ok = False
        ended = await control.ask(*control.found(bot.pid))
        assert (ended.status, ended.outcome) == ("", "refused")
        assert "not proven" in ended.detail
        await control.hand.send(SendSignal(9, bot.pid, ended.start, signal.SIGKILL, "made up", 1.0))
        await control.hand.send(SendSignal(9, bot.pid, ended.start, signal.SIGKILL, "", 1.0))
        outcomes = [event.outcome for event in control.events if isinstance(event, events.SignalSent)]
        assert outcomes == ["refused", "refused"]
        assert bot.returncode is None


async def test_a_token_is_good_for_one_signal(control: Control) -> None:
    async with started(control.project) as bot, started(control.project) as other:
        who, second = control.found(bot.pid), control.found(other.pid)
        await control.do(*who)
        spent = next(e for e in reversed(control.events) if isinstance(e, events.SignalStarted)).token
        attempt = control.signalling.attempt
        await control.hand.send(SendSignal(attempt, *second, signal.SIGKILL, spent, 1.0))
        last = [event for event in control.events if isinstance(event, events.SignalSent)][-1]
        assert (last.outcome, other.returncode) == ("refused", None)


async def test_a_process_that_is_gone_is_said_to_be_gone(control: Control) -> None:
    async with started(control.project) as bot:
        who = control.found(bot.pid)
        held = await control.ask(*who)
        bot.kill()
        await bot.wait()
        control.hub.take(intents.ConfirmSignal(held.attempt, held.confirm), ANN)
        ended = await control.until(lambda s: not s.status)
    assert (ended.outcome, ended.detail) == ("refused", f"process {who[0]} is gone")


async def test_a_bot_that_hangs_is_stopped_though_the_exchange_is_down(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_signals, "GRACE_S", 0.2)
    async with started(control.project) as bot:
        who = control.found(bot.pid)
        assert (await control.guard.prove()).proven
        control.worker.down = True
        assert (await control.do(*who, "freeze")).outcome == "frozen"
        held = await control.ask(*who)
        assert held.earlier.startswith("PROVEN earlier at ")
        assert not control.hub.state.proven, "nothing else is allowed by it"
        control.hub.take(intents.ConfirmSignal(held.attempt, held.confirm), ANN)
        ended = await control.until(lambda s: not s.status)
        assert (ended.outcome, ended.detail) == ("dead", "by SIGKILL")
        assert await bot.wait() == -signal.SIGKILL
    assert not control.hub.state.findings


async def test_what_the_bot_has_started_is_not_stopped_on_an_earlier_proof(control: Control) -> None:
    async with started(control.project):
        other = await asyncio.create_subprocess_exec("sleep", "60")
        try:
            assert (await control.guard.prove()).proven
            control.worker.down = True
            ended = await control.ask(*control.found(other.pid, "child"))
            assert (ended.status, ended.outcome) == ("", "refused")
            assert "is not the drilled bot" in ended.detail
            assert other.returncode is None
        finally:
            other.kill()
            await other.wait()


KILL = Test(
    "T1",
    1,
    "Crash recovery",
    Span(0, 1),
    steps=(Step("T1.S1", "1", "Kill the bot", Span(0, 1), "pkill -9 -f paper_trader\n"),),
)


async def test_a_steps_exact_way_kills_the_bot_and_spares_who_bears_its_name(control: Control) -> None:
    log = control.project / "logs" / "paper_trader.log"
    log.touch()
    tail = await asyncio.create_subprocess_exec("tail", "-f", log, stdout=asyncio.subprocess.DEVNULL)
    try:
        async with started(control.project) as bot:
            pid, start = control.found(bot.pid)
            victims = (f"{pid} bot: python {SCRIPT}", f"{tail.pid} log tail: tail -f {log}")
            for event in (
                drill.TestPinned(to_plain(KILL)),
                drill.PhaseStarted("tests"),
                steps.TestStarted("T1", 1),
                steps.StepRequested("T1.S1", 1, "0" * 64),
                steps.StepHeld("T1.S1", 1, "paper_trader", victims),
            ):
                control.hub.emit(event)
            asked = intents.ConfirmStep("T1.S1", "paper_trader", exact=True)
            assert not control.hub.take(asked, ANN).refused
            ended = await control.until(lambda s: s.outcome)
            assert await bot.wait() == -signal.SIGKILL
        assert (ended.outcome, ended.pid, ended.start) == ("dead", pid, start)
        assert control.hub.state.steps["T1.S1"].status == "done"
        kinds = [type(e) for e in control.events]
        assert (
            kinds.index(steps.StepStarted) < kinds.index(events.SignalStarted) < kinds.index(steps.StepEnded)
        )
        assert tail.returncode is None, "the operator's tail lives on"
    finally:
        tail.kill()
        await tail.wait()
