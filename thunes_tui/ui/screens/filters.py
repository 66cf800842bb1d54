"""The list of a pane's filters: let in, keep out, on and off, by name."""

from __future__ import annotations

from collections.abc import Callable

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.panes.filtering import Filtering, Named
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.entry import Entry
from thunes_tui.ui.widgets.line import Line, data, spread

NAME = 24
"""Cells of a filter's name."""
ASKS = {"i": "only records with: ", "I": "no records with: ", "n": "its name: "}
KEYS = (
    ("i", "only"),
    ("I", "not"),
    ("Space", "on/off"),
    ("n", "name"),
    ("d", "drop"),
    ("l", "level"),
    ("w", "lines"),
    ("ctrl+g", "leave"),
)


class FiltersDialog(Dialog[None]):
    """Every change shows at once in the pane behind it."""

    def __init__(self, desk: Desk, filtering: Filtering, hidden: Callable[[], Line]) -> None:
        super().__init__(desk)
        self._filtering = filtering
        self._hidden = hidden
        self._at = 0
        self._asked = ""
        self._entry = Entry()
        self._complaint = ""

    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(0.5, self.box.changed)

    @property
    def types(self) -> bool:
        return bool(self._asked)

    def head(self, width: int, /) -> list[Line]:
        level = self._filtering.level or "all"
        unit = "lines" if self._filtering.by_line else "whole records"
        about: Line = [
            ("Levels from ", "dialog_dim"),
            (level, "text"),
            (", by ", "dialog_dim"),
            (unit, "text"),
        ]
        return [spread([("Filters", "strong")], self._hidden(), width), about, []]

    def body(self, width: int, /) -> list[Line]:
        rows = [self._row(number, one) for number, one in enumerate(self._filtering.members)]
        if not rows:
            rows = [[("none: everything is shown", "dialog_dim")]]
        if self._asked:
            label = ASKS[self._asked]
            rows += [[], [(label, "text"), *self._entry.line(max(12, width - len(label)))]]
        return [*rows, [data(self._complaint, "warn")]]

    def _row(self, number: int, one: Named) -> Line:
        chosen = number == self._at
        state = ("[on]  ", "good") if one.is_on else ("[off] ", "dialog_dim")
        way = ("not with ", "warn") if one.filter.keeps_out else ("only with ", "text")
        style = "strong" if chosen else "text"
        name = one.filter.name
        shown = one.filter.pattern.text
        text = f"/{shown}" if one.filter.pattern.is_regex else shown
        named: Line = [data(f"{name:<{NAME}.{NAME}} ", style)] if name != text else []
        return [("▸ " if chosen else "  ", "accent"), state, *named, way, data(text, style)]

    def foot(self) -> Line:
        if self._asked:
            return [
                ("Enter", "key"),
                (" keep it   ", "dialog_dim"),
                ("ctrl+g", "key"),
                (" leave", "dialog_dim"),
            ]
        return [part for key, words in KEYS for part in ((key, "key"), (f" {words} ", "dialog_dim"))]

    def pressed(self, key: str, character: str | None, /) -> None:
        self._complaint = ""
        if self._asked:
            self._typed(key, character)
        elif character in ("i", "I"):
            self._ask(character, "")
        elif character == "l":
            self._filtering.next_level()
        elif character == "w":
            self._filtering.toggle_by_line()
        elif key in ("enter", "q", "x"):
            self.dismiss(None)
        else:
            self._on_member(key, character)
        self.again()

    def _on_member(self, key: str, character: str | None) -> None:
        members = self._filtering.members
        if not members:
            return
        if key in ("j", "down", "k", "up"):
            self._at = max(0, min(self._at + (1 if key in ("j", "down") else -1), len(members) - 1))
        elif key == "space":
            self._filtering.toggle(self._at)
        elif character == "d":
            self._filtering.remove(self._at)
            self._at = max(0, min(self._at, len(members) - 1))
        elif character == "n":
            self._ask("n", members[self._at].filter.name)

    def _ask(self, what: str, text: str) -> None:
        self._asked, self._entry = what, Entry(text)

    def _typed(self, key: str, character: str | None) -> None:
        if key != "enter":
            self._entry.key(key, character)
            return
        text, asked, self._asked = self._entry.text.strip(), self._asked, ""
        if not text:
            return
        if asked == "n":
            self._filtering.rename(self._at, text)
            return
        self._complaint = self._filtering.add(text, keeps_out=asked == "I")
        if self._complaint:
            self._ask(asked, text)
        else:
            self._at = len(self._filtering.members) - 1

    def pasted(self, text: str, /) -> None:
        if self._asked:
            self._entry.insert(text)
            self.again()
