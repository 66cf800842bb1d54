"""A person's signal to one process: asked for, confirmed, sent, and what came of it."""

from __future__ import annotations

from thunes_tui.events.base import Event, event


@event("signal.requested")
class SignalRequested(Event):
    """Somebody wants a process stopped, frozen or thawed; the guard and the blast radius are looked at."""

    attempt: int
    """Counts the requests of a drill, from 1."""
    pid: int
    start: int
    """Clock ticks since boot: with `pid` and the session's boot it names exactly one process."""
    how: str
    """`stop` (SIGTERM, then SIGKILL), `freeze` (SIGSTOP) or `thaw` (SIGCONT); `exact` for a step's own."""
    step: str = ""
    """The step whose block it takes the place of."""
    signal: int = 0
    """What that block would have sent."""


@event("signal.held")
class SignalHeld(Event):
    """The person must type the target's name first."""

    attempt: int
    confirm: str
    """What is typed."""
    victims: tuple[str, ...] = ()
    """What would be hit, one line a process."""
    spared: tuple[str, ...] = ()
    """What goes by the same name, or hangs on it, and is left alone: one line each, why at its end."""
    earlier: str = ""
    """On which earlier proof of testnet it stands; empty where it is proven now."""


@event("signal.started")
class SignalStarted(Event):
    """The signal is about to be sent: written before it is."""

    attempt: int
    signal: int
    token: str = ""
    """Of the guard; empty for the second signal of an attempt, which the first one's stands for."""


@event("signal.sent")
class SignalSent(Event):
    """What the kernel said to it."""

    attempt: int
    signal: int
    outcome: str
    """`sent`, `gone` (there was no such process any more) or `refused`."""
    detail: str = ""


@event("signal.ended")
class SignalEnded(Event):
    """The attempt is over."""

    attempt: int
    outcome: str
    """`dead`, `frozen`, `running`, `gone`, `refused`, `left` (by the person), `alive` (in spite of it) or
    `unknown` (the server died meanwhile)."""
    detail: str = ""
    ms: float | None = None
    """From the first signal to what was waited for; None where nothing was sent."""
