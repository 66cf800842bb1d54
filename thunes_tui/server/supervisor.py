"""Runs the server's workers; the failure of any of them is an event on the screen, never a silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

RETRY_S = 2.0


class Supervisor:
    """Owns every task of the server. `failed(worker, reason)` hears of failures; no reason clears one."""

    def __init__(self, failed: Callable[[str, str], None]) -> None:
        self._failed = failed
        self._tasks: dict[asyncio.Task[Any], str] = {}

    def start(self, worker: str, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run once; a failure is told."""
        task = asyncio.get_running_loop().create_task(work, name=worker)
        self._tasks[task] = worker
        task.add_done_callback(self._done)
        return task

    def keep(self, worker: str, work: Callable[[], Awaitable[Any]]) -> asyncio.Task[Any]:
        """Run for ever: after a failure, which is told, it is begun again."""
        return self.start(worker, self._keep(worker, work))

    async def _keep(self, worker: str, work: Callable[[], Awaitable[Any]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - whatever it was, the screen must say it
                self._failed(worker, reason(error))
                await asyncio.sleep(RETRY_S)
                self._failed(worker, "")
            else:
                return

    def _done(self, task: asyncio.Task[Any]) -> None:
        worker = self._tasks.pop(task, "worker")
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self._failed(worker, reason(error))

    async def close(self) -> None:
        """Cancel everything and wait until it is gone."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def reason(error: BaseException) -> str:
    """One line that says what went wrong."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
