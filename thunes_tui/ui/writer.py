"""Writes to the terminal, at once or from a thread of its own, and never makes the console wait for it.

A terminal that stops reading (a bare SSH, Ctrl-S) would block whoever writes to it. Here frames that pile
up are dropped, and once the terminal reads again one full repaint is asked for. What sets the terminal's
state, such as leaving the alternate screen, is kept.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
from collections import deque
from collections.abc import Callable

LIMIT = 65_536
"""Bytes that may wait before a frame is dropped: about a screen, so that a slow line lags by little more."""
PIECE = 4096
"""Bytes of one write."""


class FrameWriter:
    """A queue of frames in front of one descriptor. `write` and `stop` are called from one thread."""

    def __init__(self, descriptor: int, drained: Callable[[], object], swift: int | None = None) -> None:
        """`drained` is called, in the writing thread, when the terminal reads again after a loss.

        `swift` is a second descriptor of the same terminal that does not block: what the terminal takes at
        once goes there without a change of threads. It is closed at the end.
        """
        self.dropped = 0
        """Frames that were not written."""
        self._descriptor = descriptor
        self._swift = swift
        self._drained = drained
        self._queue: deque[tuple[bytes, bool]] = deque()
        self._waiting = 0
        self._owes = False
        self._ending = False
        self._dead = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="terminal-writer", daemon=True)
        self._thread.start()

    def write(self, text: str, *, frame: bool) -> None:
        """Queue text; a `frame` may be dropped, since a later one repaints what it showed."""
        data = text.encode("utf-8", "replace")
        with self._changed:
            if self._dead or not data:
                return
            if frame and (self._owes or self._waiting > LIMIT):
                self._drop()
                return
            if self._swift is not None and not (self._waiting or self._owes):
                taken = self._at_once(self._swift, data)
                if taken:  # nothing may come between a frame's parts, and none of them may be dropped
                    data, frame = data[taken:], False
                if not data:
                    return
            self._queue.append((data, frame))
            self._waiting += len(data)
            self._changed.notify()

    def stop(self, patience: float) -> None:
        """Write what is queued and end; gives up after `patience` seconds."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(patience)
        with self._changed:
            self._dead = True
            if self._swift is not None:
                os.close(self._swift)
            self._swift = None

    def abandon(self) -> None:
        """The terminal is gone: write nothing more."""
        with self._changed:
            self._dead = True
            self._queue.clear()
            self._waiting = 0

    def _at_once(self, swift: int, data: bytes) -> int:
        """How many bytes the terminal took."""
        try:
            return os.write(swift, data)
        except BlockingIOError:
            return 0
        except OSError:
            self._dead = True
            return len(data)

    def _drop(self) -> None:
        kept = [(data, frame) for data, frame in self._queue if not frame]
        self.dropped += 1 + len(self._queue) - len(kept)
        self._waiting -= sum(len(data) for data, frame in self._queue if frame)
        self._queue = deque(kept)
        self._owes = True
        self._changed.notify()

    def _run(self) -> None:
        while (data := self._next()) is not None:
            if data:
                self._put(data)
                with self._changed:
                    self._waiting = max(0, self._waiting - len(data))
            else:
                with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                    self._drained()

    def _next(self) -> bytes | None:
        """What to write next; nothing once all is written and a repaint is owed; None at the end."""
        with self._changed:
            while not (self._queue or self._owes or self._ending):
                self._changed.wait()
            if self._queue:
                return self._queue.popleft()[0]
            owes, self._owes = self._owes, False
            return b"" if owes and not self._ending and not self._dead else None

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view and not self._dead:
            try:
                view = view[os.write(self._descriptor, view[:PIECE]) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [], 0.5)
            except (OSError, ValueError):
                self.abandon()


def swift_copy(descriptor: int) -> int | None:
    """The same terminal opened once more, not to block; None where it cannot be opened.

    The descriptor itself stays as it is: its other holders, the launcher and the shell before it, count on
    writes that wait.
    """
    try:
        return os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
