"""The abort from wherever a person is: inside a dialog too, and where text is being typed.

`!` is one key in the console and in every dialog that takes no text. Where it would be typed, the leader
comes first; in SHELL mode that leads back to the console, so that the same two keys abort there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events

from thunes_tui.ui.desk import COMMAND
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

KEY = "exclamation_mark"
ARMED: Line = [("!", "key"), (" aborts the drill   any other key goes on here", "dialog_dim")]


class WayOut:
    """Looks at every key before a dialog or a line does."""

    def __init__(self, app: ThunesApp, leader: tuple[str, ...]) -> None:
        self._app = app
        self._leader = leader
        self._armed = False

    def takes(self, event: events.Key) -> bool:
        """Whether the key was for the abort, and for nobody else."""
        armed, self._armed = self._armed, False
        top = self._app.screen if self._app.screen_stack else None
        dialog = top if isinstance(top, Dialog) else None
        if dialog is not None and dialog.notice:
            dialog.notice = []
            dialog.again()
        if dialog is None and not (top is not None and self._types_in_a_pane):
            return False  # there it is an action like any other, and in the shell a character
        if event.key in self._leader and self._types(dialog):
            self._armed = True
            self._say(dialog, ARMED)
            return True
        if event.key != KEY or (self._types(dialog) and not armed):
            return False
        self._abort(dialog)
        return True

    @property
    def _types_in_a_pane(self) -> bool:
        return self._app.mode == COMMAND and self._app.panes[self._app.view.reach].types

    def _types(self, dialog: Dialog[object] | None) -> bool:
        return self._types_in_a_pane if dialog is None else dialog.types

    def _abort(self, dialog: Dialog[object] | None) -> None:
        """Leaves whatever is open, as its own way out would, and opens the abort; or says why not."""
        action = self._app.hands.keymap.named("abort")
        if dialog is not None and dialog.aborts:
            return
        why = self._app.hands.why_not(action)
        if why:
            self._say(dialog, [data(f"{action.label}: {why}", "warn")])
            return
        while isinstance(self._app.screen, Dialog):
            self._app.screen.dismiss(None)
        self._app.hands.do(action)

    def _say(self, dialog: Dialog[object] | None, words: Line) -> None:
        if dialog is None:
            self._app.desk.say("".join(str(part[0]) for part in words))
        else:
            dialog.notice = words
            dialog.again()
