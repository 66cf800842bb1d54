"""The drill's shell in a real session: typed ahead, failing to begin, and a rehearsal that stands still."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.session_rig import (
    Player,
    Session,
    begin,
    output,
    runbook,
    seen_by_the_world,
    session,
)
from thunes_tui import intents
from thunes_tui.connection import Connection
from thunes_tui.drill.step_state import digest
from thunes_tui.errors import Unusable
from thunes_tui.rehearse import Rehearsal
from thunes_tui.sandbox.place import Place, read_world
from thunes_tui.server.successor import is_seen, keeper_spec

DOCUMENT = """\
# A short drill

## Test 1: Shell (5 minutes)

### Procedure

**Step 1: Take a moment**

```bash
echo begun; sleep 1; echo over
```

**Step 2: Wait for ever**

```bash
cat
```

**Step 3: Say who**

```bash
echo "it was <NAME>" | tr a-z A-Z
```

### Success Criteria

- [ ] It ends
"""
KEY = "kQ3vR8xT2mB7nL5pW9zY4cD6"


async def test_lines_typed_ahead_run_after_the_step_and_it_ends(made: Session) -> None:
    player = await begin(made)
    player.link.ask(intents.RunStep("T1.S1"))
    await player.until(lambda s: s.shell.running == "step 1.1")
    player.link.keys(b"echo ahead; sleep 0.5\nsleep 0.6\n")
    state = await player.until(lambda s: s.steps["T1.S1"].status == "done")
    assert state.steps["T1.S1"].exit == 0
    await player.until(lambda s: s.shell.running == "sleep 0.6")
    await player.until(lambda s: not s.shell.running)
    marks = [(r.kind, r.data["seq"]) for r in made.journal() if r.kind in ("shell.started", "shell.ended")]
    first = marks[0][1]
    wanted = [(kind, seq) for seq in range(first, first + 4) for kind in ("shell.started", "shell.ended")]
    assert marks == wanted


async def test_a_filled_block_is_what_the_shell_runs_and_an_edited_one_after_it(made: Session) -> None:
    player = await begin(made)
    player.link.ask(intents.FillStep("T1.S3", ("the driver",)))
    state = await player.until(lambda s: s.steps["T1.S3"].filled)
    block = state.steps["T1.S3"].filled
    player.link.ask(intents.RunStep("T1.S3", digest(block)))
    await player.until(lambda s: s.steps["T1.S3"].status == "done")
    assert "IT WAS THE DRIVER" in output(made)

    player.link.ask(intents.EditStep("T1.S3", block.replace("driver", "witness")))
    await player.until(lambda s: s.steps["T1.S3"].changes)
    player.link.ask(intents.RunStep("T1.S3", again=True))
    state = await player.until(lambda s: s.steps["T1.S3"].attempt == 2 and s.steps["T1.S3"].status == "done")
    assert "IT WAS THE WITNESS" in output(made)
    assert "step 1.3 edited before running: -driver +witness" in [r.text for r in state.remarks]


async def test_a_step_that_cannot_be_begun_is_aborted_and_said(made: Session) -> None:
    player = await begin(made)
    (made.folder / "steps" / "1.1").mkdir()
    player.link.ask(intents.RunStep("T1.S1"))
    state = await player.until(lambda s: s.steps["T1.S1"].status == "aborted")
    assert not state.shell.running
    assert "IsADirectoryError" in state.failures["RunInShell"]


async def test_a_preflight_that_cannot_be_begun_ends_as_unknown(made: Session) -> None:
    player = await Player.join(made)
    await player.ready()
    (made.folder / "steps" / "preflight").mkdir()
    player.link.ask(intents.RunPreflight())
    state = await player.until(lambda s: s.preflight.run and not s.preflight.running)
    assert state.preflight.script == "UNKNOWN"
    assert not state.preflight.passed


async def test_a_key_filled_in_during_the_session_is_masked_in_output_and_typed_lines(
    made: Session, place: Place
) -> None:
    player = await Player.join(made)
    await player.ready()
    with (place.project / ".env").open("a", encoding="utf-8") as file:
        file.write(f"\nEXTRA_API_KEY={KEY}\n")
    player.link.keys(b"true\n")
    await player.until(lambda s: s.shell.seq >= 1 and not s.shell.running)
    player.link.keys(f"echo {KEY[:12]}''{KEY[12:]} {KEY}\n".encode())
    await player.until(lambda s: s.shell.seq >= 2 and not s.shell.running)
    journal = (made.folder / "journal.jsonl").read_text(encoding="ascii")
    assert KEY not in journal
    assert "[redacted:EXTRA_API_KEY]" in next(
        str(r.data["command"]) for r in made.journal() if r.kind == "shell.started" and r.data["seq"] == 2
    )


async def test_a_rehearsal_whose_step_never_ends_is_given_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot's heartbeats and samples go on all the while."""
    seen_by_the_world(place, monkeypatch)
    with session(place.project, runbook(place.project, DOCUMENT), "rehearse") as made:
        link = await Connection.open(made.socket, "ann", "driver")
        try:
            with pytest.raises(Unusable, match="stands still"):
                await Rehearsal(link, lambda _line: None, stall=8.0).run()
            assert link.state.steps["T1.S2"].status == "running"
        finally:
            await link.close()


async def test_after_the_shell_has_ended_a_new_one_is_opened_on_request(made: Session) -> None:
    """Steps are refused meanwhile, a job of the old shell goes on printing, and the new shell runs steps."""
    player = await begin(made)
    first = player.state.shell.pid
    player.link.keys(
        b"CARRIED=yes; (trap '' HUP; for n in 1 2 3 4; do sleep 0.3; seq 3000; done; echo las''ted) &\n"
    )
    await player.until(lambda s: s.shell.seq >= 2 and not s.shell.running)
    player.link.keys(b"exit 3\n")
    state = await player.until(lambda s: not s.shell.alive)
    assert "exit status 3" in state.shell.detail
    assert "open a new one" in await player.refused(intents.RunStep("T1.S1"))
    await player.until(lambda _s: "lasted" in output(made))
    state = await player.ask(intents.OpenShell(), lambda s: s.shell.alive or s.failures)
    assert not state.failures
    assert state.shell.pid != first
    assert "environment of the one before are gone" in state.shell.detail
    assert "a shell already" in await player.refused(intents.OpenShell())
    player.link.keys(b"echo [$CARRIED] $PWD\n")
    await player.until(lambda s: s.shell.seq >= 1 and not s.shell.running)
    assert f"[] {made.spec.project}" in output(made)
    state = await player.run("T1.S1")
    assert state.steps["T1.S1"].exit == 0
    made.kill()
    made.start()
    again = await Player.join(made)
    assert again.state.shell.alive
    assert again.state.shell.pid == state.shell.pid
    assert again.state.shell.seq == state.shell.seq


async def test_a_killed_shell_is_told_as_such_and_its_step_is_unknown(made: Session) -> None:
    player = await begin(made)
    player.link.ask(intents.RunStep("T1.S2"))
    state = await player.until(lambda s: s.shell.running == "step 1.2")
    os.kill(state.shell.pid, signal.SIGKILL)
    state = await player.until(lambda s: not s.shell.alive and s.steps["T1.S2"].status == "unknown")
    assert "killed by SIGKILL" in state.shell.detail
    await player.ask(intents.OpenShell(), lambda s: s.shell.alive)


async def test_what_stands_at_the_prompt_gets_into_no_step(made: Session) -> None:
    player = await begin(made)
    player.link.keys(b"echo half a li")
    await player.until(lambda _s: "half a li" in output(made))
    state = await player.run("T1.S1")
    assert state.steps["T1.S1"].exit == 0


async def test_a_step_whose_line_the_shell_never_began_does_not_run_for_ever(made: Session) -> None:
    player = await begin(made)
    player.link.keys(b"echo 'an open quote\n")
    await player.until(lambda _s: "> " in output(made).partition("open quote")[2])
    player.link.ask(intents.RunStep("T1.S1"))
    await player.until(lambda _s: "step 1.1" in output(made))
    assert player.state.steps["T1.S1"].status == "running"
    player.link.keys(b"\x03")
    state = await player.until(lambda s: s.steps["T1.S1"].status != "running")
    assert state.steps["T1.S1"].status == "aborted"
    state = await player.ask(
        intents.RunStep("T1.S1", again=True), lambda s: s.steps["T1.S1"].status == "done"
    )
    assert state.steps["T1.S1"].exit == 0


async def test_a_shell_that_can_say_nothing_more_is_told_and_costs_nothing(made: Session) -> None:
    player = await begin(made)
    player.link.keys(b"exec 198>&-\n")
    state = await player.until(lambda s: "shell" in s.failures)
    assert "type exit in it" in state.failures["shell"]
    assert not state.shell.running
    assert state.shell.cwd
    player.link.ask(intents.RunStep("T1.S1"))
    await player.until(lambda s: s.steps["T1.S1"].status == "aborted")
    player.link.keys(b"exit 0\n")
    state = await player.until(lambda s: not s.shell.alive)
    assert "exit status 0" in state.shell.detail
    state = await player.ask(intents.OpenShell(), lambda s: s.shell.alive)
    assert "shell" not in state.failures


async def test_a_shell_that_became_another_program_is_not_said_to_be_killed(made: Session) -> None:
    player = await begin(made)
    player.link.keys(b"exec bash -c 'exit 5'\n")
    state = await player.until(lambda s: not s.shell.alive)
    assert "ended with exit status 5" in state.shell.detail


def test_a_world_that_does_not_see_the_steps_is_refused(place: Place, tmp_path: Path) -> None:
    """It was made before the folder, and has a /tmp of its own."""
    world = read_world(place)
    assert world is not None
    if world.pid is None:
        pytest.skip("this system allows no namespaces")
    assert is_seen(place.project, world.pid)
    assert not is_seen(tmp_path, world.pid)
    spec = replace(Session(place.project, None).spec, folder=tmp_path)
    with pytest.raises(Unusable, match="sandbox down, and up again"):
        keeper_spec(spec, {})
