"""The price: a bounded walk that is a pure function of seed, market and time.

Nothing is stored, so the past is the same after a restart and a candle agrees with every price seen in it.
The price is set at knots 15 s apart and runs straight between them; all values are whole ticks. Hours are
joined by slow waves, and within an hour the path follows a wiggle that begins and ends at nought: so a whole
hour's extremes can be had (and kept) without looking at its neighbours.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from random import Random

from thunes_tui.sandbox.exchange.market import Market

KNOT_MS = 15_000
HOUR_MS = 3_600_000
KNOTS = HOUR_MS // KNOT_MS

# Period in hours and share of the centre price; together they bound the walk to 6 % either way.
_WAVES = ((5.0, 0.003), (19.0, 0.006), (103.0, 0.015), (743.0, 0.03))
_WIGGLES = 32
_WIGGLE_SHARE = (0.0015, 0.005)


class Walk:
    """The price of one market at any moment, in milliseconds since the epoch."""

    def __init__(self, seed: str, market: Market) -> None:
        self._name = f"{seed}/{market.symbol}"
        self._tick = market.tick
        self._centre = int(market.centre / market.tick)
        dice = Random(self._name)  # noqa: S311  a price walk, not a secret
        self._phases = [dice.uniform(0, math.tau) for _ in _WAVES]
        self._wiggles = [_bridge(dice) for _ in range(_WIGGLES)]
        self._knots = lru_cache(maxsize=128)(self._knots_of_hour)
        self._range_of_hour = lru_cache(maxsize=40_000)(self._range_of_whole_hour)

    def price(self, ms: int) -> Decimal:
        return self.ticks(ms) * self._tick

    def ticks(self, ms: int) -> int:
        """The price as a number of ticks."""
        hour, rest = divmod(ms, HOUR_MS)
        knot, after = divmod(rest, KNOT_MS)
        left, right = self._knots(hour)[knot : knot + 2]
        return left + (right - left) * after // KNOT_MS

    def extremes(self, start: int, end: int) -> tuple[Decimal, Decimal]:
        """Lowest and highest price from `start` to `end`, both included."""
        at_ends = (self.ticks(start), self.ticks(end))
        low, high = min(at_ends), max(at_ends)
        for hour, first, last in _hours(start, end):
            if last - first == HOUR_MS:
                below, above = self._range_of_hour(hour)
            else:
                inside = self._knots(hour)[-(-first // KNOT_MS) : last // KNOT_MS + 1]
                if not inside:
                    continue
                below, above = min(inside), max(inside)
            low, high = min(low, below), max(high, above)
        return low * self._tick, high * self._tick

    def first_at_or_below(self, price: Decimal, start: int, end: int) -> int | None:
        """The first moment from `start` to `end` at which the price is at or below `price`."""
        level = math.floor(price / self._tick)
        return self._first(lambda ticks: ticks <= level, 0, start, end)

    def first_at_or_above(self, price: Decimal, start: int, end: int) -> int | None:
        level = math.ceil(price / self._tick)
        return self._first(lambda ticks: ticks >= level, 1, start, end)

    def _first(self, reached: Callable[[int], bool], side: int, start: int, end: int) -> int | None:
        if start > end:
            return None
        for hour, first, last in _hours(start, end):
            if not reached(self._range_of_hour(hour)[side]):
                continue
            origin = hour * HOUR_MS
            knots = range(-(-first // KNOT_MS) * KNOT_MS, last + 1, KNOT_MS)
            before = origin + first
            for moment in (before, *(origin + knot for knot in knots), origin + last):
                if reached(self.ticks(moment)):
                    # Between two knots the price only rises or only falls, so the crossing can be bisected.
                    return before + bisect_left(
                        range(before, moment), True, key=lambda ms: reached(self.ticks(ms))
                    )
                before = moment
        return None

    def _level(self, hour: int) -> float:
        waves = zip(_WAVES, self._phases, strict=True)
        return 1 + sum(share * math.sin(math.tau * hour / period + phase) for (period, share), phase in waves)

    def _knots_of_hour(self, hour: int) -> tuple[int, ...]:
        digest = blake2b(f"{self._name}/{hour}".encode(), digest_size=8).digest()
        wiggle = self._wiggles[digest[0] % _WIGGLES]
        least, most = _WIGGLE_SHARE
        share = (least + (most - least) * digest[1] / 255) * (1 if digest[2] & 1 else -1)
        start, end = self._level(hour), self._level(hour + 1)
        rise = (end - start) / KNOTS
        path = (start + rise * i + share * stray for i, stray in enumerate(wiggle[:-1]))
        # The last knot is the next hour's first, to the tick.
        return tuple(round(self._centre * level) for level in (*path, end))

    def _range_of_whole_hour(self, hour: int) -> tuple[int, int]:
        knots = self._knots_of_hour(hour)
        return min(knots), max(knots)


def _bridge(dice: Random) -> list[float]:
    """A random path of `KNOTS` paces that begins and ends at nought and strays by one at most."""
    path = [0.0]
    for _ in range(KNOTS):
        path.append(path[-1] + dice.gauss(0, 1))
    bridge = [value - path[-1] * i / KNOTS for i, value in enumerate(path)]
    stray = max(abs(value) for value in bridge)
    return [value / stray for value in bridge]


def _hours(start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The hours that a span touches, each with the first and last millisecond of it inside that hour."""
    for hour in range(start // HOUR_MS, end // HOUR_MS + 1):
        origin = hour * HOUR_MS
        yield hour, max(start - origin, 0), min(end - origin, HOUR_MS)
