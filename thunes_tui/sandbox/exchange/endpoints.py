"""The endpoints of `/api/v3`: path, weight, what they read, and what they ask of the exchange."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from thunes_tui.sandbox.exchange import refusal, ticket
from thunes_tui.sandbox.exchange.allowance import Allowance
from thunes_tui.sandbox.exchange.candle import INTERVALS, klines, ticker_24h
from thunes_tui.sandbox.exchange.engine import Exchange
from thunes_tui.sandbox.exchange.history import Selection
from thunes_tui.sandbox.exchange.market import amount
from thunes_tui.sandbox.exchange.parameters import SYMBOL, Parameters

BASE = "/api/v3/"
_ORDER_KEYS = "symbol orderId origClientOrderId newClientOrderId cancelRestrictions"
_NEWEST = 500
_MOST = 1000

Answer = dict[str, object] | list[dict[str, object]] | list[list[object]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request, checked as far as HTTP and signature go."""

    exchange: Exchange
    allowance: Allowance
    parameters: Parameters

    @property
    def symbol(self) -> str:
        return self.parameters.required("symbol", SYMBOL)

    def symbols(self) -> list[str] | None:
        """Of `symbol` and `symbols`, a JSON array; None when neither is given."""
        one, many = self.parameters.optional("symbol", SYMBOL), self.parameters.optional("symbols")
        if one is not None and many is not None:
            raise refusal.bad_combination()
        if many is None:
            return None if one is None else [one]
        try:
            names = json.loads(many)
        except ValueError:
            names = None
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise refusal.illegal_characters("symbols", r'^\["[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}")*\]$')
        return names

    def each(self, describe: Callable[[str], dict[str, object]]) -> Answer:
        """One object for `symbol`, a list for `symbols` or for all markets."""
        names = self.symbols()
        for name in names or ():
            self.exchange.market(name)
        if "symbol" in self.parameters and names:
            return describe(names[0])
        return [describe(name) for name in (self.exchange.markets if names is None else names)]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one method of one path is answered."""

    answer: Callable[[Request], Answer]
    weight: int
    reads: tuple[str, ...] = ()
    signed: bool = False
    weight_of_all: int | None = None
    """The weight when no symbol is named."""
    counts_order: bool = False

    def cost(self, parameters: Parameters) -> int:
        if self.weight_of_all is not None and "symbol" not in parameters:
            return self.weight_of_all
        return self.weight


def _ping(_: Request) -> Answer:
    return {}


def _time(request: Request) -> Answer:
    return {"serverTime": request.exchange.now_ms}


def _exchange_info(request: Request) -> Answer:
    exchange, names = request.exchange, request.symbols()
    markets: Iterable[str] = exchange.markets if names is None else names
    return {
        "timezone": "UTC",
        "serverTime": exchange.now_ms,
        "rateLimits": request.allowance.description(),
        "exchangeFilters": [],
        "symbols": [exchange.market(name).description() for name in markets],
    }


def _price(request: Request) -> Answer:
    exchange = request.exchange
    return request.each(lambda name: {"symbol": name, "price": amount(exchange.price(name))})


def _book_ticker(request: Request) -> Answer:
    names = ("symbol", "bidPrice", "bidQty", "askPrice", "askQty")
    return request.each(
        lambda name: {key: value for key, value in _day(request, name).items() if key in names}
    )


def _ticker(request: Request) -> Answer:
    kind = request.parameters.optional("type") or "FULL"
    if kind not in {"FULL", "MINI"}:
        raise refusal.bad_data("type")
    return request.each(lambda name: _day(request, name, mini=kind == "MINI"))


def _day(request: Request, name: str, *, mini: bool = False) -> dict[str, object]:
    exchange = request.exchange
    return ticker_24h(exchange.market(name), exchange.walks[name], exchange.now_ms, mini=mini)


def _klines(request: Request) -> Answer:
    exchange, parameters = request.exchange, request.parameters
    market = exchange.market(request.symbol)
    interval = parameters.choice("interval", INTERVALS, refusal.bad_interval())
    start, end = parameters.whole("startTime"), parameters.whole("endTime")
    limit = parameters.limit(_NEWEST, _MOST)
    return klines(market, exchange.walks[market.symbol], exchange.now_ms, interval, start, end, limit)


def _account(request: Request) -> Answer:
    return request.exchange.account(omit_zero=request.parameters.flag("omitZeroBalances"))


def _place(request: Request) -> Answer:
    symbol = request.exchange.market(request.symbol).symbol
    return request.exchange.place(symbol, ticket.read(request.parameters))


def _test(request: Request) -> Answer:
    symbol = request.exchange.market(request.symbol).symbol
    return request.exchange.test(symbol, ticket.read(request.parameters))


def _ids(request: Request) -> tuple[str, int | None, str | None]:
    parameters = request.parameters
    return (
        request.symbol,
        parameters.whole("orderId"),
        parameters.optional("origClientOrderId", ticket.CLIENT_ID),
    )


def _query(request: Request) -> Answer:
    return request.exchange.order(*_ids(request))


def _cancel(request: Request) -> Answer:
    return request.exchange.cancel(*_ids(request))


def _open(request: Request) -> Answer:
    return request.exchange.open_orders(request.parameters.optional("symbol", SYMBOL))


def _cancel_all(request: Request) -> Answer:
    return request.exchange.cancel_all(request.symbol)


def _selection(request: Request) -> Selection:
    parameters = request.parameters
    return Selection(
        limit=parameters.limit(_NEWEST, _MOST),
        from_id=parameters.whole("fromId"),
        order_id=parameters.whole("orderId"),
        start=parameters.whole("startTime"),
        end=parameters.whole("endTime"),
    )


def _all_orders(request: Request) -> Answer:
    return request.exchange.orders(request.symbol, _selection(request))


def _my_trades(request: Request) -> Answer:
    return request.exchange.trades(request.symbol, _selection(request))


def _reads(names: str) -> tuple[str, ...]:
    return tuple(names.split())


_SPAN = "symbol orderId startTime endTime limit"

ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    "ping": {"GET": Endpoint(_ping, 1)},
    "time": {"GET": Endpoint(_time, 1)},
    "exchangeInfo": {
        "GET": Endpoint(
            _exchange_info, 20, _reads("symbol symbols permissions showPermissionSets symbolStatus")
        )
    },
    "ticker/price": {"GET": Endpoint(_price, 2, _reads("symbol symbols"), weight_of_all=4)},
    "ticker/bookTicker": {"GET": Endpoint(_book_ticker, 2, _reads("symbol symbols"), weight_of_all=4)},
    "ticker/24hr": {"GET": Endpoint(_ticker, 2, _reads("symbol symbols type"), weight_of_all=80)},
    "klines": {"GET": Endpoint(_klines, 2, _reads("symbol interval startTime endTime timeZone limit"))},
    "account": {"GET": Endpoint(_account, 20, _reads("omitZeroBalances"), signed=True)},
    "order": {
        "POST": Endpoint(_place, 1, ticket.PARAMETERS, signed=True, counts_order=True),
        "GET": Endpoint(_query, 4, _reads(_ORDER_KEYS), signed=True),
        "DELETE": Endpoint(_cancel, 1, _reads(_ORDER_KEYS), signed=True),
    },
    "order/test": {"POST": Endpoint(_test, 1, ticket.PARAMETERS, signed=True)},
    "openOrders": {
        "GET": Endpoint(_open, 6, ("symbol",), signed=True, weight_of_all=80),
        "DELETE": Endpoint(_cancel_all, 1, ("symbol",), signed=True),
    },
    "allOrders": {"GET": Endpoint(_all_orders, 20, _reads(_SPAN), signed=True)},
    "myTrades": {"GET": Endpoint(_my_trades, 20, _reads(_SPAN + " fromId"), signed=True)},
}
