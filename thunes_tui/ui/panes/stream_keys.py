"""What the keys do in a pane of lines: move about, pause, search, wrap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.kept import Kept
from thunes_tui.ui.widgets.asking import Asking

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

SIDEWAYS = 16
"""Cells."""
FURTHEST = 4096


def stream_actions(pane: str) -> tuple[Action, ...]:
    """The keys that every pane of lines has."""
    return (
        Action(
            "follow", ("F",), "follow", "Stop at what is shown, or follow the end again", pane, footer=True
        ),
        Action(
            "find", ("slash",), "find", "Look for text, or with a leading / for a pattern", pane, footer=True
        ),
        Action("find_next", ("n",), "next hit", "The next hit; without a search, a note", pane),
        Action("find_back", ("N",), "hit before", "The hit before", pane),
        Action("find_stop", ("ctrl+g",), "stop search", "Stop searching, and mark nothing any more", pane),
        Action("down", ("j", "down"), "down", "One line on", pane),
        Action("up", ("k", "up"), "up", "One line back", pane),
        Action("page_down", ("pagedown",), "page", "One page on", pane),
        Action("page_up", ("pageup",), "page", "One page back", pane),
        Action("beginning", ("g", "home"), "begin", "To the beginning", pane),
        Action("to_end", ("G", "end"), "end", "To the end, and follow it", pane),
        Action("around", ("A",), "±10 s", "Ten seconds around this line in all panes, and back", pane),
        Action("time", ("at",), "time", "Go to a time: 10:42, 10:42:15, -5m, +30s or an ISO time", pane),
        Action("bookmark", ("m",), "bookmark", "Hold the line as evidence of the current step", pane),
        Action("bookmark_next", ("M",), "next mark", "Go to the next bookmark", pane),
        Action("copy", ("C",), "copy", "Copy the record, or the range that is marked", pane),
        Action("copy_line", ("X",), "copy line", "Copy the line alone", pane),
        Action("range", ("V",), "range", "Mark a range from here, or none any more", pane),
        Action("wrap", ("L",), "long lines", "Wrap long lines, or cut them", pane),
    )


class StreamPane(Kept, inherit_bindings=False):
    """A pane of lines with its keys; `log` and `audit` are such panes."""

    def do_follow(self) -> None:
        if self.view.following:
            self.view.pause(self.window)
        else:
            self.view.follow()
        self.moved()

    def do_down(self) -> None:
        self.view.select(1, self.window)
        self.moved()

    def do_up(self) -> None:
        self.view.select(-1, self.window)
        self.moved()

    def do_page_down(self) -> None:
        self.view.scroll(max(1, self.window - 1), self.window)
        self.moved()

    def do_page_up(self) -> None:
        self.view.scroll(-max(1, self.window - 1), self.window)
        self.moved()

    def do_beginning(self) -> None:
        self.view.to_beginning(self.window)
        self.moved()

    def do_to_end(self) -> None:
        self.view.follow()
        self.moved()

    def do_wrap(self) -> None:
        self.sheet.wrapped, self.sheet.shift = not self.sheet.wrapped, 0
        self.sheet.forget()
        self.moved()

    def sideways(self, cells: int) -> None:
        """Shift long lines; they are cut then."""
        self.sheet.shift = max(0, min(FURTHEST, self.sheet.shift + cells))
        self.sheet.wrapped = False
        self.sheet.forget()
        self.moved()

    # Searching.

    def do_find(self) -> None:
        before = self.finder.text

        def done(text: str) -> str:
            wrong = self.finder.look_for(text)
            if not wrong and self.finder.pattern is not None:
                self.finder.keep()
                self.finder.go(forward=False)
            return wrong

        def left() -> None:
            self.finder.look_for(before)

        finder = self.finder
        self.ask_line(Asking("/", finder.look_for, done, left, earlier=finder.earlier, said=finder.counted))

    def do_find_next(self) -> None:
        if self.finder.pattern is not None:
            self.finder.go(forward=True)
            return
        app: ThunesApp = self.app  # type: ignore[assignment]  # panes live in no other application
        app.hands.do(app.hands.keymap.named("note"))

    def do_find_back(self) -> None:
        self.finder.go(forward=False)

    def why_not_find_back(self) -> str:
        return "" if self.finder.pattern is not None else "nothing is searched for: / asks for it"

    def do_find_stop(self) -> None:
        if not self.finder.stop():
            self.desk.say("nothing is searched for")
