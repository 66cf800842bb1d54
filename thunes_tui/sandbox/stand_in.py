"""The process in which the sandbox's exchange and phone live, outside the world that they serve."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket

from thunes_tui.clock import system
from thunes_tui.sandbox import control, namespace
from thunes_tui.sandbox.place import Place, read_world


def stand_in(place: Place, keys: dict[str, str], tell: int, tied: bool) -> None:
    """The exchange and the phone, until told to stop; their ports stay the same from start to start."""
    from thunes_tui.sandbox.exchange import service
    from thunes_tui.sandbox.telegram import server

    if tied:
        namespace.tie_to_parent(signal.SIGTERM)

    async def serve() -> None:
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        known = read_world(place)
        ports = (known.exchange_port, known.telegram_port) if known is not None else (0, 0)
        for folder in (place.exchange, place.telegram):
            folder.mkdir(mode=0o700, exist_ok=True)
        exchange = await service.serve(
            place.exchange,
            system(),
            port=free(ports[0]),
            api_key=keys["api_key"],
            api_secret=keys["api_secret"],
        )
        phone = await server.serve(
            place.telegram, system(), port=free(ports[1]), token=keys["token"], chat_id=int(keys["chat_id"])
        )
        orders = await control.obey(place, {"exchange": exchange.trouble, "telegram": phone.trouble})
        os.write(tell, json.dumps({"exchange": exchange.port, "telegram": phone.port}).encode() + b"\n")
        os.close(tell)
        await stopped.wait()
        orders.close()
        await phone.close()
        await exchange.close()

    asyncio.run(serve())


def free(port: int) -> int:
    """The port if it can be had, else 0 for any."""
    if not port:
        return 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port
