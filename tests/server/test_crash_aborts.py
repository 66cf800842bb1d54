"""Aborts at any moment of a drill: nothing begins afterwards, and what ran has ended or is named."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from tests.rig.drillshell import alive, wait_for
from tests.server.session_rig import (
    PATIENCE,
    Player,
    Session,
    private_dirs,
    runbook,
    sandbox,
    session,
)
from thunes_tui import intents, keeper
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.next import next_action
from thunes_tui.journal.verify import verify
from thunes_tui.sandbox.place import Place
from thunes_tui.server.recall import recall
from thunes_tui.sources import procfs

DOCUMENT = """\
# A drill to abort

## Test 1: Begin (5 minutes)

**Step 1: At once**

```bash
echo 1.1 >> data/ran; sleep 0.1
```

**Step 2: Leave a job**

```bash
echo 1.2 >> data/ran; sleep 301 &
```

**Step 3: Take a while**

```bash
echo 1.3 >> data/ran; sleep 0.4; echo 1.3 to its end >> data/ran
```

### Success Criteria

- [ ] It ran

## Test 2: Kill (5 minutes)

**Step 1: What asks the guard and waits for a word**

```bash
echo 2.1 >> data/ran; pkill -9 -f a-pattern-that-nothing-has
```

**Step 2: Be deaf to Ctrl-C**

```bash
trap '' INT; echo 2.2 >> data/ran; sleep 0.3; trap - INT
```

**Step 3: Go on until somebody stops it**

```bash
for n in {1..3000}; do echo 2.3 >> data/ran; sleep 0.1; done
```

### Success Criteria

- [ ] It killed
"""
MOMENTS = ("T2.S3", "preflight", "T1.S3", "T1.S1", "T2.S1", "T1.S2", "T2.S2")
"""From where an abort is counted, in turn: the first few meet a step that runs on, the shell at other work,
and a step with a server killed right behind the abort."""
BLOCK = 10
"""Rounds in one world: of more in a minute its exchange would refuse to answer."""
LATER_S = 0.4
"""How long after that moment it comes, at most."""
KILL_S = 0.1
"""From an abort until its server is killed, in the rounds where it is."""


class Round:
    """One drill, from its first prompt to its abort."""

    def __init__(self, made: Session, ran: Path) -> None:
        self.made = made
        self._ran = ran
        self.reached = asyncio.Event()

    def ran(self) -> list[str]:
        return self._ran.read_text(encoding="ascii").splitlines() if self._ran.exists() else []

    async def walk(self, player: Player, moment: str) -> None:
        """Ask for whatever comes next as soon as it can be asked, until the abort."""
        while not player.state.stops.abort.confirmed:
            if is_at(player.state, moment):
                self.reached.set()
            wanted = wish(player.state)
            if wanted is not None:
                player.link.ask(wanted)
            await player.until(happened_since(player.state.head), "something happened")

    async def is_over(self, player: Player) -> DrillState:
        return await player.until(
            lambda s: (
                s.stops.abort.status == "aborted" and s.stops.left_safe.rows and not s.stops.left_safe.asking
            ),
            "the aborted drill was looked at",
        )

    async def starts_nothing(self, player: Player) -> None:
        """Whatever is asked for now is refused, and nothing more runs than what is said to run."""
        for test in player.state.plan:
            for wanted in (
                intents.StartTest(test.id),
                *(intents.RunStep(step.id, again=again) for step in test.steps for again in (False, True)),
                *(intents.ConfirmStep(step.id, "a-pattern") for step in test.steps),
            ):
                assert await player.refused(wanted), wanted
        assert await player.refused(intents.RunPreflight())

    def holds(self, state: DrillState) -> None:
        """What is on disk and on the box agrees with what is said."""
        records = self.made.journal()
        at = next(r.n for r in records if r.kind == "drill.aborted")
        begun = [
            r for r in records if r.n > at and r.kind in ("step.started", "test.started", "step.requested")
        ]
        assert begun == [], "nothing begins after an abort"
        started = [r.data["step"] for r in records if r.kind == "step.started"]
        for step in {line.split()[0] for line in self.ran()}:
            assert started.count("T" + step.replace(".", ".S")) == 1, f"{step} ran unasked: {self.ran()}"
        for step, known in state.steps.items():
            assert known.status in ("done", "aborted", "unknown", "pending"), (step, known)
        test = state.running_test
        assert test is None, test
        for each in state.plan:
            if any(state.steps[step.id].status == "aborted" for step in each.steps):
                assert state.tests[each.id].verdict == "ABORTED", state.tests[each.id]
            assert state.tests[each.id].verdict != "PASS", "nobody decided its criterion"
        assert verify(self.made.folder / "journal.jsonl").ok

    def is_ended_or_named(self, state: DrillState) -> None:
        rows = {name: (verdict, found) for name, verdict, found, _evidence in state.stops.left_safe.rows}
        verdict, found = rows["stray jobs"]
        left = [pid for pid in keeper.jobs(state.shell.pid, -1) if alive(pid)]
        assert verdict == "FAIL" or not left, (found, left)
        for pid in left:  # what was named and has ended since is no lie, nor is what it has begun since
            assert any(f"{each} " in found for each in (pid, *procfs.ancestors(pid))), (pid, found)


def happened_since(head: int) -> Callable[[DrillState], bool]:
    return lambda state: state.head > head


def is_at(state: DrillState, moment: str) -> bool:
    if moment == "preflight":
        return state.preflight.running
    return state.steps[moment].status != "pending"


def wish(state: DrillState) -> intents.Intent | None:
    """What a hand that never rests asks for."""
    for step, known in state.steps.items():
        if known.status == "held":
            return intents.ConfirmStep(step, known.confirm)
    return next_action(state).intent


async def test_after_an_abort_nothing_begins_and_what_ran_has_ended_or_is_named(
    rounds: Callable[[int, int], int],
) -> None:
    chance, numbers = random.Random(45), iter(range(rounds(3, 300)))
    met: set[str] = set()
    while block := tuple(islice(numbers, BLOCK)):
        with private_dirs() as root, sandbox(root, bot=True) as place:
            for number in block:
                met.add(await on_a_session(place, chance, number))
    assert len(met) > 1, f"every abort met the same: {met}"


async def on_a_session(place: Place, chance: random.Random, number: int) -> str:
    ran = place.project / "data/ran"
    ran.unlink(missing_ok=True)
    with session(place.project, runbook(place.project, DOCUMENT)) as made:
        return await one_round(Round(made, ran), chance, number)


async def one_round(drill: Round, chance: random.Random, number: int) -> str:
    """The abort falls anywhere; in every third round the server is killed right behind it."""
    player = await Player.join(drill.made)
    await player.ready()
    async with asyncio.TaskGroup() as both:
        both.create_task(drill.walk(player, MOMENTS[number % len(MOMENTS)]))
        async with asyncio.timeout(PATIENCE):
            await drill.reached.wait()
        await asyncio.sleep(chance.uniform(0, LATER_S))
        running = next((s.id for s in player.state.steps.values() if s.status == "running"), "nothing")
        player.link.ask(intents.OpenAbort())
        player.link.ask(intents.AbortDrill("abort", "an incident"))
    if number % 3 == 2:
        await asyncio.sleep(chance.uniform(0, KILL_S))
        drill.made.kill()
        await player.close()
        drill.made.start()
        player = await Player.join(drill.made)
    state = await drill.is_over(player)
    await drill.starts_nothing(player)
    before = drill.ran()
    drill.is_ended_or_named(state)
    drill.holds(player.state)
    await player.ask(intents.EndDrill(early=True, reason="aborted"), lambda s: s.ending)
    assert player.state.ending is not None
    assert player.state.ending.decision == "ABORTED"
    assert drill.ran() == before
    await player.close()
    end(drill, player.state)
    return running


def end(drill: Round, state: DrillState) -> None:
    """The jobs, and then shell and keeper; the recording folds to the state that was shown."""
    for pid in keeper.jobs(state.shell.pid, -1):
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not alive(state.shell.pid), "the end of the shell")
    drill.made.kill()
    assert recall(drill.made.folder).state.tests == state.tests
