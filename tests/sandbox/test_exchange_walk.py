"""The price walk and what is drawn from it agree with each other."""

from __future__ import annotations

import itertools
import operator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thunes_tui.sandbox.exchange.candle import INTERVALS, LISTED_MS, klines, ticker_24h
from thunes_tui.sandbox.exchange.market import MARKETS
from thunes_tui.sandbox.exchange.walk import KNOT_MS, Walk

MARKET = MARKETS[0]
WALK = Walk("tests", MARKET)
NOW = 1_760_000_000_123
MOMENTS = st.integers(LISTED_MS, NOW)


def test_the_same_seed_walks_the_same_way_and_another_does_not() -> None:
    path = [WALK.price(NOW + n * 1000) for n in range(100)]
    assert path == [Walk("tests", MARKET).price(NOW + n * 1000) for n in range(100)]
    assert path != [Walk("other", MARKET).price(NOW + n * 1000) for n in range(100)]
    assert len(set(path)) > 50


@given(MOMENTS)
def test_the_price_is_a_whole_number_of_ticks_and_moves_smoothly_within_bounds(ms: int) -> None:
    price = WALK.price(ms)
    assert price % MARKET.tick == 0
    assert abs(price / MARKET.centre - 1) < Decimal("0.06")
    assert abs(WALK.price(ms + 1000) / price - 1) < Decimal("0.001")


@given(MOMENTS, st.integers(0, 8 * 3_600_000), st.floats(0, 1))
def test_no_price_seen_in_a_span_lies_outside_its_extremes(start: int, length: int, share: float) -> None:
    low, high = WALK.extremes(start, start + length)
    assert low <= WALK.price(start + int(length * share)) <= high
    # And the extremes are reached, since the path runs straight between its knots.
    knots = range(-(-start // KNOT_MS) * KNOT_MS, start + length + 1, KNOT_MS)
    seen = {WALK.price(ms) for ms in (start, start + length, *knots)}
    assert (low, high) == (min(seen), max(seen))


@given(MOMENTS, st.integers(0, 3 * 3_600_000), st.integers(-3000, 3000))
def test_the_first_crossing_is_the_first(start: int, length: int, ticks: int) -> None:
    end = start + length
    for reached, find in ((operator.le, WALK.first_at_or_below), (operator.ge, WALK.first_at_or_above)):
        level = WALK.price(start) + ticks * MARKET.tick
        moment = find(level, start, end)
        if moment is None:
            assert not any(reached(extreme, level) for extreme in WALK.extremes(start, end))
            continue
        assert start <= moment <= end
        assert reached(WALK.price(moment), level)
        if moment > start:
            assert not any(reached(extreme, level) for extreme in WALK.extremes(start, moment - 1))


@pytest.mark.parametrize("interval", INTERVALS)
def test_candles_adjoin_and_the_running_one_closes_at_the_price_of_now(interval: str) -> None:
    rows = klines(MARKET, WALK, NOW, interval, None, None, 12)
    assert 1 <= len(rows) <= 12
    for earlier, later in itertools.pairwise(rows):
        assert later[0] == int(str(earlier[6])) + 1
    assert int(str(rows[-1][0])) <= NOW <= int(str(rows[-1][6]))
    assert Decimal(str(rows[-1][4])) == WALK.price(NOW)
    for row in rows:
        assert len(row) == 12
        opened, high, low, closed = (Decimal(str(value)) for value in row[1:5])
        assert low <= min(opened, closed) <= max(opened, closed) <= high


def test_larger_candles_are_made_of_smaller_ones() -> None:
    (hour,) = klines(MARKET, WALK, NOW, "1h", NOW - 7_200_000, None, 1)
    minutes = klines(MARKET, WALK, NOW, "1m", int(str(hour[0])), int(str(hour[6])), 1000)
    assert len(minutes) == 60
    assert minutes[0][1] == hour[1]
    assert minutes[-1][4] == hour[4]
    assert max(Decimal(str(row[2])) for row in minutes) == Decimal(str(hour[2]))
    assert min(Decimal(str(row[3])) for row in minutes) == Decimal(str(hour[3]))
    assert sum(Decimal(str(row[5])) for row in minutes) == Decimal(str(hour[5]))
    assert sum(int(str(row[8])) for row in minutes) == hour[8]


def test_start_end_and_limit_choose_candles_by_their_opening_time() -> None:
    minute = 60_000
    last = NOW // minute * minute

    def opens(start: int | None, end: int | None, limit: int) -> list[object]:
        return [row[0] for row in klines(MARKET, WALK, NOW, "1m", start, end, limit)]

    assert opens(None, None, 3) == [last - 2 * minute, last - minute, last]
    assert opens(last + minute, None, 100) == []
    assert opens(last - 5 * minute, None, 2) == [last - 5 * minute, last - 4 * minute]
    assert opens(last - 5 * minute + 1, None, 1) == [last - 4 * minute]
    assert opens(None, last - minute, 2) == [last - 2 * minute, last - minute]
    assert opens(last - 2 * minute, last - minute, 9) == [last - 2 * minute, last - minute]
    assert opens(0, NOW, 1) == [LISTED_MS]


def test_months_and_weeks_begin_where_the_calendar_has_them() -> None:
    months = [row[0] for row in klines(MARKET, WALK, NOW, "1M", 0, None, 3)]
    assert months == [1_704_067_200_000, 1_706_745_600_000, 1_709_251_200_000]
    (monday,) = klines(MARKET, WALK, NOW, "1w", 0, None, 1)
    assert monday[0] == LISTED_MS


def test_the_day_ticker_agrees_with_the_price_and_the_candles() -> None:
    ticker = ticker_24h(MARKET, WALK, NOW)
    assert Decimal(str(ticker["lastPrice"])) == WALK.price(NOW)
    assert Decimal(str(ticker["openPrice"])) == WALK.price(NOW - 86_400_000)
    assert Decimal(str(ticker["askPrice"])) - Decimal(str(ticker["bidPrice"])) == MARKET.tick
    assert set(ticker_24h(MARKET, WALK, NOW, mini=True)) < set(ticker)
