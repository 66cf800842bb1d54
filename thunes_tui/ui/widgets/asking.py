"""A row at a pane's bottom in which a person types, while the pane goes on and shows what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from thunes_tui.ui.widgets.entry import Entry
from thunes_tui.ui.widgets.line import Line, cut, data, spread, width_of

LEAVE = ("escape", "ctrl+g")
NARROW = 60
"""Cells below which the keys are left out."""
LEAST_ENTRY = 12


class Asking:
    """What is asked, what was typed so far, and who is told of it."""

    def __init__(
        self,
        label: str,
        typed: Callable[[str], str],
        done: Callable[[str], str],
        left: Callable[[], None],
        *,
        text: str = "",
        earlier: Sequence[str] = (),
        said: Callable[[], Line] = list,
    ) -> None:
        """`typed` is told of every change, `done` of the end; each gives what is wrong with the text, or
        nothing. `left` is told when the person gives up. `earlier` are texts to go back to, newest last;
        `said` is what there is to say of the text so far."""
        self.label = label
        self.entry = Entry(text)
        self.complaint = ""
        self.is_over = False
        self._typed = typed
        self._done = done
        self._left = left
        self._said = said
        self._earlier = [*earlier, ""]
        self._at = len(self._earlier) - 1

    def press(self, key: str, character: str | None) -> None:
        """Every key is for the row."""
        if key in LEAVE:
            self.is_over = True
            self._left()
        elif key == "enter":
            self.is_over = True
            self.complaint = self._done(self.entry.text)
            self.is_over = not self.complaint
        elif key in ("up", "down"):
            self._at = max(0, min(self._at + (1 if key == "down" else -1), len(self._earlier) - 1))
            self.entry = Entry(self._earlier[self._at])
            self.complaint = self._typed(self.entry.text)
        else:
            before = self.entry.text
            if self.entry.key(key, character) and self.entry.text != before:
                self.complaint = self._typed(self.entry.text)

    def paste(self, text: str) -> None:
        self.entry.insert(text)
        self.complaint = self._typed(self.entry.text)

    def lines(self, width: int) -> list[Line]:
        """The row, and one above it for what is wrong."""
        label: Line = [(f" {self.label} ", "key")]
        keys: Line = [("  Enter", "key"), (" keep  ", "dim"), ("ctrl+g", "key"), (" leave ", "dim")]
        ending = [*self._said(), *(keys if width >= NARROW else [])]
        ending = cut(ending, max(0, width - width_of(label) - LEAST_ENTRY))
        room = max(LEAST_ENTRY, width - width_of(label) - width_of(ending) - 1)
        row = spread([*label, *self.entry.line(min(room, width - width_of(label)))], ending, width)
        return [*([[data(f" {self.complaint}", "warn")]] if self.complaint else []), row]
