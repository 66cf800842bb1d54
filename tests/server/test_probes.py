"""Probes against real files, real databases left by killed writers, and the exchange stand-in."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.server.checkout_rig import leave_hot_journal, make_checkout, make_database
from tests.sources.test_exchange import buy, venue
from thunes_tui.clock import system
from thunes_tui.config import Profile, World
from thunes_tui.drill.effects import AskProbe
from thunes_tui.events.box import PositionsCompared
from thunes_tui.events.steps import Evidence
from thunes_tui.mask import Mask
from thunes_tui.observations import Probed
from thunes_tui.runbook.model import Check
from thunes_tui.server import database_probe, probes, reconcile_probe
from thunes_tui.server.environment import exchange_spec
from thunes_tui.server.probes import Prober
from thunes_tui.server.world import place, world_pid
from thunes_tui.sources.database import OpenPosition
from thunes_tui.sources.exchange import ExchangeWorker

BTC = ("BTCUSDT", 0.00999, 105_432.5, "4711", "2025-10-09T10:00:00.000000")
ROW = ("BTCUSDT", "0.00999", "105432.5", "4711")


class Silent:
    """A worker for probes that must not ask it."""

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError(question)


def prober(project: Path, worker: Any = None) -> Prober:
    return Prober(project, Profile(), system(), Mask.of({}), worker or Silent())


def asked(kind: str, started_us: int = 0, **members: Any) -> AskProbe:
    want = members.pop("want", {})
    return AskProbe("T3.C1", Check(kind, 1, 10.0, tuple(want.items())), "3.1", started_us, **members)


def compared(answer: Probed) -> PositionsCompared:
    found = answer.events[0]
    assert isinstance(found, PositionsCompared)
    return found


async def judge_file(project: Path, path: Path, started_us: int = 0) -> tuple[str, str]:
    want = {"path": str(path), "json": True, "newer": True}
    answer = await prober(project).probe(asked("file", started_us, want=want))
    return answer.verdict, answer.cause


async def test_a_file_must_be_there_be_new_and_be_json(tmp_path: Path) -> None:
    project, path = make_checkout(tmp_path), tmp_path / "state.json"
    assert (await judge_file(project, path))[0] == "FAIL"
    path.write_text("{'python': repr}")
    assert "is no JSON" in (await judge_file(project, path))[1]
    path.write_text("")
    assert "is empty" in (await judge_file(project, path))[1]
    path.write_text(json.dumps({"positions": []}))
    assert (await judge_file(project, path))[0] == "PASS"
    old = system().now().t + 5_000_000
    assert "is older than the step" in (await judge_file(project, path, old))[1]
    path.unlink()
    path.mkdir()
    assert (await judge_file(project, path))[0] == "FAIL"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a mount namespace here")
async def test_a_path_is_looked_up_in_the_world_where_the_step_ran(tmp_path: Path) -> None:
    """The world has a /tmp of its own: the file is there and not here."""
    script = "mount -t tmpfs none /tmp && echo '{}' > /tmp/pre_crash_state.json && echo up && sleep 60"
    world = await asyncio.create_subprocess_exec(
        "unshare", "--mount", "--propagation", "private", "bash", "-c", script, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert world.stdout is not None
        assert await world.stdout.readline() == b"up\n"
        seen = place(tmp_path, world.pid, "/tmp/pre_crash_state.json")
        assert await asyncio.to_thread(seen.read_text) == "{}\n"
        profile = Profile(world=World(file="world.json"))
        (tmp_path / "world.json").write_text(json.dumps({"pid": world.pid}))
        assert world_pid(tmp_path, profile) == world.pid
    finally:
        world.kill()
        await world.communicate()
    assert world_pid(tmp_path, profile) is None, "a world that is down has no first process"


async def test_positions_after_the_crash_are_those_before_or_the_difference_is_said(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    path = make_database(project / "data/positions.db", BTC)
    want = {"compare": "pre-crash"}
    same = await prober(project).probe(asked("positions", want=want, before=(ROW,)))
    assert (same.verdict, compared(same).equal) == ("PASS", True)
    assert same.evidence is not None
    assert same.evidence.identity == (path.stat().st_dev, path.stat().st_ino)
    other = await prober(project).probe(
        asked("positions", want=want, before=(("BTCUSDT", "0.01", "105432.5", "4711"),))
    )
    assert (other.verdict, other.cause) == (
        "FAIL",
        "BTCUSDT: quantity differs (local 0.00999, pre-crash 0.01)",
    )
    lost = await prober(project).probe(
        asked("positions", want=want, before=(ROW, ("ETHUSDT", "1", "4000", "9")))
    )
    assert compared(lost).rows[1] == ("ETHUSDT", "0", "1", "-1", "is gone")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM positions")
    nothing = await prober(project).probe(asked("positions", want=want))
    assert nothing.verdict == "VACUOUS"
    path.unlink()
    missing = await prober(project).probe(asked("positions", want=want, before=(ROW,)))
    assert (missing.verdict, missing.cause) == ("FAIL", f"no database at {path}")
    again = await prober(project).compare_recovered((ROW,))
    assert again.events == (PositionsCompared("pre-crash", equal=False, problem=f"no database at {path}"),)


async def test_positions_are_equal_at_a_real_exchange_net_of_commission(tmp_path: Path) -> None:
    from decimal import Decimal

    async with venue(tmp_path / "venue", commission=Decimal("0.001")) as server:
        project = make_checkout(tmp_path / "p", server.url)
        worker = ExchangeWorker(lambda: exchange_spec(project, Profile(), {}))
        try:
            order = await buy(server.url)
            path = project / "data/positions.db"
            now = "2099-01-01T00:00:00"
            make_database(path, ("BTCUSDT", 0.01 * (1 - 0.001), 1.0, str(order["orderId"]), now))
            want = {"compare": "exchange"}
            equal = await prober(project, worker).probe(asked("positions", want=want))
            assert (equal.verdict, compared(equal).rows[0][:3]) == (
                "PASS",
                ("BTCUSDT", "0.00999", "0.00999"),
            ), equal
            assert equal.evidence is not None
            assert equal.evidence.source == "exchange"
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("UPDATE positions SET quantity = 0.01")
            gross = await prober(project, worker).probe(asked("positions", want=want))
            assert (gross.verdict, compared(gross).rows[0][3:]) == ("FAIL", ("0.00001", "quantity differs"))
            await server.close()
            down = await prober(project, worker).probe(asked("positions", want=want))
            assert down.verdict == "NOT VERIFIED"
        finally:
            await worker.close()


def at(symbol: str, quantity: str, order: str, when: str = "2025-10-09T10:00:00") -> OpenPosition:
    return OpenPosition(symbol, quantity, "100", order, when)


OPENED_MS = 1_760_004_000_000
"""2025-10-09 10:00 UTC."""


def answer_of(
    *found: dict[str, Any], orders: tuple[tuple[str, int], ...] = (), btc: str = "9"
) -> dict[str, Any]:
    row = {"symbol": "BTCUSDT", "base": "BTC", "step": "0.00001", "side": "BUY", "status": "FILLED"}
    return {
        "positions": [{**row, **each} for each in found],
        "orders": [
            {
                "symbol": "BTCUSDT",
                "order_id": number,
                "side": "BUY",
                "status": "FILLED",
                "quantity": "1",
                "time_ms": time,
            }
            for number, time in orders
        ],
        "balances": {"BTC": btc},
    }


FILLED = {"found": True, "quantity": "1"}
ABSENT = {"found": False}


@pytest.mark.parametrize(
    ("positions", "answer", "verdict", "cause"),
    [
        ((), answer_of(), "VACUOUS", "no position is open"),
        (
            (at("BTCUSDT", "1", "7"),),
            answer_of(FILLED, orders=(("7", OPENED_MS),)),
            "PASS",
            "1 open position equal",
        ),
        ((at("BTCUSDT", "1.000004", "7"),), answer_of(FILLED, orders=(("7", OPENED_MS),)), "PASS", "equal"),
        (
            (at("BTCUSDT", "1.00001", "7"),),
            answer_of(FILLED, orders=(("7", OPENED_MS),)),
            "FAIL",
            "quantity differs",
        ),
        ((at("BTCUSDT", "1", "8"),), answer_of(ABSENT, orders=(("7", OPENED_MS - 9),)), "FAIL", "no order 8"),
        ((at("BTCUSDT", "1", "8"),), answer_of(ABSENT), "NOT VERIFIED", "the testnet was reset"),
        (
            (at("BTCUSDT", "1", "8"),),
            answer_of(ABSENT, orders=(("1", OPENED_MS + 10**8),)),
            "FAIL",
            "unknown to the bot",
        ),
        (
            (at("BTCUSDT", "1", "7"),),
            answer_of(FILLED, orders=(("7", OPENED_MS),), btc="0.5"),
            "FAIL",
            "holds less BTC",
        ),
        (
            (at("BTCUSDT", "1", "7"),),
            answer_of(FILLED, orders=(("7", OPENED_MS), ("9", OPENED_MS + 5))),
            "FAIL",
            "order 9 (BUY) is unknown to the bot",
        ),
        ((at("BTCUSDT", "1", "7"),), answer_of({**FILLED, "side": "SELL"}), "FAIL", "order 7 is a SELL"),
    ],
)
def test_reconciliation_tells_a_lost_order_from_a_reset_testnet(
    positions: tuple[OpenPosition, ...], answer: dict[str, Any], verdict: str, cause: str
) -> None:
    known = frozenset({"7", "8"})
    found = reconcile_probe.with_exchange(positions, known, answer)
    assert (found.verdict, cause in found.cause) == (verdict, True), found


async def test_no_database_passes_that_is_not_sound(tmp_path: Path) -> None:
    """The false OKs of the seed's own check: `integrity_check` says ok to the first three of these."""
    project = make_checkout(tmp_path)
    path = project / "data/positions.db"
    probe = prober(project)
    missing = await probe.probe(asked("database"))
    assert (missing.verdict, missing.veto, path.exists()) == ("FAIL", "database", False)
    path.write_bytes(b"")
    assert (await probe.probe(asked("database"))).verdict == "FAIL"
    path.unlink()
    make_database(path, BTC)
    good = await probe.probe(asked("database"))
    assert (good.verdict, good.cause) == ("PASS", "structure sound, 1 open position; content not proven")
    assert good.evidence is not None
    assert len(good.evidence.sha256) == 64
    leave_hot_journal(path)
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    hot = await probe.probe(asked("database"))
    assert (hot.verdict, hot.veto) == ("NOT VERIFIED", "")
    assert hot.cause.startswith(
        "uncommitted transaction present; rolled back on a copy the structure is sound, 1 open"
    )
    assert before == {each.name: each.read_bytes() for each in path.parent.iterdir()}, (
        "looking changed the evidence"
    )


def test_damaged_pages_truncation_and_a_lost_table_fail(tmp_path: Path) -> None:
    path = make_database(tmp_path / "a.db", *[BTC] * 500)
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2 // 4096 * 4096])
    assert database_probe.examine(path).verdict == "FAIL"
    leaf = 3 * 4096
    path.write_bytes(good[:leaf] + b"\xff" * 3000 + good[leaf + 3000 :])
    assert database_probe.examine(path).verdict == "FAIL"
    path.write_bytes(good)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE positions DROP COLUMN order_id")
    assert database_probe.examine(path).cause == "its positions lack order_id"
    path.write_bytes(b"no database at all, only text" * 200)
    assert database_probe.examine(path).cause == "a.db is no SQLite database"
    path.write_bytes(good)
    Path(f"{path}-wal").write_bytes(b"stale")
    assert database_probe.examine(path).verdict == "NOT VERIFIED"


async def test_a_locked_database_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PATIENCE_S", 0.3)
    project = make_checkout(tmp_path)
    path = make_database(project / "data/positions.db", BTC)
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute("BEGIN EXCLUSIVE")
        locked = await prober(project).probe(asked("database"))
        assert (locked.verdict, locked.cause) == ("NOT VERIFIED", "locked by the bot just now")
        bot.execute("ROLLBACK")
    assert (await prober(project).probe(asked("database"))).verdict == "PASS"


def record(event: str) -> bytes:
    return json.dumps({"timestamp": "2025-10-09T10:00:00", "event": event}).encode() + b"\n"


async def test_the_audit_trail_is_whole_and_still_what_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "PATIENCE_S", 0.3)
    project = make_checkout(tmp_path)
    path = project / "logs/audit_trail.jsonl"
    probe = prober(project)
    assert (await probe.baseline("T3")).size == 0
    assert (await probe.probe(asked("audit_intact", audit_size=0))).verdict == "FAIL", "it is missing"
    path.write_bytes(record("A") + record("B") + b'{"half')
    base = await probe.baseline("T3")
    assert (base.size, base.lines) == (len(record("A")) * 2, 2)
    ask = asked("audit_intact", audit_size=base.size, audit_sha256=base.sha256)

    async def verdict(content: bytes) -> tuple[str, str]:
        path.write_bytes(content)
        answer = await probe.probe(ask)
        assert answer.veto == ("audit" if answer.verdict == "FAIL" else "")
        return answer.verdict, answer.cause

    whole = record("A") + record("B") + record("C")
    assert await verdict(whole) == ("PASS", f"3 good records, the first {base.size} bytes unchanged")
    assert "it is shorter than" in (await verdict(record("A")))[1]
    assert "are not what they were" in (await verdict(record("X") + record("B")))[1]
    assert (
        f"damaged at byte {len(whole)}, line 4: glued records"
        in (await verdict(whole + b'{"event":"A"}{"event":"B"}\n'))[1]
    )
    assert "its last line is torn: 5 bytes" in (await verdict(whole + b'{"eve'))[1]
    unknown = await probe.probe(asked("audit_intact"))
    assert unknown.verdict == "FAIL"
    path.write_bytes(whole)
    assert (await probe.probe(asked("audit_intact"))).verdict == "NOT VERIFIED"


async def test_a_line_that_is_just_being_written_is_no_damage(tmp_path: Path) -> None:
    project = make_checkout(tmp_path)
    path = project / "logs/audit_trail.jsonl"
    path.write_bytes(record("A") + b'{"event"')
    base = await prober(project).baseline("T3")
    ask = asked("audit_intact", audit_size=base.size, audit_sha256=base.sha256)
    probing = asyncio.ensure_future(prober(project).probe(ask))
    await asyncio.sleep(0.3)
    with path.open("ab") as file:
        file.write(b': "B"}\n')
    assert (await probing).verdict == "PASS"


async def test_a_kind_that_nobody_knows_is_not_verified(tmp_path: Path) -> None:
    assert (await prober(make_checkout(tmp_path)).probe(asked("horoscope"))).verdict == "NOT VERIFIED"


class Told:
    """A worker that gives one answer."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return {**self.answer, "positions": [{"found": False} for _ in question["symbols"]]}


@pytest.mark.parametrize(
    ("answer", "kind", "verdict", "cause"),
    [
        (
            {"ok": False, "kind": "down", "error": "refused"},
            "output",
            "NOT VERIFIED",
            "exchange down (refused)",
        ),
        (
            {"ok": False, "kind": "timeout", "error": "late"},
            "process",
            "NOT VERIFIED",
            "exchange down (late)",
        ),
        ({"ok": False, "kind": "denied", "error": "key"}, "output", "FAIL", "it printed MISMATCH"),
        ({"ok": False, "kind": "worker", "error": "died"}, "output", "FAIL", "it printed MISMATCH"),
        ({"ok": True, "orders": [], "balances": {}}, "output", "NOT VERIFIED", "the testnet was reset"),
        ({"ok": True, "orders": [], "balances": {}}, "process", "FAIL", "it printed MISMATCH"),
    ],
)
async def test_a_doubted_failure_stands_unless_the_exchange_is_down_or_was_reset(
    tmp_path: Path, answer: dict[str, Any], kind: str, verdict: str, cause: str
) -> None:
    project = make_checkout(tmp_path)
    make_database(project / Profile().paths.database, BTC)
    shown = Evidence("output", "step 4.4", 12, "ab" * 32)
    question = asked(kind, doubt="it printed MISMATCH", evidence=shown)
    found = await prober(project, Told(**answer)).probe(question)
    assert (found.verdict, found.evidence) == (verdict, shown)
    assert found.cause.startswith(cause)
    assert found.cause.endswith("it printed MISMATCH")
