"""A step's block as text to edit before it runs, with what that changes in words."""

from __future__ import annotations

from thunes_tui.drill.deviations import difference
from thunes_tui.runbook.hidden import hides_text
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data, wrapped
from thunes_tui.ui.widgets.text_entry import TextEntry

DONE = "ctrl+d"
MOST_ROWS = 14


class Edit(Dialog[str]):
    """Gives the text when it was changed, or the block's own when that is wanted again."""

    def __init__(self, desk: Desk, name: str, own: str, text: str) -> None:
        """`own` is the block as it would run unedited, `text` what would run now."""
        super().__init__(desk)
        self._called, self._own, self._text = name, own, text
        self._entry = TextEntry(text)
        self._complaint = ""

    @property
    def types(self) -> bool:
        return True

    def head(self, width: int, /) -> list[Line]:
        about = "What runs otherwise than it is written is a deviation; the document stays as it is."
        return [
            [("Edit step ", "strong"), (self._called, "strong"), (" before it runs", "strong")],
            *wrapped([(about, "dialog_dim")], width),
            [],
        ]

    def body(self, width: int, /) -> list[Line]:
        room = max(3, min(MOST_ROWS, self.app.size.height - 12))
        lines = [*self._entry.rows(width, room), []]
        changes = difference(self._own, self._entry.text)
        if changes:
            lines += wrapped([("changed  ", "dialog_dim"), data(changes, "warn")], width, 9)[:3]
        elif self._entry.text != self._own:
            lines.append([("changed  ", "dialog_dim"), ("white space", "warn")])
        else:
            lines.append([("as the document has it", "dialog_dim")])
        if hides_text(self._entry.text):
            lines += wrapped([("⚠ it holds characters that are not what they look like", "bad")], width)
        return [*lines, [(self._complaint, "warn")]]

    def foot(self) -> Line:
        return [
            ("ctrl+d", "key"),
            (" keep it   ", "dialog_dim"),
            ("ctrl+r", "key"),
            (" the document's own   ", "dialog_dim"),
            ("ctrl+g", "key"),
            (" leave it", "dialog_dim"),
        ]

    def pressed(self, key: str, character: str | None, /) -> None:
        self._complaint = ""
        if key == DONE:
            self._done()
        elif key == "ctrl+r":
            self._entry = TextEntry(self._own)
        else:
            self._entry.key(key, character)
        self.again()

    def pasted(self, text: str, /) -> None:
        self._entry.insert(text.replace("\r\n", "\n").replace("\r", "\n"))
        self.again()

    def _done(self) -> None:
        text = self._entry.text
        if text == self._text:
            self._complaint = "nothing was changed"
        elif not text.strip():
            self._complaint = "an empty block runs nothing: skip the step instead"
        else:
            self.dismiss(text)
