"""The exchange: Binance Spot through ccxt, in sandbox mode, at the testnet address of the settings."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from src.circuit_breaker import BINANCE as BREAKER
from src.config import Settings

logger = logging.getLogger(__name__)

TIMEOUT_MS = 5000
RECEIVE_WINDOW_MS = 5000
"""How long after its timestamp the exchange still accepts a request."""


class ExchangeError(Exception):
    """The exchange refused the request; its own words."""


class ExchangeUnreachable(ExchangeError):
    """No answer: whether a request had an effect is not known."""


@dataclass(frozen=True)
class Fill:
    """What an order did. Amounts are exact."""

    order_id: str
    client_order_id: str
    side: str
    executed: Decimal
    """In coins, before commission."""
    net: Decimal
    """In coins, commission in the same coin taken off a purchase."""
    quote: Decimal
    """Paid or received, in quote currency, commission in that currency taken off a sale."""

    @property
    def price(self) -> Decimal:
        return self.quote / self.executed if self.executed else Decimal(0)


class Exchange:
    """Calls to the exchange, each either answered or an ExchangeError."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is sent yet. Raises ConfigError unless the settings lead to a testnet."""
        settings.require_testnet()
        from ccxt import binance  # late: the import takes most of the start

        options = {
            "defaultType": "spot",
            "fetchMarkets": {"types": ["spot"]},
            "fetchCurrencies": False,
            "recvWindow": RECEIVE_WINDOW_MS,
        }
        keys = {"apiKey": settings.api_key, "secret": settings.api_secret}
        self.client = binance({**keys, "options": options, "timeout": TIMEOUT_MS})
        self.client.set_sandbox_mode(True)
        for name in ("public", "private", "v1"):
            version = "v1" if name == "v1" else "v3"
            self.client.urls["api"][name] = f"{settings.base_url}/api/{version}"

    def _call(self, request: Callable[..., Any], *arguments: Any) -> Any:
        import ccxt

        try:
            answer = request(*arguments)
        except ccxt.OrderNotFound:
            BREAKER.success()
            raise
        except ccxt.NetworkError as error:
            BREAKER.failure()
            raise ExchangeUnreachable(first_line(error)) from error
        except ccxt.BaseError as error:
            BREAKER.success()
            raise ExchangeError(first_line(error)) from error
        BREAKER.success()
        return answer

    def connect(self) -> None:
        """Load what the exchange trades."""
        self._call(self.client.load_markets)

    def check_symbol(self, symbol: str) -> None:
        if symbol not in self.client.markets_by_id:
            raise ExchangeError(f"{symbol} is not traded here")

    def base_of(self, symbol: str) -> str:
        return str(self.client.market(symbol)["base"])

    def price(self, symbol: str) -> Decimal:
        return Decimal(self._call(self.client.publicGetTickerPrice, {"symbol": symbol})["price"])

    def balances(self) -> dict[str, Decimal]:
        """Coins to what the account holds, free and locked together."""
        account = self._call(self.client.privateGetAccount, {})
        return {
            balance["asset"]: Decimal(balance["free"]) + Decimal(balance["locked"])
            for balance in account["balances"]
        }

    def buy(self, symbol: str, quote: Decimal, client_order_id: str) -> Fill:
        """Spend `quote` at the market price."""
        params = {"newClientOrderId": client_order_id, "quoteOrderQty": str(quote)}
        order = self._call(self.client.create_order, symbol, "market", "buy", None, None, params)
        return self._fill(symbol, order["info"])

    def sell(self, symbol: str, quantity: Decimal, client_order_id: str) -> Fill:
        """Sell at the market price, as much of `quantity` as whole steps of the symbol allow."""
        amount = self._call(self.client.amount_to_precision, symbol, str(quantity))
        params = {"newClientOrderId": client_order_id}
        order = self._call(self.client.create_order, symbol, "market", "sell", amount, None, params)
        return self._fill(symbol, order["info"])

    def find_order(self, symbol: str, client_order_id: str) -> Fill | None:
        """What became of an order of ours; None when the exchange never had it."""
        import ccxt

        try:
            query = {"symbol": symbol, "origClientOrderId": client_order_id}
            order = self._call(self.client.privateGetOrder, query)
        except ccxt.OrderNotFound:
            return None
        return self._fill(symbol, order)

    def orders(self, symbol: str, client_prefix: str) -> list[Fill]:
        """Every order of the symbol that our bot placed and that was filled, the oldest first."""
        placed = self._call(self.client.privateGetAllOrders, {"symbol": symbol})
        ours = [order for order in placed if order["clientOrderId"].startswith(client_prefix)]
        if not ours:
            return []
        trades = self._call(self.client.privateGetMyTrades, {"symbol": symbol})
        return [self._fill(symbol, order, trades) for order in ours if Decimal(order["executedQty"]) > 0]

    def _fill(self, symbol: str, order: dict[str, Any], trades: list[dict[str, Any]] | None = None) -> Fill:
        """Read one order, with its trades from the order itself, from `trades`, or from the exchange."""
        order_id = str(order["orderId"])
        executed, quote = Decimal(order["executedQty"]), Decimal(order["cummulativeQuoteQty"])
        if executed and "fills" not in order and trades is None:
            trades = self._call(self.client.privateGetMyTrades, {"symbol": symbol, "orderId": order_id})
        fills = order.get("fills") or [trade for trade in trades or () if str(trade["orderId"]) == order_id]
        market = self.client.market(symbol)
        buying = order["side"] == "BUY"
        coin = market["baseId"] if buying else market["quoteId"]
        fee = sum(
            (Decimal(fill["commission"]) for fill in fills if fill["commissionAsset"] == coin), Decimal(0)
        )
        return Fill(
            order_id,
            str(order["clientOrderId"]),
            str(order["side"]),
            executed,
            executed - fee if buying else executed,
            quote if buying else quote - fee,
        )


def first_line(error: Exception) -> str:
    """The error in one line, without the request's address and what it may carry."""
    return str(error).splitlines()[0].split("?")[0][:300] if str(error) else type(error).__name__
