"""python-binance, unchanged, on the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.exchange_rig import Shifted, python_binance, venue
from thunes_tui.sandbox.exchange.service import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with venue(tmp_path_factory.mktemp("venue"), Shifted().clock()) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Any]:
    with python_binance(server.url) as made:
        yield made


def test_the_endpoints_that_the_bot_reads_have_what_it_looks_for(client: Any) -> None:
    assert client.ping() == {}
    assert client.get_server_time()["serverTime"] > 1_700_000_000_000
    account = client.get_account()
    assert account["canTrade"] is True
    assert account["canWithdraw"] is False
    assert account["accountType"] == "SPOT"
    assert client.get_asset_balance("BTC")["free"] == "2.00000000"
    assert client.get_symbol_info("BTCUSDT")["baseAsset"] == "BTC"
    filters = {f["filterType"]: f for f in client.get_symbol_info("BTCUSDT")["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
    assert filters["NOTIONAL"]["minNotional"] == "5.00000000"
    assert Decimal(client.get_symbol_ticker(symbol="BTCUSDT")["price"]) > 0
    assert len(client.get_all_tickers()) >= 2
    assert client.get_ticker(symbol="ETHUSDT")["symbol"] == "ETHUSDT"
    assert set(client.get_orderbook_ticker(symbol="BTCUSDT")) == {
        *("symbol", "bidPrice", "bidQty", "askPrice", "askQty")
    }


def test_historical_candles_come_once_each_though_the_client_asks_twice(client: Any) -> None:
    rows = client.get_historical_klines("BTCUSDT", "1h", limit=100)
    assert len(rows) == 100
    assert len({row[0] for row in rows}) == 100
    assert all(len(row) == 12 for row in rows)
    assert all(isinstance(row[4], str) for row in rows)
    since = client.get_historical_klines("BTCUSDT", "1h", start_str=rows[40][0], end_str=rows[60][0])
    assert [row[0] for row in since] == [row[0] for row in rows[40:61]]
    first = client.get_historical_klines("BTCUSDT", "1d", start_str="2020-01-01 UTC", limit=3)
    assert [row[0] for row in first] == [1_704_067_200_000 + n * 86_400_000 for n in range(3)]


def test_market_orders_by_amount_and_by_cost_are_filled(client: Any) -> None:
    from binance.client import Client

    bought = client.order_market_buy(symbol="BTCUSDT", quoteOrderQty="100")
    assert bought["status"] == "FILLED"
    assert bought["clientOrderId"].startswith("x-HNA2TXFJ")
    assert 98 < Decimal(bought["cummulativeQuoteQty"]) <= 100
    assert bought["executedQty"] == bought["origQty"]
    sold = client.create_order(
        symbol="BTCUSDT", side=Client.SIDE_SELL, type=Client.ORDER_TYPE_MARKET, quantity=bought["executedQty"]
    )
    assert sold["status"] == "FILLED"
    assert sold["executedQty"] == bought["executedQty"]
    assert [t["orderId"] for t in client.get_my_trades(symbol="BTCUSDT")] == [
        bought["orderId"],
        sold["orderId"],
    ]


def test_limit_orders_rest_are_found_by_either_id_and_are_cancelled(client: Any) -> None:
    placed = client.order_limit_sell(
        symbol="BTCUSDT", quantity="0.5", price="200000", newClientOrderId="mine-1"
    )
    assert placed["status"] == "NEW"
    assert placed["fills"] == []
    assert client.get_asset_balance("BTC")["locked"] == "0.50000000"
    assert [o["orderId"] for o in client.get_open_orders(symbol="BTCUSDT")] == [placed["orderId"]]
    assert client.get_order(symbol="BTCUSDT", origClientOrderId="mine-1")["orderId"] == placed["orderId"]
    ended = client.cancel_order(symbol="BTCUSDT", orderId=placed["orderId"])
    assert ended["status"] == "CANCELED"
    assert ended["origClientOrderId"] == "mine-1"
    assert client.get_asset_balance("BTC")["locked"] == "0.00000000"
    assert client.get_all_orders(symbol="BTCUSDT", orderId=placed["orderId"])[0]["status"] == "CANCELED"


def test_errors_carry_the_code_and_the_words_of_the_venue(server: Server, client: Any) -> None:
    from binance.exceptions import BinanceAPIException

    def code(call: Any, **parameters: Any) -> tuple[int, int]:
        with pytest.raises(BinanceAPIException) as raised:
            call(**parameters)
        assert raised.value.message
        return raised.value.code, raised.value.status_code

    buy = {"symbol": "BTCUSDT", "quantity": "0.001"}
    assert code(client.get_symbol_ticker, symbol="NOSUCH") == (-1121, 400)
    assert code(client.get_symbol_ticker, symbol="btcusdt") == (-1100, 400)
    assert code(client.get_klines, symbol="BTCUSDT") == (-1102, 400)
    assert code(client.get_klines, symbol="BTCUSDT", interval="7m") == (-1120, 400)
    assert code(client.get_klines, symbol="BTCUSDT", interval="1m", colour="red") == (-1104, 400)
    assert code(client.order_market_buy, **{**buy, "quantity": "0.000001"}) == (-1013, 400)
    assert code(client.order_market_buy, **{**buy, "quantity": "0.00001"}) == (-1013, 400)
    assert code(client.order_limit_buy, **buy, price="100000.001") == (-1013, 400)
    assert code(client.order_limit_buy, **buy, price="900000.00") == (-1013, 400)
    assert code(client.order_market_buy, **{**buy, "quantity": "100"}) == (-2010, 400)
    assert code(client.cancel_order, symbol="BTCUSDT", orderId=99999) == (-2011, 400)
    assert code(client.cancel_order, symbol="BTCUSDT") == (-1102, 400)
    assert code(client.get_order, symbol="BTCUSDT", orderId=99999) == (-2013, 400)
    client.timestamp_offset = -60_000
    assert code(client.get_account) == (-1021, 400)
    client.timestamp_offset = 0
    with python_binance(server.url, secret="wrong") as other:
        assert code(other.get_account) == (-1022, 400)
    with python_binance(server.url, key="nonsense") as other:
        assert code(other.get_account) == (-2014, 401)
    with python_binance(server.url, key="z" * 64) as other:
        assert code(other.get_account) == (-2015, 401)
