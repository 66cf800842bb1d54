"""Kills of the server around the start of a step: it runs as often as a person asked for it, never more."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from tests.server.session_rig import (
    Player,
    Session,
)
from thunes_tui import intents
from thunes_tui.journal.verify import verify
from thunes_tui.sandbox.place import Place

DOCUMENT = """\
# A drill of one step

## Test 1: Count (5 minutes)

**Step 1: Count**

```bash
echo once >> data/executions
```

### Success Criteria

- [ ] It was counted
"""
SPREAD_S = 0.12
"""From asking until the kill, at most: guard, start and end of the step lie within it."""


async def test_executions_never_exceed_confirmations(
    made: Session, place: Place, rounds: Callable[[int, int], int]
) -> None:
    counter, chance = place.project / "data/executions", random.Random(4)
    asked, ended = 0, {"done": 0, "unknown": 0, "aborted": 0, "pending": 0}
    player = await Player.join(made)
    await player.pass_preflight()
    await player.ask(intents.StartTest("T1"), lambda s: s.tests["T1"].status == "running")
    for _ in range(rounds(10, 500)):
        await player.until(lambda s: s.proven and s.shell.alive and not s.shell.running)
        before = player.state.steps["T1.S1"].status
        player.link.ask(intents.RunStep("T1.S1", again=before != "pending"))
        asked += 1
        await asyncio.sleep(chance.uniform(0, SPREAD_S))
        made.kill()
        await player.close()
        made.start()
        player = await Player.join(made)
        status = (await player.until(lambda s: s.steps["T1.S1"].status != "running")).steps["T1.S1"].status
        ended[status] = ended.get(status, 0) + 1
        runs = len(counter.read_text().splitlines()) if counter.exists() else 0
        assert runs <= asked, f"{runs} executions of {asked} confirmations"
    kinds = made.kinds()
    assert kinds.count("step.requested") <= asked
    assert kinds.count("step.started") <= kinds.count("step.requested")
    assert sum(ended[each] for each in ("unknown", "aborted")) > 0, f"no kill met a step: {ended}"
    assert verify(made.folder / "journal.jsonl").ok
