"""A line to type: a note, a reason, what deviated."""

from __future__ import annotations

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.screens.typed import UNSEEN_MS
from thunes_tui.ui.widgets.entry import Entry
from thunes_tui.ui.widgets.line import Line, data, wrapped


class Prompt(Dialog[str]):
    """Gives the text, or None when the person left it."""

    def __init__(self, desk: Desk, title: str, about: str = "", *, required: bool = True) -> None:
        super().__init__(desk)
        self._title = title
        self._about = about
        self._required = required
        self._entry = Entry()
        self._complaint = ""

    @property
    def types(self) -> bool:
        return True

    def head(self, width: int, /) -> list[Line]:
        lines: list[Line] = [[data(self._title, "strong")]]
        if self._about:
            lines += wrapped([data(self._about, "dialog_dim")], width)
        return lines

    def body(self, width: int, /) -> list[Line]:
        return [[], self._entry.line(width), [(self._complaint, "warn")]]

    def foot(self) -> Line:
        return [
            ("Enter", "key"),
            (" keep it   ", "dialog_dim"),
            ("ctrl+g", "key"),
            (" leave it", "dialog_dim"),
        ]

    def pressed(self, key: str, character: str | None) -> None:
        self._complaint = ""
        if key == "enter":
            if self._entry.text.strip() or not self._required:
                self.dismiss(self._entry.text.strip())
                return
            self._complaint = "it needs some words"
        else:
            self._entry.key(key, character)
        self.again()

    def pasted(self, text: str, /) -> None:
        self._entry.insert(text.rstrip("\r\n"))
        self._complaint = "pasted: Enter keeps it" if "\n" in text or "\r" in text else ""
        self.again()


class Why(Prompt):
    """Opens by itself, so that what was typed before it was seen is not for it."""

    def __init__(self, desk: Desk, title: str, about: str) -> None:
        super().__init__(desk, title, about)
        self._since = desk.clock.now()

    def foot(self) -> Line:
        return [
            ("Enter", "key"),
            (" keep it   ", "dialog_dim"),
            ("ctrl+g", "key"),
            (" later, with D", "dialog_dim"),
        ]

    def pressed(self, key: str, character: str | None) -> None:
        if self.desk.clock.now().since(self._since) * 1000 >= UNSEEN_MS:
            super().pressed(key, character)
