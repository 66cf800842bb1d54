"""The bot's SQLite database, read without ever disturbing the bot: read-only, brief, never `immutable`.

SQLite would make an empty database of a path that does not exist and call it sound; here a missing file is
an error. A journal left by a killed writer is said, not repaired: a repair would erase the evidence.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import quote

Position = tuple[str, str, str, str]
"""Symbol, quantity, entry price, order id."""

TIMEOUT_S = 0.2
"""How long a read waits for the bot's lock."""
LONGEST = 2_000_000
"""Virtual-machine instructions of SQLite after which a read is given up: it must stay brief."""
UNCOMMITTED = "uncommitted transaction present"
LOCKED = "locked by the bot just now"


class Unreadable(Exception):
    """Why the database could not be read, in one line for people."""


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """One row with status OPEN."""

    symbol: str
    quantity: str
    entry_price: str
    order_id: str
    entry_time: str = ""

    @property
    def row(self) -> Position:
        return (self.symbol, self.quantity, self.entry_price, self.order_id)


def signature(path: Path) -> tuple[tuple[int, int, int], ...]:
    """Modification time, size and inode of the database and its journals: equal means not written."""
    return tuple(_signature(Path(f"{path}{ending}")) for ending in ("", "-journal", "-wal"))


def _signature(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, -1, 0)
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def open_positions(path: Path) -> tuple[OpenPosition, ...]:
    """Open positions in the order of their ids. Raises Unreadable."""
    columns = "symbol, quantity, entry_price, order_id, entry_time"
    rows = query(path, f"SELECT {columns} FROM positions WHERE status = 'OPEN' ORDER BY id")  # noqa: S608 - constant
    return tuple(
        OpenPosition(str(symbol), plain(quantity), plain(price), _text(order), _text(when))
        for symbol, quantity, price, order, when in rows
    )


def known_orders(path: Path) -> frozenset[str]:
    """All order ids that the bot ever noted, of entries and exits. Raises Unreadable."""
    rows = query(path, "SELECT order_id, exit_order_id FROM positions")
    return frozenset(str(each) for row in rows for each in row if each is not None)


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    """All rows of one statement, read at once and closed at once. Raises Unreadable."""
    refuse_what_is_no_database(path)
    try:
        with closing(connect(path)) as connection:
            connection.set_progress_handler(lambda: 1, LONGEST)
            return connection.execute(statement).fetchall()
    except sqlite3.Error as error:
        raise Unreadable(explain(error, path)) from error


def connect(path: Path) -> sqlite3.Connection:
    """A connection that can only read. Raises sqlite3.Error."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=TIMEOUT_S, isolation_level=None
    )
    try:
        connection.execute("PRAGMA query_only = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def explain(error: sqlite3.Error, path: Path) -> str:
    """SQLite's refusal in one line that says what it means for the drill."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name in ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY"):
        return UNCOMMITTED
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LOCKED
    if name.startswith("SQLITE_NOTADB"):
        return f"{path.name} is no SQLite database"
    return f"{path.name}: {error}"


def plain(value: object) -> str:
    """A number as people write it: all its digits, no exponent, no trailing noughts; empty for none."""
    if value is None:
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return str(value)
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def refuse_what_is_no_database(path: Path) -> None:
    """Raises Unreadable for what SQLite would take for an empty database: nothing, no file, no byte."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Unreadable(f"no database at {path}") from error
    if not path.is_file():
        raise Unreadable(f"{path} is no file")
    if size == 0:
        raise Unreadable(f"{path} is empty: no database was ever written there")


def _text(value: object) -> str:
    return "" if value is None else str(value)
