"""What the keys do in a pane of lines: move about, pause, search, wrap."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from thunes_tui.errors import UserError
from thunes_tui.lines.line import BEGINNING
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.store import END
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.stream import Stream
from thunes_tui.ui.screens.prompt import Prompt
from thunes_tui.ui.widgets.search import pattern_of, seek

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
        Action("down", ("j", "down"), "down", "One line on", pane),
        Action("up", ("k", "up"), "up", "One line back", pane),
        Action("page_down", ("pagedown",), "page", "One page on", pane),
        Action("page_up", ("pageup",), "page", "One page back", pane),
        Action("beginning", ("g", "home"), "begin", "To the beginning", pane),
        Action("to_end", ("G", "end"), "end", "To the end, and follow it", pane),
        Action("wrap", ("L",), "long lines", "Wrap long lines, or cut them", pane),
    )


class StreamPane(Stream, inherit_bindings=False):
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
        about = (
            "Text as it stands in the line; with a leading / a regular expression. Nothing ends the search."
        )

        def typed(text: str | None) -> None:
            if text is None:
                return
            try:
                self.sheet.pattern = pattern_of(text) if text else None
            except UserError as error:
                self.desk.say(str(error), alarming=True)
                return
            self.sheet.forget()
            self.moved()
            if self.sheet.pattern is not None:
                self._seek(forward=False)

        self.app.push_screen(Prompt(self.desk, f"Find in the {self.SOURCE}", about, required=False), typed)

    def do_find_next(self) -> None:
        if self.sheet.pattern is not None:
            self._seek(forward=True)
            return
        app: ThunesApp = self.app  # type: ignore[assignment]  # panes live in no other application
        app.hands.do(app.hands.keymap.named("note"))

    def do_find_back(self) -> None:
        self._seek(forward=False)

    def why_not_find_back(self) -> str:
        return "" if self.sheet.pattern is not None else "nothing is searched for: / asks for it"

    def _seek(self, *, forward: bool) -> None:
        if self.sheet.pattern is not None:
            self.look_for(self.sheet.pattern.found_in, f"{self.sheet.pattern.text!r}", forward=forward)

    def look_for(self, matches: Callable[[TextLine], bool], what: str, *, forward: bool) -> None:
        """Go to the next line that matches, from the selection or the window's edge; a newer search wins."""
        self.run_worker(
            self._look_for(matches, what, forward=forward),
            name=f"search for {what}",
            group="search",
            exclusive=True,
            exit_on_error=False,
        )

    async def _look_for(self, matches: Callable[[TextLine], bool], what: str, *, forward: bool) -> None:
        store = self.view.store
        if store is None:
            return

        def told(share: float) -> None:
            self.searching = f"looking for {what}  {share:.0%}"
            self.changed()

        start = self.view.selected
        if start is None:  # from outside the window: its first line may be a hit as well
            following = END if not forward else BEGINNING
            start = following if self.view.following else self.view.top.line
        try:
            found = await seek(store, start, matches, forward=forward, progress=told)
        finally:
            self.searching = ""
        if found is None:
            self.desk.say(f"no {'further' if forward else 'earlier'} line with {what}")
        else:
            self.view.show(found, self.window)
        self.moved()
