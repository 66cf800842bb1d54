"""The bot that a step starts with `... &` outlives the server, its successor, and the drill itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.rig.drillshell import wait_for
from tests.server.session_rig import (
    Player,
    Session,
    runbook,
    seen_by_the_world,
    session,
)
from thunes_tui import intents
from thunes_tui.drill.facts import ProcessState
from thunes_tui.sandbox.place import Place, started

DOCUMENT = """\
# A drill that starts the bot

## Test 1: Start (5 minutes)

**Step 1: Start the bot**

```bash
source .venv/bin/activate
python src/live/paper_trader.py --symbol BTCUSDT --side BUY --amount 100 &
```

### Success Criteria

- [ ] It runs
"""


async def test_the_bot_is_alive_after_a_kill_of_the_server_and_after_a_normal_end(
    place: Place, monkeypatch: pytest.MonkeyPatch, rounds: Callable[[int, int], int]
) -> None:
    seen_by_the_world(place, monkeypatch)
    document = runbook(place.project, DOCUMENT)
    for _ in range(rounds(5, 100)):
        with session(place.project, document) as made:
            await one_round(made)


async def one_round(made: Session) -> None:
    player = await Player.join(made)
    await player.pass_preflight()
    for bot in player.state.bots:  # that of the round before, or the sandbox's own
        os.kill(bot.pid, signal.SIGKILL)
    await player.until(lambda s: not s.bots, "no bot is left")
    await player.ask(intents.StartTest("T1"), lambda s: s.running_test)
    state = await player.ask(intents.RunStep("T1.S1"), lambda s: s.steps["T1.S1"].status == "done" and s.bots)
    (bot,) = state.bots
    made.kill()
    await player.close()
    assert is_alive(bot), "the server was killed"
    made.start()
    player = await Player.join(made)
    state = await player.ready()
    assert [(b.pid, b.start, b.generation) for b in state.bots] == [(bot.pid, bot.start, bot.generation)]
    server = made.server_pid
    await player.ask(intents.EndDrill(early=True, reason="enough"), lambda s: s.ending)
    await player.stop()
    wait_for(lambda: not started(server), "the end of the server")
    assert is_alive(bot), "the drill ended"
    os.kill(bot.pid, signal.SIGKILL)
    wait_for(lambda: not made.spec.runtime.exists(), "the end of the shell that waited for it")


def is_alive(bot: ProcessState) -> bool:
    return started(bot.pid) == bot.start
