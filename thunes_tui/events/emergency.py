"""Emergencies of a drill: what was sensed, what a person did about it, item by item, and how it was left."""

from __future__ import annotations

from thunes_tui.events.base import Event, event

File = tuple[str, int, str]
"""A file that is evidence: its path, its bytes and their SHA-256."""


@event("emergency.sensed")
class EmergencySensed(Event):
    """Something that the seed has a procedure for was seen to happen: told once, until it is closed."""

    number: int
    """Counts the emergencies of a drill, from 1."""
    kind: str
    """`database`, `audit`, `hang` or `telegram`."""
    cause: str
    source: str = ""
    """Where it was seen: `log`, `process`, `audit`, `database`, `preflight`, `alert`, `emergency`."""
    key: str = ""
    """Tells one occurrence from another of the same kind."""
    outage: bool = False
    """For Telegram: whether sending was seen to fail, and not only an alert to be missing."""
    criteria: tuple[str, ...] = ()
    """The success criteria that are NOT VERIFIED for it from now on; all others stand."""
    test: str = ""
    """The test that was running."""


@event("emergency.opened")
class EmergencyOpened(Event):
    """A person goes through its checklist from now on."""

    number: int
    kind: str
    criteria: tuple[str, ...] = ()
    test: str = ""


@event("emergency.item_requested")
class EmergencyItemRequested(Event):
    """An item's block is to run: guard, conditions and blast radius are looked at."""

    number: int
    item: str
    attempt: int
    sha256: str = ""
    """Of the block as it was shown."""


@event("emergency.item_held")
class EmergencyItemHeld(Event):
    """It would signal processes or take files away: it waits for the typed confirmation."""

    number: int
    item: str
    attempt: int
    confirm: str
    victims: tuple[str, ...] = ()


@event("emergency.item_started")
class EmergencyItemStarted(Event):
    """It is about to be done: on disk before it is."""

    number: int
    item: str
    attempt: int
    sha256: str = ""
    token: str = ""
    output: int = 0
    """Where its output begins in the shell's stream of masked bytes."""
    evidence: tuple[File, ...] = ()
    """The files that it is about, as they were right before."""


@event("emergency.item_ended")
class EmergencyItemEnded(Event):
    """What came of it."""

    number: int
    item: str
    attempt: int
    outcome: str
    """`done`, `failed`, `refused` (nothing was done), `unknown` (nobody saw how it ended)."""
    exit: int | None = None
    detail: str = ""
    sha256: str = ""
    """Of all that it printed."""


@event("emergency.item_skipped")
class EmergencyItemSkipped(Event):
    """It is left out, for a reason."""

    number: int
    item: str
    reason: str


@event("emergency.closed")
class EmergencyClosed(Event):
    """The checklist is closed: how it was left, and what that means for the rest of the drill."""

    number: int
    kind: str
    outcome: str
    """`mended`, `not mended`, `workaround` (the drill goes on without), `false alarm`."""
    reason: str = ""
