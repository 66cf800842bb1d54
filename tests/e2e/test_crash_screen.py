"""Kills of the screen, again and again, while a step prints numbered lines: none is lost or doubled."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.way import CONSOLE
from tests.rig.drillshell import wait_for
from tests.rig.glass import Glass
from tests.server.session_rig import (
    Player,
    Session,
    begin,
    opened,
    output,
    private_dirs,
    sandbox,
)
from thunes_tui import intents
from thunes_tui.sandbox.place import Place
from thunes_tui.server.recall import Recalled, step
from thunes_tui.term.backend import TermBackend, make

DOCUMENT = """\
# A drill that prints

## Test 1: Lines (5 minutes)

**Step 1: Count until told to end**

```bash
for ((n = 0; ; n++)); do
  if [ -e data/hold ]; then echo $n > data/held; while [ -e data/hold ]; do sleep 0.01; done; fi
  if [ -e data/end ]; then break; fi
  printf '\\e[3%dmline %d of many\\e[m\\n' $((n % 8)) $n
  sleep 0.01
done
```

### Success Criteria

- [ ] It counted
"""
LINE = re.compile(r"line (\d+) of many")
SIZE = (200, 50)
LONGEST_S = 0.3
"""From an attach until its screen is killed."""
SHOWN = 8
"""So many of the last lines are looked for on the screen."""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with private_dirs() as root, sandbox(root, bot=True) as made:
        yield made


class Witness:
    """Watches from the beginning and is never killed: what the terminal has to look like."""

    def __init__(self, player: Player) -> None:
        self.player = player
        (first,) = player.snapshots
        self.seen = Recalled(first.state, terminal_of(player))
        self._fed = 0

    async def until(self, number: int) -> TermBackend:
        """The terminal as of this record."""
        await self.player.until(lambda s: s.head >= number, f"record {number}")
        for folded in self.player.seen[self._fed :]:
            step(self.seen, folded.record)
        self._fed = len(self.player.seen)
        assert self.seen.number == number, "the witness fell behind"
        return self.seen.terminal


def terminal_of(player: Player) -> TermBackend:
    """What a client that has just attached makes of its snapshot."""
    last = player.snapshots[-1]
    terminal = make(last.cols, last.rows)
    terminal.feed(last.screen)
    return terminal


def looks(terminal: TermBackend) -> object:
    """All that can be seen of a terminal, and what its keys depend on."""
    rows = [terminal.row(y) for y in range(terminal.size[1])]
    return terminal.size, terminal.cursor, terminal.modes, rows


class Held:
    """The step stands still: what is on the screen can be compared."""

    def __init__(self, place: Place) -> None:
        self.data = place.project / "data"

    def stop(self) -> int:
        """How many lines it has printed by now."""
        (self.data / "hold").touch()
        wait_for((self.data / "held").exists, "the step stands still")
        wait_for((self.data / "held").read_text, "it said where")
        return int((self.data / "held").read_text())

    def go_on(self) -> None:
        (self.data / "held").unlink()
        (self.data / "hold").unlink()

    def end(self) -> None:
        (self.data / "end").touch()


@asynccontextmanager
async def printing(place: Place, made: Session) -> AsyncIterator[tuple[Witness, Held]]:
    """A step that prints, and whoever started it has left."""
    witness = Witness(await Player.join(made, "bob", "witness"))
    driver = await begin(made)
    await driver.ask(intents.RunStep("T1.S1"), lambda s: s.shell.running == "step 1.1")
    await driver.until(lambda _s: f"line {SHOWN} of many" in output(made), "it prints")
    await driver.close()
    yield witness, Held(place)


async def test_nothing_is_lost_or_doubled_and_every_attach_shows_the_same_terminal(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    rounds: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    chance, took = random.Random(200), []
    async with opened(place, DOCUMENT, monkeypatch) as made, printing(place, made) as (witness, held):
        for _ in range(rounds(5, 200)):
            printed = held.stop()
            shown = await all_of_it(made, witness, printed)
            fresh = await Player.join(made, "eve", "witness")
            assert looks(terminal_of(fresh)) == looks(await witness.until(fresh.snapshots[-1].state.head))
            await fresh.close()
            took.append(
                await asyncio.to_thread(attach_and_kill, made, shown, held, chance.uniform(0, LONGEST_S))
            )
        printed = held.stop()
        held.end()
        held.go_on()
        await witness.player.until(lambda s: not s.shell.running, "the end of the step")
        assert [int(n) for n in LINE.findall(output(made))] == list(range(printed)), "lost or doubled"
    record_property("attach, seconds", f"{sorted(took)[len(took) // 2]:.2f}, at most {max(took):.2f}")


async def all_of_it(made: Session, witness: Witness, printed: int) -> list[str]:
    """The last lines that were printed, once they are recorded."""
    await witness.player.until(lambda _s: f"line {printed - 1} of many" in output(made), "it was recorded")
    return [f"line {number} of many" for number in range(printed - SHOWN, printed)]


def attach_and_kill(made: Session, shown: list[str], held: Held, after: float) -> float:
    """A screen that is killed in the middle of what is printed; seconds until it showed what there was."""
    began = time.perf_counter()
    argv = [*CONSOLE, "attach", made.spec.session, "--role", "driver"]
    with Glass(argv, size=SIZE, env=dict(os.environ), cwd="/") as glass:
        glass.until(lambda: stands(shown, glass.screen.text()), "the last lines, one below the other")
        took = time.perf_counter() - began
        held.go_on()
        end = time.perf_counter() + after
        while (left := end - time.perf_counter()) > 0:
            glass.pump(left)
        (screen,) = children(glass.pid)
        os.kill(screen, signal.SIGKILL)
        glass.wait()
        assert glass.left_behind() == {}
    return took


def stands(lines: list[str], rows: list[str]) -> bool:
    """Whether the lines stand in neighbouring rows, in this order."""
    first = next((y for y, row in enumerate(rows) if lines[0] in row), None)
    return first is not None and all(line in row for line, row in zip(lines, rows[first:], strict=False))


def children(pid: int) -> list[int]:
    return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
