"""A stand-in of the Telegram Bot API on the loopback: one bot, one chat, and the phone that receives.

It answers getMe, sendMessage and getUpdates as the service does, error bodies included, so that real clients
run against it unchanged: `base_url` is `http://127.0.0.1:PORT/bot`. Beside the service's own paths it has
`/_sandbox/inbox` (what arrived), `/_sandbox/faults` (make trouble) and `/_sandbox/say` (type on the phone).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from thunes_tui.clock import Clock
from thunes_tui.sandbox.listener import Listener
from thunes_tui.sandbox.telegram.inbox import Inbox
from thunes_tui.sandbox.telegram.service import TOKEN_SHAPE, ApiError, Faults, Service


@dataclass(slots=True)
class Server:
    """A running stand-in."""

    port: int
    url: str
    """`http://127.0.0.1:PORT`, the value of the bot's TELEGRAM_API_BASE."""
    service: Service
    runner: web.AppRunner
    listener: Listener

    async def trouble(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Set the named faults and tell all. While it is down its port refuses connections.

        Raises ValueError, changing nothing, for a fault that is none.
        """
        self.service.faults = Faults.of({**asdict(self.service.faults), **wanted})
        await self.listener.keep(listening=not self.service.faults.down)
        return asdict(self.service.faults)

    async def close(self) -> None:
        """Stop answering; the inbox stays on disk."""
        self.service.said.set()
        await self.runner.cleanup()
        self.listener.close()


async def serve(folder: Path, clock: Clock, *, port: int = 0, token: str, chat_id: int) -> Server:
    """Answer on the loopback at `port` (0 takes a free one); the inbox is `folder/inbox.jsonl`.

    Raises OSError when the port is in use, ValueError for a token that has not the form `DIGITS:SECRET`.
    """
    if not TOKEN_SHAPE.fullmatch(token):
        raise ValueError("a bot's token has the form DIGITS:SECRET")
    service = Service(clock, token, chat_id, Inbox.open(folder / "inbox.jsonl"))
    application = web.Application()
    api = _api(service)
    application.router.add_route("*", "/bot{token}/{method}", api)
    application.router.add_get("/_sandbox/inbox", _inbox(service))
    application.router.add_route("*", "/_sandbox/faults", _faults(service))
    application.router.add_post("/_sandbox/say", _say(service))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        listener = await Listener.start(runner, "127.0.0.1", port)
    except OSError:
        await runner.cleanup()
        raise
    return Server(listener.port, f"http://127.0.0.1:{listener.port}", service, runner, listener)


HUSH_S = 0.05
"""Seconds between looks whether a dead connection is to be given up."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _api(service: Service) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if await _hushed(service) or service.faults.down:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=502)
        await asyncio.sleep(service.faults.slow_s)
        try:
            service.admit(request.match_info["token"])
            values = await _values(request)
            result = await service.call(request.match_info["method"], values)
        except ApiError as error:
            headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            return web.json_response(error.body(), status=error.code, headers=headers)
        return web.json_response({"ok": True, "result": result})

    return answer


async def _hushed(service: Service) -> bool:
    """Wait while the phone is silent; whether it was, and the connection is to be given up."""
    waited = False
    while service.faults.silent:
        waited = True
        await asyncio.sleep(HUSH_S)
    return waited


async def _values(request: web.Request) -> dict[str, Any]:
    """A call's values: from the query, a form (both encodings) or a JSON object, as clients please."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError as error:
            raise ApiError(400, "Bad Request: can't parse request: invalid JSON") from error
        if isinstance(body, dict):
            values.update(body)
    elif request.method == "POST":
        values.update(await request.post())
    return values


def _inbox(service: Service) -> Handler:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.json_response(service.inbox.messages)

    return answer


def _faults(service: Service) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            try:
                body = await request.json()
                service.faults = Faults.of({**asdict(service.faults), **body})
            except (TypeError, ValueError) as error:
                return web.json_response({"error": str(error)}, status=400)
        return web.json_response(asdict(service.faults))

    return answer


def _say(service: Service) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        service.say(str(body["text"]))
        return web.json_response({"ok": True})

    return answer
