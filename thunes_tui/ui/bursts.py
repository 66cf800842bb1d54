"""Keys that come faster than from hands are text that was pasted, and mean nothing one by one.

A terminal that does not mark its pastes sends them like keys, and so does `tmux send-keys` with several of
them. So every key of the console waits for a few milliseconds whether more follow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual import events

TOGETHER_S = 0.008
"""Keys closer together than this come from no hand."""
TAIL_S = 0.05
"""How long after a burst what follows still belongs to it."""
MANY = 3
"""So many of them are a paste."""


class Bursts:
    """Gathers keys; gives them back one by one, or as text that was pasted."""

    def __init__(
        self, keys: Callable[[Sequence[events.Key]], None], text: Callable[[str, int], None]
    ) -> None:
        """`text` gets what came at once, and how many characters have come since the burst began."""
        self._keys = keys
        self._text = text
        self._held: list[events.Key] = []
        self._timer: asyncio.TimerHandle | None = None
        self._ended = 0.0
        """When the last key of a burst came."""
        self._count = 0

    @property
    def pending(self) -> bool:
        return bool(self._held)

    def take(self, key: events.Key) -> None:
        """One more key, at its own time."""
        self._held.append(key)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(TOGETHER_S, self.flush)

    def flush(self) -> None:
        """Nothing followed in time."""
        if self._timer is not None:
            self._timer.cancel()
        held, self._held, self._timer = self._held, [], None
        if not held:
            return
        follows = held[0].time - self._ended <= TAIL_S
        if not (follows or is_paste(held)):
            self._keys(held)
            return
        self._count = (self._count if follows else 0) + len(held)
        self._ended = held[-1].time
        self._text("".join(written(key) for key in held), self._count)


def is_paste(keys: Sequence[events.Key]) -> bool:
    """Whether keys that came together were not typed; one key many times is held, over a slow line."""
    typed = [key.key for key in keys if written(key)]
    return len(set(typed)) > 1 and len(typed) >= MANY


def written(key: events.Key) -> str:
    """What a key writes; empty for one that only moves or controls."""
    if key.key in ("enter", "ctrl+j"):
        return "\n"
    character = key.character or ""
    return character if character == "\t" or character.isprintable() else ""
