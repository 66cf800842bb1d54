"""What the tests of the exchange stand-in share: clocks to turn, a venue in a thread, real clients."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from thunes_tui.clock import Clock
from thunes_tui.sandbox.exchange.service import Server, serve

KEY = "k" * 64
SECRET = "s" * 64
RICH = {"USDT": Decimal(100_000), "BTC": Decimal(2), "ETH": Decimal(0)}
FEE = Decimal("0.001")


@dataclass
class Hand:
    """A clock whose time is set by hand, in milliseconds since the epoch."""

    ms: int = 1_760_000_000_000

    def clock(self) -> Clock:
        return Clock(lambda: self.ms * 1000, lambda: self.ms * 1_000_000)


@dataclass
class Shifted:
    """The real time, moved by so many milliseconds: real clients bring their own clock along."""

    by_ms: int = 0

    def clock(self) -> Clock:
        return Clock(lambda: time.time_ns() // 1000 + self.by_ms * 1000, time.monotonic_ns)


@contextmanager
def venue(folder: Path, clock: Clock | None = None, **options: Any) -> Iterator[Server]:
    """A running stand-in on a thread and loop of its own, for clients that block."""
    settings: dict[str, Any] = {
        "api_key": KEY,
        "api_secret": SECRET,
        "balances": RICH,
        "commission": FEE,
        **options,
    }
    ready: list[Server | BaseException] = []
    up, loop, ended = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def run() -> None:
        try:
            server = await serve(folder, clock or Shifted().clock(), **settings)
        except BaseException as error:
            ready.append(error)
            up.set()
            return
        ready.append(server)
        up.set()
        await ended.wait()
        await server.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    up.wait(10)
    try:
        first = ready[0]
        if isinstance(first, BaseException):
            raise first
        yield first
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        assert not thread.is_alive()
        loop.close()


def point(client: Any, url: str) -> Any:
    """Points a ccxt client at the stand-in, as the bot does: sandbox mode, its spot addresses replaced."""
    client.set_sandbox_mode(True)
    client.urls["api"]["public"] = client.urls["api"]["private"] = f"{url}/api/v3"
    return client


def ccxt_settings(**more: Any) -> Any:
    return {
        "apiKey": KEY,
        "secret": SECRET,
        "enableRateLimit": False,
        "options": {
            "fetchMarkets": ["spot"],
            "fetchCurrencies": False,
            "warnOnFetchOpenOrdersWithoutSymbol": False,
        },
        **more,
    }


@contextmanager
def python_binance(url: str, key: str = KEY, secret: str = SECRET) -> Iterator[Any]:
    """A python-binance client of the stand-in, closed afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from binance.client import Client

        class Local(Client):
            API_URL = f"{url}/api"

        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        client = Local(key, secret)
    try:
        yield client
    finally:
        client.session.close()
        asyncio.set_event_loop(None)
        loop.close()


def signed(parameters: Mapping[str, object], now_ms: int, secret: str = SECRET) -> str:
    """A signed query or form body, made by hand."""
    text = urlencode({**parameters, "timestamp": now_ms}, errors="surrogatepass")
    return f"{text}&signature={hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}"
