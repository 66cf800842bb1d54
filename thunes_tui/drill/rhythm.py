"""How regularly something speaks, and from when on its silence is strange for it."""

from __future__ import annotations

from dataclasses import dataclass

KEPT = 60
"""Gaps that count: what was a habit long ago is none now."""
LEAST = 8
"""Before so many gaps nobody can speak of a habit."""
TIMES = 6.0
"""So many times its longest usual gap is far longer than its habit."""
FLOOR_S = 60.0
"""A shorter silence is never strange."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Of one speaker: fold `spoke` and ask `silent`."""

    last_s: float | None = None
    """When it spoke last, in seconds of any clock that only goes forward."""
    gaps: tuple[float, ...] = ()

    def spoke(self, at_s: float) -> Rhythm:
        """It spoke, and everything before was no silence to worry about."""
        if self.last_s is None:
            return Rhythm(at_s)
        return Rhythm(at_s, (*self.gaps, max(0.0, at_s - self.last_s))[-KEPT:])

    def patience_s(self, floor_s: float = FLOOR_S) -> float | None:
        """How long a silence it has to be; None for who speaks too seldom to have a habit.

        The longest of the gaps counts: who was ever quiet for a minute is given several.
        """
        if len(self.gaps) < LEAST:
            return None
        return max(floor_s, TIMES * max(self.gaps))

    def silent(self, now_s: float, floor_s: float = FLOOR_S) -> float:
        """For how many seconds it has been silent, where that is strange; else 0."""
        patience = self.patience_s(floor_s)
        if self.last_s is None or patience is None:
            return 0.0
        lasted = now_s - self.last_s
        return lasted if lasted > patience else 0.0
