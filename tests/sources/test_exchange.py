"""The exchange worker, a real process with the real ccxt, against the exchange stand-in."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson

from tests.server.checkout_rig import KEY, SECRET
from thunes_tui.clock import system
from thunes_tui.sandbox.exchange.service import Server, serve
from thunes_tui.sources import exchange, exchange_worker, procfs
from thunes_tui.sources.exchange import ExchangeWorker, Spec


@asynccontextmanager
async def venue(folder: Path, **options: Any) -> AsyncIterator[Server]:
    server = await serve(folder, system(), api_key=KEY, api_secret=SECRET, **options)
    try:
        yield server
    finally:
        await server.close()


def pid_of(worker: ExchangeWorker) -> int | None:
    return worker.pid


async def buy(url: str, quantity: str = "0.01") -> dict[str, Any]:
    """A market order, signed by hand."""
    query = urlencode(
        {
            "symbol": "BTCUSDT",
            "side": "BUY",
            "type": "MARKET",
            "quantity": quantity,
            "timestamp": system().now().t // 1000,
        }
    )
    signed = f"{query}&signature={hmac.new(SECRET.encode(), query.encode(), hashlib.sha256).hexdigest()}"
    request = urllib.request.Request(f"{url}/api/v3/order", signed.encode(), {"X-MBX-APIKEY": KEY})

    def send() -> dict[str, Any]:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            made: dict[str, Any] = orjson.loads(answer.read())
            return made

    return await asyncio.to_thread(send)


async def test_it_answers_in_the_accounts_own_numbers(tmp_path: Path) -> None:
    async with venue(tmp_path, commission=Decimal("0.001")) as server:
        order = await buy(server.url)
        worker = ExchangeWorker(Spec("binance", server.url, KEY, SECRET))
        try:
            assert pid_of(worker) is None, "it is started before it is asked"
            probe = await worker.ask({"do": "probe"})
            assert (probe["ok"], probe["can_trade"]) == (True, True)
            first = pid_of(worker)
            assert first is not None
            assert SECRET not in " ".join(procfs.argv(first))
            assert SECRET not in str(procfs.environ(first))
            number = str(order["orderId"])
            found = await worker.ask(
                {"do": "positions", "symbols": ["BTCUSDT"] * 2, "order_ids": [number, "999"]}
            )
            assert found["ok"], found
            position, missing = found["positions"]
            assert (Decimal(position["gross"]), Decimal(position["quantity"])) == (
                Decimal("0.01"),
                Decimal("0.00999"),
            )
            assert (position["status"], position["base"], missing["found"]) == ("FILLED", "BTC", False)
            assert Decimal(found["balances"]["BTC"]) == Decimal("0.00999")
            assert [each["order_id"] for each in found["orders"]] == [number]
            assert (await worker.ask({"do": "open_orders"}))["orders"] == []
            assert (await worker.ask({"do": "time"}))["server_ms"] > 1e12
            assert (await worker.ask({"do": "sell everything"}))["kind"] == "usage"
            assert pid_of(worker) == first
        finally:
            await worker.close()
        assert pid_of(worker) is None


async def test_wrong_keys_are_told_from_a_dead_exchange_and_new_keys_need_no_restart(
    tmp_path: Path,
) -> None:
    async with venue(tmp_path) as server:
        specs = [Spec("binance", server.url, KEY, "wrong" * 12)]
        worker = ExchangeWorker(lambda: specs[0])
        try:
            denied = await worker.ask({"do": "probe"})
            assert (denied["ok"], denied["kind"]) == (False, "denied")
            assert "signature=" not in denied["error"]
            specs[0] = Spec("binance", server.url, KEY, SECRET)
            assert (await worker.ask({"do": "probe"}))["ok"]
            await server.close()
            assert (await worker.ask({"do": "probe"}))["kind"] == "down"
        finally:
            await worker.close()


async def test_a_hanging_exchange_costs_the_worker_and_an_idle_one_goes(
    tmp_path: Path, monkeypatch: Any
) -> None:
    """At a listener that never answers: the question ends, the worker is killed, the next one is fresh."""

    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            writer.close()

    async with venue(tmp_path) as server, await asyncio.start_server(never, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        specs = [Spec("binance", f"http://127.0.0.1:{port}", KEY, SECRET)]
        worker = ExchangeWorker(lambda: specs[0])
        try:
            assert (await worker.ask({"do": "sell everything"}))["kind"] == "usage"
            monkeypatch.setattr(exchange, "ANSWER_S", 0.3)
            assert (await worker.ask({"do": "probe"}))["kind"] == "timeout"
            assert pid_of(worker) is None
            specs[0] = Spec("binance", server.url, KEY, SECRET)
            monkeypatch.setattr(exchange, "IDLE_S", 0.1)
            assert (await worker.ask({"do": "probe"}))["ok"]
            async with asyncio.timeout(5):
                while pid_of(worker) is not None:
                    await asyncio.sleep(0.02)
        finally:
            await worker.close()


def test_no_address_of_the_client_leads_elsewhere() -> None:
    made = exchange_worker.client(
        {"library": "binance", "url": "http://127.0.0.1:1", "key": KEY, "secret": SECRET, "quote": "USDT"}
    )
    assert len(made.urls["api"]) > 10
    assert {url.split("/")[2] for url in made.urls["api"].values()} == {"127.0.0.1:1"}
