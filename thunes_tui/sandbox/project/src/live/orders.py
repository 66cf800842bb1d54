"""Orders that no crash can lose or double.

An order's name is written to disk before the order is sent, and removed after its fill is in the database. A
name found at the start is an order whose fate is not known: the exchange is asked for it by that name, and
what it did is recorded, once.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from src.config import DATA
from src.exchange import RECEIVE_WINDOW_MS, Exchange, ExchangeUnreachable, Fill
from src.models.position import Position, PositionTracker
from src.risk.locking import TwoLevelLock

logger = logging.getLogger(__name__)

PREFIX = "THUNES-"
"""Begins the client order id of every order of this bot."""
IN_FLIGHT = RECEIVE_WINDOW_MS / 1000 + 1
"""Seconds after which an order that the exchange does not know can no longer arrive there."""


class OrderFailed(Exception):
    """The exchange filled nothing of the order."""


@dataclass(frozen=True)
class Pending:
    """An order about to be sent, or sent."""

    client_order_id: str
    symbol: str
    side: str
    position_id: int
    """Of the position to close; 0 for a purchase."""
    created_at: float
    """Seconds since the epoch."""


class OrderDesk:
    def __init__(
        self, exchange: Exchange, tracker: PositionTracker, folder: Path = DATA / "pending_orders"
    ) -> None:
        self.exchange, self.tracker, self.folder = exchange, tracker, folder
        self.lock = TwoLevelLock(DATA / "orders.lock")
        """Held from the decision to the record, so that no two processes trade on the same knowledge."""
        folder.mkdir(parents=True, exist_ok=True)

    def buy(self, symbol: str, quote: Decimal) -> Position:
        """Open a position worth `quote`. Raises ExchangeError or OrderFailed. Call with the lock held."""
        pending = self._announce(symbol, "BUY", 0)
        try:
            fill = self.exchange.buy(symbol, quote, pending.client_order_id)
        except ExchangeUnreachable:
            raise  # its fate is not known: the name stays, and settle() finds out
        except Exception:
            self._forget(pending)
            raise
        return self._finish(pending, fill)

    def sell(self, position: Position) -> Position:
        """Close a position. Raises ExchangeError or OrderFailed. Call with the lock held."""
        pending = self._announce(position.symbol, "SELL", position.id)
        try:
            quantity = Decimal(str(position.quantity))
            fill = self.exchange.sell(position.symbol, quantity, pending.client_order_id)
        except ExchangeUnreachable:
            raise
        except Exception:
            self._forget(pending)
            raise
        return self._finish(pending, fill)

    def settle(self) -> None:
        """Find out what became of orders whose sender died or lost the line. Call with the lock held."""
        for path in sorted(self.folder.glob("*.json")):
            pending = Pending(**json.loads(path.read_text(encoding="utf-8")))
            fill = self.exchange.find_order(pending.symbol, pending.client_order_id)
            while fill is None and (left := pending.created_at + IN_FLIGHT - time.time()) > 0:
                time.sleep(min(left, 0.5))
                fill = self.exchange.find_order(pending.symbol, pending.client_order_id)
            if fill is None or not fill.executed:
                logger.info("Order %s never reached the exchange", pending.client_order_id)
                self._forget(pending)
                continue
            position = self._finish(pending, fill)
            logger.warning(
                "Recorded order %s found at the exchange: %s %s", fill.order_id, pending.side, position.symbol
            )

    def _announce(self, symbol: str, side: str, position_id: int) -> Pending:
        created = time.time()
        name = f"{PREFIX}{symbol}-{side[0]}-{int(created * 1000):X}"
        pending = Pending(name, symbol, side, position_id, created)
        draft = self._path(pending).with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(pending), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, self._path(pending))
        return pending

    def _finish(self, pending: Pending, fill: Fill) -> Position:
        if not fill.executed:
            self._forget(pending)
            raise OrderFailed(f"order {fill.order_id} was not filled")
        if pending.side == "BUY":
            entry_price = float(fill.quote / fill.executed)
            position = self.tracker.open_position(pending.symbol, float(fill.net), entry_price, fill.order_id)
        else:
            held = next(each for each in self.tracker.get_all_positions() if each.id == pending.position_id)
            profit = float(fill.quote) - held.entry_price * float(fill.executed)
            position = self.tracker.close_position(held.id, float(fill.price), fill.order_id, profit)
        self._forget(pending)
        return position

    def _forget(self, pending: Pending) -> None:
        self._path(pending).unlink(missing_ok=True)

    def _path(self, pending: Pending) -> Path:
        return self.folder / f"{pending.client_order_id}.json"
