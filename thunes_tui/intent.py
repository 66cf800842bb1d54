"""What an intent is, and how one crosses the wire; those that there are stand in `intents`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, dataclass_transform

from thunes_tui.plain import from_plain, to_plain

I = TypeVar("I", bound="Intent")  # noqa: E741 - reads as the type it stands for


@dataclass(frozen=True, slots=True)
class Intent:
    """Base of all intents."""

    KIND: ClassVar[str] = ""
    """Its name on the wire."""


REGISTRY: dict[str, type[Intent]] = {}


@dataclass_transform(frozen_default=True)
def intent(kind: str) -> Callable[[type[I]], type[I]]:
    """Make a class a frozen intent of this kind and register it."""

    def register(plain_class: type[I]) -> type[I]:
        made = dataclass(frozen=True, slots=True)(plain_class)
        made.KIND = kind
        REGISTRY[kind] = made
        return made

    return register


def decode(kind: str, data: dict[str, Any]) -> Intent:
    """The intent of a frame. Raises ValueError for an unknown kind or members that do not fit."""
    known = REGISTRY.get(kind)
    if known is None:
        raise ValueError(f"no intent is called {kind!r}")
    return from_plain(known, data)


def encode(asked: Intent) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(asked)
    return plain
