"""Each fault of the sandbox as the real bot or a real client meets it, and how all is well after `clear`."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from ccxt.base import errors
from telegram import Bot
from telegram.error import NetworkError, RetryAfter, TimedOut

from tests.sandbox.fault_rig import BEAT_S, Box, command, records, sandbox, until
from thunes_tui.sandbox import world
from thunes_tui.sandbox.fault.scene import state

SEED_CHECK = """
import json
with open('logs/audit_trail.jsonl') as f:
    for i, line in enumerate(f, 1):
        try:
            json.loads(line)
        except json.JSONDecodeError as e:
            print(f'Line {i} corrupted: {e}')
"""
TRADE = (
    "from src.risk.manager import RiskManager; "
    "print(RiskManager().validate_trade('ETHUSDT', 10.0, 'SELL', strategy_id={!r}))"
)


@pytest.fixture(scope="module")
def box() -> Iterator[Box]:
    with sandbox() as made:
        yield made


@pytest.fixture(autouse=True)
def whole(box: Box) -> Iterator[None]:
    """Each test begins and ends without a fault; a bot that a fault killed is not missed by the next test."""
    assert box.in_force() == []
    yield
    box.clear()


@pytest.fixture
def well(box: Box) -> Iterator[Box]:
    """With a bot that beats."""
    if box.bots():
        box.beats()
        yield box
        return
    with box.bot():
        yield box


def test_an_exchange_that_is_down_refuses_and_forgets_nothing(well: Box) -> None:
    client = well.client()
    bought = client.create_market_buy_order_with_cost("ETH/USDT", 50)
    mark = well.size()
    with well.fault("exchange-down"):
        with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
            probe.connect(("127.0.0.1", well.world.exchange_port))
        with pytest.raises(errors.NetworkError):  # on the connection it kept, and on a new one
            client.fetch_ticker("BTC/USDT")
        with pytest.raises(errors.NetworkError):
            well.client().fetch_ticker("BTC/USDT")
        with socket.socket() as thief, pytest.raises(OSError, match="in use"):
            thief.bind(("127.0.0.1", well.world.exchange_port))
        well.says("exchange unreachable", mark)
    assert client.fetch_my_trades("ETH/USDT")[-1]["order"] == bought["id"]
    well.beats()


def test_a_slow_exchange_answers_late(well: Box) -> None:
    client = well.client()
    client.load_markets()
    with well.fault("exchange-slow", 1.0):
        client.timeout = 200
        with pytest.raises(errors.RequestTimeout):
            client.fetch_ticker("BTC/USDT")
        client.timeout = 5000
        begun = time.perf_counter()
        client.fetch_ticker("BTC/USDT")
        assert time.perf_counter() - begun >= 1.0
    well.beats()


def test_a_limiting_exchange_says_429_then_418_with_the_seconds_to_wait(well: Box) -> None:
    client = well.client()
    client.load_markets()
    mark = well.size()
    with well.fault("exchange-rate-limited"):
        said: list[str] = []
        while not said or " 418 " not in said[-1]:
            with pytest.raises(errors.DDoSProtection) as caught:
                client.fetch_ticker("BTC/USDT")
            said.append(str(caught.value))
            assert int(client.last_response_headers["Retry-After"]) >= 1
            assert len(said) < 10
        assert all(re.match(r"binance (429|418) ", text) for text in said)
        well.says("exchange unreachable: binance 418", mark)
        assert "binance 429" in well.log.read_text()[mark:] or " 429 " in said[0]
    assert client.fetch_ticker("BTC/USDT")["last"] > 0
    well.beats()


async def test_every_trouble_of_telegram_is_its_clients_own(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    keys = world.known_keys(box.place)
    chat = keys["chat_id"]
    bot = Bot(keys["token"], base_url=f"http://127.0.0.1:{box.world.telegram_port}/bot")
    try:
        with box.fault("telegram-down"):
            with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
                probe.connect(("127.0.0.1", box.world.telegram_port))
            with pytest.raises(NetworkError):
                await bot.send_message(chat, "lost")
        with box.fault("telegram-silent"), pytest.raises(TimedOut):
            await bot.send_message(chat, "nobody there", read_timeout=0.2)
        with box.fault("telegram-rate-limited", 7), pytest.raises(RetryAfter) as caught:
            await bot.send_message(chat, "too many")
        assert caught.value.retry_after == timedelta(seconds=7)
        with box.fault("telegram-slow", 0.5):
            begun = time.perf_counter()
            assert (await bot.send_message(chat, "late")).text == "late"
            assert time.perf_counter() - begun >= 0.5
        assert (await bot.send_message(chat, "well")).text == "well"
    finally:
        await bot.request.shutdown()
    texts = [json.loads(line)["text"] for line in box.place.inbox.read_text().splitlines()]
    assert texts[-2:] == ["late", "well"]
    assert not {"lost", "nobody there", "too many"} & set(texts)


def test_a_hung_bot_lives_and_does_nothing_and_nobody_else_hangs(well: Box, tmp_path: Path) -> None:
    """Beside it: another checkout's bot, and in the sandbox's own folder a reader of its script."""
    (tmp_path / "paper_trader.py").write_text("import time\ntime.sleep(60)\n")
    reader = ["tail", "-f", "src/live/paper_trader.py"]
    with (
        subprocess.Popen([sys.executable, "paper_trader.py"], cwd=tmp_path) as other,
        subprocess.Popen(reader, cwd=well.place.project, stdout=subprocess.DEVNULL) as beside,
    ):
        ((pid, ticks),) = well.bots()
        with well.fault("bot-hung"):
            assert state(pid, ticks) == "T"
            for innocent in (other.pid, beside.pid):
                assert Path(f"/proc/{innocent}/stat").read_text().rpartition(")")[2].split()[0] in "RSD"
            size = well.size()
            time.sleep(3 * BEAT_S)
            assert well.size() == size
        assert well.bots() == [(pid, ticks)]
        well.beats()
        other.kill()
        beside.kill()


def test_a_full_disk_stops_log_and_orders_and_gives_back_what_it_took(well: Box) -> None:
    if well.world.pid is None:
        pytest.skip("this system allows no namespaces")
    held, before = well.bots(), records(well)
    with well.fault("disk-full"):
        size = well.size()
        sold = well.python(
            "src/live/paper_trader.py", "--symbol", "BTCUSDT", "--side", "SELL", "--amount", "9"
        )
        assert sold.returncode == 1
        assert "No space left on device" in sold.stderr
        failed = well.python("-c", "import pathlib; pathlib.Path('data/new').write_text('x' * 5000)")
        assert "No space left on device" in failed.stderr
        second = well.python(
            "src/live/paper_trader.py", "--symbol", "BTCUSDT", "--side", "BUY", "--amount", "9"
        )
        assert "already trades BTCUSDT" in second.stderr, "no second bot, however full the disk"
        assert well.size() == size, "the bot's heartbeats find no room"
        refused = command(well, "fault", "database-damaged")
        assert refused.returncode == 1
        assert "disk-full is in force" in refused.stderr
    well.beats()
    assert well.bots() == held
    since = records(well)[len(before) :]
    assert records(well)[: len(before)] == before
    assert [(each["event"], each["side"]) for each in since] == [("TRADE_APPROVED", "SELL")]
    assert "No space left" in well.log.read_text(), "what still fitted into the log's last block came back"
    assert sorted(path.name for path in well.place.project.glob("*/.*")) == []
    assert well.run("ls", "-A", "/tmp").stdout.find(".disk") == -1
    with closing(sqlite3.connect(well.database)) as base:
        assert base.execute("SELECT status FROM positions").fetchall() == [("OPEN",)]


def test_a_locked_database_is_locked_for_everybody(well: Box) -> None:
    with well.fault("database-locked"), closing(sqlite3.connect(well.database, timeout=0.05)) as base:
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            base.execute("SELECT count(*) FROM positions").fetchone()
        size = well.size()
        time.sleep(3 * BEAT_S)
        assert well.size() == size
    with closing(sqlite3.connect(well.database, timeout=0.05)) as base:
        assert base.execute("SELECT count(*) FROM positions").fetchone() == (1,)
    well.beats()


def test_a_database_locked_for_long_ends_the_bot(well: Box, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("the long tier: the bot waits five seconds for the lock")
    mark = well.size()
    with well.fault("database-locked"):
        well.says("sqlite3.OperationalError: database is locked", mark)
        until(lambda: not well.bots(), "the end of the bot")
    with well.bot():
        well.beats()


def test_a_damaged_database_is_malformed_and_comes_back_to_the_byte(well: Box) -> None:
    original, mark = well.database.read_bytes(), well.size()
    with well.fault("database-damaged"):
        base = sqlite3.connect(well.database)
        with closing(base), pytest.raises(sqlite3.DatabaseError, match="malformed"):
            base.execute("SELECT * FROM positions").fetchall()
        well.says("sqlite3.DatabaseError: database disk image is malformed", mark)
        until(lambda: not well.bots(), "the end of the bot")
        assert well.database.read_bytes() != original
    assert well.database.read_bytes() == original
    with well.bot():
        well.beats()


def test_a_database_that_a_person_replaced_is_left_alone(box: Box) -> None:
    original = box.database.read_bytes()
    for bots in box.bots():
        os.kill(bots[0], 9)
    box.make("database-damaged")
    kept = box.place.faults / "database-damaged.aside"
    assert kept.read_bytes() == original
    with box.database.open("r+b") as file:  # a page behind the damaged one
        file.seek(-8, os.SEEK_END)
        file.write(b"somebody")
    done = command(box, "fault", "clear", "database-damaged")
    assert done.returncode == 1
    assert f"copy {kept} over it" in done.stderr
    assert box.in_force() == ["database-damaged"]
    box.database.write_bytes(kept.read_bytes())
    assert box.in_force() == []
    assert "replaced meanwhile" in box.clear()["database-damaged"]
    assert box.database.read_bytes() == original


def test_a_garbled_record_is_found_by_the_seeds_check_and_ungarbled(box: Box) -> None:
    original = box.audit.read_bytes()
    with box.fault("audit-garbled"):
        assert box.audit.stat().st_size == len(original)
        found = box.python("-c", SEED_CHECK).stdout
        assert found.startswith(f"Line {original.count(bytes([10]))} corrupted")
        assert "True" in box.python("-c", TRADE.format("garbled")).stdout
    assert box.audit.read_bytes().startswith(original)
    assert records(box)[-1]["strategy_id"] == "garbled"


def test_a_torn_record_is_made_whole_before_what_came_after_it(box: Box) -> None:
    original = box.audit.read_bytes()
    with box.fault("audit-truncated"):
        torn = box.audit.read_bytes()
        assert original.startswith(torn)
        assert not torn.endswith(b"\n")
    assert box.audit.read_bytes() == original
    with box.fault("audit-truncated"):
        for number in ("one", "two"):
            box.python("-c", TRADE.format(number))
        assert "corrupted" in box.python("-c", SEED_CHECK).stdout
    assert box.audit.read_bytes().startswith(original)
    assert [each["strategy_id"] for each in records(box)[-2:]] == ["one", "two"]


def test_a_renamed_log_leaves_the_bot_in_the_old_file_until_it_is_cleared(well: Box) -> None:
    text, inode = well.log.read_bytes(), well.log.stat().st_ino
    with well.fault("log-renamed"):
        renamed = well.log.with_name("paper_trader.log.1")
        assert renamed.stat().st_ino == inode
        mark = renamed.stat().st_size
        well.says("heartbeat", mark, renamed)
        assert well.log.read_bytes() == b""
        with well.log.open("ab") as another:
            another.write(b"from another process\n")
    assert well.log.stat().st_ino == inode
    assert not renamed.exists()
    well.beats()
    assert well.log.read_bytes().startswith(text)
    assert b"from another process\n" in well.log.read_bytes()


def test_a_log_cut_in_place_goes_on_from_nothing(well: Box) -> None:
    text, inode = well.log.read_bytes(), well.log.stat().st_ino
    well.make("log-copytruncated")
    assert well.in_force() == ["log-copytruncated"]
    assert well.log.stat().st_ino == inode
    well.says("heartbeat", 0)
    assert well.size() < len(text)
    rotated = well.log.with_name("paper_trader.log.1")
    assert rotated.read_bytes().startswith(text)
    assert "paper_trader.log.1" in well.clear()["log-copytruncated"]
    well.beats()
    rotated.unlink()
