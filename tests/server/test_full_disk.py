"""A disk that fills up under a real session: what is refused, what goes on, and what a gap leaves behind."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.session_rig import Player, private_dirs, runbook, sandbox, session
from thunes_tui import intents
from thunes_tui.drill.model import DrillState
from thunes_tui.journal.verify import verify

DOCUMENT = """\
# A short drill

## Test 1: Shell (5 minutes)

### Procedure

**Step 1: End while nothing is recorded**

```bash
until [ -e ~/one ]; do sleep 0.05; done
```

**Step 2: Go on until it is**

```bash
until [ -e ~/two ]; do sleep 0.05; done
```

### Success Criteria

- [ ] It ends
"""


@pytest.fixture
def root() -> Iterator[Path]:
    """Private folders whose state lies on a small file system of its own."""
    with private_dirs() as made:
        state = made / "state"
        state.mkdir(mode=0o700)
        mount = ["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", str(state)]
        if subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("this system lets us mount nothing")
        try:
            yield made
        finally:
            subprocess.run(["umount", "-l", str(state)], check=False)


class Ballast:
    """What fills the disk to its last byte, and frees it again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ballast"

    def fill(self) -> None:
        with self._path.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                try:
                    while file.write(b"\0" * size) == size:
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._path.unlink()


def is_recording(player: Player) -> bool:
    """As the server last said."""
    return player.link.hello.recording


def is_lost(state: DrillState) -> bool:
    return "journal" in state.failures


async def test_a_full_disk_stops_what_is_new_and_leaves_alone_what_runs(root: Path) -> None:
    with sandbox(root, bot=True) as place:
        ballast = Ballast(root / "state")
        with session(place.project, runbook(place.project, DOCUMENT)) as made:
            player = await Player.join(made)
            await player.ready()
            await player.ask(intents.RunPreflight(), lambda s: s.preflight.running)
            ballast.fill()
            state = await player.until(is_lost)
            assert f"the disk of {made.folder} is full: free 4 MB" in state.failures["journal"]
            before = len(made.journal())
            player.link.ask(intents.AddNote("lost"))
            await player.until(lambda _s: "disk" in player.link.hello.remark)
            assert not is_recording(player)
            other = await Player.join(made, "bob")
            assert is_lost(other.state)
            assert len(made.journal()) == before
            ballast.free()
            state = await player.until(lambda s: not is_lost(s) and not s.preflight.running)
            assert is_recording(player)
            assert "gap" in made.kinds()
            if not state.preflight.passed:
                await player.pass_preflight()
            else:
                await player.ask(intents.StartPreparation(), lambda s: s.phases["preparation"].started)
            await player.ask(intents.StartTest("T1"), lambda s: s.tests["T1"].status == "running")
            await player.ask(intents.RunStep("T1.S1"), lambda s: s.shell.running == "step 1.1")
            ballast.fill()
            await player.until(is_lost)
            (place.home / "one").touch()
            player.link.ask(intents.RunStep("T1.S2"))
            await player.until(lambda _s: "T1.S2" not in made.kinds() and player.link.hello.remark)
            ballast.free()
            state = await player.until(lambda s: not is_lost(s) and s.steps["T1.S1"].status != "running")
            assert state.steps["T1.S1"].status == "unknown"
            assert state.steps["T1.S2"].status == "pending"
            assert not state.shell.running
            await player.ask(intents.RunStep("T1.S2"), lambda s: s.shell.running == "step 1.2")
            ballast.fill()
            await player.until(is_lost)
            ballast.free()
            await player.until(lambda s: not is_lost(s))
            (place.home / "two").touch()
            state = await player.until(lambda s: s.steps["T1.S2"].status == "done")
            assert verify(made.folder / "journal.jsonl").ok
            await other.close()
            await player.close()
