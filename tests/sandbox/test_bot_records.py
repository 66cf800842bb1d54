"""What the sandbox's bot writes: the audit trail, the risk status and the database, in their exact forms."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

TEMPLATE = Path(__file__).parents[2] / "thunes_tui" / "sandbox" / "project"
NAIVE_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}")
WRITER = """
import sys, threading
from src.risk.audit import AuditTrail
trail = AuditTrail()
def write(writer):
    for number in range(100):
        trail.append("TRADE_APPROVED", writer=writer, number=number, padding="€" * (number % 50))
threads = [threading.Thread(target=write, args=(f"{sys.argv[1]}.{half}",)) for half in "ab"]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without a phone and without an exchange."""
    shutil.copytree(TEMPLATE / "src", tmp_path / "src")
    return tmp_path


def command(script: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", script, *arguments]


def run(checkout: Path, script: str, **environment: str) -> str:
    done = subprocess.run(
        command(script), cwd=checkout, env=environment, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def audit(checkout: Path) -> list[dict[str, object]]:
    lines = (checkout / "logs" / "audit_trail.jsonl").read_text(encoding="ascii").splitlines()
    return [json.loads(line) for line in lines]


def test_four_processes_of_two_threads_leave_the_audit_trail_intact(checkout: Path) -> None:
    writers = [subprocess.Popen(command(WRITER, str(each)), cwd=checkout, env={}) for each in range(4)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0, 0]
    records = audit(checkout)
    assert len(records) == 800
    for writer in {record["writer"] for record in records}:
        numbers = [record["number"] for record in records if record["writer"] == writer]
        assert numbers == list(range(100))
    times = [str(record["timestamp"]) for record in records]
    assert times == sorted(times)
    assert all(NAIVE_UTC.fullmatch(when) for when in times)


def test_a_torn_line_of_a_dead_writer_spoils_no_other(checkout: Path) -> None:
    trail = checkout / "logs" / "audit_trail.jsonl"
    trail.parent.mkdir()
    trail.write_text('{"timestamp": "2025-10-09T10:00:00.000000", "eve')
    run(
        checkout,
        "from src.risk.audit import AuditTrail; AuditTrail().append('KILL_SWITCH_ACTIVATED', reason='x')",
    )
    torn, whole = trail.read_text().splitlines()
    assert torn.endswith('"eve')
    assert json.loads(whole)["event"] == "KILL_SWITCH_ACTIVATED"


def test_the_risk_manager_imports_no_exchange_library(checkout: Path) -> None:
    loaded = run(
        checkout, "import sys, src.risk.manager; print('ccxt' in sys.modules, 'aiohttp' in sys.modules)"
    )
    assert loaded == "False False\n"


def test_switch_records_and_status_have_their_forms(checkout: Path) -> None:
    script = """
from src.risk.manager import RiskManager
risk = RiskManager()
print(risk.get_risk_status())
assert risk.activate_kill_switch("by hand") is True
assert risk.activate_kill_switch("by hand again") is False
assert RiskManager().get_risk_status()["kill_switch_active"] is True
assert risk.deactivate_kill_switch("calm") is True
assert risk.deactivate_kill_switch("calm again") is False
"""
    status = ast.literal_eval(run(checkout, script, MAX_DAILY_LOSS="30"))
    assert isinstance(status["daily_loss_limit"], float)
    breaker = {"state": "closed", "fail_counter": 0, "fail_max": 5, "reset_timeout": 60}
    assert status == {
        "kill_switch_active": False,
        "daily_pnl": 0.0,
        "daily_loss_limit": -30.0,
        "daily_loss_utilization": 0.0,
        "open_positions": 0,
        "max_positions": 3,
        "position_slots_available": 3,
        "cool_down_active": False,
        "cool_down_remaining_minutes": None,
        "circuit_breaker_status": {"BinanceAPI": breaker},
    }
    records = audit(checkout)
    assert [record.pop("timestamp") is not None for record in records] == [True] * 3
    activated = {
        "event": "KILL_SWITCH_ACTIVATED",
        "reason": "by hand",
        "daily_pnl": 0.0,
        "daily_loss_limit": 30.0,
        "open_positions": 0,
        "circuit_breaker_status": {"BinanceAPI": breaker},
    }
    calm = {"event": "KILL_SWITCH_DEACTIVATED", "reason": "calm", "daily_pnl": 0.0}
    assert records == [activated, {**activated, "reason": "by hand again"}, calm]


REASONS = """
from src.models.position import PositionTracker
from src.risk.manager import RiskManager
tracker = PositionTracker()
risk = RiskManager(tracker)
def refused(symbol, quantity=10.0):
    allowed, message = risk.validate_trade(symbol, quantity, "buy")
    assert not allowed, message
refused("BTCUSDT", 1000.0)
held = tracker.open_position("BTCUSDT", 0.001, 60000.0, "1")
refused("BTCUSDT")
tracker.open_position("ETHUSDT", 0.01, 3000.0, "2")
refused("SOLUSDT")
tracker.close_position(held.id, 59000.0, "3")
refused("SOLUSDT")
other = tracker.get_open_position("ETHUSDT")
tracker.close_position(other.id, 1000.0, "4")
refused("SOLUSDT")
refused("SOLUSDT")
assert risk.validate_trade("ETHUSDT", 10.0, "SELL")[0]
"""


def test_each_limit_refuses_with_its_reason_and_a_days_loss_throws_the_switch(checkout: Path) -> None:
    run(checkout, REASONS, MAX_POSITIONS="2", MAX_DAILY_LOSS="20")
    records = audit(checkout)
    assert [(record["event"], record.get("reason")) for record in records[:5]] == [
        ("TRADE_REJECTED", "per_trade_loss_limit_exceeded"),
        ("TRADE_REJECTED", "duplicate_position"),
        ("TRADE_REJECTED", "max_position_limit_reached"),
        ("TRADE_REJECTED", "cool_down_active"),
        ("TRADE_REJECTED", "daily_loss_limit_exceeded"),
    ]
    assert [record["event"] for record in records[5:]] == [
        "KILL_SWITCH_ACTIVATED",
        "TRADE_REJECTED",
        "TRADE_APPROVED",
    ]
    assert records[6]["reason"] == "kill_switch_active"
    assert records[0]["max_loss_per_trade"] == 5.0
    assert (records[2]["open_positions"], records[2]["max_positions"]) == (2, 2)
    assert records[3]["cool_down_remaining_minutes"] == pytest.approx(60, abs=0.5)
    assert (records[4]["daily_pnl"], records[4]["daily_loss_limit"]) == (-21.0, 20.0)


def test_an_unreadable_switch_counts_as_on(checkout: Path) -> None:
    (checkout / "data").mkdir()
    (checkout / "data" / "risk_state.json").write_text('{"kill_switch_act')
    script = """
from src.risk.manager import RiskManager
print(RiskManager().validate_trade("BTCUSDT", 10, "BUY")[0])
"""
    assert run(checkout, script) == "False\n"
    assert audit(checkout)[-1]["reason"] == "kill_switch_active"


def test_no_purchase_without_an_audit_trail(checkout: Path) -> None:
    (checkout / "logs" / "audit_trail.jsonl").mkdir(parents=True)
    script = """
from src.risk.manager import RiskManager
print([RiskManager().validate_trade("BTCUSDT", 10, side)[0] for side in ("BUY", "SELL")])
"""
    assert run(checkout, script) == "[False, True]\n"


def test_a_position_reads_as_object_and_as_mapping_and_the_schema_is_the_fields(checkout: Path) -> None:
    script = """
from src.models.position import PositionTracker
tracker = PositionTracker()
position = tracker.open_position("BTCUSDT", 0.00163, 61204.1, "17")
assert tracker.open_position("BTCUSDT", 0.00163, 61204.1, "17") == position
assert position["symbol"] == position.symbol == dict(position)["symbol"] == "BTCUSDT"
assert dict(position)["side"] == "LONG"
"""
    run(checkout, script)
    with closing(sqlite3.connect(checkout / "data" / "positions.db")) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(positions)")]
        assert " ".join(columns) == (
            "id symbol quantity entry_price entry_time exit_price exit_time pnl status order_id created_at"
            " exit_order_id"
        )
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert names == {"positions", "sqlite_sequence", "idx_symbol_status"}
        entry, created = connection.execute("SELECT entry_time, created_at FROM positions").fetchone()
        assert NAIVE_UTC.fullmatch(entry)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", created)


def test_the_environment_file_is_read_as_people_write_it(checkout: Path) -> None:
    (checkout / ".env").write_text(
        "# comment\n"
        'export binance_testnet_api_key="a#b c"  # quoted\n'
        "BINANCE_TESTNET_API_SECRET='x'\n"
        "TELEGRAM_BOT_TOKEN=your_bot_token_here\n"
        "MAX_POSITIONS = 7   # inline\n"
        "MAX_DAILY_LOSS=50\n"
        "nonsense\n"
        "UNKNOWN=1\n"
    )
    script = """
from src.config import load
settings = load()
print([settings.api_key, settings.api_secret, settings.max_positions, settings.max_daily_loss,
       settings.telegram_configured, settings.keys_configured])
"""
    values = ast.literal_eval(run(checkout, script, max_daily_loss="60"))
    assert values == ["a#b c", "x", 7, 60.0, False, True]


def test_git_ignores_what_a_run_leaves_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "THUNES"
    shutil.copytree(TEMPLATE, root, ignore=shutil.ignore_patterns("__pycache__"))
    template = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    left = [
        "logs/paper_trader.log",
        "logs/audit_trail.jsonl",
        "data/positions.db",
        "data/risk_state.json",
        ".env",
    ]
    for name in [*left, "src/__pycache__/config.cpython-311.pyc", "positions.db"]:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).touch()
    (root / ".venv").symlink_to(tmp_path)
    quiet = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}

    def git(*arguments: str) -> str:
        command = ["git", "-c", "core.quotePath=off", *arguments]
        return subprocess.run(command, cwd=root, env=quiet, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    assert git("ls-files", "--others", "--exclude-standard").splitlines() == template
    assert ".env.template" in template
