"""What the stand-in has answered is still true after it was killed and started again on its old port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.sandbox.exchange_rig import KEY, SECRET, Shifted, signed

PROGRAM = """
import asyncio, sys
from pathlib import Path
from thunes_tui.clock import system
from thunes_tui.sandbox.exchange.service import serve

async def main():
    folder, port, key, secret = sys.argv[1:]
    server = await serve(Path(folder), system(), port=int(port), api_key=key, api_secret=secret)
    print(server.port, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


class Venue:
    """The stand-in as a process of its own, to be killed."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), str(port), KEY, SECRET],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def call(self, method: str, path: str, **parameters: str) -> Any:
        payload = signed(parameters, Shifted().clock().now().t // 1000)
        url = f"http://127.0.0.1:{self.port}/api/v3/{path}"
        if method == "POST":
            request = Request(url, payload.encode(), {"X-MBX-APIKEY": KEY})
        else:
            request = Request(f"{url}?{payload}", headers={"X-MBX-APIKEY": KEY})
        with urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait(10) == -signal.SIGKILL
        assert self.process.stdout is not None
        self.process.stdout.close()


def test_every_answered_order_outlives_a_kill(tmp_path: Path) -> None:
    first = Venue(tmp_path)
    try:
        bought = first.call("POST", "order", symbol="BTCUSDT", side="BUY", type="MARKET", quoteOrderQty="100")
        limit = {"type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01", "price": "60000"}
        rest = first.call("POST", "order", symbol="BTCUSDT", side="BUY", **limit)
        account = first.call("GET", "account")
        trades = first.call("GET", "myTrades", symbol="BTCUSDT")
    finally:
        first.kill()
    second = Venue(tmp_path, first.port)
    try:
        assert second.port == first.port
        assert second.call("GET", "account") == account
        assert second.call("GET", "myTrades", symbol="BTCUSDT") == trades
        (still_open,) = second.call("GET", "openOrders", symbol="BTCUSDT")
        assert still_open["orderId"] == rest["orderId"]
        assert second.call("GET", "order", symbol="BTCUSDT", orderId=bought["orderId"])["status"] == "FILLED"
        sold = second.call(
            "POST", "order", symbol="BTCUSDT", side="SELL", type="MARKET", quantity=bought["executedQty"]
        )
        assert sold["orderId"] > rest["orderId"]
    finally:
        second.kill()
