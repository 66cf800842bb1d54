"""A pane of lines that asks a person for a line in its last row, and goes on meanwhile."""

from __future__ import annotations

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.source import SourcePane
from thunes_tui.ui.widgets.asking import Asking

TYPING = (
    Action("keep", ("enter",), "keep what is typed", "Keep it"),
    Action("leave", ("ctrl+g",), "leave it", "As it was before"),
    Action("earlier", ("up",), "earlier ones", "What was typed before"),
)


class Asks(SourcePane, inherit_bindings=False):
    """`Stream` shows what is asked."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.asking: Asking | None = None
        """What a person is asked in the pane's last row."""

    def ask_line(self, asking: Asking) -> None:
        """Ask for a line in the pane's last row; the keys go there until it is kept or left."""
        self.asking = asking
        self.moved()

    @property
    def types(self) -> bool:
        return self.asking is not None

    @property
    def typing(self) -> tuple[Action, ...]:
        """What the keys do while a line is asked for."""
        return TYPING if self.asking is not None else ()

    def takes_key(self, key: str, character: str | None, /) -> bool:
        asking = self.asking
        if asking is None:
            return False
        asking.press(key, character)
        if asking.is_over and self.asking is asking:
            self.asking = None
        self.moved()
        return True

    def takes_text(self, text: str, /) -> bool:
        if self.asking is None:
            return False
        self.asking.paste(text)
        self.moved()
        return True
