"""Candles and the 24-hour ticker, drawn from the walk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from thunes_tui.sandbox.exchange.market import Market, amount, to_quantum
from thunes_tui.sandbox.exchange.walk import Walk

LISTED_MS = 1_704_067_200_000
"""2024-01-01 UTC: no market has a candle before it."""

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_MONTH = "1M"
INTERVALS: dict[str, int] = {
    "1s": _SECOND,
    **{f"{n}m": n * _MINUTE for n in (1, 3, 5, 15, 30)},
    **{f"{n}h": n * _HOUR for n in (1, 2, 4, 6, 8, 12)},
    "1d": _DAY,
    "3d": 3 * _DAY,
    "1w": 7 * _DAY,
    # A month's candle begins with the calendar month; its length here only bounds a search.
    _MONTH: 31 * _DAY,
}
# Weeks begin on Monday; the epoch was a Thursday.
_WEEK_SHIFT = 4 * _DAY


def _first_of_month(months: int) -> int:
    """The start of the month that is `months` after January 1970."""
    year, month = divmod(months, 12)
    return int(datetime(1970 + year, month + 1, 1, tzinfo=UTC).timestamp()) * 1000


def _index(interval: str, ms: int) -> int:
    """The number, counted from the epoch, of the candle that holds this moment."""
    if interval == _MONTH:
        day = datetime.fromtimestamp(ms / 1000, UTC)
        return (day.year - 1970) * 12 + day.month - 1
    shift = _WEEK_SHIFT if interval == "1w" else 0
    return (ms - shift) // INTERVALS[interval]


def _opens(interval: str, index: int) -> int:
    if interval == _MONTH:
        return _first_of_month(index)
    return index * INTERVALS[interval] + (_WEEK_SHIFT if interval == "1w" else 0)


def _span(
    interval: str, now: int, start: int | None, end: int | None, limit: int
) -> Iterator[tuple[int, int]]:
    """Opening and closing time of each candle asked for, oldest first.

    Candles are chosen by their opening time. With a start the first `limit` from there on
    count, else the last.
    """
    if start is not None and start > now:
        return
    last = _index(interval, min(now, end) if end is not None else now)
    first = _index(interval, LISTED_MS)
    if start is not None:
        first = max(first, _index(interval, start - 1) + 1)
        last = min(last, first + limit - 1)
    else:
        first = max(first, last - limit + 1)
    for index in range(first, last + 1):
        yield _opens(interval, index), _opens(interval, index + 1) - 1


def _lots(market: Market, ms: int) -> int:
    """Steps traded since the epoch: always growing, livelier and quieter in turn every quarter of an hour."""
    rate = market.lots_per_minute
    return math.floor(ms * rate / _MINUTE + 2 * rate * math.sin(math.tau * (ms % 900_000) / 900_000))


def _traded(market: Market, start: int, end: int) -> tuple[Decimal, Decimal, int]:
    """Volume, half volume and number of trades between two moments; adjoining spans add up exactly."""
    first, last = _lots(market, start), _lots(market, end)
    count = last // 500 - first // 500
    return (last - first) * market.step, (last // 2 - first // 2) * market.step, count


def klines(
    market: Market, walk: Walk, now: int, interval: str, start: int | None, end: int | None, limit: int
) -> list[list[object]]:
    """Rows of twelve, numbers as strings; the running candle closes at the price of this moment."""
    rows: list[list[object]] = []
    for opened, closed in _span(interval, now, start, end, limit):
        until = min(closed, now)
        low, high = walk.extremes(opened, until)
        volume, half, count = _traded(market, opened, min(closed + 1, now))
        middle = (low + high) / 2
        rows.append(
            [
                opened,
                amount(walk.price(opened)),
                amount(high),
                amount(low),
                amount(walk.price(until)),
                amount(volume),
                closed,
                amount(to_quantum(volume * middle)),
                count,
                amount(half),
                amount(to_quantum(half * middle)),
                "0",
            ]
        )
    return rows


_NOT_MINI = (
    *("priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastQty"),
    *("bidPrice", "bidQty", "askPrice", "askQty"),
)


def ticker_24h(market: Market, walk: Walk, now: int, *, mini: bool = False) -> dict[str, object]:
    """What the last 24 hours were like, as `ticker/24hr` says it."""
    since = now - _DAY
    opened, last = walk.price(since), walk.price(now)
    low, high = walk.extremes(since, now)
    volume, _, count = _traded(market, since, now)
    average = (low + high) / 2
    depth = amount(market.depth)
    ticker: dict[str, object] = {
        "symbol": market.symbol,
        "priceChange": amount(last - opened),
        "priceChangePercent": f"{(last - opened) / opened * 100:.3f}",
        "weightedAvgPrice": amount(to_quantum(average)),
        "prevClosePrice": amount(opened),
        "lastPrice": amount(last),
        "lastQty": amount(market.step),
        "bidPrice": amount(last),
        "bidQty": depth,
        "askPrice": amount(last + market.tick),
        "askQty": depth,
        "openPrice": amount(opened),
        "highPrice": amount(high),
        "lowPrice": amount(low),
        "volume": amount(volume),
        "quoteVolume": amount(to_quantum(volume * average)),
        "openTime": since,
        "closeTime": now,
        "firstId": _lots(market, since) // 500,
        "lastId": _lots(market, now) // 500,
        "count": count,
    }
    return {name: value for name, value in ticker.items() if not (mini and name in _NOT_MINI)}
