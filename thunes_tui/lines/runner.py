"""Where a pattern is applied: at once if it is proven to be quick, else in a process that can be killed."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
from array import array
from collections.abc import Hashable

from thunes_tui.errors import UserError
from thunes_tui.lines.blocks import Block
from thunes_tui.lines.matching import Matcher
from thunes_tui.lines.matching_worker import COUNT, FRAME, LINES, SPANS, frame
from thunes_tui.lines.pattern import Pattern

LIMITS_S = (0.5, 1.0)
"""What one block may take: shown as a whole, and then line by line. Together they are below two seconds."""
RECEIVED = 65_536
INHERITED = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
"""All of the environment that the process gets: what it takes to start."""


class TooSlow(UserError):
    """A pattern that was stopped because it would not end."""


class Runner:
    """Tells which lines of a block have a hit, one block after the other, and never blocks for long.

    Ask again with the same block until there is an answer; `workers` blocks can be under way.
    """

    def __init__(self, pattern: Pattern, workers: int = 1) -> None:
        self.pattern = pattern
        self._matcher = Matcher(pattern)
        self._limit = 0
        self._workers: list[_Worker] = []
        self._most = workers
        self._answers: dict[Hashable, list[int]] = {}

    @property
    def is_direct(self) -> bool:
        """Every answer comes at once. A pattern without words takes its time over every byte."""
        return self.pattern.is_cheap and bool(self.pattern.words or not self.pattern.is_regex)

    @property
    def is_free(self) -> bool:
        """A new block can be taken on."""
        return self.is_direct or len(self._workers) < self._most or any(not one.busy for one in self._workers)

    def count(self, key: Hashable, block: Block, wait_s: float = 0) -> int | None:
        """How many lines have a hit; None: not known yet. Raises TooSlow."""
        if self.is_direct:
            return self._matcher.count(block.data)
        found = self._ask(COUNT, key, block.data, wait_s)
        return sum(found) if found is not None else None

    def lines(self, key: Hashable, block: Block, wait_s: float = 0) -> list[int] | None:
        """Where in the block the lines with a hit begin; None: not known yet, ask again. Raises TooSlow.

        `key` tells one block from another; `wait_s` is how long an answer is waited for.
        """
        if self.is_direct:
            return self._matcher.lines(block.data)
        return self._ask(LINES, key, block.data, wait_s)

    def spans(self, key: Hashable, data: bytes, wait_s: float = 0) -> list[int] | None:
        """Where in a few lines each hit begins and ends, in turn; None: not known yet. Raises TooSlow."""
        if self.pattern.is_cheap:
            return self._matcher.spans(data)
        return self._ask(SPANS, key, data, wait_s)

    def _ask(self, what: bytes, key: Hashable, data: bytes, wait_s: float) -> list[int] | None:
        key = (what, key)
        if key in self._answers:
            return self._answers.pop(key)
        if not any(worker.busy and worker.key == key for worker in self._workers):
            if not self._matcher.may_hit(data):
                return []
            worker = self._idle()
            if worker is None:
                self._collect(wait_s)
                worker = self._idle()
            if worker is None:
                return None
            worker.ask(key, what + data)
        self._collect(wait_s)
        return self._answers.pop(key, None)

    def close(self) -> None:
        """Kill what is under way, and forget it."""
        for worker in self._workers:
            worker.close()
        self._workers.clear()
        self._answers.clear()

    def _idle(self) -> _Worker | None:
        for worker in self._workers:
            if not worker.busy:
                return worker
        if len(self._workers) < self._most:
            self._workers.append(_Worker(self.pattern, self._limit))
            return self._workers[-1]
        return None

    def _collect(self, wait_s: float) -> None:
        busy = [worker for worker in self._workers if worker.busy]
        writing = [worker.link for worker in busy if worker.is_writing]
        readable, writable, _ = select.select([worker.link for worker in busy], writing, [], wait_s)
        while readable or writable:
            for worker in busy:
                try:
                    found = worker.go_on()
                except (EOFError, OSError):
                    self._lost(worker)
                    return
                if found is not None:
                    self._answers[worker.key] = found
            busy = [worker for worker in busy if worker.busy]
            writing = [worker.link for worker in busy if worker.is_writing]
            # A block on its way is worth a moment; an answer is waited for once.
            wait = min(wait_s, 0.005) if writing else 0
            readable, writable, _ = select.select([worker.link for worker in busy], writing, [], wait)

    def _lost(self, worker: _Worker) -> None:
        """It ended itself: once more line by line, and then no more."""
        limit = worker.limit
        self._workers.remove(worker)
        worker.close()
        if limit + 1 == len(LIMITS_S):
            self.close()
            raise TooSlow(f"{self.pattern.text} takes too long on a line here: say it more simply")
        self._limit = limit + 1


class _Worker:
    """One process and what it is busy with."""

    def __init__(self, pattern: Pattern, limit: int) -> None:
        self.limit = limit
        self.key: Hashable = None
        self.busy = False
        self._inbox = bytearray()
        self.link, far = socket.socketpair()
        with far:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "thunes_tui.lines.matching_worker"],
                stdin=far.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={name: os.environ[name] for name in INHERITED if name in os.environ},
            )
        self.link.setblocking(False)
        order = {"text": pattern.text, "ignores_case": pattern.ignores_case}
        order |= {"by_line": bool(limit), "limit_s": LIMITS_S[limit]}
        self._outbox = memoryview(frame(json.dumps(order).encode("ascii")))

    @property
    def is_writing(self) -> bool:
        return len(self._outbox) > 0

    def ask(self, key: Hashable, data: bytes) -> None:
        self.key, self.busy = key, True
        self._outbox = memoryview(bytes(self._outbox) + frame(data))
        with contextlib.suppress(BlockingIOError):
            self._send()

    def go_on(self) -> list[int] | None:
        """The answer, if all of it is there. Raises EOFError or OSError if the process ended."""
        with contextlib.suppress(BlockingIOError):
            self._send()
        with contextlib.suppress(BlockingIOError):
            data = self.link.recv(RECEIVED)
            if not data:
                raise EOFError
            self._inbox += data
        size = int.from_bytes(self._inbox[:FRAME], "big") + FRAME
        if len(self._inbox) < max(size, FRAME):
            return None
        found = array("I", bytes(self._inbox[FRAME:size]))
        self._inbox.clear()
        self.busy = False
        return found.tolist()

    def close(self) -> None:
        self.link.close()
        self._process.kill()
        self._process.wait()

    def _send(self) -> None:
        while self._outbox:
            self._outbox = self._outbox[self.link.send(self._outbox) :]
