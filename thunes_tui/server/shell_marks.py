"""The shell's marks in their order: an end waits a moment for its last output, and nothing overtakes it.

An end that was read and not yet recorded is noted in a file beside the steps' texts, so that a server that is
killed in that moment leaves the next one what it needs; the pipe gives a mark out once only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from thunes_tui.marks import Mark, parse_marks

READ = 65536
SETTLE_S = 0.012
"""The kernel hands the last output over a moment after the mark of its end."""
ASTRAY_S = 1.0
"""A line that was sent and that the shell has not begun so long after it showed its prompt was lost."""
DEAF = "it has closed what it says on what it runs: type exit in it, then O opens a new one"
NOTE = ".ended"
"""Name of the note; no step's file begins with a dot and holds no other one."""


class ShellMarks:
    """`started` and `ended` hear of each command line once, in order.

    `running` and `typed` are number and text of the line that the state says is running; 0 for none.
    """

    def __init__(
        self,
        descriptor: int,
        key: str,
        folder: Path,
        running: tuple[int, str],
        started: Callable[[Mark], None],
        ended: Callable[[Mark, str], None],
        failed: Callable[[str], None] = lambda _why: None,
    ) -> None:
        """`failed` hears why nothing more is said while the shell lives, and nothing once that is over."""
        self._descriptor = descriptor
        self._key = key
        self._note = folder / NOTE
        self._running, self._typed = running
        self._started = started
        self._ended = ended
        self._failed = failed
        self._rest = b""
        self._pending: Mark | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._expected = ""
        self._lost: Callable[[], bool] = lambda: True
        self._doubt: asyncio.TimerHandle | None = None
        self.is_deaf = False
        """Whether nothing will be said any more."""
        self._unheard: asyncio.TimerHandle | None = None
        self._complains = False
        self._cwd = ""
        self.exit: int | None = None
        """Status with which the shell itself has ended; None while it has not, and where it could
        not say so: it was killed, or another program was put in its place."""

    def recall(self) -> None:
        """Tell the end that an earlier server had read and could not record. A bad note is none."""
        try:
            mark = Mark(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return
        if self._running and mark.seq == self._running:
            self._wait(mark)
        else:
            self._forget()

    def expect(self, line: str, lost: Callable[[], bool]) -> None:
        """`line` was sent to the shell. Where it waits again and has not begun that, `lost` is asked.

        It answers False while the line may still be on its way.
        """
        self._expected, self._lost = line, lost

    def readable(self) -> None:
        """What the shell says, in its order."""
        try:
            data = os.read(self._descriptor, READ)
        except OSError:
            return
        if not data:
            self._deafened()
            return
        marks, self._rest = parse_marks(self._rest + data, self._key)
        for mark in marks:
            self._cwd = mark.cwd
            if mark.kind == "start":
                self.settle()
                if 0 < self._running < mark.seq:  # the end of the line before was lost with the prompt's hook
                    self._wait(replace(mark, kind="end", seq=self._running, status=None))
                    self.settle()
                self._running, self._typed = mark.seq, mark.command
                self._doubts(mark)
                self._started(mark)
            elif mark.kind == "end":
                self.settle()
                self._wait(mark)
            elif mark.kind == "exit":
                self.exit = mark.status
            elif mark.kind == "prompt":
                self._doubts(mark)
                if self._pending is None and 0 < self._running <= mark.seq:
                    # It waits for input, so what it ran is over, whoever lost the mark that said so.
                    self._wait(replace(mark, kind="end", seq=self._running))

    def _deafened(self) -> None:
        """The shell has closed its end: it has ended, or a line of it closes whatever is open."""
        if self.is_deaf:
            return
        self.is_deaf = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._descriptor)  # it would be readable for ever
        self._unheard = loop.call_later(ASTRAY_S, self._lives_on)

    def _lives_on(self) -> None:
        self._unheard = None
        if self._running:
            self._wait(Mark("end", self._running, None, "", self._cwd, 0))
            self.settle()
        self._complains = True
        self._failed(DEAF)

    def _doubts(self, mark: Mark) -> None:
        """At a prompt the expected line may have gone astray; anything that begins is worth waiting for."""
        if self._doubt is not None:
            self._doubt.cancel()
            self._doubt = None
        if mark.kind == "start" and mark.command.endswith(self._expected):
            self._expected = ""
        elif mark.kind == "prompt" and self._expected:
            self._doubt = asyncio.get_running_loop().call_later(ASTRAY_S, self._astray, mark)

    def _astray(self, mark: Mark) -> None:
        self._doubt = None
        if not self._lost():
            self._doubts(mark)
            return
        self._expected = ""

    def close(self) -> None:
        """Nothing more is asked."""
        self._expected = ""
        for timer in (self._doubt, self._unheard):
            if timer is not None:
                timer.cancel()
        if self._complains:
            self._complains = False
            self._failed("")

    def settle(self) -> None:
        """Tell the end that waits now: something later is to be told."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        mark, self._pending = self._pending, None
        if mark is None:
            return
        typed = self._typed if mark.seq == self._running else ""
        self._running, self._typed = 0, ""
        self._ended(mark, typed)
        self._forget()

    def _wait(self, mark: Mark) -> None:
        self._pending = mark
        # Not being able to note it costs the protection against a kill within the moment, nothing else.
        with contextlib.suppress(OSError):
            self._note.write_text(json.dumps(asdict(mark)), encoding="utf-8")
        self._timer = asyncio.get_running_loop().call_later(SETTLE_S, self.settle)

    def _forget(self) -> None:
        with contextlib.suppress(OSError):
            self._note.unlink(missing_ok=True)
