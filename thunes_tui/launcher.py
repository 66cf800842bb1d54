"""Owns the terminal for as long as a screen runs in it, and gives it back whatever becomes of that screen.

Textual puts the terminal back when it is left in order. After SIGTERM, SIGHUP, SIGQUIT, SIGSEGV or `kill -9`
of the process that draws, raw mode, the alternate screen and mouse reports stay on, and the operator's shell
is unusable in the middle of a drill. So the drawing happens in a forked child, and this small parent, which
imports no Textual, waits for it and puts everything back.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from thunes_tui.errors import Unusable, UserError

FAILED = 70
"""Exit status of a child whose screen ended with an exception (EX_SOFTWARE)."""
HIGHEST_NORMAL = 2
"""The highest exit status that is an answer (0 ok, 1 found something, 2 usage) and not an accident."""
GRACE = 3.0
"""Seconds that a child told to end has before it is killed."""
LOOK_EVERY = 1.0
"""Seconds between looks whether the terminal is still there; a hang-up is not always signalled."""
WRITE_PATIENCE = 0.5
"""Seconds to wait for a terminal that does not read before giving up on its screen."""

SENT_BY_KERNEL = 0x80
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
FROM_KEYBOARD = (signal.SIGINT, signal.SIGQUIT)
STOPPED_BY_TERMINAL = (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)

LEAVE_SCREEN = b"\x1b[<u\x1b[?1049l"
"""Keyboard stack first: a terminal has one stack for each screen. Moves the cursor to where it was saved."""
LEAVE_SCREEN_IF_IN_IT = b"\x1b[?1047l"
"""For a child that ended by itself: leaves the cursor alone, so what it printed at its end stays."""
MODES_OFF = (
    b"\x1b[?2026l"  # stop holding the screen
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    b"\x1b[?2004l\x1b[?1004l\x1b[?2048l"  # bracketed paste, focus and size reports
    b"\x1b[=0u"  # kitty keyboard
    b"\x1b[?1l\x1b>"  # plain cursor keys and keypad
    b"\x1b7\x1b[?6l\x1b[r\x1b8"  # origin and scroll region, which would move the cursor
    b"\x1b(B\x0f\x1b[m\x1b[?7h\x1b[?25h"  # plain characters, no style, wrap, a cursor
)
SAVE_CURSOR = b"\x1b7"


def run(ui: Callable[[], int], comeback: str) -> int:
    """Run `ui` in a child that has the terminal, wait for it, put the terminal back.

    `ui` imports what it draws with itself. It returns its exit status, and raises (or returns more than 2)
    where it failed. `comeback` tells how to come back, and is printed only after an end that was not normal.
    Returns the child's exit status, or 128 + the signal that ended it. Raises Unusable where there is no
    terminal to draw on.
    """
    check_terminal()
    for name in ("COLUMNS", "LINES"):  # they would win over the real size, at every resize
        os.environ.pop(name, None)
    attributes = termios.tcgetattr(0)
    write_terminal(SAVE_CURSOR)
    watched = {*PASSED_ON, signal.SIGCHLD, signal.SIGTTOU}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    handlers = {number: signal.signal(number, signal.SIG_DFL) for number in (*PASSED_ON, signal.SIGCHLD)}
    sys.stdout.flush()
    sys.stderr.flush()
    launcher, child = os.getpid(), os.fork()
    if child == 0:
        _draw(ui, attributes, launcher, before)
    try:
        status = _wait(child, watched)
        restore(attributes, clean=os.WIFEXITED(status))
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        while signal.sigtimedwait(watched, 0):  # one that came in the meantime must not end us now
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    code = os.waitstatus_to_exitcode(status)
    if code < 0 or code > HIGHEST_NORMAL:
        _say("" if code == FAILED else _obituary(code), comeback)
    return 128 - code if code < 0 else code


def check_terminal() -> None:
    """Raise Unusable unless keys can be read and a screen drawn here.

    Textual draws on standard error, so that one has to be the terminal as well as the other two.
    """
    if os.environ.get("TERM", "dumb") == "dumb":
        raise Unusable(
            "TERM=dumb cannot show a screen: use a real terminal, or thunes-tui rehearse, which needs none"
        )
    for descriptor, name in ((0, "input"), (1, "output"), (2, "error")):
        if not os.isatty(descriptor):
            what = f"standard {name} is not a terminal: do not redirect it (thunes-tui rehearse needs none)"
            if descriptor == 2 and os.isatty(1):  # the message itself would go where nobody looks
                _say(f"thunes-tui: {what}")
            raise Unusable(what)


def restore(attributes: list[Any] | None, *, clean: bool) -> None:
    """Put the terminal's line discipline and modes back; quiet where the terminal is gone.

    `clean`: the child left the screen by itself and may have printed something under it.
    """
    background = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})  # a shell may have taken over
    if attributes is not None:
        with contextlib.suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSANOW, attributes)
    write_terminal((LEAVE_SCREEN_IF_IN_IT if clean else LEAVE_SCREEN) + MODES_OFF)
    if not clean:  # mouse reports and answers that would be typed into the shell
        with contextlib.suppress(OSError, termios.error):
            termios.tcflush(0, termios.TCIFLUSH)
    signal.pthread_sigmask(signal.SIG_SETMASK, background)


def restore_terminal() -> None:
    """What `thunes-tui reset` does: a terminal that a dead program left behind becomes usable again.

    Nothing is known of its former state, so it gets the usual one, as `stty sane` would.
    """
    attributes: list[Any] | None = None
    with contextlib.suppress(OSError, termios.error):
        attributes = sane(termios.tcgetattr(0))
    restore(attributes, clean=False)


def sane(attributes: list[Any]) -> list[Any]:
    """`attributes` of a terminal with line editing, echo, signals and newline translation on."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, cc = attributes
    iflag |= termios.ICRNL | termios.IXON
    iflag &= ~(termios.INLCR | termios.IGNCR | termios.ISTRIP | termios.IXOFF)
    oflag |= termios.OPOST | termios.ONLCR
    lflag |= termios.ISIG | termios.ICANON | termios.IEXTEN | termios.ECHO | termios.ECHOE | termios.ECHOK
    lflag &= ~(termios.NOFLSH | termios.TOSTOP | termios.ECHONL)
    cc = list(cc)
    usual = {
        termios.VINTR: 3, termios.VQUIT: 28, termios.VERASE: 127, termios.VKILL: 21, termios.VEOF: 4,
        termios.VSTART: 17, termios.VSTOP: 19, termios.VSUSP: 26,
    }  # fmt: skip
    for index, value in usual.items():
        cc[index] = bytes([value])
    return [iflag, oflag, cflag | termios.CREAD, lflag, ispeed, ospeed, cc]


def write_terminal(data: bytes) -> None:
    """Write to the terminal through a descriptor of its own that does not block; gives up quietly."""
    try:
        own = os.open(os.ttyname(2), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    try:
        while data and select.select([], [own], [], WRITE_PATIENCE)[1]:
            data = data[os.write(own, data) :]
    except OSError:
        return
    finally:
        os.close(own)


def _wait(child: int, watched: set[signal.Signals]) -> int:
    """Pass signals on until the child has ended; its wait status."""
    ending = False
    while True:
        got = signal.sigtimedwait(watched, GRACE if ending else LOOK_EVERY)
        pid, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
        if pid and not os.WIFSTOPPED(status):
            return status
        if pid and os.WSTOPSIG(status) in STOPPED_BY_TERMINAL:
            os.kill(os.getpid(), signal.SIGSTOP)  # the shell that started us wants its prompt
        number = got.si_signo if got else None
        if number is None and ending:
            _tell(child, signal.SIGKILL)
        elif number in PASSED_ON or (number is None and _hung_up()):
            by_keyboard = got is not None and got.si_code == SENT_BY_KERNEL and number in FROM_KEYBOARD
            if not by_keyboard:  # from the keyboard it has reached the child already, for it to judge
                _tell(child, number or signal.SIGHUP)
                ending = True


def _tell(child: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, number)
        os.kill(child, signal.SIGCONT)


def _hung_up() -> bool:
    """Whether nobody is at the other end of the terminal any more."""
    poll = select.poll()
    poll.register(0, 0)
    return bool(poll.poll(0))


def _draw(ui: Callable[[], int], attributes: list[Any], launcher: int, mask: set[int]) -> NoReturn:
    """The child: draws, and ends with its status. Never returns, whatever happens in `ui`."""
    code = FAILED
    try:
        _die_with(launcher, attributes)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        code = ui()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException as error:  # noqa: BLE001 - the last place that can put the terminal back and say why
        restore(attributes, clean=False)
        _say(f"thunes-tui: {_cause(error)}")
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code & 0xFF)


def _die_with(launcher: int, attributes: list[Any]) -> None:
    """End this process as soon as the launcher is gone, and put the terminal back in its place.

    A thread waits for it: a signal at the parent's death is handled only when the event loop next wakes.
    """
    watched = os.pidfd_open(launcher)

    def wait() -> None:
        select.select([watched], [], [])
        restore(attributes, clean=False)
        os._exit(128 + signal.SIGTERM)

    threading.Thread(target=wait, name="launcher", daemon=True).start()


def _cause(error: BaseException) -> str:
    """One line for an exception that nobody expected: what, and where in the code."""
    if isinstance(error, UserError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"the screen failed: {type(error).__name__}: {error}{place}".replace("\n", " ")


def _obituary(code: int) -> str:
    if code < 0:
        return f"thunes-tui: the screen was ended by {signal.Signals(-code).name}"
    return f"thunes-tui: the screen ended with status {code}"


def _say(*lines: str) -> None:
    """Lines for the operator, without controls; the cursor may stand anywhere in a row."""
    shown = ("".join(c if c.isprintable() else "?" for c in line) for line in lines if line)
    text = "".join(f"{line}\r\n" for line in shown)
    write_terminal(b"\r" + text.encode("utf-8", "replace"))
