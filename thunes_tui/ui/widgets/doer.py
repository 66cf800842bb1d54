"""What can be told to do actions of the keymap: a pane, or a replay's bar."""

from __future__ import annotations

from collections.abc import Callable


class Doer:
    """An action called `X` is the method `do_X`; `why_not_X` gives the reason when it cannot be done now."""

    def perform(self, action: str) -> bool:
        """Do one of its actions; False when it has no such action."""
        does: Callable[[], None] | None = getattr(self, f"do_{action}", None)
        if does is None:
            return False
        does()
        return True

    def word_for(self, action: str) -> str:
        """What an action is called as things stand, where that is not its label."""
        word: Callable[[], str] | None = getattr(self, f"word_for_{action}", None)
        return word() if word is not None else ""

    def why_not(self, action: str) -> str:
        """Why an action cannot be done now; empty when it can."""
        reason: Callable[[], str] | None = getattr(self, f"why_not_{action}", None)
        return reason() if reason is not None else ""
