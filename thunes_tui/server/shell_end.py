"""How a shell has ended, in words."""

from __future__ import annotations

import signal


def ending(told: int | None, status: int | None) -> str:
    """How a shell has ended, in words: by its own mark, which only its own exit sends, or by its keeper."""
    if told is None and status is None:
        return "it ended, and nobody saw how"
    if told is None and status is not None and status < 0:
        return f"it was killed by {name_of(-status)}"
    return f"it ended with exit status {status if told is None else told}"


def name_of(number: int) -> str:
    """Of a signal."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
