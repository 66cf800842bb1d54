"""What every pane is: a heading, a body of lines, and the ways in which news reaches it.

The application calls `take` for each update of the link, `tick` once a second, and `perform` for an action of
the keymap. A pane answers with `changed()`, which paints at once when the screen is quiet and at most ten
times a second under load.

To write a pane: subclass, set `NAME`, `TITLE` and `ACTIONS`, override `heading`, and override either
`body(width, height)`, which gives all its lines, or both `body_row(y)`, which gives one row of a long stream,
and `flush`, which refreshes the rows that changed. An action called `X` is the method `do_X`; `why_not_X`
gives the reason when it cannot be done now. `ThunesApp` (`ui.app`) mounts one of each; their order and places
are `ui.layout`'s, and a hidden pane has `display` off: it still gets its updates, and answers with `news`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.strip import Strip

from thunes_tui.clock import Moment
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.widgets.doer import Doer
from thunes_tui.ui.widgets.line import Line, spread
from thunes_tui.ui.widgets.rows import Rows, differences

if TYPE_CHECKING:
    from thunes_tui.connection import Update

HEADING_ROWS = 1


def is_bulk(update: Update) -> bool:
    """Whether it only brings more of a stream: lines, output, samples. No verdict or state hangs on it."""
    event = getattr(update, "event", None)
    return event is not None and not event.DECISION


class Pane(Doer, Rows, can_focus=True, inherit_bindings=False):
    """One of the five panes of the console."""

    NAME: ClassVar[str] = ""
    """As in `keymap.PANES`; also its id."""
    TITLE: ClassVar[str] = ""
    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    """The pane's own actions; those of the keymap that name this pane are its too."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, self.NAME)

    # What comes in.

    def take(self, update: Update, /) -> None:
        """Something happened; `desk.state` is the state after it. Keep this cheap: lay out in `body`."""

    def tick(self, now: Moment, /) -> None:
        """A second went by. Call `changed()` only when something shown depends on it."""

    def restyled(self) -> None:
        """The theme changed: forget styled text that was kept, then repaint."""
        self.repaint()

    # What is typed into it.

    def takes_key(self, _key: str, _character: str | None, /) -> bool:
        """A key while the pane has the focus, before it is looked up; True when the pane has used it."""
        return False

    def takes_text(self, _text: str, /) -> bool:
        """Pasted text while the pane has the focus; True when the pane has used it."""
        return False

    @property
    def types(self) -> bool:
        """Whether any character is text here just now."""
        return False

    @property
    def typing(self) -> tuple[Action, ...]:
        """What the keys do in a part of it that has them all, for the footer: Enter first. Else nothing."""
        return ()

    # What is shown.

    def heading(self) -> tuple[Line, Line]:
        """The title row's left and right part."""
        return [(self.TITLE, "strong")], []

    def body(self, _width: int, _height: int, /) -> list[Line]:
        """The lines of the body, top first; missing ones are blank. None where `body_row` is overridden."""
        return []

    def body_row(self, y: int) -> Strip:
        """Row `y` of the body as a strip of its width."""
        index = y + HEADING_ROWS
        return self.shown[index] if index < len(self.shown) else self.strip([], self.size.width)

    def news(self) -> str:
        """What the pane's tab shows beside its name while the pane is hidden: `+14`, `●`."""
        return ""

    @property
    def body_height(self) -> int:
        return max(0, self.size.height - HEADING_ROWS)

    def lay_out(self) -> list[Strip]:
        """All rows, the heading first. A stream gives its heading alone."""
        width, height = self.size
        rows = [self.heading_strip(width)]
        rows += [self.strip(line, width) for line in self.body(width, self.body_height)[: self.body_height]]
        return rows + [self.strip([], width)] * (height - len(rows))

    def heading_strip(self, width: int) -> Strip:
        left, right = self.heading()
        over = "title_focus" if self.has_focus else "title"
        mark = ("▌", "accent") if self.has_focus else (" ", "text")
        ending = [*right, (" ", "text")] if right else []
        return self.strip(spread([mark, *left], ending, width), width, over)

    def heading_changed(self) -> None:
        """Repaint the title row alone, where it differs."""
        if not self.shown or not self.size:
            return
        row = self.heading_strip(self.size.width)
        before, self.shown[0] = self.shown[0], row
        if row != before:
            self.put(*differences(0, before, row))

    # Textual's side.

    def render_line(self, y: int) -> Strip:
        if not (self.shown and self.fits):
            self.shown = self.lay_out()
        return self.shown[0] if y < HEADING_ROWS else self.body_row(y - HEADING_ROWS)

    def watch_has_focus(self, has_focus: bool) -> None:
        """The heading shows it; the handlers of focus and blur are called before it is known."""
        super().watch_has_focus(has_focus)
        self.heading_changed()
