"""A new order as it was asked for, checked against the rules of the API and the filters of its market."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from thunes_tui.sandbox.exchange import refusal
from thunes_tui.sandbox.exchange.market import (
    MAX_NOTIONAL,
    MAX_PRICE,
    ORDER_TYPES,
    PERCENT_DOWN,
    PERCENT_UP,
    Market,
)
from thunes_tui.sandbox.exchange.order import Kind, Side, TimeInForce
from thunes_tui.sandbox.exchange.parameters import Parameters

CLIENT_ID = r"^[a-zA-Z0-9-_]{1,36}$"
PARAMETERS = (
    *("symbol", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price"),
    *("newClientOrderId", "newOrderRespType", "stopPrice", "icebergQty", "trailingDelta"),
    *("strategyId", "strategyType", "selfTradePreventionMode", "computeCommissionRates"),
)
_PLACES = 8
_OTHER_TYPES = ("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a client wants. Exactly one of `quantity` and `quote` is set for a market order."""

    side: Side
    kind: Kind
    time_in_force: TimeInForce
    price: Decimal | None
    quantity: Decimal | None
    quote: Decimal | None
    client_order_id: str | None
    detail: str
    """How much the answer shall say: `ACK`, `RESULT` or `FULL`."""


def read(parameters: Parameters) -> Ticket:
    """The ticket that a request describes. Raises `VenueError` when the request contradicts itself."""
    side = Side(parameters.choice("side", Side, refusal.bad_side()))
    kind = Kind(_kind(parameters))
    time_in_force = _time_in_force(parameters, kind)
    quantity = parameters.positive("quantity", _PLACES)
    quote = parameters.positive("quoteOrderQty", _PLACES)
    price = parameters.positive("price", _PLACES)
    if kind is Kind.MARKET:
        if price is not None:
            raise refusal.not_required("price")
        if quantity is not None and quote is not None:
            raise refusal.bad_combination()
        if quantity is None and quote is None:
            raise refusal.one_of("quantity", "quoteOrderQty")
    else:
        if quote is not None:
            raise refusal.not_required("quoteOrderQty")
        for name, value in (("quantity", quantity), ("price", price)):
            if value is None:
                raise refusal.mandatory(name)
    for name in ("stopPrice", "icebergQty", "trailingDelta"):
        if name in parameters:
            raise refusal.not_required(name)
    detail = parameters.optional("newOrderRespType") or ("ACK" if kind is Kind.LIMIT_MAKER else "FULL")
    if detail not in {"ACK", "RESULT", "FULL"}:
        raise refusal.bad_data("newOrderRespType")
    return Ticket(
        side,
        kind,
        time_in_force,
        price,
        quantity,
        quote,
        parameters.optional("newClientOrderId", CLIENT_ID),
        detail,
    )


def _kind(parameters: Parameters) -> str:
    kind = parameters.choice("type", (*ORDER_TYPES, *_OTHER_TYPES), refusal.bad_order_type())
    if kind in _OTHER_TYPES:
        raise refusal.order_rejected("Order type not supported for this symbol.")
    return kind


def _time_in_force(parameters: Parameters, kind: Kind) -> TimeInForce:
    if kind is Kind.LIMIT:
        return TimeInForce(parameters.choice("timeInForce", TimeInForce, refusal.bad_time_in_force()))
    if "timeInForce" in parameters:
        raise refusal.not_required("timeInForce")
    return TimeInForce.GTC


def check_filters(ticket: Ticket, market: Market, price: Decimal) -> None:
    """Holds a ticket against the market's filters when the market stands at `price`. Raises -1013."""
    if ticket.price is not None:
        _check_price(ticket.price, market, price)
    if ticket.quantity is not None:
        _check_quantity(ticket.quantity, market)
        notional = ticket.quantity * (ticket.price or price)
    else:
        assert ticket.quote is not None
        notional = ticket.quote
    # The upper bound holds for limit orders alone, as the filter's applyMaxToMarket says.
    if notional < market.min_notional or (ticket.price is not None and notional > MAX_NOTIONAL):
        raise refusal.filter_failure("NOTIONAL")


def _check_price(asked: Decimal, market: Market, price: Decimal) -> None:
    # The range first: the remainder of a huge number would not fit the arithmetic's digits.
    if not market.tick <= asked <= MAX_PRICE or asked % market.tick:
        raise refusal.filter_failure("PRICE_FILTER")
    if not price * PERCENT_DOWN <= asked <= price * PERCENT_UP:
        raise refusal.filter_failure("PERCENT_PRICE_BY_SIDE")


def _check_quantity(asked: Decimal, market: Market) -> None:
    if not market.step <= asked <= market.max_quantity or asked % market.step:
        raise refusal.filter_failure("LOT_SIZE")
