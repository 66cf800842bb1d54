"""The venue over HTTP: one door for every path, so that each answer has the venue's headers and errors."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping

from aiohttp import web

from thunes_tui.sandbox.exchange import faults as switches
from thunes_tui.sandbox.exchange import refusal, signature
from thunes_tui.sandbox.exchange.allowance import WEIGHT_PER_MINUTE, Allowance
from thunes_tui.sandbox.exchange.endpoints import BASE, ENDPOINTS, Answer, Endpoint, Request
from thunes_tui.sandbox.exchange.engine import Exchange
from thunes_tui.sandbox.exchange.faults import Faults
from thunes_tui.sandbox.exchange.parameters import Parameters
from thunes_tui.sandbox.exchange.refusal import VenueError

FAULTS = web.AppKey("faults", Faults)
ALLOWANCE = web.AppKey("allowance", Allowance)


class _Door:
    """Answers every request of the venue."""

    def __init__(
        self, exchange: Exchange, keys: Mapping[str, str], faults: Faults, allowance: Allowance
    ) -> None:
        self._exchange = exchange
        self._keys = dict(keys)
        self._faults = faults
        self._allowance = allowance

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self._faults.slow_s:
            await asyncio.sleep(self._faults.slow_s)
        if self._faults.down:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        headers: dict[str, str] = {}
        try:
            answer = self._answer(request, body, headers)
        except VenueError as refused:
            headers |= self._allowance.headers() | refused.headers
            return _json(refused.body(), headers, refused.status)
        except sqlite3.Error:
            # The disk refused: nothing has happened, and the client is told that the venue failed.
            return _json(refusal.internal().body(), headers, 500)
        return _json(answer, headers | self._allowance.headers())

    def _answer(self, request: web.Request, body: bytes, headers: dict[str, str]) -> Answer:
        path, _, query = request.raw_path.partition("?")
        now = self._exchange.now_ms
        endpoint = _endpoint(path, request.method)
        self._allowance.exhaust(self._faults.rate_limited)
        parameters = Parameters.of(query, body.decode("utf-8", "replace"))
        self._allowance.spend(endpoint.cost(parameters), now)
        if endpoint.signed:
            secret = signature.secret_of(self._keys, request.headers.get(signature.KEY_HEADER))
            signature.check(parameters, secret, signature.signed_bytes(query, body), now)
        parameters.allow_only(endpoint.reads)
        # What the price has met meanwhile happened before this request.
        self._exchange.advance()
        if endpoint.counts_order:
            self._allowance.count_order(now)
            headers |= self._allowance.order_headers(now)
        return endpoint.answer(Request(self._exchange, self._allowance, parameters))

    async def faults(self, request: web.Request) -> web.StreamResponse:
        """Shows the switches, and sets those that a POST names."""
        if request.method == "POST":
            try:
                self._faults.update(json.loads(await request.read()))
            except ValueError as error:
                return web.json_response({"error": str(error)}, status=400)
        return web.json_response(self._faults.to_dict())


def _endpoint(path: str, method: str) -> Endpoint:
    methods = ENDPOINTS.get(path.removeprefix(BASE)) if path.startswith(BASE) else None
    if methods is None or method not in methods:
        raise refusal.no_such_path(path, method)
    return methods[method]


def _json(answer: object, headers: Mapping[str, str], status: int = 200) -> web.Response:
    text = json.dumps(answer, separators=(",", ":"))
    return web.Response(
        text=text, content_type="application/json", charset="UTF-8", status=status, headers=headers
    )


def application(
    exchange: Exchange, keys: Mapping[str, str], *, weight_limit: int = WEIGHT_PER_MINUTE
) -> web.Application:
    """The web application of a venue. `keys` maps each API key to its secret; all open the one account.

    `app[FAULTS]` and `app[ALLOWANCE].limit` may be changed while it runs.
    """
    app = web.Application()
    app[FAULTS] = Faults()
    app[ALLOWANCE] = Allowance(weight_limit)
    door = _Door(exchange, keys, app[FAULTS], app[ALLOWANCE])
    app.router.add_route("GET", switches.PATH, door.faults)
    app.router.add_route("POST", switches.PATH, door.faults)
    app.router.add_route("*", "/{path:.*}", door.answer)
    return app
