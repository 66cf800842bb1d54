"""Positions of the bot, in SQLite. Long only; a row is OPEN until it is sold and CLOSED for ever after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from src.config import DATABASE_FILE

SCHEMA = """
CREATE TABLE IF NOT EXISTS positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    symbol TEXT,
    quantity REAL,
    entry_price REAL,
    entry_time TEXT,
    exit_price REAL,
    exit_time TEXT,
    pnl REAL,
    status TEXT CHECK (status IN ('OPEN', 'CLOSED')),
    order_id TEXT,
    created_at TEXT DEFAULT CURRENT_TIMESTAMP,
    exit_order_id TEXT
);
CREATE INDEX IF NOT EXISTS idx_symbol_status ON positions (symbol, status);
"""
COLUMNS = (
    "id, symbol, quantity, entry_price, entry_time, exit_price, exit_time, pnl, status, order_id, "
    "created_at, exit_order_id"
)


def utc_now() -> str:
    """Naive UTC with microseconds, the form of every time in the database and in the audit trail."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


@dataclass(frozen=True)
class Position:
    """One row. Reads as an object (`position.symbol`) and as a mapping (`position["symbol"]`, `dict`)."""

    id: int
    symbol: str
    quantity: float
    entry_price: float
    entry_time: str
    exit_price: float | None
    exit_time: str | None
    pnl: float | None
    status: str
    order_id: str
    created_at: str
    exit_order_id: str | None

    @property
    def side(self) -> str:
        """The bot holds coins and never sells short, so there is no such column."""
        return "LONG"

    def keys(self) -> list[str]:
        return [*(field.name for field in fields(self)), "side"]

    def __getitem__(self, name: str) -> Any:
        if name not in self.keys():
            raise KeyError(name)
        return getattr(self, name)


class PositionTracker:
    """The table of positions. Creates the database where there is none; each call has its own connection."""

    def __init__(self, path: Path = DATABASE_FILE) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.executescript(SCHEMA)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are committed together at the end, or not at all."""
        connection = sqlite3.connect(self.path, timeout=5)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def _select(self, where: str = "1", *values: Any) -> list[Position]:
        with self._connection() as connection:
            rows = connection.execute(f"SELECT {COLUMNS} FROM positions WHERE {where} ORDER BY id", values)
            return [Position(*row) for row in rows]

    def get_open_positions(self) -> list[Position]:
        return self._select("status = 'OPEN'")

    def get_open_position(self, symbol: str) -> Position | None:
        found = self._select("status = 'OPEN' AND symbol = ?", symbol)
        return found[0] if found else None

    def get_all_positions(self) -> list[Position]:
        return self._select()

    def has_open_position(self, symbol: str) -> bool:
        return self.get_open_position(symbol) is not None

    def open_position(self, symbol: str, quantity: float, entry_price: float, order_id: str) -> Position:
        """Record a filled BUY. The same order recorded twice is one position."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            known = connection.execute("SELECT 1 FROM positions WHERE order_id = ?", (order_id,)).fetchone()
            if not known:
                connection.execute(
                    "INSERT INTO positions (symbol, quantity, entry_price, entry_time, status, order_id)"
                    " VALUES (?, ?, ?, ?, 'OPEN', ?)",
                    (symbol, quantity, entry_price, utc_now(), order_id),
                )
        return self._select("order_id = ?", order_id)[0]

    def close_position(
        self, position_id: int, exit_price: float, exit_order_id: str, pnl: float | None = None
    ) -> Position:
        """Record the sale of a position; `pnl` in quote currency, from the prices when not given.

        Raises LookupError when there is no such open position; a repeat of the same sale changes nothing.
        """
        position = next(iter(self._select("id = ?", position_id)), None)
        if position is not None and position.exit_order_id == exit_order_id:
            return position
        if position is None or position.status != "OPEN":
            raise LookupError(f"position {position_id} is not open")
        if pnl is None:
            pnl = (exit_price - position.entry_price) * position.quantity
        with self._connection() as connection:
            connection.execute(
                "UPDATE positions SET status = 'CLOSED', exit_price = ?, exit_time = ?, pnl = ?,"
                " exit_order_id = ? WHERE id = ? AND status = 'OPEN'",
                (exit_price, utc_now(), pnl, exit_order_id, position_id),
            )
        return self._select("id = ?", position_id)[0]

    def realised_since(self, start: str) -> float:
        """Profit and loss, in quote currency, of what was closed at or after `start` (naive UTC, ISO)."""
        with self._connection() as connection:
            query = "SELECT COALESCE(SUM(pnl), 0) FROM positions WHERE status = 'CLOSED' AND exit_time >= ?"
            return round(float(connection.execute(query, (start,)).fetchone()[0]), 8)

    def last_loss_time(self) -> str | None:
        """When a position was last closed at a loss; None when none was."""
        with self._connection() as connection:
            query = "SELECT MAX(exit_time) FROM positions WHERE status = 'CLOSED' AND pnl < 0"
            found: str | None = connection.execute(query).fetchone()[0]
            return found
