"""Positions out of a real database, and the phone's inbox."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.checkout_rig import leave_hot_journal, make_database
from tests.sources.follow_rig import running
from thunes_tui.mask import Mask
from thunes_tui.observations import AlertArrived, PositionsSeen
from thunes_tui.sources import database
from thunes_tui.sources.positions import Positions, read
from thunes_tui.sources.telegram import Telegram

BTC = ("BTCUSDT", 0.00094, 105_432.5, "4711", "2025-10-09T10:00:00.000000")


async def test_positions_are_read_again_when_the_bot_wrote(tmp_path: Path) -> None:
    path = make_database(tmp_path / "positions.db", BTC)
    before = path.stat()
    async with running(Positions(path)) as got:
        await got.until(lambda: got.of(PositionsSeen))
        assert got.of(PositionsSeen)[0].positions == (("BTCUSDT", "0.00094", "105432.5", "4711"),)
        assert (path.stat().st_mtime_ns, [each.name for each in tmp_path.iterdir()]) == (
            before.st_mtime_ns,
            ["positions.db"],
        )
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE positions SET status = 'CLOSED'")
        await got.until(lambda: len(got.of(PositionsSeen)) == 2)
    assert got.of(PositionsSeen)[1] == PositionsSeen()


async def test_a_missing_database_is_said_and_never_made(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    async with running(Positions(path)) as got:
        await got.until(lambda: got.of(PositionsSeen))
        assert got.of(PositionsSeen)[0].problem == f"no database at {path}"
        assert not path.exists()
        make_database(path, BTC)
        await got.until(lambda: got.of(PositionsSeen)[-1].positions)


def test_what_is_no_database_is_never_an_empty_one(tmp_path: Path) -> None:
    empty, text, folder, bare = (tmp_path / name for name in ("empty", "text", "folder", "bare"))
    empty.write_bytes(b"")
    text.write_text("hello " * 500)
    folder.mkdir()
    with closing(sqlite3.connect(bare)) as connection, connection:
        connection.execute("CREATE TABLE other (x)")
    problems = [read(path).problem for path in (empty, text, folder, bare)]
    assert problems[0].endswith("is empty: no database was ever written there")
    assert problems[1] == "text is no SQLite database"
    assert problems[2].endswith("is no file")
    assert "no such table" in problems[3]


def test_an_uncommitted_transaction_is_said_and_left_as_it_is(tmp_path: Path) -> None:
    path = make_database(tmp_path / "positions.db", BTC)
    leave_hot_journal(path)
    before = [
        (each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in sorted(tmp_path.iterdir())
    ]
    assert read(path) == PositionsSeen(problem=database.UNCOMMITTED)
    assert before == [
        (each.name, each.stat().st_mtime_ns, each.stat().st_size) for each in sorted(tmp_path.iterdir())
    ]


async def test_a_lock_of_the_bot_is_waited_for_and_no_news(tmp_path: Path) -> None:
    path = make_database(tmp_path / "positions.db", BTC)
    with closing(sqlite3.connect(path, isolation_level=None)) as bot:
        bot.execute("BEGIN EXCLUSIVE")
        assert read(path).problem == database.LOCKED
        async with running(Positions(path)) as got:
            bot.execute("UPDATE positions SET quantity = 1.50")
            bot.execute("COMMIT")
            await got.until(lambda: got.of(PositionsSeen))
        assert got.of(PositionsSeen) == [PositionsSeen((("BTCUSDT", "1.5", "105432.5", "4711"),))]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00094, "0.00094"),
        (1e-8, "0.00000001"),
        (100.0, "100"),
        (0, "0"),
        (None, ""),
        ("x", "x"),
        (1e16, "1" + "0" * 16),
    ],
)
def test_numbers_have_all_their_digits(value: object, text: str) -> None:
    assert database.plain(value) == text


def message(number: int, text: str) -> bytes:
    return json.dumps({"message_id": number, "arrived_us": number * 10, "text": text}).encode() + b"\n"


async def test_alerts_that_arrive_are_told_with_their_place(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox.jsonl"
    inbox.write_bytes(message(1, "old"))
    async with running(Telegram(inbox, Mask.of({}))) as got:
        first = message(2, "🛑 *KILL-SWITCH ACTIVATED* 🛑")
        # Written once the source stands at the end: a message is told or it is old, never both.
        await got.until(lambda: True)
        while not got.of(AlertArrived):
            with inbox.open("ab") as file:
                file.write(first)
            place = inbox.stat().st_size - len(first)
            try:
                await got.until(lambda: got.of(AlertArrived), 0.5)
            except TimeoutError:
                continue
    alert = got.of(AlertArrived)[0]
    assert (alert.number, alert.arrived_us, alert.offset) == (2, 20, place)
    assert alert.text.startswith("🛑")


async def test_after_a_restart_alerts_go_on_behind_the_last_known_one(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox.jsonl"
    inbox.write_bytes(message(1, "old") + message(2, "missed") + b"{broken\n" + message(3, "missed too"))
    async with running(Telegram(inbox, Mask.of({}), after=1)) as got:
        await got.until(lambda: len(got.of(AlertArrived)) == 2)
    assert [each.number for each in got.of(AlertArrived)] == [2, 3]


async def test_without_a_phone_nothing_is_told() -> None:
    assert [each async for each in Telegram(None, Mask.of({})).observe()] == []


async def test_a_quiet_database_is_left_alone_until_the_kernel_tells_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_database(tmp_path / "positions.db", BTC)
    looks: list[Path] = []
    real = database.signature

    def counted(path: Path) -> tuple[tuple[int, int, int], ...]:
        looks.append(path)
        return real(path)

    monkeypatch.setattr(database, "signature", counted)
    monkeypatch.setattr("thunes_tui.sources.positions.READ_S", 0.01)
    async with running(Positions(path)) as got:
        await got.until(lambda: got.of(PositionsSeen))
        await asyncio.sleep(0.1)
        before = len(looks)
        await asyncio.sleep(0.5)
        assert len(looks) - before <= 1
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM positions")
        await got.until(lambda: len(got.of(PositionsSeen)) == 2)
