"""The exchange's account: nothing is made or lost, and orders fill when, and only when, the price says so."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.exchange_rig import FEE, RICH, Hand
from thunes_tui.sandbox.exchange import ticket
from thunes_tui.sandbox.exchange.engine import Exchange
from thunes_tui.sandbox.exchange.history import Selection
from thunes_tui.sandbox.exchange.parameters import Parameters
from thunes_tui.sandbox.exchange.refusal import VenueError
from thunes_tui.sandbox.exchange.store import Store

BTC = "BTCUSDT"
ALL = Selection(limit=100_000)


def opened(folder: Path, hand: Hand) -> Exchange:
    return Exchange(Store(folder, seed="tests", balances=RICH), hand.clock(), commission=FEE)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def exchange(tmp_path: Path, hand: Hand) -> Iterator[Exchange]:
    made = opened(tmp_path, hand)
    yield made
    made.close()


def place(
    exchange: Exchange, side: str, kind: str = "MARKET", symbol: str = BTC, **more: object
) -> dict[str, Any]:
    if kind == "LIMIT":
        more = {"timeInForce": "GTC", **more}
    pairs = {"side": side, "type": kind, **more}
    return exchange.place(symbol, ticket.read(Parameters((k, str(v)) for k, v in pairs.items())))


def balances(exchange: Exchange) -> dict[str, tuple[Decimal, Decimal]]:
    rows: Any = exchange.account()["balances"]
    return {row["asset"]: (Decimal(row["free"]), Decimal(row["locked"])) for row in rows}


def assert_conserved(exchange: Exchange) -> None:
    """Opening balances and trades give every balance to the last digit; open orders give what is locked."""
    total, locked = dict(RICH), dict.fromkeys(RICH, Decimal(0))
    for symbol, market in exchange.markets.items():
        for trade in exchange.trades(symbol, ALL):
            sign = 1 if trade["isBuyer"] else -1
            for asset, value in ((market.base, "qty"), (market.quote, "quoteQty")):
                total[asset] = total.get(asset, Decimal(0)) + sign * Decimal(str(trade[value]))
                sign = -sign
            assert Decimal(str(trade["quoteQty"])) == Decimal(str(trade["price"])) * Decimal(
                str(trade["qty"])
            )
            total[str(trade["commissionAsset"])] -= Decimal(str(trade["commission"]))
        for order in exchange.orders(symbol, ALL):
            own = exchange.trades(symbol, Selection(limit=1000, order_id=int(str(order["orderId"]))))
            assert Decimal(str(order["executedQty"])) == sum(Decimal(str(t["qty"])) for t in own)
            assert Decimal(str(order["cummulativeQuoteQty"])) == sum(Decimal(str(t["quoteQty"])) for t in own)
        for order in exchange.open_orders(symbol):
            rest = Decimal(str(order["origQty"])) - Decimal(str(order["executedQty"]))
            if order["side"] == "BUY":
                locked[market.quote] += rest * Decimal(str(order["price"]))
            else:
                locked[market.base] += rest
    for asset, (free, held) in balances(exchange).items():
        assert free >= 0
        assert held == locked.get(asset, 0)
        assert free + held == total.get(asset, 0)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["market", "cost", "limit", "cancel", "wait"]),
        st.sampled_from(["BUY", "SELL"]),
        st.sampled_from([BTC, "ETHUSDT"]),
        st.integers(1, 400_000),
        st.integers(-300, 300),
        st.sampled_from(["GTC", "IOC", "FOK"]),
    ),
    max_size=25,
)


def act(exchange: Exchange, hand: Hand, action: tuple[str, str, str, int, int, str]) -> None:
    what, side, symbol, size, basis_points, force = action
    market, price = exchange.market(symbol), exchange.price(symbol)
    limit = (price * (10_000 + basis_points) / 10_000 // market.tick) * market.tick
    if what == "wait":
        hand.ms += size * 10
    elif what == "cancel":
        exchange.cancel_all(symbol)
    elif what == "cost":
        place(exchange, side, symbol=symbol, quoteOrderQty=Decimal(size) / 7 // market.tick * market.tick)
    elif what == "market":
        place(exchange, side, symbol=symbol, quantity=size * market.step)
    else:
        place(exchange, side, "LIMIT", symbol, quantity=size * market.step, price=limit, timeInForce=force)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ACTIONS)
def test_balances_locks_fills_and_fees_add_up_to_the_last_digit(actions: list[Any]) -> None:
    hand = Hand()
    with tempfile.TemporaryDirectory() as folder:
        exchange = opened(Path(folder), hand)
        for action in actions:
            exchange.advance()
            before = balances(exchange)
            try:
                act(exchange, hand, action)
            except VenueError:
                assert balances(exchange) == before
            assert_conserved(exchange)
        left = (exchange.account(), exchange.open_orders())
        exchange.close()
        again = opened(Path(folder), hand)
        assert (again.account(), again.open_orders()) == left
        assert_conserved(again)
        again.close()


def test_a_large_order_walks_up_the_book_in_several_fills(exchange: Exchange) -> None:
    order = place(exchange, "SELL", quantity="2")
    prices = [Decimal(fill["price"]) for fill in order["fills"]]
    assert len(prices) == 3
    assert prices == sorted(prices, reverse=True)
    assert prices[0] == exchange.price(BTC)
    assert sum(Decimal(fill["qty"]) for fill in order["fills"]) == 2
    assert_conserved(exchange)


def test_a_limit_order_beyond_the_market_pays_the_market_and_gets_the_difference_back(
    exchange: Exchange,
) -> None:
    limit = exchange.price(BTC) + 100
    order = place(exchange, "BUY", "LIMIT", quantity="0.1", price=limit)
    assert order["status"] == "FILLED"
    assert Decimal(order["fills"][0]["price"]) == exchange.price(BTC) + Decimal("0.01")
    assert balances(exchange)["USDT"][1] == 0
    assert_conserved(exchange)


def test_a_part_filled_order_rests_until_the_book_is_full_again(exchange: Exchange, hand: Hand) -> None:
    price = exchange.price(BTC)
    order = place(exchange, "SELL", "LIMIT", quantity="1.2", price=price)
    assert order["status"] == "PARTIALLY_FILLED"
    assert order["executedQty"] == "0.50000000"
    assert balances(exchange)["BTC"][1] == Decimal("0.7")
    exchange.advance()
    assert exchange.open_orders(BTC)[0]["executedQty"] == "0.50000000"
    cancelled = exchange.cancel(BTC, order["orderId"], None)
    assert cancelled["executedQty"] == "0.50000000"
    assert balances(exchange)["BTC"] == (Decimal("1.5"), Decimal(0))
    assert_conserved(exchange)


@pytest.mark.parametrize(
    ("force", "executed"), [("IOC", "0.50000000"), ("FOK", "0.00000000"), ("GTC", "0.50000000")]
)
def test_time_in_force_decides_over_the_part_that_does_not_fill(
    exchange: Exchange, force: str, executed: str
) -> None:
    price = exchange.price(BTC)
    order = place(exchange, "SELL", "LIMIT", quantity="1.2", price=price, timeInForce=force)
    assert order["executedQty"] == executed
    assert order["status"] == ("PARTIALLY_FILLED" if force == "GTC" else "EXPIRED")
    assert bool(exchange.open_orders()) == (force == "GTC")
    assert_conserved(exchange)


@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_a_resting_order_fills_at_its_own_price_at_the_very_moment_of_the_crossing(
    exchange: Exchange, hand: Hand, side: str
) -> None:
    away = -1 if side == "BUY" else 1
    limit = exchange.price(BTC) + away * 20
    place(exchange, side, "LIMIT", quantity="0.01", price=limit)
    while exchange.open_orders():
        hand.ms += 7_000
        exchange.advance()
        assert hand.ms < 1_760_000_000_000 + 30 * 86_400_000
    (trade,) = exchange.trades(BTC, ALL)
    assert trade["price"] == f"{limit:.8f}"
    assert trade["isMaker"] is True
    moment = int(str(trade["time"]))
    assert moment <= hand.ms
    walk = exchange.walks[BTC]
    if side == "BUY":
        assert walk.price(moment) < limit <= walk.price(moment - 1)
    else:
        assert walk.price(moment - 1) < limit <= walk.price(moment)
    assert_conserved(exchange)


def test_a_restart_fills_what_the_price_met_meanwhile(tmp_path: Path, hand: Hand) -> None:
    first = opened(tmp_path, hand)
    place(first, "SELL", "LIMIT", quantity="0.01", price=first.price(BTC) + 50)
    first.close()
    hand.ms += 20 * 86_400_000
    second = opened(tmp_path, hand)
    second.advance()
    assert second.open_orders() == []
    (trade,) = second.trades(BTC, ALL)
    assert int(str(trade["time"])) < hand.ms
    assert_conserved(second)
    second.close()


def test_a_disk_that_refuses_leaves_nothing_changed(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = balances(exchange)

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "commit", refuse)
        with pytest.raises(sqlite3.OperationalError):
            place(exchange, "BUY", quantity="0.01")
    assert balances(exchange) == before
    assert exchange.orders(BTC, ALL) == []
    assert place(exchange, "BUY", quantity="0.01")["orderId"] == 1


def test_client_ids_are_unique_among_open_orders_only(exchange: Exchange) -> None:
    limit = exchange.price(BTC) - 1000
    first = place(exchange, "BUY", "LIMIT", quantity="0.01", price=limit, newClientOrderId="mine")
    with pytest.raises(VenueError, match="Duplicate order sent"):
        place(exchange, "BUY", "LIMIT", quantity="0.01", price=limit, newClientOrderId="mine")
    exchange.cancel(BTC, None, "mine")
    second = place(exchange, "BUY", "LIMIT", quantity="0.01", price=limit, newClientOrderId="mine")
    assert exchange.order(BTC, None, "mine")["orderId"] == second["orderId"] != first["orderId"]


def test_histories_are_cut_by_id_time_and_number(exchange: Exchange, hand: Hand) -> None:
    for _ in range(5):
        place(exchange, "BUY", quantity="0.01")
        hand.ms += 1000
    start = hand.ms - 5000

    def ids(**chosen: Any) -> list[object]:
        return [row["orderId"] for row in exchange.orders(BTC, Selection(**{"limit": 10, **chosen}))]

    assert ids() == [1, 2, 3, 4, 5]
    assert ids(limit=2) == [4, 5]
    assert ids(limit=2, order_id=2) == [2, 3]
    assert ids(start=start + 1000, end=start + 2000) == [2, 3]
    assert [t["id"] for t in exchange.trades(BTC, Selection(limit=2, from_id=3))] == [3, 4]
    assert [t["orderId"] for t in exchange.trades(BTC, Selection(limit=9, order_id=4))] == [4]
    with pytest.raises(VenueError, match="24 hours"):
        ids(start=0, end=86_400_001)


def test_filters_name_themselves(exchange: Exchange) -> None:
    price = exchange.price(BTC)
    refused: dict[str, dict[str, Any]] = {
        "LOT_SIZE": {"quantity": "0.000011"},
        "NOTIONAL": {"quantity": "0.00001"},
        "PRICE_FILTER": {"kind": "LIMIT", "quantity": "1", "price": "100000.001"},
        "PERCENT_PRICE_BY_SIDE": {"kind": "LIMIT", "quantity": "1", "price": price * 6 // 1},
    }
    for name, order in refused.items():
        with pytest.raises(VenueError) as raised:
            place(exchange, "BUY", **order)
        assert (raised.value.code, str(raised.value)) == (-1013, f"Filter failure: {name}")
    for value in ("99999999999999999999.99999999", "9001"):
        with pytest.raises(VenueError, match="LOT_SIZE"):
            place(exchange, "BUY", quantity=value)
    with pytest.raises(VenueError, match="insufficient"):
        place(exchange, "BUY", quoteOrderQty="99999999999999999999.99999999")
    with pytest.raises(VenueError, match="insufficient"):
        place(exchange, "SELL", quoteOrderQty="99999999999999999999.99999999")
