"""The seed's four emergencies on a real bot: each is sensed, offered and gone through; nothing is lost."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.sandbox.fault_rig import quick
from tests.server.session_rig import Player, Session, private_dirs, runbook, sandbox, session
from thunes_tui import config, intents
from thunes_tui.clock import system
from thunes_tui.drill import seen_signals
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.emergencies import Emergency, ItemState
from thunes_tui.drill.model import DrillState
from thunes_tui.sandbox.fault import catalogue, scene
from thunes_tui.sandbox.place import Place
from thunes_tui.server.conditions import Conditions

DOCUMENT = """\
# A short drill

## Test 1: Kill-Switch Activation (5 minutes)

### Procedure

**Step 1: Activate the kill switch**

```bash
python -c "
from src.risk.manager import RiskManager
RiskManager().activate_kill_switch(reason='DRILL: an emergency')
"
```

**Step 2: Switch it off again**

```bash
python -c "
from src.risk.manager import RiskManager
RiskManager().deactivate_kill_switch(reason='DRILL: an emergency')
"
```

### Success Criteria

- [ ] Telegram alert received within 5 seconds
- [ ] Audit trail shows `KILL_SWITCH_ACTIVATED` event
- [ ] Position data consistent
"""
ALERT, AUDITED, MINE = "T1.C1", "T1.C2", "T1.C3"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patched, private_dirs() as root:
        quick(patched)
        with sandbox(root, bot=True) as made:
            yield made


@contextlib.contextmanager
def trouble(place: Place, name: str) -> Iterator[None]:
    catalogue.make(place, system(), name)
    try:
        yield
    finally:
        catalogue.end(place, system(), name)


@pytest.fixture
def made(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(seen_signals, "GRACE_S", 1.0)  # the server is a fork of this process
    with session(place.project, runbook(place.project, DOCUMENT)) as opened:
        yield opened


@pytest.fixture
async def player(made: Session) -> AsyncIterator[Player]:
    joined = await Player.join(made)
    yield joined
    await joined.close()


@contextlib.asynccontextmanager
async def somebody_has(database: Path) -> AsyncIterator[int]:
    """Another program has it open, as a person with a client for it."""
    code = "import sys\nheld = open(sys.argv[1])\nprint(flush=True)\nsys.stdin.read()"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, database, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline()
    try:
        yield holder.pid
    finally:
        await holder.communicate(b"")


def of(state: DrillState, kind: str) -> Emergency | None:
    return state.emergencies.of(kind)


async def sensed(player: Player, kind: str) -> Emergency:
    await player.until(lambda s: (e := of(s, kind)) is not None and e.causes, f"{kind} was sensed")
    found = of(player.state, kind)
    assert found is not None
    return found


def item(state: DrillState, kind: str, name: str) -> ItemState:
    known = state.emergencies.last(kind)
    assert known is not None
    return known.item(name)


async def run(player: Player, kind: str, name: str) -> ItemState:
    """One item, from asking to its end; what waits for a word is given its word."""
    before = item(player.state, kind, name).attempt
    over = ("done", "failed", "refused", "unknown")

    def stands(state: DrillState) -> bool:
        known = item(state, kind, name)
        return known.attempt > before and known.status in (*over, "held")

    await player.ask(intents.RunEmergencyItem(kind, name), stands)
    known = item(player.state, kind, name)
    if known.status == "held":
        word = intents.ConfirmEmergencyItem(kind, name, known.confirm)
        await player.ask(word, lambda s: item(s, kind, name).status in over)
    await player.until(lambda s: not s.shell.running, "the shell is free")
    return item(player.state, kind, name)


async def stop(player: Player, kind: str) -> ItemState:
    """The stop ladder, with its typed word; there may be nothing to stop."""
    ask = intents.RunEmergencyItem(kind, "stop")
    await player.ask(ask, lambda s: s.signalling.status == "held" or item(s, kind, "stop").done)
    if item(player.state, kind, "stop").done:
        return item(player.state, kind, "stop")
    known = player.state.signalling
    confirm = intents.ConfirmSignal(known.attempt, known.confirm)
    await player.ask(confirm, lambda s: item(s, kind, "stop").status in ("done", "failed"))
    return item(player.state, kind, "stop")


async def healthy_again(player: Player, kind: str) -> None:
    """Restarted by the seed's command, which is refused while a bot lives."""
    await player.until(lambda s: not s.bots, "the bot is gone")
    assert (await run(player, kind, "restart")).status == "done"
    await player.until(lambda s: s.bots and s.bots[0].healthy, "it is healthy")
    assert (await run(player, kind, "healthy")).status == "done"
    assert "stop it first" in (await run(player, kind, "restart")).detail


async def test_a_bot_that_hangs_is_stopped_by_the_ladder_and_started_again(
    place: Place, player: Player
) -> None:
    await player.ready()
    (bot,) = player.state.bots
    with trouble(place, "bot-hung"):
        found = await sensed(player, "hang")
        assert (found.severity, found.opened) == ("serious", None)
        await player.ask(intents.OpenEmergency("hang"), lambda s: s.emergencies.handled)
        assert (await run(player, "hang", "look")).status == "done"
        assert (await stop(player, "hang")).detail == "dead by SIGKILL"
    await healthy_again(player, "hang")
    close = intents.CloseEmergency("hang", "mended", "restarted from known state")
    await player.ask(close, lambda s: not s.emergencies.active)
    assert player.state.bots[0].pid != bot.pid
    assert [f.text for f in player.state.findings if f.veto] == []


async def test_a_silent_telegram_spoils_the_alert_and_nothing_else(place: Place, player: Player) -> None:
    await player.pass_preflight()
    await player.ask(intents.StartTest("T1"), lambda s: s.running_test)
    with trouble(place, "telegram-down"):
        await player.run("T1.S1")
        assert (await sensed(player, "telegram")).criteria == (ALERT,)
        await player.ask(intents.OpenEmergency("telegram"), lambda s: s.emergencies.handled)
        reach = await run(player, "telegram", "reach")
        assert (reach.status, "not reached" in reach.detail) == ("failed", True)
        assert (await run(player, "telegram", "verify")).exit == 1
        await player.ask(
            intents.TickEmergencyItem("telegram", "workaround"),
            lambda s: item(s, "telegram", "workaround").status == "done",
        )
        close = intents.CloseEmergency("telegram", "workaround", "by the log alone")
        await player.ask(close, lambda s: not s.emergencies.active)
        state = await player.until(lambda s: s.criteria[ALERT].verdict and s.criteria[AUDITED].verdict)
    assert state.criteria[ALERT].verdict == "NOT VERIFIED"
    assert "Telegram silent" in state.criteria[ALERT].cause
    assert state.criteria[AUDITED].verdict == "PASS"
    await player.run("T1.S2")
    assert [r.text for r in state.remarks if r.kind == "deviation"] == []
    assert any("Telegram" in action for action in decide_outcome(player.state).actions)


async def test_a_damaged_database_is_set_aside_and_restored_and_never_while_the_bot_has_it(
    place: Place, player: Player, made: Session
) -> None:
    await player.ready()
    database = place.project / scene.DATABASE
    backup = Path(f"{database}.backup")
    with sqlite3.connect(database) as base, sqlite3.connect(backup) as copy:
        base.backup(copy)
    before = player.state.positions
    await player.ask(intents.OpenEmergency("database"), lambda s: s.emergencies.handled)
    (bot,) = player.state.bots
    for early in ("aside", "restore", "reinitialise"):
        refused = await run(player, "database", early)
        assert refused.status == "refused"
        assert f"pid {bot.pid}: stop the bot first" in refused.detail
    with trouble(place, "database-damaged"):
        await sensed(player, "database")
        checked = await run(player, "database", "check")
        assert checked.exit == 1, checked
        assert (await stop(player, "database")).status == "done"
        await player.until(lambda s: not s.bots, "it is gone")
        assert "set the damaged file aside first" in (await run(player, "database", "restore")).detail
        damaged = hashlib.sha256(database.read_bytes()).hexdigest()
        async with somebody_has(database) as pid:
            refused = await run(player, "database", "aside")
            assert refused.detail == f"process {pid} (python) has the database open: end it first"
        aside = await run(player, "database", "aside")
        assert (aside.status, aside.evidence[0][2]) == ("done", damaged), aside
        (kept,) = database.parent.glob("positions.db.damaged-*")
        assert hashlib.sha256(kept.read_bytes()).hexdigest() == damaged
        assert (await run(player, "database", "restore")).status == "done"
        assert (await run(player, "database", "again")).detail == "ok"
        await healthy_again(player, "database")
        words = intents.TickEmergencyItem("database", "cause", "made by the test")
        await player.ask(words, lambda s: item(s, "database", "cause").status == "done")
        close = intents.CloseEmergency("database", "mended", "restored from the backup")
        await player.ask(close, lambda s: not s.emergencies.active)
        await player.until(lambda s: s.positions == before, "the positions are back")
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == damaged
    assert decide_outcome(player.state).decision == "NO-GO"
    assert len(decide_outcome(player.state).vetoes) == 1
    assert "Database Corruption Detected" in (made.folder / "sheet.md").read_text(encoding="utf-8")


async def test_without_a_backup_it_says_so_and_starts_empty_by_a_typed_word(
    place: Place, player: Player
) -> None:
    await player.ready()
    database = place.project / scene.DATABASE
    Path(f"{database}.backup").unlink()
    await player.ask(intents.OpenEmergency("database"), lambda s: s.emergencies.handled)
    assert (await run(player, "database", "check")).detail == "ok"
    assert (await stop(player, "database")).status == "done"
    await player.until(lambda s: not s.bots, "it is gone")
    kept = hashlib.sha256(database.read_bytes()).hexdigest()
    aside = await run(player, "database", "aside")
    assert (aside.status, aside.evidence[0][2]) == ("done", kept), aside
    assert "there is no backup" in (await run(player, "database", "restore")).detail
    made = await run(player, "database", "reinitialise")
    assert (made.status, made.confirm) == ("done", "data loss"), made
    assert (await run(player, "database", "again")).detail == "ok"
    assert [f for f in player.state.findings if f.veto] == []


async def test_damage_of_the_trail_from_before_the_session_is_found_and_kept(place: Place) -> None:
    trail = place.project / scene.AUDIT
    with trouble(place, "audit-garbled"):
        line = next(n for n, each in enumerate(trail.read_bytes().splitlines(), 1) if b"garbled" in each)
        with session(place.project, runbook(place.project, DOCUMENT)) as made:
            player = await Player.join(made)
            await player.ready()
            await sensed(player, "audit")
            await player.ask(intents.OpenEmergency("audit"), lambda s: s.emergencies.handled)
            validated = await run(player, "audit", "validate")
            assert (validated.exit, f"Line {line} corrupted" in validated.detail) == (1, True)
            aside = await run(player, "audit", "aside")
            assert aside.status == "done", aside
            (kept,) = trail.parent.glob("audit_trail.jsonl.damaged-*")
            assert b"garbled" in kept.read_bytes()
            assert "fcntl" in (await run(player, "audit", "locking")).detail
            words = intents.TickEmergencyItem("audit", "verified", "both levels are there")
            await player.ask(words, lambda s: item(s, "audit", "verified").status == "done")
            close = intents.CloseEmergency("audit", "mended", "made by the test")
            await player.ask(close, lambda s: not s.emergencies.active)
            assert len([f for f in player.state.findings if f.veto]) == 1
            await player.close()


def test_a_journal_that_the_old_database_left_is_in_the_way_of_the_new_one(tmp_path: Path) -> None:
    profile = config.Profile()
    database = tmp_path / profile.paths.database
    database.parent.mkdir(parents=True, exist_ok=True)
    conditions = Conditions(tmp_path, profile, set)
    assert conditions.problem(("absent",), ()) == ""
    Path(f"{database}-journal").write_bytes(b"\xd9\xd5\x05\xf9 \xa1c\xd7")
    assert "-journal would be played into the new database" in conditions.problem(("absent",), ())
