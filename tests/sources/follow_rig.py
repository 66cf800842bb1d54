"""Helpers of the tests of sources: collect what a source yields until a condition holds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from thunes_tui.events.base import Event
from thunes_tui.observations import Happened, Observation


class Source(Protocol):
    def observe(self) -> AsyncIterator[Observation]: ...


class Collected:
    """What a source has yielded so far."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []
        self._more = asyncio.Event()

    def add(self, observation: Observation) -> None:
        self.seen.append(observation)
        self._more.set()

    def of(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.seen if isinstance(each, kind)]

    def events(self, kind: type[Any]) -> list[Any]:
        happened: list[Event] = [event for each in self.of(Happened) for event in each.events]
        return [event for event in happened if isinstance(event, kind)]

    async def until(self, holds: Callable[[], object], seconds: float = 5.0) -> None:
        async with asyncio.timeout(seconds):
            while not holds():
                self._more.clear()
                await self._more.wait()


@asynccontextmanager
async def running(source: Source) -> AsyncIterator[Collected]:
    """The source observed in the background; its failure fails the test."""
    collected = Collected()

    async def collect() -> None:
        async for observation in source.observe():
            collected.add(observation)

    task = asyncio.ensure_future(collect())
    try:
        yield collected
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
