"""What the console needs of a connection: live, attached and replayed sessions look the same through it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Protocol

from thunes_tui.drill.model import DrillState
from thunes_tui.intents import Intent
from thunes_tui.wire import Hello

if TYPE_CHECKING:
    from thunes_tui.connection import Update


class Link(Protocol):
    """An open session. `thunes_tui.connection.Connection` is the real one; tests pass their own."""

    hello: Hello
    state: DrillState
    """Folded up to the last record that arrived."""

    def updates(self) -> AsyncIterator[Update]:
        """What happens from now on, in order, until it is closed; the last one is `Closed`."""
        ...

    def ask(self, intent: Intent) -> int:
        """Send an intent; the number that its refusal would name."""
        ...

    def keys(self, data: bytes) -> None:
        """Raw input for the shell."""
        ...

    async def close(self) -> None: ...
