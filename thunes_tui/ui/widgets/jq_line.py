"""The line in which a jq filter is typed: completion, history, and what is wrong, at its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum

from thunes_tui.lines.jq.schema import Completion
from thunes_tui.text import cell_width
from thunes_tui.ui.widgets.asking import LEAVE
from thunes_tui.ui.widgets.entry import Entry
from thunes_tui.ui.widgets.line import Line, cut, data, spread, width_of

LABEL = " | "
MOST_WORDS = 12
"""Completions that are offered at a time."""
KEYS: Line = [
    ("Enter", "key"), (" keep  ", "dim"), ("Tab", "key"), (" complete  ", "dim"),
    ("↑↓", "key"), (" earlier  ", "dim"), ("ctrl+g", "key"), (" leave ", "dim"),
]  # fmt: skip
NARROW = 70
"""Cells below which the keys are left out."""
ROWS = 3


class Pressed(Enum):
    """What became of the line by a key."""

    NOTHING = 0
    CHANGED = 1
    KEPT = 2
    LEFT = 3


class JqLine:
    """No widget of its own: `ui.panes.jq_filter` shows it and acts on it."""

    def __init__(
        self, text: str, earlier: Sequence[str], complete: Callable[[str], list[Completion]]
    ) -> None:
        """`earlier` are filters to go back to, newest last; `complete` is asked with the text up to the
        cursor."""
        self.entry = Entry(text)
        self.complaint = ""
        self.complaint_at: int | None = None
        """Characters before the place; None where it is not known."""
        self._earlier = [*(one for one in earlier if one != text), text]
        self._back = len(self._earlier) - 1
        self._complete = complete
        self._offered: list[Completion] = []
        self._chosen = -1
        self._from = ("", "")
        """The text before and behind the cursor when Tab was first pressed."""
        self._offer()

    @property
    def text(self) -> str:
        return self.entry.text

    def complain(self, words: str, at: int | None = None) -> None:
        """Say what is wrong with the text; nothing for empty words."""
        self.complaint, self.complaint_at = words, at

    # What the keys do.

    def press(self, key: str, character: str | None) -> Pressed:
        """Every key is for the line."""
        if key in LEAVE:
            return Pressed.LEFT
        if key == "enter":
            return Pressed.KEPT
        before = self.text
        if key in ("tab", "shift+tab"):
            self._tab(1 if key == "tab" else -1)
        elif key in ("up", "down"):
            self._go_back(-1 if key == "up" else 1)
        else:
            self.entry.key(key, character)
            self._offer()
        return Pressed.CHANGED if self.text != before else Pressed.NOTHING

    def paste(self, text: str) -> None:
        self.entry.insert(text)
        self._offer()

    def _go_back(self, by: int) -> None:
        if self._back == len(self._earlier) - 1:
            self._earlier[-1] = self.text
        self._back = max(0, min(self._back + by, len(self._earlier) - 1))
        self.entry = Entry(self._earlier[self._back])
        self._offer()

    def _tab(self, by: int) -> None:
        """The first press takes the first word that fits, each further one the next."""
        if not self._offered:
            return
        if self._chosen < 0:
            self._from = self.text[: self.entry.at], self.text[self.entry.at :]
            self._chosen = 0 if by > 0 else len(self._offered) - 1
        else:
            self._chosen = (self._chosen + by) % len(self._offered)
        before, behind = self._from
        word = self._offered[self._chosen]
        if word.text.endswith('"') and behind.startswith('"'):
            behind = behind[1:]
        begun = before[: word.start] + word.text
        self.entry = Entry(begun + behind)
        self.entry.at = len(begun)
        if len(self._offered) == 1:
            self._offer()

    def _offer(self) -> None:
        self._offered = self._complete(self.text[: self.entry.at])[:MOST_WORDS]
        self._chosen = -1

    # What is seen.

    def rows(self, width: int, height: int, said: Line) -> list[Line]:
        """At most `height` of its rows: the text, what is said of it, and the words that would fit."""
        label: Line = [(LABEL, "key")]
        room = max(8, width - width_of(label) - 1)
        rows = [[*label, *self.entry.line(room)]]
        words = self._words(width)
        if self.complaint:
            rows.append(self._caret(width))
        elif height > 2 or not self._offered:
            leave = KEYS[-2:] if self._offered else []
            rows.append(spread([(" " * len(LABEL), "text"), *said], leave, width))
        rows.append(words)
        return rows[:height]

    def _words(self, width: int) -> Line:
        offered: Line = [(" " * len(LABEL), "text")]
        for number, word in enumerate(self._offered):
            offered.append(data(word.text, "tab_on" if number == self._chosen else "text"))
            offered.append((f" {word.seen:,}  " if word.seen else "  ", "dim"))
        has_room = width_of(offered) + width_of(KEYS) < width if self._offered else width >= NARROW
        return spread(offered, KEYS if has_room else [], width)

    def _caret(self, width: int) -> Line:
        """The complaint below its place, or before it where there is no room behind."""
        words = data(self.complaint, "bad")
        if self.complaint_at is None:
            return cut([(" " * len(LABEL), "text"), words], width)
        column = len(LABEL) + self._column(max(8, width - len(LABEL) - 1))
        behind = column + 2 + width_of([words])
        if behind <= width or column < width // 2:
            return cut([(" " * column, "text"), ("^ ", "bad"), words], width)
        room = max(0, column - 1)
        before = cut([words], room)
        return [*before, (" " * (room - width_of(before) + 1), "text"), ("^", "bad")]

    def _column(self, room: int) -> int:
        """Cells before the complaint's place, by what of the text is seen in so much room."""
        at = min(self.complaint_at or 0, len(self.text))
        start = 0
        while cell_width(self.text[start : self.entry.at]) > room - 2:
            start += 1
        return min(cell_width(self.text[start:at]) if at > start else 0, room - 1)
