"""The other side of every trade: a book that stands around the walk's price.

The best bid is the price, the best ask one tick above it. Each level beyond offers one portion more than the
one before, so that a large order gets several fills at worse and worse prices. What was taken is there again
at the next knot of the walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from thunes_tui.sandbox.exchange.market import Market, floor_to
from thunes_tui.sandbox.exchange.order import Side

LEVELS = 500


def best(market: Market, side: Side, price: Decimal) -> Decimal:
    """What a taker on this side meets first, when the walk stands at `price`."""
    return price + market.tick if side is Side.BUY else price


def levels(market: Market, side: Side, price: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    """Price and quantity of each level, the best first."""
    pace = market.tick if side is Side.BUY else -market.tick
    at = best(market, side, price)
    for portion in range(1, LEVELS + 1):
        if at <= 0:
            return
        yield at, market.depth * portion
        at += pace


def take_quantity(
    market: Market, side: Side, price: Decimal, quantity: Decimal, limit: Decimal | None = None
) -> list[tuple[Decimal, Decimal]]:
    """The fills, as price and quantity, of so much of the base asset at `limit` or better."""
    fills: list[tuple[Decimal, Decimal]] = []
    for at, offered in levels(market, side, price):
        if quantity == 0 or (limit is not None and (at > limit if side is Side.BUY else at < limit)):
            break
        taken = min(offered, quantity)
        fills.append((at, taken))
        quantity -= taken
    return fills


def take_quote(market: Market, side: Side, price: Decimal, quote: Decimal) -> list[tuple[Decimal, Decimal]]:
    """The fills that spend or raise at most so much of the quote asset, in whole steps of quantity."""
    fills: list[tuple[Decimal, Decimal]] = []
    for at, offered in levels(market, side, price):
        taken = min(offered, floor_to(quote / at, market.step))
        if taken == 0:
            break
        fills.append((at, taken))
        quote -= at * taken
        if taken < offered:
            break
    return fills
