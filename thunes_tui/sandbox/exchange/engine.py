"""The exchange itself: markets, one account, its orders and trades. Knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from hashlib import blake2b

from thunes_tui.clock import Clock
from thunes_tui.sandbox.exchange import placement, refusal
from thunes_tui.sandbox.exchange.history import Selection
from thunes_tui.sandbox.exchange.ledger import Ledger
from thunes_tui.sandbox.exchange.market import MARKETS, Market
from thunes_tui.sandbox.exchange.order import ZERO, Order, Side, Status
from thunes_tui.sandbox.exchange.records import Records
from thunes_tui.sandbox.exchange.settlement import Change
from thunes_tui.sandbox.exchange.store import Store
from thunes_tui.sandbox.exchange.ticket import Ticket
from thunes_tui.sandbox.exchange.walk import Walk


class Exchange:
    """A venue with one account. A method is a request; what it changed is on disk when it returns."""

    def __init__(
        self, store: Store, clock: Clock, *, commission: Decimal = ZERO, markets: Sequence[Market] = MARKETS
    ) -> None:
        """`commission` is a share of what is received, for maker and taker; nought, as on the testnet."""
        self._store = store
        self._clock = clock
        self._commission = commission
        self.markets = {market.symbol: market for market in markets}
        self.walks = {market.symbol: Walk(store.seed, market) for market in markets}
        self._ledger = Ledger(store.balances())
        self._records = Records(store.orders(), store.trades())
        # Up to here every resting order has been held against the walk. A restart looks again from each
        # order's own beginning and finds the same, since the walk is a function of time.
        self._watched = 0

    @property
    def now_ms(self) -> int:
        return self._clock.now().t // 1000

    def market(self, symbol: str) -> Market:
        """Raises -1121 for a market that is not here."""
        try:
            return self.markets[symbol]
        except KeyError:
            raise refusal.bad_symbol() from None

    def price(self, symbol: str) -> Decimal:
        """What one unit of the market's base asset costs now."""
        return self.walks[self.market(symbol).symbol].price(self.now_ms)

    def place(self, symbol: str, ticket: Ticket) -> dict[str, object]:
        """Takes a new order and fills of it what the book gives. Raises -1013 and -2010."""
        market, now = self.market(symbol), self.now_ms
        price = self.walks[symbol].price(now)
        placement.check(ticket, market, price, self._records.open())
        number = self._records.next_order_id
        change = self._change()
        order = placement.new_order(ticket, market, number, self._name(f"order/{number}"), now)
        order = placement.execute(change, order, market, price)
        self._commit(change)
        return order.placed(ticket.detail, change.trades)

    def test(self, symbol: str, ticket: Ticket) -> dict[str, object]:
        """Checks an order without taking it; the account's balance is not looked at."""
        placement.check(ticket, self.market(symbol), self.price(symbol), self._records.open())
        return {}

    def cancel(self, symbol: str, order_id: int | None, client_id: str | None) -> dict[str, object]:
        """Takes an open order off the book. Raises -2011 when it is not open."""
        order = self._records.find(self.market(symbol).symbol, order_id, client_id)
        if order is None or not order.is_open:
            raise refusal.unknown_order()
        return self._cancel([order])[0]

    def cancel_all(self, symbol: str) -> list[dict[str, object]]:
        orders = self._records.open(self.market(symbol).symbol)
        if not orders:
            raise refusal.unknown_order()
        return self._cancel(orders)

    def order(self, symbol: str, order_id: int | None, client_id: str | None) -> dict[str, object]:
        """Raises -2013 when there never was such an order."""
        order = self._records.find(self.market(symbol).symbol, order_id, client_id)
        if order is None:
            raise refusal.no_such_order()
        return order.queried()

    def open_orders(self, symbol: str | None = None) -> list[dict[str, object]]:
        if symbol is not None:
            self.market(symbol)
        return [order.queried() for order in self._records.open(symbol)]

    def orders(self, symbol: str, selection: Selection) -> list[dict[str, object]]:
        orders = self._records.orders(self.market(symbol).symbol)
        return [order.queried() for order in selection.of_orders(orders)]

    def trades(self, symbol: str, selection: Selection) -> list[dict[str, object]]:
        trades = self._records.trades(self.market(symbol).symbol)
        return [trade.listed() for trade in selection.of_trades(trades)]

    def account(self, *, omit_zero: bool = False) -> dict[str, object]:
        rate, none = f"{self._commission:.8f}", f"{ZERO:.8f}"
        points = int(self._commission * 10_000)
        return {
            "makerCommission": points,
            "takerCommission": points,
            "buyerCommission": 0,
            "sellerCommission": 0,
            "commissionRates": {"maker": rate, "taker": rate, "buyer": none, "seller": none},
            "canTrade": True,
            "canWithdraw": False,
            "canDeposit": False,
            "brokered": False,
            "requireSelfTradePrevention": False,
            "preventSor": False,
            "updateTime": self._records.updated_ms,
            "accountType": "SPOT",
            "balances": self._ledger.rows(omit_zero=omit_zero),
            "permissions": ["SPOT"],
            "uid": int(self._name("account")[:8], 16),
        }

    def advance(self) -> None:
        """Fills the resting orders that the price has met since the last look, each at its own moment."""
        now = self.now_ms
        met = [
            (moment, order) for order in self._records.open() if (moment := self._met(order, now)) is not None
        ]
        if met:
            change = self._change()
            for moment, order in sorted(met, key=lambda pair: (pair[0], pair[1].order_id)):
                market = self.markets[order.symbol]
                change.fill(order, market, order.price, order.remaining, moment, maker=True)
            self._commit(change)
        self._watched = max(self._watched, now)

    def close(self) -> None:
        self._store.close()

    def _met(self, order: Order, now: int) -> int | None:
        """When, since the last look, the price came to a resting order."""
        walk = self.walks[order.symbol]
        since = max(order.resting_from, self._watched)
        if order.side is Side.BUY:
            # The best ask stands one tick above the walk.
            return walk.first_at_or_below(order.price - self.markets[order.symbol].tick, since, now)
        return walk.first_at_or_above(order.price, since, now)

    def _cancel(self, orders: Sequence[Order]) -> list[dict[str, object]]:
        change, now = self._change(), self.now_ms
        ended = [change.end(order, self.markets[order.symbol], Status.CANCELED, now) for order in orders]
        self._commit(change)
        return [order.cancelled(self._name(f"cancel/{order.order_id}")) for order in ended]

    def _change(self) -> Change:
        return Change(self._ledger, self._records.next_trade_id, self._commission)

    def _commit(self, change: Change) -> None:
        """On disk first, true afterwards; when the disk refuses, nothing has happened."""
        self._store.commit(change.ledger.balances(), change.orders.values(), change.trades)
        self._ledger = change.ledger
        self._records.add(change.orders.values(), change.trades)

    def _name(self, what: str) -> str:
        """An identifier that is the same in each run of the same seed."""
        return blake2b(f"{self._store.seed}/{what}".encode(), digest_size=11).hexdigest()
