"""The shell's host: reads its terminal and its marks, feeds the one emulator, and types the steps.

Output is masked before anything else sees it. The emulator alone answers the child's queries.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import termios
from collections.abc import Callable
from pathlib import Path

from thunes_tui.drill.effects import Look
from thunes_tui.events.box import WorkerFailed
from thunes_tui.events.shell import ShellOpened
from thunes_tui.handover import Taken, status_told
from thunes_tui.marks import Mark
from thunes_tui.mask import Mask
from thunes_tui.observations import CommandEnded, CommandStarted, Happened, Observation, ShellGone
from thunes_tui.server.gathering import gather, read
from thunes_tui.server.input_queue import InputQueue
from thunes_tui.server.shell_end import ending
from thunes_tui.server.shell_marks import ShellMarks
from thunes_tui.server.showing import Showing
from thunes_tui.shellrc import CLEAR
from thunes_tui.term.backend import TermBackend, make

MOST_DRAINED = 1 << 20
"""Bytes read at once before a command's end is told: a job may flood the terminal without an end."""
WORD_S = 0.5
"""A terminal that nobody has open means the end of the shell; its keeper says soon how it ended."""
AFRESH = b"\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[!p\x1b[0m\r\n"
"""Goes before a new shell's output: leaves what the one before may have left on, and begins a line."""


class ShellHost:
    """One shell, for as long as this server lives."""

    def __init__(
        self,
        link: Taken,
        steps: Path,
        mask: Mask,
        observe: Callable[[Observation], None],
        size: tuple[int, int],
        offset: int,
        running: tuple[int, str] = (0, ""),
        unrecorded: Callable[[], None] = lambda: None,
    ) -> None:
        """`running`: number and text of the line that the journal says is running; 0 for none.

        `unrecorded` hears of what was shown and is in no record, or was shown before its record came.
        """
        self._link = link
        self._steps = steps
        self._observe = observe
        self._mask = mask
        self._marks = ShellMarks(
            link.marks,
            link.key,
            steps,
            running,
            self._command_started,
            self._command_ended,
            lambda why: observe(Happened((WorkerFailed("shell", why),))),
        )
        self._input = InputQueue(link.master)
        self._gone = False
        """The shell has ended; its jobs may still print."""
        self._mute = False
        """Nothing more can be read."""
        self._left = False
        self._restoring = False
        self.cols, self.rows = size
        self.emulator: TermBackend = make(
            self.cols, self.rows, lambda data: None if self._restoring else self.write(data)
        )
        self._showing = Showing(mask, offset, self.emulator, observe, unrecorded)
        self._out = self._showing.out

    @property
    def pid(self) -> int:
        """Of the shell, as the box counts."""
        return self._link.pid

    @property
    def terminal(self) -> int:
        """The master's descriptor; valid while this host is open."""
        return self._link.master

    @property
    def gone(self) -> bool:
        """Whether the shell has ended."""
        return self._gone

    def restore(self, screen: bytes) -> None:
        """Show what an earlier server had recorded; the old queries in it are not answered again."""
        self._restoring = True
        self.emulator.feed(screen)
        self._restoring = False

    def open(self, *, again: bool, detail: str = "") -> None:
        """Begin to read; what was printed while no server was there comes first.

        `again`: it is the shell that this session had already. `detail` is for a person.
        """
        link = self._link
        self._observe(Happened((ShellOpened(link.pid, self.cols, self.rows, again, link.lost, detail),)))
        self.resize(self.cols, self.rows)
        os.set_blocking(link.marks, False)
        link.link.setblocking(False)
        if not again and self._out.offset:
            self._showing.printed(AFRESH)
        if link.spool:
            self._showing.printed(link.spool)
            link.kept()
        self._marks.recall()
        loop = asyncio.get_running_loop()
        loop.add_reader(link.master, self._readable)
        loop.add_reader(link.marks, self._marks.readable)
        loop.add_reader(link.link, self._keeper_spoke)
        if link.ended:
            self._ended(link.status)

    def close(self) -> None:
        """Leave the terminal to the keeper; may be called twice."""
        loop = asyncio.get_running_loop()
        if self._left:
            return
        self._left = True
        if not self._mute:
            loop.remove_reader(self._link.master)
            self._marks.settle()
            self._showing.finish()
        if not self._gone:
            self._stop_listening(loop)
        self._showing.close()
        self._gone = self._mute = True
        self._link.leave()

    def _stop_listening(self, loop: asyncio.AbstractEventLoop) -> None:
        """To the shell itself; what its jobs print is another matter."""
        self._input.close()
        self._marks.close()
        for readable in (self._link.marks, self._link.link):
            loop.remove_reader(readable)

    def _keeper_spoke(self) -> None:
        """It says one thing, that the shell has ended; its own end means the same."""
        said = b""
        try:
            said = self._link.link.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            pass  # gone
        self._drain()
        self._ended(status_told(said))

    def close_drill(self) -> None:
        try:
            self._link.close_drill()
        except OSError:
            pass  # the keeper went first

    def write(self, data: bytes) -> None:
        """Raw keys, or the emulator's replies, in order; those that do not fit now go when there is room."""
        if not self._gone:
            self._input.put(data)

    def run(
        self,
        name: str,
        text: str,
        looks: tuple[Look, ...] = (),
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        """Have the shell source `text` from a neutral file: no argv ever holds it.

        `lost` is called where the shell waits at its prompt and has not begun it.
        """
        path = self._steps / name
        descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        self._drain()
        self._showing.finish()
        self._out.begin(looks)
        line = f"step {name}"
        if self._marks.is_deaf:
            lost()
            return

        def astray() -> bool:
            if self._gone or not self._reads_a_line():
                return False
            lost()
            return True

        self._marks.expect(line, astray)
        self.write((CLEAR if self._reads_a_line() else b"") + f"{line}\n".encode())

    def _reads_a_line(self) -> bool:
        """Whether the shell waits at its prompt: it has the terminal, and takes it key by key."""
        try:
            local = termios.tcgetattr(self._link.master)[3]
            return not local & termios.ICANON and os.tcgetpgrp(self._link.master) == self.pid
        except (OSError, termios.error):
            return False

    def resize(self, cols: int, rows: int) -> None:
        self.cols, self.rows = cols, rows
        self.emulator.resize(cols, rows)
        if not self._gone:
            fcntl.ioctl(self._link.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def screen(self) -> tuple[bytes, int, int]:
        """What rebuilds the terminal elsewhere, and its size."""
        return self.emulator.snapshot(), self.cols, self.rows

    def _readable(self) -> None:
        data = gather(self._link.master)
        if data is None:
            self._mute = True
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._link.master)
            loop.call_later(WORD_S, self._ended)
        elif data:
            self._showing.printed(data)

    def _ended(self, status: int | None = None) -> None:
        """The shell is gone. Its jobs are not: what they print is read on, or they would stand still."""
        if self._gone:
            return
        self._marks.readable()
        self._marks.settle()
        self._gone = True
        self._stop_listening(asyncio.get_running_loop())
        self._showing.finish()
        self._observe(
            ShellGone(f"{ending(self._marks.exit, status)}; its variables and environment are gone")
        )

    def _command_started(self, mark: Mark) -> None:
        line, cwd = self._mask.text(mark.command), self._mask.text(mark.cwd)
        self._observe(CommandStarted(mark.seq, line, cwd, self._out.begun))

    def _drain(self) -> None:
        left = MOST_DRAINED
        while left > 0 and not self._mute and (data := read(self._link.master)):
            left -= len(data)
            self._showing.printed(data)

    def _command_ended(self, mark: Mark, typed: str) -> None:
        self._drain()
        self._showing.finish()
        printed = self._out.command()
        found = tuple((look.pattern, look.log_lines, shown) for look, shown in printed.found)
        status = mark.status if mark.status is not None else -1
        cwd, line = self._mask.text(mark.cwd), self._mask.text(typed)
        offset = self._out.offset
        self._observe(
            CommandEnded(
                mark.seq,
                status,
                cwd,
                mark.jobs,
                offset,
                printed.text,
                printed.sha256,
                printed.cut,
                line,
                found,
            )
        )
        self._out.begin()
