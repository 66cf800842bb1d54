"""A step that starts the bot: what is waited for beside its block, and what came of it."""

from __future__ import annotations

from thunes_tui.events.base import Event, event


@event("start.awaited")
class StartAwaited(Event):
    """The step's block starts the bot: from now on it is waited for, alive and healthy."""

    step: str
    attempt: int
    words: tuple[str, ...]
    """Its command line in the block."""
    most_s: float
    """How long it is waited for at most."""


@event("start.judged")
class StartJudged(Event):
    """Whether the bot runs, whatever the step's exit status said."""

    step: str
    attempt: int
    verdict: str
    """`PASS`, `FAIL`, or `NOT VERIFIED` where nobody could see it."""
    cause: str
    pid: int = 0
    """Of the bot that it is about; 0 for none."""
