"""A step that starts the bot in a real world: an exit status of 0 starts nothing."""

from __future__ import annotations

from tests.server.session_rig import Session, begin
from thunes_tui import intents

DOCUMENT = """\
# A short drill

## Test 1: Crash Recovery (5 minutes)

### Procedure

**Step 1: Restart the bot**

```bash
python src/live/paper_trader.py --no-such-option &
sleep 1
```

### Success Criteria

- [ ] System restarts without errors
"""


async def test_a_bot_that_fell_over_at_once_was_not_started_whatever_the_exit(made: Session) -> None:
    player = await begin(made)
    await player.until(lambda s: s.bots)
    player.link.keys(b"pkill -9 -f live/paper_trader\n")
    await player.until(lambda s: not s.bots)
    await player.until(lambda s: not s.shell.running)

    player.link.ask(intents.RunStep("T1.S1"))
    state = await player.until(lambda s: s.start.awaited)
    assert state.start.words[-1] == "--no-such-option"
    state = await player.until(lambda s: s.start.verdict)
    assert state.steps["T1.S1"].exit == 0
    assert state.start.verdict == "FAIL"
    assert state.start.cause.startswith("said exit 0, but no bot is alive 5 s later")
    state = await player.until(lambda s: all(c.verdict for c in s.criteria.values()))
    assert [c.verdict for c in state.criteria.values()] == ["FAIL"]
