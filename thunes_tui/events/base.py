"""What an event is, and the registry of their kinds.

An event is past tense, frozen, plain data. Its time, number and actor are not its own members: the hub stamps
them on the record. A kind that this version does not know is kept as `Unknown` and shown, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar, dataclass_transform

from thunes_tui.plain import to_plain

E = TypeVar("E", bound="Event")


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""

    KIND: ClassVar[str] = ""
    """Its name in the journal."""
    DECISION: ClassVar[bool] = True
    """Whether it is fdatasynced before it shows and before its effect; bulk is not."""


REGISTRY: dict[str, type[Event]] = {}


@dataclass_transform(frozen_default=True)
def event(kind: str, *, decision: bool = True) -> Callable[[type[E]], type[E]]:
    """Make a class a frozen event of this kind and register it."""

    def register(plain_class: type[E]) -> type[E]:
        made = dataclass(frozen=True, slots=True)(plain_class)
        made.KIND, made.DECISION = kind, decision
        REGISTRY[kind] = made
        return made

    return register


@dataclass(frozen=True, slots=True)
class Unknown(Event):
    """An event of a kind that a newer version wrote."""

    name: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def encode(happened: Event) -> dict[str, Any]:
    """The members of an event as plain data, for the record's `d`."""
    if isinstance(happened, Unknown):
        return happened.data
    plain: dict[str, Any] = to_plain(happened)
    return plain
