"""What the server tells the hub of emergencies: what it sensed, and what it found when it was asked."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.observations import Observation


@dataclass(frozen=True, slots=True)
class BotStalled(Observation):
    """A living bot does nothing: told again and again while it lasts."""

    pid: int
    start: int
    cause: str
    since_us: int
    """Wall time from which on it did nothing; the same as long as it lasts."""


@dataclass(frozen=True, slots=True)
class DamageFound(Observation):
    """As the session began, a file of the bot's was damaged already."""

    source: str
    """`audit` or `database`."""
    cause: str


@dataclass(frozen=True, slots=True)
class EmergencyChecked(Observation):
    """The guard's answer for an item's block, the conditions that it needs, and what it would reach."""

    asked_for: str
    proven: bool
    reasons: tuple[str, ...] = ()
    token: str = ""
    problem: str = ""
    """The condition that does not hold, with what to do about it; empty when all do."""
    victims: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    confirm: str = ""
    evidence: tuple[tuple[str, int, str], ...] = ()
    """The files that it is about, as they are now: path, bytes, SHA-256."""
    confirmed: bool = False
    """It was asked for after the person had typed the name."""


@dataclass(frozen=True, slots=True)
class EmergencyLooked(Observation):
    """What the console's own look at something found."""

    number: int
    item: str
    attempt: int
    good: bool
    detail: str
