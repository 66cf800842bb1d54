"""Whether the times that a file's records bear run backwards."""

from __future__ import annotations

from collections.abc import Callable


class Times:
    """Of one file, as text that sorts like the times do. A step back is told once: from there on it is the
    later times that are compared.
    """

    def __init__(self, slack_s: float, seconds: Callable[[str], float]) -> None:
        """`seconds` gives a time as seconds since the epoch, 0 for none. What is less than `slack_s` is no
        step: whole seconds, and writers that overtake each other.
        """
        self._slack_s = slack_s
        self._seconds = seconds
        self._latest = ""

    def may_run_back(self, first: str, last: str) -> bool:
        """Whether a piece of the file with these first and last times may hold a step back. Cheap."""
        return bool(first) and (first < self._latest or last < first)

    def passed(self, last: str) -> None:
        """A piece that ends with this time was not looked at any closer."""
        self._latest = max(last, self._latest)

    def behind(self, text: str) -> float:
        """Seconds by which this time is behind the latest one before it; 0 for not, or for no time."""
        if text >= self._latest:
            self._latest = text
            return 0.0
        now, latest = self._seconds(text) if text else 0.0, self._seconds(self._latest)
        if not now or latest - now <= self._slack_s:
            return 0.0  # the latest stays: many small steps are one large one
        self._latest = text
        return latest - now
