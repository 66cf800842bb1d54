"""The exchange stand-in as a running service on loopback."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from aiohttp import web

from thunes_tui.clock import Clock
from thunes_tui.errors import Unusable
from thunes_tui.sandbox.exchange.allowance import WEIGHT_PER_MINUTE, Allowance
from thunes_tui.sandbox.exchange.application import ALLOWANCE, FAULTS, application
from thunes_tui.sandbox.exchange.engine import Exchange
from thunes_tui.sandbox.exchange.faults import Faults
from thunes_tui.sandbox.exchange.store import Store
from thunes_tui.sandbox.listener import Listener

HOST = "127.0.0.1"
OPENING_BALANCES: Mapping[str, Decimal] = {
    "USDT": Decimal(10_000),
    "BTC": Decimal(0),
    "ETH": Decimal(0),
    "BNB": Decimal(0),
    "SOL": Decimal(0),
}
"""Quote asset alone, so that what the account holds of a base asset is exactly what the bot bought."""

_SHUTDOWN_S = 0.5


class Server:
    """A venue that listens. `url` is the root; the API lies under `/api/v3`."""

    def __init__(self, exchange: Exchange, runner: web.AppRunner, listener: Listener) -> None:
        self.exchange = exchange
        self.port = listener.port
        self.url = f"http://{HOST}:{self.port}"
        self._runner = runner
        self._listener = listener

    @property
    def faults(self) -> Faults:
        return self._runner.app[FAULTS]

    @property
    def allowance(self) -> Allowance:
        return self._runner.app[ALLOWANCE]

    async def trouble(self, wanted: object) -> dict[str, object]:
        """Sets the named faults and tells all. While it is down its port refuses connections.

        Raises ValueError, changing nothing, for a fault that is none.
        """
        self.faults.update(wanted)
        await self._listener.keep(listening=not self.faults.down)
        return self.faults.to_dict()

    async def close(self) -> None:
        """Stops listening and lets go of the folder. May be called twice."""
        await self._runner.cleanup()
        self._listener.close()
        self.exchange.close()


async def serve(
    folder: Path,
    clock: Clock,
    *,
    port: int = 0,
    api_key: str,
    api_secret: str,
    weight_limit: int = WEIGHT_PER_MINUTE,
    seed: str = "thunes",
    balances: Mapping[str, Decimal] = OPENING_BALANCES,
    commission: Decimal = Decimal(0),
) -> Server:
    """Opens the venue whose state lies in `folder` (begun with `seed` and `balances` when there is none).

    Port 0 takes a free one. Raises `Unusable` when the port or the folder is taken.
    """
    exchange = Exchange(Store(folder, seed=seed, balances=balances), clock, commission=commission)
    app = application(exchange, {api_key: api_secret}, weight_limit=weight_limit)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
    try:
        await runner.setup()
        listener = await Listener.start(runner, HOST, port)
    except BaseException as error:
        await runner.cleanup()
        exchange.close()
        if isinstance(error, OSError):
            raise Unusable(
                f"exchange stand-in cannot listen on port {port}: {error.strerror}; free it"
            ) from error
        raise
    return Server(exchange, runner, listener)
