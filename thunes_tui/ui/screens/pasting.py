"""Before pasted text goes to the shell: its lines, and what in them is not what it looks like.

A line end in it may run what stands before it. Nothing is sent but by its own key, pressed after no other key
came for a moment.
"""

from __future__ import annotations

from thunes_tui.runbook.hidden import hides_text
from thunes_tui.text import shown
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data, wrapped

QUIET_MS = 700.0
"""A key that comes sooner after the dialog appeared, or after another key, was not meant for it. No held key
takes longer until it repeats."""
MOST_LINES, MOST_CHARACTERS = 500, 65_536
"""Of a longer paste so much is shown and looked through."""


def needs_asking(text: str) -> bool:
    """Whether pasted text could do more than stand at the cursor, or look like something else."""
    return "\n" in text or "\r" in text or hides_text(text[:MOST_CHARACTERS])


class Pasting(Dialog[bool]):
    """Gives True when the text is to be sent."""

    def __init__(self, desk: Desk, text: str, *, bracketed: bool) -> None:
        """`bracketed`: the program in the shell takes it as one paste, and runs nothing by itself."""
        super().__init__(desk)
        ends = text.replace("\r\n", "\n").replace("\r", "\n")
        self._characters, self._count = len(text), ends.rstrip("\n").count("\n") + 1
        lines = ends[:MOST_CHARACTERS].rstrip("\n").split("\n")[:MOST_LINES]
        self._lines = [(line, hides_text(line)) for line in lines]
        self._runs = ends.endswith("\n") or self._count > 1
        self._bracketed = bracketed
        self._last = desk.clock.now()

    def head(self, width: int, /) -> list[Line]:
        lines = f"{self._count:,} line{'s' if self._count != 1 else ''}"
        title: Line = [("Paste ", "strong"), (f"{lines}, {self._characters:,} characters", "strong")]
        found = [str(number) for number, (_line, hides) in enumerate(self._lines, 1) if hides]
        head: list[Line] = [[*title, (" into the shell?", "strong")]]
        if found:
            where = ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
            what = f"⚠ not what it looks like: hidden, bidirectional or borrowed characters in line {where}"
            head += wrapped([(what, "bad")], width)
        if self._runs and not self._bracketed:
            head += wrapped([("each line end runs what stands before it, at once", "warn")], width)
        return [*head, []]

    def body(self, _width: int, /) -> list[Line]:
        wide = len(str(len(self._lines)))
        rows: list[Line] = [
            [
                (f"{number:{wide}} ", "dialog_dim"),
                data(shown(line.encode(), self.desk.mask), "bad" if hides else "text"),
            ]
            for number, (line, hides) in enumerate(self._lines, 1)
        ]
        more = self._count - len(self._lines)
        if more > 0 or self._characters > MOST_CHARACTERS:
            rest = f"… {more:,} more lines" if more > 0 else "… and more"
            rows.append([(f"{rest}: not looked through", "warn")])
        return [*rows, []]

    def foot(self) -> Line:
        sends: Line = [("y", "key"), (" send it   ", "dialog_dim")]
        return [*sends, ("ctrl+g", "key"), (" leave it; nothing is sent", "dialog_dim")]

    def pressed(self, key: str, _character: str | None, /) -> None:
        now = self.desk.clock.now()
        quiet, self._last = now.since(self._last) * 1000 >= QUIET_MS, now
        if key == "y" and quiet:
            self.dismiss(True)
