"""What stops a drill: the pause, the abort and what is undone after it, and how the box was left."""

from __future__ import annotations

from thunes_tui.events.base import Event, event


@event("drill.paused")
class DrillPaused(Event):
    """Nothing new begins, what runs goes on, and no planned time runs until the driver resumes."""

    reason: str


@event("drill.resumed")
class DrillResumed(Event):
    """The pause is over."""

    reason: str = ""


@event("abort.opened")
class AbortOpened(Event):
    """The driver reached for the abort: nothing new begins while it is being confirmed."""

    test: str = ""
    """The one that runs; empty between tests."""


@event("abort.left")
class AbortLeft(Event):
    """It was left without a confirmation: the drill goes on."""

    test: str = ""


@event("drill.aborted")
class DrillAborted(Event):
    """The driver typed the word: no test goes on, and the decision can only be ABORTED."""

    reason: str
    line: str = ""
    """What runs in the shell and is told to end; empty where nothing of the drill runs."""


@event("abort.signalled")
class AbortSignalled(Event):
    """What came of telling the running command to end, one signal at a time."""

    signal: str
    """Its name; empty where none could be sent."""
    outcome: str
    """`sent`, `refused` (a bot is in the foreground, or nothing is), `ended`, `alive` (in spite of all)."""
    detail: str = ""


@event("undo.requested")
class UndoRequested(Event):
    """After an abort the driver wants a step of the runbook run that undoes what was done."""

    attempt: int
    """Counts the requests of a drill, from 1."""
    step: str
    sha256: str


@event("undo.started")
class UndoStarted(Event):
    """Its block is about to run: written before it does."""

    attempt: int
    step: str
    token: str = ""


@event("undo.ended")
class UndoEnded(Event):
    """It ended, or never began: then there is no exit status, and the detail says why."""

    attempt: int
    step: str
    exit: int | None
    detail: str = ""


@event("left_safe.asked")
class LeftSafeAsked(Event):
    """How the box is left is being looked at."""

    attempt: int
    when: str
    """`abort`, `undo`, `end`, or `asked` by the driver."""


@event("left_safe.sensed")
class LeftSafeSensed(Event):
    """How the box is left, row by row."""

    attempt: int
    when: str
    rows: tuple[tuple[str, str, str, str], ...]
    """What was looked at, `PASS`, `FAIL` or `UNKNOWN`, what was found, and where that is from."""


@event("deviation.explained")
class DeviationExplained(Event):
    """Why a deviation came about, said after it was sensed."""

    number: int
    """Of the record that noted it."""
    reason: str
