"""ccxt, unchanged, trades on the stand-in and cannot tell it from the testnet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ccxt.async_support.binance import binance as asynchronous_binance
from ccxt.base import errors
from ccxt.binance import binance

from tests.sandbox.exchange_rig import FEE, KEY, Shifted, ccxt_settings, point, venue
from thunes_tui.sandbox.exchange.service import Server

PAIR = "BTC/USDT"


@pytest.fixture(scope="module")
def shift() -> Shifted:
    return Shifted()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, shift: Shifted) -> Iterator[Server]:
    with venue(tmp_path_factory.mktemp("venue"), shift.clock()) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[Any]:
    made = point(binance(ccxt_settings()), server.url)
    made.load_markets()
    yield made
    made.session.close()


def held(client: Any) -> dict[str, Decimal]:
    rows = client.fetch_balance()["info"]["balances"]
    return {row["asset"]: Decimal(row["free"]) + Decimal(row["locked"]) for row in rows}


def test_markets_have_precision_and_limits(client: Any) -> None:
    market = client.market(PAIR)
    assert market["active"] is True
    assert market["spot"] is True
    assert market["precision"] == {"amount": 1e-05, "price": 0.01, "base": 1e-08, "quote": 1e-08}
    assert market["limits"]["cost"]["min"] == 5
    assert market["limits"]["amount"] == {"min": 1e-05, "max": 9000}
    assert {"BTC/USDT", "ETH/USDT"} <= set(client.symbols)


def test_a_buy_by_cost_and_a_sell_by_amount_move_the_balances_by_exactly_their_fills(client: Any) -> None:
    before = held(client)
    bought = client.create_market_buy_order_with_cost(PAIR, 100)
    assert bought["status"] == "closed"
    assert bought["side"] == "buy"
    assert 0 < bought["cost"] <= 100
    assert bought["cost"] > 98
    assert len(bought["trades"]) == len(bought["info"]["fills"]) == 1
    after = held(client)
    amount = Decimal(bought["info"]["executedQty"])
    assert after["USDT"] == before["USDT"] - Decimal(bought["info"]["cummulativeQuoteQty"])
    assert after["BTC"] == before["BTC"] + amount - (amount * FEE).quantize(Decimal("1e-8"))

    sold = client.create_market_sell_order(PAIR, 0.0005)
    assert sold["filled"] == 0.0005
    fee = Decimal(sold["info"]["fills"][0]["commission"])
    assert sold["fee"]["currency"] == "USDT"
    last = held(client)
    assert last["BTC"] == after["BTC"] - Decimal("0.0005")
    assert last["USDT"] == after["USDT"] + Decimal(sold["info"]["cummulativeQuoteQty"]) - fee


def test_my_trades_list_both_sides_with_their_fees(client: Any) -> None:
    order = client.create_market_buy_order(PAIR, 0.001)
    trades = client.fetch_my_trades(PAIR)
    assert trades[-1]["order"] == order["id"]
    assert trades[-1]["side"] == "buy"
    assert trades[-1]["takerOrMaker"] == "taker"
    assert trades[-1]["fee"] == {"currency": "BTC", "cost": 1e-06}
    assert [t["id"] for t in client.fetch_my_trades(PAIR, params={"fromId": trades[-1]["id"]})] == [
        trades[-1]["id"]
    ]
    assert client.fetch_order_trades(order["id"], PAIR)[0]["order"] == order["id"]


def test_a_limit_order_rests_locks_its_funds_and_can_be_cancelled(client: Any) -> None:
    before = client.fetch_balance()
    price = round(client.fetch_ticker(PAIR)["last"] * 0.9, 2)
    order = client.create_limit_buy_order(PAIR, 0.01, price)
    assert order["status"] == "open"
    locked = Decimal(client.fetch_balance()["info"]["balances"][-1]["locked"])
    assert locked == Decimal("0.01") * Decimal(str(price))
    assert [o["id"] for o in client.fetch_open_orders()] == [order["id"]]
    assert [o["id"] for o in client.fetch_open_orders(PAIR)] == [order["id"]]
    assert client.fetch_open_orders("ETH/USDT") == []
    assert client.fetch_order(order["id"], PAIR)["status"] == "open"
    assert client.cancel_order(order["id"], PAIR)["status"] == "canceled"
    assert client.fetch_order(order["id"], PAIR)["status"] == "canceled"
    assert client.fetch_open_orders() == []
    assert client.fetch_balance()["total"] == before["total"]
    assert client.fetch_balance()["used"]["USDT"] == 0
    assert order["id"] in [o["id"] for o in client.fetch_orders(PAIR)]


def test_a_resting_order_is_filled_as_maker_when_the_price_comes_to_it(client: Any, shift: Shifted) -> None:
    price = client.fetch_ticker(PAIR)["last"]
    order = client.create_limit_sell_order(PAIR, 0.001, round(price * 1.0002, 2))
    try:
        for _ in range(200):
            shift.by_ms += 900_000
            client.options["timeDifference"] = -shift.by_ms
            client.options["adjustForTimeDifference"] = True
            if not client.fetch_open_orders(PAIR):
                break
        done = client.fetch_order(order["id"], PAIR)
        assert done["status"] == "closed"
        assert client.fetch_my_trades(PAIR)[-1]["takerOrMaker"] == "maker"
        assert client.fetch_my_trades(PAIR)[-1]["price"] == order["price"]
    finally:
        shift.by_ms = 0
        client.options["timeDifference"] = 0


def test_immediate_or_cancel_fill_or_kill_and_post_only(client: Any) -> None:
    price = round(client.fetch_ticker(PAIR)["last"] * 0.95, 2)
    for force in ("IOC", "FOK"):
        assert client.create_limit_buy_order(PAIR, 0.01, price, {"timeInForce": force})["status"] == "expired"
    maker = client.create_limit_buy_order(PAIR, 0.01, price, {"postOnly": True})
    assert client.fetch_order(maker["id"], PAIR)["type"] == "limit"
    client.cancel_all_orders(PAIR)
    assert client.fetch_open_orders(PAIR) == []
    with pytest.raises(errors.OrderImmediatelyFillable):
        client.create_limit_buy_order(PAIR, 0.01, round(price * 1.1, 2), {"postOnly": True})


def test_candles_end_at_the_ticker_price_and_continue_from_a_start(client: Any) -> None:
    rows = client.fetch_ohlcv(PAIR, "1m", limit=50)
    assert len(rows) == 50
    assert all(later[0] - earlier[0] == 60_000 for earlier, later in itertools.pairwise(rows))
    assert all(low <= min(first, last) <= max(first, last) <= high for _, first, high, low, last, _ in rows)
    again = client.fetch_ohlcv(PAIR, "1m", since=rows[10][0], limit=5)
    assert again == rows[10:15]
    assert client.fetch_ticker(PAIR)["last"] == pytest.approx(client.fetch_ohlcv(PAIR, "1m")[-1][4], rel=1e-4)


def test_the_account_may_trade_but_not_withdraw(client: Any) -> None:
    info = client.fetch_balance()["info"]
    assert (info["canTrade"], info["canWithdraw"], info["accountType"]) == (True, False, "SPOT")


def test_an_order_test_leaves_no_order(client: Any) -> None:
    before = len(client.fetch_orders(PAIR))
    client.create_order(PAIR, "market", "buy", 0.001, None, {"test": True})
    assert len(client.fetch_orders(PAIR)) == before


def order(**changes: object) -> dict[str, object]:
    base = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.001"}
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "error", "code"),
    [
        ({"quantity": "0.000015"}, errors.InvalidOrder, -1013),
        ({"quantity": "0.00001"}, errors.BadRequest, -1013),
        ({"type": "LIMIT", "timeInForce": "GTC", "price": "100000.005"}, errors.InvalidOrder, -1013),
        ({"quantity": "1e-3"}, errors.BadRequest, -1100),
        ({"quantity": None}, errors.BadRequest, -1102),
        ({"quantity": "0.0010000000001"}, errors.BadRequest, -1111),
        ({"timeInForce": "GTC"}, errors.BadRequest, -1106),
        ({"type": "LIMIT", "timeInForce": "NOW", "price": "100000"}, errors.BadRequest, -1115),
        ({"type": "SOON"}, errors.BadRequest, -1116),
        ({"side": "HOLD"}, errors.BadRequest, -1117),
        ({"symbol": "NOSUCH"}, errors.BadSymbol, -1121),
        ({"quoteOrderQty": "10"}, errors.BadRequest, -1128),
        ({"quantity": "5"}, errors.InsufficientFunds, None),
        ({"side": "SELL", "quantity": "50"}, errors.InsufficientFunds, None),
        ({"quantity": None, "quoteOrderQty": "999999"}, errors.InsufficientFunds, None),
    ],
)
def test_a_bad_order_is_refused_with_the_exception_that_real_clients_know(
    client: Any, changes: dict[str, object], error: type[Exception], code: int | None
) -> None:
    before = held(client)
    with pytest.raises(error) as raised:
        client.private_post_order(order(**changes))
    assert type(raised.value) is error
    if code is not None and error is not errors.InvalidOrder:
        assert f'"code":{code}' in str(raised.value)
    assert held(client) == before


def test_unknown_orders_times_and_keys_have_their_own_exceptions(server: Server, client: Any) -> None:
    with pytest.raises(errors.OrderNotFound, match="-2013"):
        client.fetch_order("424242", PAIR)
    with pytest.raises(errors.OrderNotFound, match="-2011"):
        client.cancel_order("424242", PAIR)
    with pytest.raises(errors.InvalidNonce, match="-1021"):
        client.private_get_account({"timestamp": client.milliseconds() - 60_000})
    with pytest.raises(errors.InvalidNonce, match="-1021"):
        client.private_get_account({"timestamp": client.milliseconds() + 60_000})
    for settings, code in (
        ({"secret": "wrong"}, "-1022"),
        ({"apiKey": "short"}, "-2014"),
        ({"apiKey": "x" * 64}, "-2015"),
    ):
        other = point(binance(ccxt_settings(**settings)), server.url)
        other.set_markets_from_exchange(client)
        with pytest.raises(errors.AuthenticationError, match=code):
            other.fetch_balance()
        other.session.close()


def test_a_venue_that_is_down_or_limited_looks_so(server: Server, client: Any) -> None:
    try:
        server.faults.rate_limited = True
        with pytest.raises(errors.DDoSProtection, match="429"):
            client.fetch_ticker(PAIR)
        server.faults.rate_limited = False
        server.faults.down = True
        with pytest.raises(errors.NetworkError):
            client.fetch_ticker(PAIR)
    finally:
        server.faults.down = server.faults.rate_limited = False
    assert client.fetch_ticker(PAIR)["last"] > 0


async def test_the_asynchronous_client_trades_as_well(tmp_path: Path, server: Server) -> None:
    other = point(asynchronous_binance(ccxt_settings(apiKey=KEY)), server.url)
    try:
        bought = await other.create_market_buy_order_with_cost("ETH/USDT", 50)
        assert bought["status"] == "closed"
        assert (await other.fetch_my_trades("ETH/USDT"))[-1]["order"] == bought["id"]
        rest = await other.create_limit_sell_order("ETH/USDT", 0.01, 5000)
        assert [o["id"] for o in await other.fetch_open_orders("ETH/USDT")] == [rest["id"]]
        await other.cancel_order(rest["id"], "ETH/USDT")
        with pytest.raises(errors.InsufficientFunds):
            await other.create_market_sell_order("ETH/USDT", 100)
    finally:
        await other.close()
