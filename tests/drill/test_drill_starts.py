"""A bot that a step starts is waited for, alive and healthy, whatever the step's exit status says."""

from __future__ import annotations

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import BOT, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import SetDeadline
from thunes_tui.drill.next import next_action
from thunes_tui.drill.starts import in_words
from thunes_tui.events import box, starts, steps

ARGV = "python src/live/paper_trader.py"
JUDGED = starts.StartJudged


@pytest.fixture
def play(make: Make) -> Playbook:
    """The bot was killed, and the step that starts it again runs."""
    play = make().ready_for("T3")
    play.launch("T3.S2")
    play.see(seen.BotGone(BOT.pid, BOT.start, signal=9))
    play.finish("T3.S2")
    return play


def begun(play: Playbook) -> Playbook:
    play.launch("T3.S3").holds(
        like(starts.StartAwaited, step="T3.S3", attempt=1, words=("python", "paper_trader.py"), most_s=60.0),
        like(SetDeadline, criterion="start T3.S3", seconds=60.0),
    )
    return play


def born(play: Playbook, argv: str = ARGV, pid: int = 4800) -> None:
    play.see(seen.BotFound("bot", pid, pid * 2, argv))


def late(play: Playbook, seconds: float, name: str = "alive T3.S3") -> object:
    return play.wait(seconds).see(seen.DeadlinePassed(name, 1))


class TestStarted:
    def test_is_alive_some_seconds_later_and_healthy_by_its_log(self, play: Playbook) -> None:
        begun(play).wait(1)
        born(play)
        play.wait(2)
        assert in_words(play.state, play.now) == "alive 2.0 s, healthy line not yet"
        play.log("Bot healthy").holds(like(SetDeadline, criterion="alive T3.S3"))
        play.finish("T3.S3").lacks(JUDGED)
        play.wait(4).see(seen.DeadlinePassed("alive T3.S3", 1)).gives(
            like(JUDGED, verdict="PASS", pid=4800, cause="...healthy")
        )
        assert play.verdict("T3.C3") == "PASS"
        assert not [text for text in play.findings(veto=False) if text.startswith("step")]

    def test_is_waited_for_beyond_the_block_and_keeps_its_test_open(self, play: Playbook) -> None:
        begun(play)
        play.finish("T3.S3")
        born(play)
        play.wait(10)
        for step in ("T3.S1", "T3.S4", "T3.S5"):
            play.ask(intents.SkipStep(step, "x"))
        play.ask(intents.EndTest("T3")).refused("step 3.3 is waited for")
        assert next_action(play.state).why == "waits for: the bot that step 3.3 started"
        play.log("Bot healthy").holds(like(JUDGED, verdict="PASS"))

    def test_is_judged_by_what_was_run_and_not_by_the_document(self, play: Playbook) -> None:
        play.ask(intents.EditStep("T3.S3", "nohup python src/live/paper_trader.py --side SELL & sleep 3"))
        play.launch("T3.S3").holds(like(starts.StartAwaited, words=(*ARGV.split(), "--side", "SELL")))
        born(play, f"{ARGV} --side SELL")
        play.wait(5).log("Bot healthy").holds(like(JUDGED, verdict="PASS"))

    def test_says_nothing_where_the_shell_alone_knows_the_words(self, play: Playbook) -> None:
        play.ask(intents.EditStep("T3.S3", "python src/live/paper_trader.py --side $SIDE &"))
        play.launch("T3.S3")
        born(play, f"{ARGV} --side SELL")
        play.wait(5).log("Bot healthy").holds(like(JUDGED, verdict="PASS"))


class TestNotStarted:
    def test_is_a_bot_that_fell_over_though_the_step_said_exit_0(self, play: Playbook) -> None:
        begun(play)
        born(play)
        play.wait(1).see(seen.BotGone(4800, 9600, exit=0))
        play.wait(9).finish("T3.S3").lacks(JUDGED).holds(like(SetDeadline, criterion="alive T3.S3"))
        cause = "said exit 0, but no bot is alive 5 s later: pid 4800 ended with exit 0"
        play.wait(5.1).see(seen.DeadlinePassed("alive T3.S3", 1)).gives(
            like(JUDGED, verdict="FAIL", cause=cause),
            like(steps.FindingNoted, text=f"step 3.3, attempt 1: {cause}"),
            like(steps.CriterionSensed, criterion="T3.C3", verdict="FAIL", cause=cause),
        )

    def test_is_said_once_where_the_bots_own_end_is_a_finding_already(self, play: Playbook) -> None:
        begun(play)
        born(play)
        play.log("Bot healthy")
        born(play, pid=4801)
        play.wait(1).see(seen.BotGone(4801, 9602, exit=1)).holds(steps.FindingNoted)
        play.see(seen.BotGone(4800, 9600, exit=1))
        play.finish("T3.S3")
        play.wait(5.1).see(seen.DeadlinePassed("alive T3.S3", 1)).lacks(steps.FindingNoted).holds(
            like(JUDGED, verdict="FAIL", cause="...pid 4801 ended with exit 1")
        )

    def test_is_a_step_that_left_nothing_behind(self, play: Playbook) -> None:
        begun(play)
        play.finish("T3.S3")
        play.wait(5.1).see(seen.DeadlinePassed("alive T3.S3", 1)).holds(
            like(JUDGED, verdict="FAIL", cause="said exit 0, but no bot is alive 5 s later", pid=0)
        )

    def test_is_a_bot_with_other_arguments_at_once_and_for_good(self, play: Playbook) -> None:
        play.ask(intents.EditStep("T3.S3", f"{ARGV} --symbol BTCUSDT --side BUY --amount 100 &\nsleep 10"))
        play.launch("T3.S3")
        cause = (
            "pid 4800 runs with --symbol BTCUSDT --side SELL --amount 100 "
            "where the step says --symbol BTCUSDT --side BUY --amount 100"
        )
        play.see(seen.BotFound("bot", 4800, 9600, f"{ARGV} --symbol BTCUSDT --side SELL --amount 100")).holds(
            like(JUDGED, verdict="FAIL", cause=cause), steps.FindingNoted
        )
        play.wait(5).log("Bot healthy").holds(box.BotHealthy)
        play.finish("T3.S3")
        assert play.verdict("T3.C3") == "FAIL", "that it is healthy mends nothing"

    def test_is_one_that_never_said_that_it_is_healthy(self, play: Playbook) -> None:
        begun(play)
        born(play)
        play.finish("T3.S3")
        play.wait(60).see(seen.DeadlinePassed("start T3.S3", 1)).holds(
            like(JUDGED, verdict="FAIL", cause="...said nothing of its health within 60 s")
        )


class TestNobodyCanTell:
    def test_where_nobody_was_looking(self, play: Playbook) -> None:
        begun(play)
        play.record(box.WorkerFailed("processes", "out of files"))
        play.finish("T3.S3")
        play.wait(60).see(seen.DeadlinePassed("start T3.S3", 1)).gives(
            like(JUDGED, verdict="NOT VERIFIED", cause="...processes failed: out of files")
        )

    def test_where_the_log_is_not_read(self, play: Playbook) -> None:
        begun(play)
        born(play)
        play.record(box.SourceDown("log", "gone"))
        play.wait(60).see(seen.DeadlinePassed("start T3.S3", 1)).gives(like(JUDGED, verdict="NOT VERIFIED"))

    def test_where_another_bot_runs(self, play: Playbook) -> None:
        born(play)
        play.wait(10)
        begun(play)
        play.finish("T3.S3")
        play.wait(5.1).see(seen.DeadlinePassed("alive T3.S3", 1)).gives(
            like(JUDGED, verdict="NOT VERIFIED", cause="pid 4800 runs, which this step did not start")
        )

    def test_after_the_server_died_meanwhile(self, play: Playbook) -> None:
        begun(play)
        play.see(seen.ServerCameBack("boot")).holds(
            like(JUDGED, verdict="NOT VERIFIED", cause="...the server died")
        )
        play.see(seen.DeadlinePassed("start T3.S3", 1)).gives()

    def test_once_another_attempt_has_begun(self, play: Playbook) -> None:
        begun(play)
        play.finish("T3.S3")
        play.launch("T3.S3", again=True)
        play.see(seen.DeadlinePassed("start T3.S3", 1)).gives()
        assert (play.state.start.attempt, play.state.start.awaited) == (2, True)


@pytest.mark.parametrize(
    "block", ["sleep 10", "tail -f logs/paper_trader.log &", "python paper_trader.py", "vi paper_trader.py &"]
)
def test_a_block_that_starts_no_bot_is_not_waited_for(play: Playbook, block: str) -> None:
    play.ask(intents.EditStep("T3.S3", block))
    play.launch("T3.S3").lacks(starts.StartAwaited)
