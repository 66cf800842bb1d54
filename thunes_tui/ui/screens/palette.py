"""Every action by name, also those that cannot be done now, greyed with the reason."""

from __future__ import annotations

from collections.abc import Callable

from textual.fuzzy import Matcher

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action, key_name
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.entry import Entry
from thunes_tui.ui.widgets.line import Line, data, spread

UP, DOWN = ("up", "ctrl+p"), ("down", "ctrl+n", "tab")


class Palette(Dialog[Action]):
    """Gives the chosen action."""

    def __init__(self, desk: Desk, actions: tuple[Action, ...], why_not: Callable[[Action], str]) -> None:
        super().__init__(desk)
        self._actions = actions
        self._reasons = {action: why_not(action) for action in actions}
        self._entry = Entry()
        self._at = 0
        self._complaint = ""

    @property
    def types(self) -> bool:
        return True

    def head(self, width: int, /) -> list[Line]:
        return [[(": ", "key"), *self._entry.line(width - 2)], []]

    def body(self, width: int, /) -> list[Line]:
        found = self.found()
        if not found:
            return [[("no action is called that", "dialog_dim")]]
        return [self._line(action, number == self._at, width) for number, action in enumerate(found)]

    def found(self) -> list[Action]:
        """The actions that fit what was typed, the best first."""
        wanted = self._entry.text.strip()
        if not wanted:
            return list(self._actions)
        matcher = Matcher(wanted)
        scored = [(matcher.match(f"{a.label} {a.help} {a.pane}"), a) for a in self._actions]
        return [action for score, action in sorted(scored, key=lambda pair: -pair[0]) if score > 0]

    def _line(self, action: Action, chosen: bool, width: int) -> Line:
        why = self._reasons[action]
        sign = ("▸ ", "accent") if chosen else ("  ", "text")
        style = "dialog_dim" if why else "strong" if chosen else "text"
        keys = " ".join(key_name(key) for key in action.keys)
        words = f"{action.label:<14} {action.help}" if not why else f"{action.label:<14} not now: {why}"
        return spread([sign, data(words, style)], [(keys, "dialog_dim" if why else "key")], width)

    def foot(self) -> Line:
        if self._complaint:
            return [data(self._complaint, "warn")]
        return [("Enter", "key"), (" do it   ", "dialog_dim"), ("↑ ↓", "key"), (" choose   ", "dialog_dim"),
                ("ctrl+g", "key"), (" leave", "dialog_dim")]  # fmt: skip

    def pressed(self, key: str, character: str | None) -> None:
        self._complaint = ""
        found = self.found()
        if key == "enter":
            self._choose(found)
        elif key in UP or key in DOWN:
            self._at = max(0, min(self._at + (1 if key in DOWN else -1), len(found) - 1))
            self._keep_in_view()
        elif self._entry.key(key, character):
            self._at = self.top = 0
        self.again()

    def _choose(self, found: list[Action]) -> None:
        if self._at >= len(found):
            return
        why = self._reasons[found[self._at]]
        if why:
            self._complaint = f"not now: {why}"
        else:
            self.dismiss(found[self._at])

    def _keep_in_view(self) -> None:
        room = max(1, self.box.size.height - 5)
        self.top = max(min(self.top, self._at), self._at - room + 1)
