"""From a record's kind and members to its event: this module has seen every kind."""

from __future__ import annotations

from typing import Any

from thunes_tui.events import blocks, box, drill, emergency, session, shell, signals, starts, steps, stops
from thunes_tui.events.base import REGISTRY, Event, Unknown
from thunes_tui.plain import from_plain

MODULES = (drill, steps, blocks, starts, box, shell, signals, stops, emergency, session)


def decode(kind: str, data: dict[str, Any]) -> Event:
    """The event of a record. One that does not fit its type is kept as `Unknown`."""
    known = REGISTRY.get(kind)
    if known is None:
        return Unknown(kind, data)
    try:
        return from_plain(known, data)
    except ValueError:
        return Unknown(kind, data)
