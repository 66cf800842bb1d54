"""Input on its way into the shell's terminal: in order, and waiting where the child reads nothing."""

from __future__ import annotations

import asyncio
import os

LIMIT = 1 << 20
"""Bytes that may wait; more is dropped, as a terminal would."""


class InputQueue:
    """Writes to a non-blocking descriptor, now if it can, else when there is room."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._waiting = bytearray()

    def put(self, data: bytes) -> None:
        if len(self._waiting) < LIMIT:
            self._waiting += data
            self._write()

    def close(self) -> None:
        self._waiting.clear()
        asyncio.get_running_loop().remove_writer(self._descriptor)

    def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                del self._waiting[: os.write(self._descriptor, self._waiting)]
        except BlockingIOError:
            loop.add_writer(self._descriptor, self._write)
            return
        except OSError:
            self._waiting.clear()  # the terminal has gone
        loop.remove_writer(self._descriptor)
