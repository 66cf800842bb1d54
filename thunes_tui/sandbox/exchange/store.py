"""What must survive the stand-in's own restart: one SQLite file, synced before an answer goes out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from thunes_tui.errors import Unusable
from thunes_tui.sandbox.exchange.ledger import Balance
from thunes_tui.sandbox.exchange.order import Order, Trade, order_from, to_record, trade_from

FILE_NAME = "exchange.sqlite"
# A killed predecessor lets go at once; a living one does not.
_WAIT_S = 1.0

_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS balance (asset TEXT PRIMARY KEY, free TEXT NOT NULL, locked TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS placed (id INTEGER PRIMARY KEY, record TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trade (id INTEGER PRIMARY KEY, record TEXT NOT NULL);
"""


class Store:
    """Seed, balances, orders and trades of one venue in one folder; one process at a time."""

    def __init__(self, folder: Path, *, seed: str, balances: Mapping[str, Decimal]) -> None:
        """Opens the folder's state, or begins it with `seed` and `balances`.

        Raises `Unusable` when the file is damaged or another stand-in has it open.
        """
        self._path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._base = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            self._open(seed, balances)
        except sqlite3.Error as error:
            self._base.close()
            raise self._unusable(error) from error

    def close(self) -> None:
        self._base.close()

    @property
    def seed(self) -> str:
        (value,) = self._base.execute("SELECT value FROM setting WHERE name = 'seed'").fetchone()
        return str(value)

    def balances(self) -> dict[str, Balance]:
        rows = self._base.execute("SELECT asset, free, locked FROM balance")
        return {asset: Balance(Decimal(free), Decimal(locked)) for asset, free, locked in rows}

    def orders(self) -> list[Order]:
        rows = self._base.execute("SELECT record FROM placed ORDER BY id")
        return [order_from(json.loads(record)) for (record,) in rows]

    def trades(self) -> list[Trade]:
        rows = self._base.execute("SELECT record FROM trade ORDER BY id")
        return [trade_from(json.loads(record)) for (record,) in rows]

    def commit(
        self, balances: Mapping[str, Balance], orders: Iterable[Order], trades: Iterable[Trade]
    ) -> None:
        """Writes one change whole or not at all; on disk when it returns. Raises sqlite3.Error."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            self._write_balances(balances)
            self._base.executemany(
                "INSERT OR REPLACE INTO placed VALUES (?, ?)",
                [(order.order_id, json.dumps(to_record(order))) for order in orders],
            )
            self._base.executemany(
                "INSERT INTO trade VALUES (?, ?)",
                [(trade.trade_id, json.dumps(to_record(trade))) for trade in trades],
            )
            self._base.execute("COMMIT")
        except BaseException:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            raise

    def _open(self, seed: str, balances: Mapping[str, Decimal]) -> None:
        # Exclusive from the first transaction on: a second stand-in on this folder is told so.
        self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.split(";"):
            self._base.execute(statement)
        new = self._base.execute("SELECT 1 FROM setting").fetchone() is None
        if new:
            self._base.execute("INSERT INTO setting VALUES ('seed', ?)", (seed,))
            self._write_balances({asset: Balance(free) for asset, free in balances.items()})
        self._base.execute("COMMIT")

    def _write_balances(self, balances: Mapping[str, Balance]) -> None:
        rows = [(asset, str(balance.free), str(balance.locked)) for asset, balance in balances.items()]
        self._base.executemany("INSERT OR REPLACE INTO balance VALUES (?, ?, ?)", rows)

    def _unusable(self, error: Exception) -> Unusable:
        return Unusable(
            f"exchange stand-in cannot use {self._path}: {error}; stop the other one or remove the file"
        )
