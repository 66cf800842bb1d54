"""Reads the terminal in the console's own loop, and hands on keys, pastes and answers as messages."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from textual import messages
from textual._xterm_parser import XTermParser
from textual.message import Message

from thunes_tui.ui.keystrokes import Pasted, Splitter, Token, strokes

AT_ONCE = 65_536
"""Bytes of one read."""
ESCAPE_S = 0.03
"""How long a lone ESC waits for what may belong to it."""
PASTE_S = 5.0
"""How long a paste may pause before it counts as over."""
PASTE_OVER_S = 0.03
"""How long a paste that has ended waits for another end, which would make the first one a forged one."""
BY_HAND = 64
"""Bytes of one read that are fewer than this may have been typed: they do not lengthen that wait."""
SYNCHRONISED = (b"\x1b[?2026;1$y", b"\x1b[?2026;2$y", b"\x1b[?2026;3$y")


class Keyboard:
    """One descriptor. The end of input is told once, and nothing is read after it."""

    def __init__(
        self,
        descriptor: int,
        parser: XTermParser,
        hand_on: Callable[[Message], object],
        point: Callable[[bytes], object],
        gone: Callable[[], object],
    ) -> None:
        """`point` gets mouse reports as they are; `gone` is called when the terminal has hung up."""
        self._descriptor = descriptor
        self._parser = parser
        self._hand_on = hand_on
        self._point = point
        self._gone = gone
        self._splitter = Splitter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._patience: asyncio.TimerHandle | None = None

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        loop.add_reader(self._descriptor, self._readable)

    def deafen(self) -> bool:
        """Read nothing more; False if it was not reading."""
        if self._loop is None:
            return False
        self._loop.remove_reader(self._descriptor)
        self._loop = None
        self._stop_waiting()
        return True

    def _readable(self) -> None:
        try:
            data = os.read(self._descriptor, AT_ONCE)
        except BlockingIOError:
            return
        except OSError:  # a terminal that hung up
            data = b""
        if not data:
            self._gone()
            return
        doubted = self._splitter.doubts
        self._take(self._splitter.feed(data))
        if not (doubted and self._splitter.doubts and len(data) < BY_HAND):
            self._wait()

    def _wait(self) -> None:
        """For what may belong to what is held back."""
        self._stop_waiting()
        if not self._splitter.waits or self._loop is None:
            return
        patience = PASTE_S if self._splitter.is_pasting else ESCAPE_S
        if self._splitter.doubts:
            patience = PASTE_OVER_S
        self._patience = self._loop.call_later(patience, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = None

    def _give_up(self) -> None:
        self._take(self._splitter.give_up())
        self._wait()

    def _take(self, tokens: list[Token]) -> None:
        for kind, data in tokens:
            if kind == "key":
                for stroke in strokes(data, self._parser):
                    self._hand_on(stroke)
            elif kind in ("paste", "text"):
                self._hand_on(Pasted(data, marked=kind == "paste"))
            elif kind == "mouse":
                self._point(data)
            elif data in SYNCHRONISED:
                self._hand_on(messages.TerminalSupportsSynchronizedOutput())
