"""The shell of the control pane."""

from __future__ import annotations

from thunes_tui.events.base import Event, event


@event("shell.opened")
class ShellOpened(Event):
    """The control pane has a shell."""

    pid: int
    cols: int
    rows: int
    again: bool = False
    """The keeper's shell was found alive and taken up again."""
    lost: int = 0
    """Bytes of output that nobody could hold meanwhile."""
    detail: str = ""
    """What a person should know of it, such as that it knows nothing of the shell before it."""


@event("shell.requested")
class ShellRequested(Event):
    """The driver wants a new shell, for the one with this pid has ended."""

    after: int


@event("shell.output", decision=False)
class ShellOutput(Event):
    """Bytes that the shell's terminal received, masked; `offset` counts masked bytes from the start."""

    offset: int
    text: str | None = None
    b64: str | None = None


@event("shell.skipped")
class ShellSkipped(Event):
    """So many masked bytes from `offset` on were shown and are not recorded: too much was printed."""

    offset: int
    length: int
    sha256: str
    """Of the masked bytes."""


@event("shell.started")
class ShellStarted(Event):
    """A command line began to run in the shell, by the shell's own mark."""

    seq: int
    command: str
    cwd: str


@event("shell.ended")
class ShellEnded(Event):
    """The command line ended; `jobs` run on in the background."""

    seq: int
    exit: int
    cwd: str
    jobs: int = 0


@event("shell.resized")
class ShellResized(Event):
    """The terminal has another size, as the driver's pane asks."""

    cols: int
    rows: int


@event("shell.exited")
class ShellExited(Event):
    """The shell itself is gone."""

    detail: str = ""
