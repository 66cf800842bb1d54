"""The stand-in's protocol byte by byte: signatures, weights, errors, faults."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.sandbox.exchange_rig import KEY, RICH, SECRET, Hand, signed
from thunes_tui.errors import Unusable
from thunes_tui.sandbox.exchange.endpoints import ENDPOINTS
from thunes_tui.sandbox.exchange.service import Server, serve

BUY = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.001"}


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def server(tmp_path: Path, hand: Hand) -> AsyncIterator[Server]:
    running = await serve(
        tmp_path, hand.clock(), api_key=KEY, api_secret=SECRET, balances=RICH, weight_limit=100
    )
    yield running
    await running.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"X-MBX-APIKEY": KEY}) as opened:
        yield opened


class Caller:
    """Sends exactly what it is told to."""

    def __init__(self, session: aiohttp.ClientSession, server: Server) -> None:
        self.session, self.server = session, server
        self.headers: dict[str, str] = {}

    async def __call__(
        self, method: str, path: str, query: str = "", body: str | None = None, **more: Any
    ) -> Any:
        url = URL(f"{self.server.url}/api/v3/{path}" + (f"?{query}" if query else ""), encoded=True)
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        headers = {**form, **more.pop("headers", {})}
        async with self.session.request(method, url, data=body, headers=headers, **more) as answer:
            self.headers = dict(answer.headers)
            content = await answer.json()
            return (answer.status, content.get("code") if answer.status != 200 else content)


@pytest.fixture
def call(session: aiohttp.ClientSession, server: Server) -> Caller:
    return Caller(session, server)


async def test_a_signature_covers_query_and_body_as_they_were_sent(call: Caller, hand: Hand) -> None:
    assert (await call("GET", "account", signed({}, hand.ms)))[0] == 200
    assert (await call("POST", "order/test", signed(BUY, hand.ms))) == (200, {})
    assert (await call("POST", "order/test", "", signed(BUY, hand.ms))) == (200, {})
    # Both at once, joined by nothing.
    whole = signed(BUY, hand.ms).replace("&side", "side", 1)
    text = "symbol=BTCUSDT" + whole.partition("BTCUSDT")[2].rpartition("&signature=")[0]
    proof = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    body = text.removeprefix("symbol=BTCUSDT") + f"&signature={proof}"
    assert (await call("POST", "order/test", "symbol=BTCUSDT", body)) == (200, {})
    assert (await call("POST", "order/test", "symbol=ETHUSDT", body)) == (400, -1022)


async def test_each_part_of_a_signed_request_is_missed_by_name(call: Caller, hand: Hand) -> None:
    call.server.allowance.limit = 1000
    good = signed({}, hand.ms)
    assert await call("GET", "account", good, headers={"X-MBX-APIKEY": ""}) == (401, -2014)
    assert await call("GET", "account") == (400, -1102)
    assert await call("GET", "account", f"timestamp={hand.ms}") == (400, -1102)
    assert await call("GET", "account", "timestamp=soon&signature=00") == (400, -1100)
    assert await call("GET", "account", good + "&timestamp=1") == (400, -1101)
    assert await call("GET", "account", good.replace("timestamp", "recvWindow=60001&timestamp")) == (
        400,
        -1131,
    )
    assert await call("GET", "account", good[:-1] + "g") == (400, -1022)


async def test_the_window_of_time_is_held_to_the_millisecond(call: Caller, hand: Hand) -> None:
    call.server.allowance.limit = 10_000
    for sent, window, expected in (
        (hand.ms - 5000, None, 200),
        (hand.ms - 5001, None, 400),
        (hand.ms - 5001, 5001, 200),
        (hand.ms + 999, None, 200),
        (hand.ms + 1000, None, 400),
        ((hand.ms - 10) * 1000, 20, 200),
    ):
        parameters = {} if window is None else {"recvWindow": window}
        status, answer = await call("GET", "account", signed(parameters, sent))
        assert status == expected, (sent, window)
        assert status == 200 or answer == -1021


async def test_used_weight_is_told_and_too_much_of_it_is_refused_then_banned(
    call: Caller, hand: Hand
) -> None:
    hand.ms = hand.ms // 60_000 * 60_000 + 15_000
    await call("GET", "ping")
    assert call.headers["X-MBX-USED-WEIGHT-1M"] == "1"
    await call("GET", "exchangeInfo")
    assert call.headers["X-MBX-USED-WEIGHT-1M"] == "21"
    await call("GET", "ticker/24hr")
    assert call.headers["X-MBX-USED-WEIGHT-1M"] == "101"
    assert await call("GET", "ping") == (429, -1003)
    assert call.headers["Retry-After"] == "45"
    for _ in range(2):
        assert await call("GET", "ping") == (429, -1003)
    assert await call("GET", "ping") == (418, -1003)
    assert call.headers["Retry-After"] == "120"
    hand.ms += 119_000
    assert await call("GET", "ping") == (418, -1003)
    assert call.headers["Retry-After"] == "1"
    hand.ms += 1_000
    assert await call("GET", "ping") == (200, {})
    assert call.headers["X-MBX-USED-WEIGHT-1M"] == "1"


async def test_orders_are_counted_and_limited(call: Caller, hand: Hand) -> None:
    call.server.allowance.limit = 10_000
    for number in range(1, 101):
        status, _ = await call("POST", "order", "", signed({**BUY, "symbol": "BTCUSDT"}, hand.ms))
        assert status == 200
        assert call.headers["X-MBX-ORDER-COUNT-10S"] == str(number)
    assert await call("POST", "order", "", signed(BUY, hand.ms)) == (429, -1015)
    hand.ms += 10_000
    assert (await call("POST", "order", "", signed(BUY, hand.ms)))[0] == 200
    assert call.headers["X-MBX-ORDER-COUNT-10S"] == "1"
    assert call.headers["X-MBX-ORDER-COUNT-1D"] == "101"


async def test_unknown_paths_and_methods_are_refused_as_json(call: Caller) -> None:
    assert await call("GET", "no/such/thing") == (404, -5000)
    assert await call("POST", "ping") == (404, -5000)
    assert await call("GET", "ping", "x=1") == (400, -1104)
    assert await call("GET", "ticker/price", "symbol=") == (400, -1105)
    assert await call("GET", "ticker/price", "symbol=%FF%FE") == (400, -1100)
    assert await call("GET", "ticker/price", "symbols=BTCUSDT") == (400, -1100)
    assert await call("GET", "klines", "symbol=BTCUSDT&interval=1m&limit=0") == (400, -1130)


async def test_several_symbols_may_be_asked_for_at_once(call: Caller) -> None:
    _, rows = await call("GET", "ticker/price", 'symbols=["BTCUSDT","ETHUSDT"]'.replace('"', "%22"))
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ETHUSDT"]
    assert await call("GET", "ticker/price", "symbols=%5B%22NOSUCH%22%5D") == (400, -1121)
    _, info = await call("GET", "exchangeInfo", "symbol=ETHUSDT")
    assert [market["symbol"] for market in info["symbols"]] == ["ETHUSDT"]


NONSENSE = (
    "BTCUSDT", "ETHUSDT", "0", "1", "0.001", "-1", "9" * 20, f"{'9' * 20}.{'9' * 20}", "1e5", "NaN", " ",
    "BUY", "SELL", "LIMIT", "MARKET", "LIMIT_MAKER", "GTC", "IOC", "FOK", "1m", "1M", "1w", "null", "[]", "{",
    '["BTCUSDT"]', "[1]", "true", "ACK", "\ud800", "\x00", "\u202e", "١٢", "100000", "mine",
)  # fmt: skip
FITTING = {"symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "interval": "1M"}


def nonsense(dice: Random) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, path and parameters without end, the same for the same seed whatever order sets have."""
    paths = sorted(ENDPOINTS)
    names = sorted({name for methods in ENDPOINTS.values() for e in methods.values() for name in e.reads})
    while True:
        path = dice.choice(paths)
        method, endpoint = dice.choice(sorted(ENDPOINTS[path].items(), key=lambda pair: pair[0]))
        chosen = sorted(endpoint.reads) if dice.random() < 0.3 else dice.sample(names, dice.randint(0, 6))
        pairs = {
            name: FITTING[name] if name in FITTING and dice.random() < 0.8 else dice.choice(NONSENSE)
            for name in chosen
        }
        if pairs and dice.random() < 0.2:
            pairs[dice.choice(list(pairs))] = ""
        yield method, path, pairs


async def test_no_nonsense_makes_the_venue_itself_fail(
    call: Caller, hand: Hand, rounds: Callable[[int, int], int]
) -> None:
    call.server.allowance.limit = 10**9
    seen = set()
    for method, path, pairs in islice(nonsense(Random(1)), rounds(600, 20_000)):
        text = signed(pairs, hand.ms)
        status, answer = await (call(method, path, text) if method == "GET" else call(method, path, "", text))
        hand.ms += 1000
        assert status < 500, (method, path, pairs)
        assert status == 200 or isinstance(answer, int)
        seen.add(status if status == 200 else answer)
    # The dice reach past the first check of each request: most classes of refusal are among the answers.
    assert {200, -1100, -1102, -1104, -1105, -1121} <= seen


async def test_faults_are_switched_from_outside(call: Caller, session: aiohttp.ClientSession) -> None:
    switch = f"{call.server.url}/_sandbox/faults"

    async def set_to(**wanted: object) -> dict[str, object]:
        async with session.post(switch, json=wanted) as answer:
            assert answer.status == 200
            return dict(await answer.json())

    assert await set_to(rate_limited=True) == {"down": False, "slow_s": 0.0, "rate_limited": True}
    assert await call("GET", "ping") == (429, -1003)
    assert int(call.headers["Retry-After"]) >= 1
    await set_to(rate_limited=False, down=True)
    with pytest.raises(aiohttp.ClientConnectionError):
        await call("GET", "ping")
    async with session.get(switch) as answer:
        assert (await answer.json())["down"] is True
    await set_to(down=False, slow_s=30)
    with pytest.raises(asyncio.TimeoutError):
        await call("GET", "ping", timeout=aiohttp.ClientTimeout(total=0.2))
    await set_to(slow_s=0)
    assert await call("GET", "ping") == (200, {})
    for nonsense in ({"down": "yes"}, {"up": True}, {"slow_s": -1}, [1]):
        async with session.post(switch, json=nonsense) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"]
    assert call.server.faults.to_dict() == {"down": False, "slow_s": 0, "rate_limited": False}


async def test_a_taken_port_or_folder_is_told_in_one_line(tmp_path: Path, server: Server, hand: Hand) -> None:
    keys: Any = {"api_key": KEY, "api_secret": SECRET}
    with pytest.raises(Unusable, match=str(server.port)):
        await serve(tmp_path / "other", hand.clock(), port=server.port, **keys)
    with pytest.raises(Unusable, match="locked"):
        await serve(tmp_path, hand.clock(), **keys)
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "exchange.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(Unusable, match="not a database"):
        await serve(broken, hand.clock(), **keys)
