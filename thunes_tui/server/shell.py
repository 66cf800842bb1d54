"""The shell's host: reads its terminal and its marks, feeds the one emulator, and types the steps.

Output is masked before anything else sees it. The emulator alone answers the child's queries.
"""

from __future__ import annotations

import asyncio
import base64
import fcntl
import hashlib
import os
import re
import struct
import termios
from collections.abc import Callable
from pathlib import Path

from thunes_tui.events.shell import ShellOpened, ShellOutput
from thunes_tui.handover import Taken
from thunes_tui.marks import Mark, parse_marks
from thunes_tui.mask import Mask, MaskStream
from thunes_tui.observations import CommandEnded, CommandStarted, Happened, Observation, ShellGone
from thunes_tui.term.backend import TermBackend, make

READ = 65536
CHUNK = 10 * 1024
"""Bytes of output in one record at the most; escaped as JSON they stay under the record's limit."""
TAIL = 64 * 1024
HOLD_S = 0.03
"""A held-back tail of output shorter than a secret's beginning is let go after this time."""
SETTLE_S = 0.012
"""The kernel hands the last output over a moment after the mark of its end."""
CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])|\r"
)


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
    ) -> None:
        self._link = link
        self._steps = steps
        self._observe = observe
        self._stream: MaskStream = MaskStream(mask)
        self._marks = b""
        self._tail = bytearray()
        self._offset = offset
        self._begun = offset
        """Where the output of the running command, or of the next one, begins: the marks may come later than
        the output, so it is the end of the command before, or where the step was typed."""
        self._release: asyncio.TimerHandle | None = None
        self._gone = False
        self._restoring = False
        self.cols, self.rows = size
        self.emulator: TermBackend = make(self.cols, self.rows, self.reply)

    @property
    def pid(self) -> int:
        """Of the shell, as the box counts."""
        return self._link.pid

    def restore(self, screen: bytes) -> None:
        """Show what an earlier server had recorded; the old queries in it are not answered again."""
        self._restoring = True
        self.emulator.feed(screen)
        self._restoring = False

    def open(self, *, again: bool) -> None:
        """Begin to read; what was printed while no server was there comes first."""
        link = self._link
        self._observe(Happened((ShellOpened(link.pid, self.cols, self.rows, again, link.lost),)))
        self.resize(self.cols, self.rows)
        os.set_blocking(link.marks, False)
        link.link.setblocking(False)
        if link.spool:
            self._printed(link.spool)
        loop = asyncio.get_running_loop()
        loop.add_reader(link.master, self._readable)
        loop.add_reader(link.marks, self._marked)
        loop.add_reader(link.link, self._keeper_spoke)
        if link.ended:
            self._ended()

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        if not self._gone:
            self._stop_reading(loop)
            self._flush()
        if self._release is not None:
            self._release.cancel()
        self._link.leave()

    def _stop_reading(self, loop: asyncio.AbstractEventLoop) -> None:
        for readable in (self._link.master, self._link.marks, self._link.link):
            loop.remove_reader(readable)

    def _keeper_spoke(self) -> None:
        """It says one thing, that the shell has ended; its own end means the same."""
        try:
            self._link.link.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            pass  # gone
        self._drain()
        self._ended()

    def close_drill(self) -> None:
        try:
            self._link.close_drill()
        except OSError:
            pass  # the keeper went first

    def write(self, data: bytes) -> None:
        """Raw keys, or the emulator's replies. What does not fit into the terminal's queue is dropped."""
        if self._gone:
            return
        try:
            os.write(self._link.master, data)
        except (BlockingIOError, OSError):
            pass  # the child reads nothing; keys wait for nobody

    def reply(self, data: bytes) -> None:
        """What a child's query asks of the terminal."""
        if not self._restoring:
            self.write(data)

    def run(self, name: str, text: str) -> None:
        """Have the shell source `text` from a neutral file: no argv ever holds it."""
        path = self._steps / name
        descriptor = os.open(
            path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        self._drain()
        self._flush()
        self._begun = self._offset
        self.write(f"step {name}\n".encode())

    def resize(self, cols: int, rows: int) -> None:
        self.cols, self.rows = cols, rows
        self.emulator.resize(cols, rows)
        if not self._gone:
            fcntl.ioctl(self._link.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def screen(self) -> tuple[bytes, int, int]:
        """What rebuilds the terminal elsewhere, and its size."""
        return self.emulator.snapshot(), self.cols, self.rows

    def _readable(self) -> None:
        data = self._read(self._link.master)
        if data is None:
            self._ended()
        elif data:
            self._printed(data)

    def _read(self, descriptor: int) -> bytes | None:
        """What is there; empty for nothing yet, None for the end."""
        try:
            return os.read(descriptor, READ) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def _ended(self) -> None:
        if self._gone:
            return
        self._gone = True
        self._stop_reading(asyncio.get_running_loop())
        self._flush()
        self._observe(ShellGone("its last process ended"))

    def _printed(self, data: bytes) -> None:
        self._emit(self._stream.feed(data))
        if self._release is not None:
            self._release.cancel()
        self._release = asyncio.get_running_loop().call_later(HOLD_S, self._idle)

    def _idle(self) -> None:
        self._release = None
        self._emit(self._stream.idle())

    def _flush(self) -> None:
        self._emit(self._stream.flush())

    def _emit(self, masked: bytes) -> None:
        """Written before it shows: the record first, the emulator and the screens after."""
        for start in range(0, len(masked), CHUNK):
            part = masked[start : start + CHUNK]
            self._observe(Happened((self._event(part),)))
            self.emulator.feed(part)
            self._offset += len(part)
            self._tail += part
        del self._tail[:-TAIL]

    def _event(self, part: bytes) -> ShellOutput:
        try:
            return ShellOutput(self._offset, text=part.decode("utf-8"))
        except UnicodeDecodeError:
            return ShellOutput(self._offset, b64=base64.b64encode(part).decode("ascii"))

    def _marked(self) -> None:
        data = self._read(self._link.marks)
        if not data:
            return
        marks, self._marks = parse_marks(self._marks + data, self._link.key)
        for mark in marks:
            if mark.kind == "start":
                self._observe(CommandStarted(mark.seq, mark.command, mark.cwd, self._begun))
            elif mark.kind == "end":
                asyncio.get_running_loop().call_later(SETTLE_S, self._command_ended, mark)

    def _drain(self) -> None:
        while not self._gone and (data := self._read(self._link.master)):
            self._printed(data)

    def _command_ended(self, mark: Mark) -> None:
        self._drain()
        self._flush()
        printed = min(self._offset - self._begun, len(self._tail))
        raw = bytes(self._tail[len(self._tail) - printed :])
        text = CONTROL.sub("", raw.decode("utf-8", "backslashreplace"))
        self._observe(
            CommandEnded(
                mark.seq,
                mark.status if mark.status is not None else -1,
                mark.cwd,
                mark.jobs,
                self._offset,
                text,
                hashlib.sha256(raw).hexdigest(),
            )
        )
        self._begun = self._offset
