"""An abort in a real session: what runs is told to end through its own terminal, and the bot never is."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.session_rig import Player, Session, begin, output
from thunes_tui import intents
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.undo import offers

DOCUMENT = """\
# A short drill

## Test 1: Kill-Switch Activation (5 minutes)

### Procedure

**Step 1: Wait**

```bash
echo left > /tmp/drill_left.txt
echo begun; sleep 100
echo never
```

**Step 2: Listen to nothing**

```bash
sleep 300 &
python3 -c "
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('be' + 'gun', flush=True)
time.sleep(100)
"
```

**Step 3: Activate the kill switch**

```bash
python -c "
from src.risk.manager import RiskManager
RiskManager().activate_kill_switch(reason='DRILL: an abort')
"
```

### Success Criteria

- [ ] Audit trail shows `KILL_SWITCH_ACTIVATED` event

## Test 2: Kill-Switch Deactivation (5 minutes)

### Procedure

**Step 1: Deactivate the kill switch**

```bash
python -c "
from src.risk.manager import RiskManager
RiskManager().deactivate_kill_switch(reason='DRILL: after an abort')
"
```

### Success Criteria

- [ ] Audit trail shows `KILL_SWITCH_DEACTIVATED` event
"""


@pytest.fixture
async def player(made: Session) -> AsyncIterator[Player]:
    joined = await begin(made)
    yield joined
    await joined.close()


async def aborts(player: Player, step: str, made: Session) -> dict[str, tuple[str, str]]:
    """While the step runs; what was found of how the box is left, by its name."""
    await player.ask(intents.RunStep(step), lambda s: s.steps[step].status == "running" and s.shell.running)
    await player.until(lambda _s: "begun\r\n" in output(made), "it had begun")
    await player.ask(intents.OpenAbort(), lambda s: s.stops.abort.status == "open")
    await player.ask(intents.AbortDrill("abort", "an incident"), lambda s: s.stops.abort.status == "aborted")
    state = await player.until(lambda s: s.stops.left_safe.rows, "it was looked around")
    return {name: (verdict, found) for name, verdict, found, _evidence in state.stops.left_safe.rows}


async def test_the_running_command_ends_and_what_stands_behind_it_never_runs(
    player: Player, made: Session
) -> None:
    (bot,) = player.state.bots
    rows = await aborts(player, "T1.S1", made)
    state = player.state
    assert state.steps["T1.S1"].status == "aborted"
    assert state.tests["T1"].verdict == "ABORTED"
    assert not state.shell.running
    assert state.shell.alive
    assert "never\r\n" not in output(made)
    assert Path(f"/proc/{bot.pid}").exists()
    assert rows["one bot"][0] == "PASS"
    assert rows["open orders"] == ("PASS", "none at the exchange")
    assert rows["positions"][0] == "PASS", rows
    assert rows["stray jobs"] == ("PASS", "none but the bot")
    assert rows["files in /tmp"][0] == "FAIL"
    assert "/tmp/drill_left.txt" in rows["files in /tmp"][1]
    await player.ask(intents.EndDrill(early=True, reason="x"), lambda s: s.ending)
    assert player.state.ending is not None
    assert player.state.ending.decision == "ABORTED"


async def test_one_that_is_deaf_to_sigint_gets_sigterm_and_its_job_is_seen(
    player: Player, made: Session
) -> None:
    rows = await aborts(player, "T1.S2", made)
    told = player.state.stops.abort.told
    assert [words.split()[0] for words in told] == ["SIGINT", "SIGINT", "SIGTERM", "nothing"], told
    assert player.state.steps["T1.S2"].status == "aborted"
    assert rows["stray jobs"][0] == "FAIL"
    assert "sleep 300" in rows["stray jobs"][1]
    job = int(rows["stray jobs"][1].split()[2])
    os.kill(job, 9)


async def test_a_switch_left_on_is_switched_off_by_the_runbooks_own_step(player: Player) -> None:
    await player.run("T1.S3")
    await player.until(lambda s: s.switch.audit == "ON" and s.bots[0].switch == "ON", "it is ON")
    await player.ask(intents.OpenAbort(), lambda s: s.stops.abort.status == "open")
    await player.ask(intents.AbortDrill("abort", "an incident"), lambda s: s.stops.left_safe.rows)
    assert player.state.stops.left_safe.rows[0][1] == "FAIL"
    assert [offer.step.id for offer in offers(player.state)] == ["T2.S1"]
    state = await player.ask(
        intents.UndoStep("T2.S1"), lambda s: s.stops.undo.attempt and not s.stops.undo.status
    )
    assert (state.stops.undo.exit, state.stops.undo.detail) == (0, "")
    await player.until(lambda s: s.bots[0].switch == "OFF" and looked(s, 2), "it is OFF")
    await player.ask(intents.LookLeftSafe(), lambda s: looked(s, 3))
    assert player.state.stops.left_safe.rows[0][1] == "PASS"
    assert offers(player.state) == ()
    assert player.state.steps["T2.S1"].status == "pending"


def looked(state: DrillState, attempt: int) -> bool:
    """Whether the box was looked at so often, and nobody looks just now."""
    return state.stops.left_safe.attempt == attempt and not state.stops.left_safe.asking
