"""The keys of the pane that has the focus, then those that work everywhere; all from the keymap."""

from __future__ import annotations

from collections.abc import Iterable

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action, Keymap, key_name
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data, wrapped

KEYS = 16
SIGNS = (
    ("(✓)", "good", "sensed: it has evidence"),
    ("[✓]", "human", "ticked by a person"),
    ("[~]", "warn", "overridden; what was sensed stays beside it"),
    ("(◌)", "dim", "waits, and for what"),
    ("(✗)", "bad", "failed; the cause is below"),
    ("[ ]", "accent", "yours to decide"),
)


class Help(Dialog[None]):
    """Closed by any of its keys; scrolls where it is too long."""

    def __init__(self, desk: Desk, keymap: Keymap, pane: str) -> None:
        super().__init__(desk)
        self._keymap = keymap
        self._pane = pane

    def head(self, _width: int, /) -> list[Line]:
        return [[("Keys of the ", "text"), (self._pane or "console", "strong")], []]

    def body(self, width: int, /) -> list[Line]:
        lines: list[Line] = []
        if self._pane:
            lines += _section(self._keymap.of(self._pane), width)
        if self._pane == "checklist":
            lines += [[], [("Signs", "strong")], []]
            lines += [[(f"{sign:<{KEYS}}", style), (words, "text")] for sign, style, words in SIGNS]
        if self._pane:
            lines += [[], [("Everywhere", "strong")], []]
        return lines + _section(self._keymap.of(""), width)

    def foot(self) -> Line:
        return [
            ("? or ctrl+g", "key"),
            (" leave   ", "dialog_dim"),
            ("j k", "key"),
            (" scroll", "dialog_dim"),
        ]

    def pressed(self, key: str, _character: str | None, /) -> None:
        if key in ("question_mark", "q", "f1", "enter"):
            self.dismiss(None)
        elif key in ("j", "down", "k", "up"):
            self.top += 1 if key in ("j", "down") else -1
            self.box.changed()


def _section(actions: Iterable[Action], width: int) -> list[Line]:
    lines: list[Line] = []
    for action in actions:
        keys = " ".join(key_name(key) for key in action.keys)
        lines += wrapped([(f"{keys:<{KEYS}}", "key"), data(action.help)], width, KEYS)
    return lines
