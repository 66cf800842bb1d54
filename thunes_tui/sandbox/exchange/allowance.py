"""How much a client may ask: request weight per minute and orders per ten seconds and day."""

from __future__ import annotations

from collections import deque

from thunes_tui.sandbox.exchange import refusal

MINUTE_MS = 60_000
TEN_SECONDS_MS = 10_000
DAY_MS = 86_400_000
WEIGHT_PER_MINUTE = 6_000
ORDERS_PER_TEN_SECONDS = 100
ORDERS_PER_DAY = 200_000
# Who asks this often again within the minute of a 429 is shut out, each time for so long.
STRIKES = 5
BAN_MS = 120_000


class Allowance:
    """One client's use of the venue. `limit` may be changed while it runs."""

    def __init__(self, limit: int = WEIGHT_PER_MINUTE) -> None:
        self.limit = limit
        self._minute = 0
        self._used = 0
        self._strikes = 0
        self._banned_until = 0
        self._exhausted = False
        self._orders: deque[int] = deque()

    def spend(self, weight: int, now_ms: int) -> None:
        """Counts a request. Raises 429 once the minute's limit is passed, 418 for going on after that."""
        if now_ms < self._banned_until:
            raise refusal.banned(self._banned_until, _seconds(self._banned_until - now_ms))
        minute = now_ms // MINUTE_MS
        if minute != self._minute:
            self._minute, self._used = minute, 0
            self._strikes = self._strikes if self._exhausted else 0
        self._used += weight
        if self._exhausted:
            self._used = max(self._used, self.limit + 1)
        if self._used <= self.limit:
            return
        self._strikes += 1
        if self._strikes >= STRIKES:
            self._banned_until = now_ms + BAN_MS
            raise refusal.banned(self._banned_until, _seconds(BAN_MS))
        raise refusal.too_much_weight(self.limit, self.retry_after_s(now_ms))

    def exhaust(self, exhausted: bool) -> None:
        """Whether every minute counts as used up before it began; when that ends, all is forgiven."""
        if self._exhausted and not exhausted:
            self._used = self._strikes = self._banned_until = 0
        self._exhausted = exhausted

    def retry_after_s(self, now_ms: int) -> int:
        """Seconds until the next minute begins."""
        return _seconds(MINUTE_MS - now_ms % MINUTE_MS)

    def count_order(self, now_ms: int) -> None:
        """Counts a new order. Raises -1015 beyond the limit of ten seconds or of a day."""
        while self._orders and self._orders[0] <= now_ms - DAY_MS:
            self._orders.popleft()
        if self._recent(now_ms) >= ORDERS_PER_TEN_SECONDS:
            raise refusal.too_many_orders(ORDERS_PER_TEN_SECONDS, "10 SECOND", TEN_SECONDS_MS // 1000)
        if len(self._orders) >= ORDERS_PER_DAY:
            raise refusal.too_many_orders(
                ORDERS_PER_DAY, "1 DAY", _seconds(self._orders[0] + DAY_MS - now_ms)
            )
        self._orders.append(now_ms)

    def headers(self) -> dict[str, str]:
        """What every answer says about the weight used in this minute."""
        return {"X-MBX-USED-WEIGHT": str(self._used), "X-MBX-USED-WEIGHT-1M": str(self._used)}

    def order_headers(self, now_ms: int) -> dict[str, str]:
        return {
            "X-MBX-ORDER-COUNT-10S": str(self._recent(now_ms)),
            "X-MBX-ORDER-COUNT-1D": str(len(self._orders)),
        }

    def description(self) -> list[dict[str, object]]:
        """`rateLimits` of exchangeInfo."""
        limits = (
            ("REQUEST_WEIGHT", "MINUTE", 1, self.limit),
            ("ORDERS", "SECOND", 10, ORDERS_PER_TEN_SECONDS),
            ("ORDERS", "DAY", 1, ORDERS_PER_DAY),
        )
        return [
            {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}
            for kind, interval, number, limit in limits
        ]

    def _recent(self, now_ms: int) -> int:
        return sum(at > now_ms - TEN_SECONDS_MS for at in self._orders)


def _seconds(ms: int) -> int:
    return -(-ms // 1000)
