"""One change of the account: what it locks, pays and receives, gathered before any of it is true."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from thunes_tui.sandbox.exchange.ledger import Ledger
from thunes_tui.sandbox.exchange.market import Market, to_quantum
from thunes_tui.sandbox.exchange.order import Kind, Order, Side, Status, Trade


def reserve(order: Order, market: Market, quantity: Decimal) -> tuple[str, Decimal]:
    """The asset and amount that a limit order holds back for so much of its quantity."""
    if order.side is Side.BUY:
        return market.quote, order.price * quantity
    return market.base, quantity


class Change:
    """Orders and trades that change together with the balances; nothing counts until the store has it."""

    def __init__(self, ledger: Ledger, next_trade: int, commission: Decimal) -> None:
        self.ledger = ledger.copy()
        self.orders: dict[int, Order] = {}
        self.trades: list[Trade] = []
        self._next_trade = next_trade
        self._commission = commission

    def open(self, order: Order, market: Market) -> None:
        """Takes an order in. Raises -2010 when the account cannot cover it."""
        if order.kind is not Kind.MARKET:
            self.ledger.lock(*reserve(order, market, order.quantity))
        self.orders[order.order_id] = order

    def fill(
        self, order: Order, market: Market, price: Decimal, quantity: Decimal, at: int, *, maker: bool
    ) -> Order:
        """One fill of an order; a market order pays from what is free, a limit order from what it locked."""
        cost = price * quantity
        pays, paid = (market.quote, cost) if order.side is Side.BUY else (market.base, quantity)
        if order.kind is Kind.MARKET:
            self.ledger.lock(pays, paid)
        else:
            # A limit order met at a better price gives back what it held too much.
            asset, held = reserve(order, market, quantity)
            self.ledger.unlock(asset, held - paid)
        self.ledger.pay_locked(pays, paid)
        gets, got = (market.base, quantity) if order.side is Side.BUY else (market.quote, cost)
        fee = to_quantum(got * self._commission)
        self.ledger.receive(gets, got - fee)
        self.trades.append(
            Trade(
                trade_id=self._next_trade,
                order_id=order.order_id,
                symbol=order.symbol,
                price=price,
                quantity=quantity,
                commission=fee,
                commission_asset=gets,
                time=at,
                is_buyer=order.side is Side.BUY,
                is_maker=maker,
            )
        )
        self._next_trade += 1
        return self._put(_executed(order, quantity, cost, at))

    def end(self, order: Order, market: Market, status: Status, at: int) -> Order:
        """Takes an unfilled rest off the book and frees what it held."""
        if order.kind is not Kind.MARKET:
            self.ledger.unlock(*reserve(order, market, order.remaining))
        return self._put(replace(order, status=status, update_time=at))

    def rest(self, order: Order, resting_from: int) -> Order:
        return self._put(replace(order, resting_from=resting_from))

    def _put(self, order: Order) -> Order:
        self.orders[order.order_id] = order
        return order


def _executed(order: Order, quantity: Decimal, cost: Decimal, at: int) -> Order:
    """The order after one more fill."""
    executed = order.executed + quantity
    status = Status.FILLED if executed == order.quantity else Status.PARTIALLY_FILLED
    return replace(order, executed=executed, spent=order.spent + cost, status=status, update_time=at)
