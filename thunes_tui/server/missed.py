"""What happened while recording was lost: kept in memory, and told once recording works again.

Told late, it sets what is known and proves nothing, since its time is gone. Bulk is only counted.
"""

from __future__ import annotations

from dataclasses import replace

from thunes_tui.drill.draft import Actor
from thunes_tui.events.base import Event
from thunes_tui.events.box import SourceLines, SourceSpan
from thunes_tui.observations import (
    AuditSeen,
    BotGone,
    CommandEnded,
    GuardSpoke,
    Happened,
    LogSeen,
    Observation,
    RecordingCameBack,
    ShellGone,
)

MOST = 5_000
"""Observations that are kept; what comes after is only counted."""
NOT_OF_A_STEP = ("start", "resume", "preflight")
"""What the guard may have been asked for when its answer can be told late: nothing starts by it."""


class Missed:
    """Everything since recording was lost."""

    def __init__(self) -> None:
        self.count = 0
        """Observations and events that no record tells of."""
        self.people: list[tuple[Event, Actor]] = []
        """Who came, left and has the keys now: that was applied, and is recorded later."""
        self._kept: list[Observation] = []
        self._ended = self._lines = False

    def add(self, observation: Observation) -> None:
        """One more that was not recorded."""
        self.count += 1
        self._ended = self._ended or isinstance(observation, CommandEnded | ShellGone)
        self._lines = self._lines or is_lines(observation)
        late = told_late(observation)
        if late is not None and len(self._kept) < MOST:
            self._kept.append(late)

    def told(self) -> list[Observation]:
        """In the order in which the hub is to hear it."""
        return [RecordingCameBack(self._ended, self._lines), *self._kept]


def is_lines(observation: Observation) -> bool:
    """Whether the observation is something that a followed file says."""
    if isinstance(observation, Happened):
        return any(isinstance(event, SourceLines | SourceSpan) for event in observation.events)
    return isinstance(observation, AuditSeen | LogSeen)


def told_late(observation: Observation) -> Observation | None:
    """The observation as it can be told when its time is over; None for what cannot."""
    match observation:
        case Happened(events):
            kept = tuple(event for event in events if event.DECISION)
            return Happened(kept) if kept else None
        case AuditSeen() | LogSeen():
            return replace(observation, replayed=True)
        case BotGone():
            return replace(observation, unwatched=True)
        case GuardSpoke(asked_for) if asked_for not in NOT_OF_A_STEP:
            return None
        case RecordingCameBack():
            return None
        case _:
            return observation
