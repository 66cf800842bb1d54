"""The terminal's driver: keys with their bytes, frames that never block, a quiet end when the terminal goes.

It differs from Textual's in what was measured to fail in a long drill: a terminal that stops reading froze
the console, one that went away made it spin, a stray byte ended the input, a lone SIGCONT started it twice,
and the keys that reached a shell were not the keys that were typed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import termios
import tty
from typing import TYPE_CHECKING, Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size

from thunes_tui.ui.keyboard import Keyboard
from thunes_tui.ui.widgets.direct import HOLD, LET_GO
from thunes_tui.ui.writer import FrameWriter, swift_copy

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

ENTER = "\x1b[?1049h\x1b[=0u\x1b[?25l\x1b[?2004h\x1b[?7l"
"""Alternate screen, classic keys on it, no cursor, marked pastes, no wrap; no reports of focus."""
LEAVE = "\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h"
MOUSE_ON = "\x1b[?1000h\x1b[?1002h\x1b[?1006h"
MOUSE_OFF = "\x1b[?1006l\x1b[?1002l\x1b[?1000l"
ASK_SYNCHRONISED = "\x1b[?2026$p"
LAST_WORDS_S = 0.5
"""How long the end of the program waits for a terminal that does not read; the launcher restores it then."""


class ConsoleDriver(LinuxDriver):
    """Textual's driver for a terminal that may be slow, hostile or gone."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.writer: FrameWriter | None = None
        self._parser = XTermParser(debug)
        self._keyboard = Keyboard(self.fileno, self._parser, self._hand_on, self._point, self._gone)
        self._shown = False
        self._frame = ""
        """The frame that is being put together."""

    # Starting and ending.

    def start_application_mode(self) -> None:
        loop = self._loop
        self.writer = FrameWriter(
            self._descriptor,
            lambda: loop.call_soon_threadsafe(self.repaint),
            swift_copy(self._descriptor),
        )
        with contextlib.suppress(termios.error):
            self.attrs_before = termios.tcgetattr(self.fileno)
        self._raw()
        for number, act in self._signals().items():
            loop.add_signal_handler(number, act)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, self._end)
        self._enter()
        self._shown = True
        self._resized()
        self._keyboard.listen(loop)

    def stop_application_mode(self) -> None:
        self._shown, self._frame = False, ""
        self.disable_input()
        if self.attrs_before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        self.write((MOUSE_OFF if self._mouse else "") + LEAVE)

    def disable_input(self) -> None:
        if self._keyboard.deafen():
            with contextlib.suppress(termios.error):
                termios.tcflush(self.fileno, termios.TCIFLUSH)

    def close(self) -> None:
        for number in (*self._signals(), signal.SIGHUP):
            self._loop.remove_signal_handler(number)
        if self.writer is not None:
            self.writer.stop(LAST_WORDS_S)

    def _signals(self) -> dict[signal.Signals, Any]:
        return {
            signal.SIGWINCH: self._resized,
            signal.SIGTERM: self._end,
            signal.SIGTSTP: self._suspend,
            signal.SIGCONT: self._continued,
        }

    def _end(self) -> None:
        """Asked to go, or nobody is there any more: the session goes on without this console."""
        self._app.exit(0)

    def _gone(self) -> None:
        """The terminal hung up. Reading on would spin, writing would fail."""
        self.disable_input()
        if self.writer is not None:
            self.writer.abandon()
        self._end()

    def _suspend(self) -> None:
        """SIGTSTP: give the terminal back, stop, and take it again when continued."""
        self.stop_application_mode()
        self.close()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        self.start_application_mode()
        self.repaint()

    def _continued(self) -> None:
        """SIGCONT: somebody may have used the terminal meanwhile."""
        if self._shown:
            self._raw()
            self._enter()
            self._resized()
            self.repaint()

    # The terminal's state.

    @property
    def _descriptor(self) -> int:
        assert self._file is not None, "there is a terminal: the launcher has looked"
        return self._file.fileno()

    def _raw(self) -> None:
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[tty.LFLAG] = self._patch_lflag(attributes[tty.LFLAG])
            attributes[tty.IFLAG] = self._patch_iflag(attributes[tty.IFLAG])
            attributes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)

    def _enter(self) -> None:
        shown, self._shown = self._shown, False
        self.write(ENTER + (MOUSE_ON if self._mouse else ""))
        if os.environ.get("TERM_PROGRAM") != "Apple_Terminal":  # it would print the question's last letter
            self.write(ASK_SYNCHRONISED)
        self._shown = shown

    def _get_terminal_size(self) -> tuple[int, int]:
        """Of the terminal itself, whatever COLUMNS and LINES say."""
        for descriptor in (self.fileno, self._descriptor):
            with contextlib.suppress(OSError):
                width, height = os.get_terminal_size(descriptor)
                if width and height:
                    return width, height
        return 80, 24

    def _resized(self) -> None:
        size = Size(*self._get_terminal_size())
        self._hand_on(events.Resize(size, size))

    def write(self, data: str) -> None:
        """A frame while the screen is shown, else control that must arrive.

        What holds the screen goes with its frame and with what lets it go: none of them may be lost alone.
        """
        if self.writer is None:
            return
        if self._shown and (self._frame or data == HOLD):
            self._frame += data
            if data != LET_GO:
                return
            data, self._frame = self._frame, ""
        self.writer.write(data, frame=self._shown)

    def repaint(self) -> None:
        """Everything once more: what the terminal shows is not known."""
        if self._shown:
            self._app.refresh()

    # What comes in.

    def _point(self, data: bytes) -> None:
        """A mouse report; the old form cannot name far columns and is left out."""
        event = self._parser.parse_mouse_code(data.decode("ascii", "replace"))
        if self._mouse and event is not None:
            event.set_sender(self._app)
            self.process_message(event)

    def _hand_on(self, message: Message) -> None:
        message.set_sender(self._app)
        self._app.post_message(message)


def driver_class() -> type[ConsoleDriver]:
    """The driver that the console runs with."""
    return ConsoleDriver
