"""Whole sessions with a real server, keeper, bash and sandbox: what is recorded, and what survives."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.session_rig import (
    Player,
    Session,
    begin,
    output,
    private_dirs,
    runbook,
    sandbox,
    seen_by_the_world,
    start_server,
)
from thunes_tui import intents, localsocket, wire
from thunes_tui.errors import UserError
from thunes_tui.journal.verify import verify
from thunes_tui.sandbox.place import Place, started

DOCUMENT = """\
# A short drill

## Test 1: Shell (5 minutes)

### Procedure

**Step 1: Say hello**

```bash
FRUIT=pear; echo "hello $FRUIT"
```

**Step 2: Take a while**

```bash
sleep 300 &
echo begun; sleep 4; echo over
```

**Step 3: Show a secret**

```bash
grep SECRET .env
```

**Step 4: Kill something**

```bash
pkill -9 -f a-pattern-that-nothing-has
```

### Success Criteria

- [ ] The fruit is a pear
"""
CHECKS = """\
[[check]]
name = "fruit"
criterion = "fruit"
kind = "output"
step = 1
[check.want]
pattern = "hello pear"
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with private_dirs() as root, sandbox(root, bot=True) as made:
        (made.project / "scripts" / "test_runbook.checks.toml").write_text(CHECKS, encoding="utf-8")
        yield made


async def test_a_step_is_recorded_before_it_runs_and_its_criterion_is_sensed(made: Session) -> None:
    player = await begin(made)
    state = await player.run("T1.S1")
    await player.until(lambda s: s.criteria["T1.C1"].verdict)
    assert state.steps["T1.S1"].exit == 0
    criterion = player.state.criteria["T1.C1"]
    assert criterion.verdict == "PASS", (criterion, output(made)[-400:])
    kinds = made.kinds()
    begun = kinds.index("step.started")
    assert "shell.output" in kinds[begun : kinds.index("step.ended")]
    assert "hello pear" in output(made)
    assert verify(made.folder / "journal.jsonl").ok
    assert "hello" in (made.folder / "steps" / "1.1").read_text(encoding="utf-8")
    assert "Step 1.1" in (made.folder / "sheet.md").read_text(encoding="utf-8")


async def test_no_secret_of_the_project_reaches_the_journal(made: Session, place: Place) -> None:
    secret = json.loads((place.root / "keys.json").read_text(encoding="utf-8"))["api_secret"]
    player = await begin(made)
    await player.run("T1.S3")
    await player.close()
    journal = (made.folder / "journal.jsonl").read_text(encoding="ascii")
    assert secret not in journal
    assert "[redacted:BINANCE_TESTNET_API_SECRET]" in journal


async def test_a_killed_server_loses_nothing_and_the_running_step_is_unknown(made: Session) -> None:
    player = await begin(made)
    await player.run("T1.S1")
    await player.ask(intents.DecideCriterion("T1.C1", "PASS"), lambda s: s.criteria["T1.C1"].decided_by)
    player.link.ask(intents.RunStep("T1.S2"))
    await player.until(lambda s: s.steps["T1.S2"].status == "running" and s.shell.running)
    shell = player.state.shell.pid
    ticks = started(shell)
    acknowledged = player.state.head
    made.kill()
    await player.close()
    made.start()
    again = await Player.join(made)
    state = await again.until(lambda s: s.steps["T1.S2"].status == "unknown")
    assert state.head > acknowledged
    assert state.criteria["T1.C1"].decided_by == "ann"
    assert started(shell) == ticks
    await again.until(lambda s: not s.shell.running)
    again.link.keys(b"echo still $FRUIT; jobs\n")
    await again.until(lambda s: s.shell.seq >= 4 and not s.shell.running)
    assert "still pear" in output(made)
    assert "sleep 300" in output(made).rpartition("still pear")[2]
    assert again.state.steps["T1.S2"].status == "unknown", "it is never repeated by itself"
    assert verify(made.folder / "journal.jsonl").ok


async def test_a_destructive_step_waits_for_the_guard_and_for_a_typed_name(made: Session) -> None:
    player = await begin(made)
    player.link.ask(intents.RunStep("T1.S4"))
    state = await player.until(lambda s: s.steps["T1.S4"].status not in ("pending", "requested"))
    kinds = made.kinds()
    assert kinds.index("step.requested") < len(kinds) - 1 - kinds[::-1].index("guard.answered")
    assert state.steps["T1.S4"].status in ("held", "running", "done")
    if state.steps["T1.S4"].status == "held":
        assert "confirmed by typing" in await player.refused(intents.ConfirmStep("T1.S4", "yes"))


async def test_a_witness_watches_notes_and_holds_but_runs_nothing(made: Session) -> None:
    driver = await begin(made)
    witness = await Player.join(made, "bob")
    assert witness.link.hello.role == "witness"
    assert "witness may not" in await witness.refused(intents.RunStep("T1.S1"))
    await witness.ask(intents.Hold("the market moves"), lambda s: s.hold)
    await driver.until(lambda s: s.hold)
    assert "bob holds the drill" in await driver.refused(intents.RunStep("T1.S1"))
    assert "bob set the hold" in await driver.refused(intents.Release("mine"))
    await witness.ask(intents.Release(), lambda s: not s.hold)
    witness.link.keys(b"echo witness typed\n")
    await driver.run("T1.S1")
    assert "witness typed" not in output(made)
    await driver.close()
    await witness.until(lambda s: s.driver is None)
    assert "take over" in await witness.refused(intents.RequestKeys())
    await witness.ask(intents.RequestKeys("take over"), lambda s: s.driver is not None)
    await witness.ask(intents.AddNote("mine now"), lambda s: s.remarks[-1:] and s.remarks[-1].by == "bob")


async def test_a_client_that_reads_nothing_holds_up_nobody_and_gets_a_snapshot(made: Session) -> None:
    player = await begin(made)
    slow = localsocket.connect(made.socket)
    slow.sendall(wire.frame("hello", wire.greeting("slow", "witness")))
    player.link.keys(b"head -c 6000000 /dev/zero | tr '\\0' x | fold -w 79; echo all of it\n")
    await player.until(lambda s: s.shell.output > 6_000_000 and not s.shell.running)
    slow.settimeout(10)
    data = b""
    while b'{"f":"behind"' not in data or b'"snapshot"' not in data.rpartition(b'{"f":"behind"')[2]:
        more = slow.recv(1 << 20)
        assert more, "the server gave the slow client up"
        data += more
    slow.close()


async def test_another_protocol_is_refused_in_one_line_that_names_both(made: Session) -> None:
    reader, writer = await asyncio.open_unix_connection(str(made.socket))
    writer.write(b'{"f":"hello","protocol":[9,0],"version":"9.9","name":"x","want":"any"}\n')
    line = await reader.readline()
    assert b"9.0" in line
    assert b"1.0" in line
    assert b"9.9" in line
    writer.close()
    await writer.wait_closed()


async def test_a_new_minor_of_the_protocol_is_read_only(made: Session) -> None:
    reader, writer = await asyncio.open_unix_connection(str(made.socket))
    writer.write(b'{"f":"hello","protocol":[1,7],"version":"1.7","name":"x","want":"driver"}\n')
    hello = json.loads(await reader.readline())
    assert hello["role"] == "witness"
    assert "read-only" in hello["remark"]
    writer.close()
    await writer.wait_closed()


async def test_garbage_on_the_socket_ends_that_connection_alone(made: Session) -> None:
    player = await Player.join(made)
    for garbage in (
        b"\xff\xfe\n",
        b"[]\n",
        b'{"f":"hello"}\n',
        b"{" * 2000 + b"\n",
        os.urandom(3000) + b"\n",
    ):
        reader, writer = await asyncio.open_unix_connection(str(made.socket))
        writer.write(garbage)
        assert await reader.read() == b""
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    await player.ask(intents.AddNote("still here"), lambda s: s.remarks)


async def test_the_shells_environment_is_an_allow_list(made: Session) -> None:
    player = await Player.join(made)
    await player.ready()
    player.link.keys(b"env | sort | sed 's/=.*//' | tr '\\n' ' '; echo\n")
    await player.until(lambda s: s.shell.seq >= 1 and not s.shell.running)
    shown = output(made)
    assert "THUNES_STEPS" in shown
    assert "PYTEST" not in shown
    assert "BINANCE" not in shown


def test_a_document_without_tests_is_one_clear_line_and_leaves_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from thunes_tui.journal.folder import list_sessions

    seen_by_the_world(place, monkeypatch)
    before = len(list_sessions())
    made = Session(place.project, runbook(place.project, "# Nothing\n\nNo tests here.\n"))
    with pytest.raises(UserError, match="has no tests") as told:
        start_server(made.spec)
    assert "\n" not in str(told.value)
    assert len(list_sessions()) == before
    missing = Session(place.project, Path("/nowhere/drill.md"))
    with pytest.raises(UserError, match="no runbook at"):
        start_server(missing.spec)


async def test_a_preflight_script_that_prints_much_is_read_from_its_first_section(
    made: Session, place: Place
) -> None:
    script = place.project / "scripts" / "dr_drill_preflight.sh"
    flood = "python3 -c 'print(\"a bad line of the trail\\\\n\" * 9000)'\n"
    lines = script.read_text(encoding="utf-8").splitlines(keepends=True)
    last = next(n for n, line in enumerate(lines) if "8/8" in line)
    script.write_text("".join([*lines[:last], flood, *lines[last:]]), encoding="utf-8")
    player = await Player.join(made)
    await player.pass_preflight()
    assert len(output(made)) > 2 * 64 * 1024
    assert {section.script for section in player.state.preflight.sections} == {"PASS"}
