"""What every dialog is: lines in a box over the console, and keys that go to it alone.

None of them needs Esc: `ctrl+g` leaves as well, and every other key is named in the dialog itself. `!` aborts
from inside (`ui.way_out`).
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.direct import DirectScreen
from thunes_tui.ui.widgets.line import Line
from thunes_tui.ui.widgets.rows import Rows

T = TypeVar("T")
LEAVE = ("escape", "ctrl+g")
MARGIN = 2
WIDEST = 100


class Box(Rows):
    """The dialog's rows: a title, a body that scrolls, and its keys."""

    OVER = "dialog"

    def __init__(self, desk: Desk, owner: Dialog[T]) -> None:
        super().__init__(desk, "dialog")
        self._owner = owner

    def lines(self, width: int, height: int) -> list[Line]:
        inner = width - 2 * MARGIN
        head, body = self._owner.head(inner), self._owner.body(inner)
        foot = self._owner.notice or self._owner.foot()
        room = max(1, height - len(head) - (2 if foot else 1))
        top = self._owner.scrolled(len(body), room)
        seen = body[top : top + room]
        padded = [*head, *seen, *([[]] * (room - len(seen))), foot] if foot else [*head, *seen]
        return [[], *([(" " * MARGIN, "text"), *line] for line in padded)]


class Dialog(DirectScreen[T | None], ModalScreen[T | None], Generic[T], inherit_bindings=False):
    """Override `head`, `body`, `foot` and `pressed`; call `again` when what they give has changed."""

    FULL = False
    """Whether it takes the whole screen."""
    aborts = False
    """Whether it belongs to the abort itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.box = Box(desk, self)
        self.top = 0
        self.notice: Line = []
        """In place of the keys until the next key."""
        self._left = False

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Once: a key that bounces, or that was pressed again too soon, finds it left already."""
        if self._left:
            return AwaitComplete()
        self._left = True
        left: AwaitComplete = super().dismiss(result)
        return left

    def compose(self) -> ComposeResult:
        yield self.box

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def on_unmount(self) -> None:
        # Textual holds on to the styles cache of whatever was painted, and that to the rows.
        for painted in (self, self.box):
            painted._styles_cache.clear()

    @abstractmethod
    def head(self, width: int, /) -> list[Line]:
        """The lines above, which do not scroll."""

    @abstractmethod
    def body(self, width: int, /) -> list[Line]:
        """The lines that scroll."""

    @property
    def types(self) -> bool:
        """Whether any character is text here, `!` among them."""
        return False

    def foot(self) -> Line:
        """The keys."""
        return [("ctrl+g", "key"), (" leave", "dialog_dim")]

    def pressed(self, key: str, character: str | None, /) -> None:
        """A key that the dialog does not know itself."""

    def pasted(self, text: str, /) -> None:
        """Text that was pasted; most dialogs take none."""

    def again(self) -> None:
        """Lay out and repaint."""
        self._fit()
        self.box.changed()

    def scrolled(self, total: int, room: int) -> int:
        """The first line of the body that is seen."""
        self.top = max(0, min(self.top, total - room))
        return self.top

    def _fit(self) -> None:
        columns, rows = self.app.size
        width = columns if self.FULL else min(WIDEST, columns - (4 if columns > 60 else 0))
        inner = width - 2 * MARGIN
        wanted = 1 + len(self.head(inner)) + len(self.body(inner)) + 2
        self.box.styles.width = width
        self.box.styles.height = rows if self.FULL else min(rows, wanted)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if self._left:
            return
        if event.key in LEAVE:
            self.dismiss(None)
            return
        if not self._scroll(event.key):
            self.pressed(event.key, event.character)

    def _scroll(self, key: str) -> bool:
        page = max(1, self.box.size.height - 4)
        by = {"pageup": -page, "pagedown": page}.get(key)
        if by is None:
            return False
        self.top += by
        self.box.changed()
        return True

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.pasted(event.text)
