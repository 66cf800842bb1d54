"""A few ways to go on, each with its key."""

from __future__ import annotations

from typing import TypeVar

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data, wrapped

T = TypeVar("T")


class Choice(Dialog[T]):
    """Gives what was chosen by its key; Enter alone chooses nothing."""

    def __init__(self, desk: Desk, title: str, about: str, ways: tuple[tuple[str, str, T], ...]) -> None:
        super().__init__(desk)
        self._title = title
        self._about = about
        self._ways = ways

    def head(self, width: int, /) -> list[Line]:
        return [[data(self._title, "strong")], *wrapped([data(self._about, "dialog_dim")], width), []]

    def body(self, _width: int, /) -> list[Line]:
        return [
            [("  ", "text"), (key, "key"), ("  ", "text"), data(label)] for key, label, _ in self._ways
        ] + [[]]

    def pressed(self, key: str, character: str | None) -> None:
        for way, _, value in self._ways:
            if way in (key, character):
                self.dismiss(value)
                return
