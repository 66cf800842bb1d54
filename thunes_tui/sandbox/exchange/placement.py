"""How a new order meets the book: what it fills at once, what rests, what expires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from thunes_tui.sandbox.exchange import book, refusal
from thunes_tui.sandbox.exchange.market import MAX_OPEN_ORDERS, Market
from thunes_tui.sandbox.exchange.order import ZERO, Kind, Order, Side, Status, TimeInForce
from thunes_tui.sandbox.exchange.settlement import Change
from thunes_tui.sandbox.exchange.ticket import Ticket, check_filters
from thunes_tui.sandbox.exchange.walk import KNOT_MS


def check(ticket: Ticket, market: Market, price: Decimal, resting: Sequence[Order]) -> None:
    """Whether the market, at `price` and with these open orders, takes the ticket. Raises `VenueError`."""
    check_filters(ticket, market, price)
    if any(order.client_order_id == ticket.client_order_id for order in resting):
        raise refusal.order_rejected("Duplicate order sent.")
    if ticket.price is None:
        return
    if sum(order.symbol == market.symbol for order in resting) >= MAX_OPEN_ORDERS:
        raise refusal.filter_failure("MAX_NUM_ORDERS")
    if ticket.kind is Kind.LIMIT_MAKER and book.take_quantity(
        market, ticket.side, price, market.step, ticket.price
    ):
        raise refusal.order_rejected("Order would immediately match and take.")


def new_order(ticket: Ticket, market: Market, order_id: int, client_id: str, now: int) -> Order:
    return Order(
        order_id=order_id,
        symbol=market.symbol,
        client_order_id=ticket.client_order_id or client_id,
        side=ticket.side,
        kind=ticket.kind,
        time_in_force=ticket.time_in_force,
        price=ticket.price or ZERO,
        quantity=ticket.quantity or ZERO,
        quote_quantity=ticket.quote or ZERO,
        executed=ZERO,
        spent=ZERO,
        status=Status.NEW,
        time=now,
        update_time=now,
        resting_from=now,
    )


def execute(change: Change, order: Order, market: Market, price: Decimal) -> Order:
    """Takes the order into `change` with all that follows at once. Raises -1013 or -2010."""
    if order.quote_quantity:
        return _execute_quote(change, order, market, price)
    limit = None if order.kind is Kind.MARKET else order.price
    fills = book.take_quantity(market, order.side, price, order.quantity, limit)
    whole = sum((quantity for _, quantity in fills), ZERO) == order.quantity
    change.open(order, market)
    if whole or order.time_in_force is not TimeInForce.FOK:
        order = _fill(change, order, market, fills)
    if order.is_open and (order.kind is Kind.MARKET or order.time_in_force is not TimeInForce.GTC):
        return change.end(order, market, Status.EXPIRED, order.time)
    if order.status is Status.PARTIALLY_FILLED:
        return change.rest(order, (order.time // KNOT_MS + 1) * KNOT_MS)
    return order


def _execute_quote(change: Change, order: Order, market: Market, price: Decimal) -> Order:
    """A market order that was given an amount of the quote asset is done when no step more fits in."""
    if order.side is Side.BUY and change.ledger.of(market.quote).free < order.quote_quantity:
        raise refusal.insufficient_balance()
    fills = book.take_quote(market, order.side, price, order.quote_quantity)
    if not fills:
        raise refusal.filter_failure("LOT_SIZE")
    order = replace(order, quantity=sum((quantity for _, quantity in fills), ZERO))
    change.open(order, market)
    return _fill(change, order, market, fills)


def _fill(change: Change, order: Order, market: Market, fills: Sequence[tuple[Decimal, Decimal]]) -> Order:
    for at, quantity in fills:
        order = change.fill(order, market, at, quantity, order.time, maker=False)
    return order
