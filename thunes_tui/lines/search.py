"""The next line before or after a place that is looked for, and how many there are, in short slices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from thunes_tui.lines.blocks import Block, Key, walk
from thunes_tui.lines.line import BEGINNING, END, Position
from thunes_tui.lines.questions import LineStore
from thunes_tui.lines.reader import BLOCK

LEAST = 4096
"""Bytes that a block counts for at least: reading it costs something, however few its lines are."""
AHEAD = 4
"""Blocks under way at a time, at most."""

A = TypeVar("A")


class Probe(Protocol):
    """What is looked for; `Runner` does it for patterns."""

    @property
    def is_free(self) -> bool:
        """A further block can be taken on."""

    def lines(self, key: Hashable, block: Block, wait_s: float = 0) -> list[int] | None:
        """Where in the block the lines begin that are looked for; None: not known yet, ask again."""

    def count(self, key: Hashable, block: Block, wait_s: float = 0) -> int | None:
        """How many lines of the block are looked for; None: not known yet, ask again."""

    def close(self) -> None:
        """Stop whatever is under way, at once."""


@dataclass
class _Task(Generic[A]):
    key: Key
    block: Block
    answer: A | None


class Pass(ABC, Generic[A]):
    """Blocks handed to a probe in order, some of them under way at a time; the answers taken in order."""

    def __init__(self, store: LineStore, probe: Probe, start: Position, *, forward: bool) -> None:
        self.is_done = False
        self.is_waiting = False
        """Only the probe's answer is missing: rest for some milliseconds before the next step."""
        self._store = store
        self._probe = probe
        self._at = start
        self._blocks: Iterator[tuple[Key, Block]] = walk(store, start, forward=forward)
        self._tasks: deque[_Task[A]] = deque()
        self._is_exhausted = False

    @property
    def progress(self) -> float:
        """0 to 1: the place in the store that has been reached."""
        return self._store.progress(self._at)

    def step(self, budget: int = BLOCK, wait_s: float = 0) -> bool:
        """Look through about `budget` more bytes; False when it is done. Raises TooSlow.

        `wait_s`: how long an answer may be waited for, where that is better than to come again.
        """
        self.is_waiting = False
        while budget > 0 and not (self.is_done or self.is_waiting):
            budget -= self._take_on()
            for task in self._tasks:
                if task.answer is None:
                    task.answer = self._ask(task.key, task.block, wait_s if task is self._tasks[0] else 0)
            while self._tasks and not self.is_done and self._tasks[0].answer is not None:
                task = self._tasks.popleft()
                assert task.answer is not None
                self._at = task.block.position(0)
                self._take(task.block, task.answer)
            self.is_waiting = bool(self._tasks) and not self.is_done
            self.is_done = self.is_done or (self._is_exhausted and not self._tasks)
        return not self.is_done

    def close(self) -> None:
        """Stop it, at once; also what is left of it after the end."""
        self.is_done = True
        self._tasks.clear()
        self._probe.close()

    def _take_on(self) -> int:
        """Begin with further blocks, as many as the probe takes; the bytes of them."""
        taken = 0
        while not self._is_exhausted and taken < BLOCK and len(self._tasks) < AHEAD:
            if self._tasks and not self._probe.is_free:
                break
            key, block = next(self._blocks, (None, None))
            if key is None or block is None:
                self._is_exhausted = True
                break
            taken += max(LEAST, len(block.data))
            if block.data:
                self._tasks.append(_Task(key, block, self._ask(key, block, 0)))
        return taken

    @abstractmethod
    def _ask(self, key: Key, block: Block, wait_s: float) -> A | None: ...

    @abstractmethod
    def _take(self, block: Block, answer: A) -> None: ...


class Search(Pass[list[int]]):
    """The first line after `start` (or the last one before it) that the probe finds."""

    def __init__(
        self,
        store: LineStore,
        probe: Probe,
        start: Position,
        *,
        forward: bool,
        accepts: Callable[[Position], bool] | None = None,
    ) -> None:
        """`BEGINNING` and `END` are places to start from; `accepts` passes over lines that are not shown."""
        super().__init__(store, probe, start, forward=forward)
        self.found: Position | None = None
        self._start = start
        self._forward = forward
        self._accepts = accepts

    def _ask(self, key: Key, block: Block, wait_s: float) -> list[int] | None:
        return self._probe.lines(key, block, wait_s)

    def _take(self, block: Block, answer: list[int]) -> None:
        for start in answer if self._forward else reversed(answer):
            position = block.position(start)
            is_ahead = position > self._start if self._forward else position < self._start
            if is_ahead and (self._accepts is None or self._accepts(position)):
                self.found, self.is_done = position, True
                return


class Count(Pass[int]):
    """How many lines there are that the probe finds, of those that there are when it begins."""

    def __init__(self, store: LineStore, probe: Probe) -> None:
        super().__init__(store, probe, END, forward=False)
        self.hits = 0
        """Up to now; it grows while the store is looked through from its end to its beginning."""

    @property
    def progress(self) -> float:
        """0 to 1: the share of the store that is counted."""
        return 1.0 if self.is_done else 1.0 - super().progress

    def _ask(self, key: Key, block: Block, wait_s: float) -> int | None:
        return self._probe.count(key, block, wait_s)

    def _take(self, _block: Block, answer: int) -> None:
        self.hits += answer


__all__ = ["BEGINNING", "END", "Count", "Pass", "Probe", "Search"]
