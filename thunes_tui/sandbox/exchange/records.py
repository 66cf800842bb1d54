"""The account's orders and trades, in memory; the store holds the same."""

from __future__ import annotations

from collections.abc import Iterable

from thunes_tui.sandbox.exchange import refusal
from thunes_tui.sandbox.exchange.order import Order, Trade


class Records:
    """Every order and trade ever made, and which orders are open."""

    def __init__(self, orders: Iterable[Order], trades: Iterable[Trade]) -> None:
        self._orders: dict[int, Order] = {}
        self._open: set[int] = set()
        self._trades: list[Trade] = []
        self.add(orders, trades)

    def add(self, orders: Iterable[Order], trades: Iterable[Trade]) -> None:
        """Takes in new and changed orders, and new trades."""
        for order in orders:
            self._orders[order.order_id] = order
            if order.is_open:
                self._open.add(order.order_id)
            else:
                self._open.discard(order.order_id)
        self._trades.extend(trades)

    @property
    def next_order_id(self) -> int:
        return max(self._orders, default=0) + 1

    @property
    def next_trade_id(self) -> int:
        return self._trades[-1].trade_id + 1 if self._trades else 1

    @property
    def updated_ms(self) -> int:
        """When anything last happened to an order; nought before the first."""
        return max((order.update_time for order in self._orders.values()), default=0)

    def open(self, symbol: str | None = None) -> list[Order]:
        """Open orders of one market or of all, oldest first."""
        orders = (self._orders[order_id] for order_id in sorted(self._open))
        return [order for order in orders if symbol in {None, order.symbol}]

    def orders(self, symbol: str) -> list[Order]:
        return [order for order in self._orders.values() if order.symbol == symbol]

    def trades(self, symbol: str) -> list[Trade]:
        return [trade for trade in self._trades if trade.symbol == symbol]

    def find(self, symbol: str, order_id: int | None, client_id: str | None) -> Order | None:
        """By the venue's id or the client's. Raises -1102 when neither is given."""
        if order_id is None and client_id is None:
            raise refusal.one_of("origClientOrderId", "orderId")
        found = [
            order
            for order in self.orders(symbol)
            if order_id in {None, order.order_id} and client_id in {None, order.client_order_id}
        ]
        # A client id may be used again once its order is closed: the newest counts.
        return found[-1] if found else None
