"""The exchange, in a process of its own: importing ccxt costs four times what Textual costs.

Speaks JSON lines. The first line on stdin is the spec (`library`, `url`, `key`, `secret`, `quote`); each line
after it asks something, and one line on stdout answers it. Nothing secret stands in argv or in an answer.
Numbers travel as the exchange wrote them, as text.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from thunes_tui.title import neutralise

API = "/api/v3"
REQUEST_MS = 6000
"""One HTTP request may take so long; who asked gives up after 10 s."""
HISTORY = 500
"""Orders of a symbol that are looked at."""
NO_SUCH_ORDER = "-2013"

Ask = dict[str, Any]
Answer = dict[str, Any]


def client(spec: dict[str, str]) -> Any:
    """A ccxt client whose every address leads to the spec's host: nothing of it can reach production."""
    import ccxt

    made = getattr(ccxt, spec["library"])(
        {
            "apiKey": spec["key"],
            "secret": spec["secret"],
            "timeout": REQUEST_MS,
            "enableRateLimit": False,
            "options": {
                "defaultType": "spot",
                "fetchMarkets": ["spot"],
                "fetchCurrencies": False,
                "warnOnFetchOpenOrdersWithoutSymbol": False,
                "adjustForTimeDifference": False,
            },
        }
    )
    base = spec["url"].rstrip("/").removesuffix(API)
    made.urls["api"] = {
        name: _moved(url, base) for name, url in made.urls["api"].items() if isinstance(url, str)
    }
    made.urls["api"]["public"] = made.urls["api"]["private"] = base + API
    if urlsplit(base).hostname in ("127.0.0.1", "localhost", "::1"):
        # A proxy of the box cannot know our loopback.
        made.session.trust_env = False
    return made


def _moved(url: str, base: str) -> str:
    there = urlsplit(base)
    return urlunsplit((there.scheme, there.netloc, urlsplit(url).path, "", ""))


class Exchange:
    """Answers the questions of reconciliation from the account's own records."""

    def __init__(self, made: Any, quote: str) -> None:
        self._client = made
        self._quote = quote
        self._bases: dict[str, tuple[str, str]] = {}

    def probe(self, _: Ask) -> Answer:
        """A signed request: whose account it is, and whether it may trade."""
        account = self._client.privateGetAccount()
        return {"can_trade": account.get("canTrade") in (True, "true"), "uid": str(account.get("uid", ""))}

    def time(self, _: Ask) -> Answer:
        return {"server_ms": int(self._client.publicGetTime()["serverTime"])}

    def open_orders(self, _: Ask) -> Answer:
        rows = self._client.privateGetOpenOrders()
        names = ("symbol", "orderId", "side", "origQty", "price")
        return {"orders": [{name: str(row.get(name, "")) for name in names} for row in rows]}

    def positions(self, ask: Ask) -> Answer:
        """What the account's records say of the bot's positions, their symbols, and the balances."""
        wanted = list(zip(ask.get("symbols", []), ask.get("order_ids", []), strict=True))
        symbols = sorted({symbol for symbol, _ in wanted} | set(ask.get("more_symbols", [])))
        account = self._client.privateGetAccount()
        balances = {
            row["asset"]: str(Decimal(row["free"]) + Decimal(row["locked"])) for row in account["balances"]
        }
        return {
            "positions": [self._position(symbol, order) for symbol, order in wanted],
            "orders": [order for symbol in symbols for order in self._orders(symbol)],
            "balances": balances,
        }

    def _position(self, symbol: str, order_id: str) -> Answer:
        """One order's fills, net of the commission that was taken in the bought coin."""
        base, step = self._base(symbol)
        found: Answer = {"symbol": symbol, "order_id": order_id, "base": base, "step": step, "found": False}
        if not order_id.isdigit():
            return found
        try:
            order = self._client.privateGetOrder({"symbol": symbol, "orderId": order_id})
        except Exception as error:
            if NO_SUCH_ORDER in str(error):
                return found
            raise
        fills = self._client.privateGetMyTrades({"symbol": symbol, "orderId": order_id})
        gross = sum((Decimal(fill["qty"]) for fill in fills), Decimal(0))
        fee = sum(
            (Decimal(fill["commission"]) for fill in fills if fill["commissionAsset"] == base), Decimal(0)
        )
        return {
            **found,
            "found": True,
            "status": str(order.get("status", "")),
            "side": str(order.get("side", "")),
            "gross": format(gross, "f"),
            "commission": format(fee, "f"),
            "quantity": format(gross - fee, "f"),
        }

    def _orders(self, symbol: str) -> list[Answer]:
        rows = self._client.privateGetAllOrders({"symbol": symbol, "limit": HISTORY})
        return [
            {
                "symbol": symbol,
                "order_id": str(row["orderId"]),
                "side": str(row.get("side", "")),
                "status": str(row.get("status", "")),
                "quantity": str(row.get("executedQty", "")),
                "time_ms": int(row.get("time") or row.get("transactTime") or 0),
            }
            for row in rows
        ]

    def _base(self, symbol: str) -> tuple[str, str]:
        """The bought coin and the smallest step of its quantity."""
        if symbol not in self._bases:
            rows = self._client.publicGetExchangeInfo({"symbol": symbol})["symbols"]
            info: dict[str, Any] = next((row for row in rows if row["symbol"] == symbol), {})
            steps = [f.get("stepSize", "") for f in info.get("filters", []) if f["filterType"] == "LOT_SIZE"]
            base = str(info.get("baseAsset", "")) or symbol.removesuffix(self._quote)
            self._bases[symbol] = (base, str(steps[0]) if steps else "")
        return self._bases[symbol]


def answer(exchange: Exchange, ask: Ask) -> Answer:
    """The answer to one question; whatever goes wrong is an answer too, with its class."""
    questions: dict[str, Callable[[Ask], Answer]] = {
        "probe": exchange.probe,
        "time": exchange.time,
        "open_orders": exchange.open_orders,
        "positions": exchange.positions,
    }
    question = questions.get(str(ask.get("do")))
    if question is None:
        return {"ok": False, "kind": "usage", "error": f"no such question: {ask.get('do')}"}
    try:
        return {"ok": True, **question(ask)}
    except Exception as error:  # noqa: BLE001 - the worker answers, whatever the library raises
        return {"ok": False, "kind": _kind(error), "error": _first_line(error)}


def _kind(error: Exception) -> str:
    """`denied` for wrong keys, `down` for an exchange that does not answer, else `error`."""
    from ccxt.base.errors import AuthenticationError, NetworkError

    if isinstance(error, AuthenticationError):
        return "denied"
    if isinstance(error, NetworkError):
        return "down"
    return "error"


def _first_line(error: Exception) -> str:
    """The message without what a library may append to it: a signed address holds a signature."""
    text = f"{type(error).__name__}: {error}".splitlines()[0]
    return text.partition("?")[0][:300]


def main() -> None:
    neutralise()
    # Whatever a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    spec = json.loads(sys.stdin.readline() or "{}")
    if not spec:
        return
    exchange = Exchange(client(spec), spec["quote"])
    for line in sys.stdin:
        answers.write(json.dumps(answer(exchange, json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
