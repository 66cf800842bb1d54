"""Selections from the account's past, as allOrders and myTrades make them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from thunes_tui.sandbox.exchange import refusal
from thunes_tui.sandbox.exchange.order import Order, Trade

_DAY_MS = 86_400_000
_Row = TypeVar("_Row", Order, Trade)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of one market: from an id on, within a span of time, so many at most."""

    limit: int
    from_id: int | None = None
    order_id: int | None = None
    start: int | None = None
    end: int | None = None

    def of_orders(self, orders: Iterable[Order]) -> list[Order]:
        first = self.order_id or 0
        return self._cut([o for o in orders if o.order_id >= first], lambda order: order.time)

    def of_trades(self, trades: Iterable[Trade]) -> list[Trade]:
        first = self.from_id or 0
        chosen = [t for t in trades if t.trade_id >= first and self.order_id in {None, t.order_id}]
        return self._cut(chosen, lambda trade: trade.time)

    def _cut(self, rows: Sequence[_Row], time: Callable[[_Row], int]) -> list[_Row]:
        """From a stated beginning the oldest rows are given, otherwise the newest; always oldest first."""
        if self.start is not None and self.end is not None and self.end - self.start > _DAY_MS:
            raise refusal.too_long_a_span()
        kept = [
            row
            for row in rows
            if (self.start is None or time(row) >= self.start) and (self.end is None or time(row) <= self.end)
        ]
        from_beginning = self.start is not None or self.from_id is not None or self.order_id is not None
        return kept[: self.limit] if from_beginning else kept[-self.limit :]
