"""A stand-in's port on the loopback: it can refuse connections for a while and stays the stand-in's own."""

from __future__ import annotations

import socket

from aiohttp import web


class Listener:
    """Where a stand-in is reached. `port` never changes."""

    def __init__(self, runner: web.AppRunner, host: str, site: web.BaseSite, port: int) -> None:
        self.port = port
        self._runner, self._host = runner, host
        self._site: web.BaseSite | None = site
        self._kept: socket.socket | None = None

    @classmethod
    async def start(cls, runner: web.AppRunner, host: str, port: int) -> Listener:
        """Listen; port 0 takes a free one. Raises OSError when it is taken."""
        site = web.TCPSite(runner, host, port, reuse_address=True)
        await site.start()
        return cls(runner, host, site, int(runner.addresses[0][1]))

    async def keep(self, *, listening: bool) -> None:
        """Listen or refuse from now on. Raises OSError when the port was lost meanwhile."""
        if listening and self._site is None:
            kept = self._kept or self._bound()
            self._kept = None
            self._site = web.SockSite(self._runner, kept)
            await self._site.start()
        elif not listening and self._site is not None:
            await self._site.stop()
            self._site = None
            self._kept = self._bound()

    def close(self) -> None:
        """Let go of a port that was being refused on."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def _bound(self) -> socket.socket:
        """The port held without listening on it: the kernel refuses, and nobody else is given it."""
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            held.bind((self._host, self.port))
        except OSError:
            held.close()
            raise
        held.setblocking(False)
        return held
