"""A word that a person must type before something that cannot be undone.

Enter alone never confirms. Nor does pasted text, a held key, or what was typed before the dialog was seen:
the word must come as separate keys, after the dialog stood there for a moment, at a speed of hands.
"""

from __future__ import annotations

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.entry import Entry
from thunes_tui.ui.widgets.line import Line, data, wrapped

UNSEEN_MS = 250.0
"""Keys that come sooner after the dialog appeared were not meant for it."""
BURST_MS = 4.0
"""Keys closer together than this come from no hand."""
BURST = 3
"""So many of them in a row are a paste."""


class Typed(Dialog[str]):
    """Gives the word when it is the one that was asked for. `head` and `about` say what it is for."""

    def __init__(self, desk: Desk, word: str, title: str = "", about: str = "") -> None:
        super().__init__(desk)
        self._word = word
        self._title = title
        self._about = about
        self._entry = Entry()
        self._complaint = ""
        self._pasted = False
        self._since = desk.clock.now()
        self._last = self._since
        self._burst = 0

    def head(self, width: int, /) -> list[Line]:
        return [[data(self._title, "strong")], *wrapped([data(self._about, "dialog_dim")], width), []]

    def about(self, _width: int, /) -> list[Line]:
        """What stands above the word, and scrolls."""
        return []

    def body(self, width: int, /) -> list[Line]:
        asks: Line = [("Type  ", "text"), data(self._word, "strong"), ("  to confirm: ", "text")]
        room = max(12, min(40, width - 24 - len(self._word)))
        return [*self.about(width), [*asks, *self._entry.line(room)], [(self._complaint, "bad")]]

    def foot(self) -> Line:
        leave: Line = [("ctrl+g", "key"), (" leave it; nothing happens", "dialog_dim")]
        return leave if self.aborts else [*leave, ("   !", "key"), (" abort the drill", "dialog_dim")]

    def pressed(self, key: str, character: str | None, /) -> None:
        now = self.desk.clock.now()
        gap, self._last = now.since(self._last) * 1000, now
        if now.since(self._since) * 1000 < UNSEEN_MS:
            self._refuse("keys from before this was shown do not count")
            return
        self._burst = self._burst + 1 if gap < BURST_MS else 0
        if self._burst >= BURST:
            self._pasted = True
            self._refuse("that came faster than a hand types: type the word")
            return
        if key == "enter":
            self._enter(gap)
        else:
            self._complaint = ""
            self._pasted = False
            self._entry.key(key, character)
        self.again()

    def _enter(self, gap: float) -> None:
        if self._entry.text == self._word and gap >= BURST_MS:
            self.accepted()
        elif not self._pasted:  # else what was said of the paste still holds
            self._refuse(f"it is confirmed by typing {self._word}, and by nothing else")

    def accepted(self) -> None:
        """The word was typed."""
        self.dismiss(self._word)

    def pasted(self, _text: str, /) -> None:
        self._pasted = True
        self._refuse("pasted text does not confirm: type the word")

    def _refuse(self, why: str) -> None:
        self._entry.clear()
        self._complaint = why
        self.again()
