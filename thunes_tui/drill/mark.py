"""Who did it, when, and under which number: what the record adds to an event."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.clock import Moment


@dataclass(frozen=True, slots=True)
class Mark:
    number: int
    """The record's number in the journal."""
    at: Moment
    by: str
    """The actor: a person's declared name, or `server`."""
