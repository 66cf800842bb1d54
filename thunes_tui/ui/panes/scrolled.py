"""What the shell printed before: scrolling through it, looking for a word in it, and copying what is seen."""

from __future__ import annotations

from pathlib import Path

from thunes_tui.text import SafeText, safe
from thunes_tui.ui.copying import copy
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.panes.canvas import Canvas
from thunes_tui.ui.screens.prompt import Prompt

ABOUT = (
    "The newest row above those shown. / and Enter alone go further back. Capitals count if you type some."
)


class Scrolled(Canvas, inherit_bindings=False):
    """A canvas that goes back over what the emulator still has."""

    COPIES_TO: Path | None = None
    """Where the file with what was copied last lies; None for the user's state folder."""
    ACTIONS = (
        Action("back", ("pageup",), "scroll back", "One page back in what the shell printed", "control"),
        Action("on", ("pagedown",), "scroll on", "One page on, until the cursor is there again", "control"),
        Action("oldest", ("g", "home"), "oldest", "To the oldest row that is kept", "control"),
        Action("latest", ("G", "end", "F"), "latest", "Back to the cursor", "control"),
        Action(
            "find", ("slash",), "find", "The newest row that has some words; again, further up", "control"
        ),
        Action("copy", ("C",), "copy", "What the pane shows, to a file and the clipboard", "control"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._sought = ""

    def do_back(self) -> None:
        self._scroll(max(1, self.body_height - 1))

    def do_on(self) -> None:
        self._scroll(-max(1, self.body_height - 1))

    def do_oldest(self) -> None:
        self._scroll(1 << 30)

    def do_latest(self) -> None:
        self._scroll(-self.grid.back)

    def _scroll(self, rows: int) -> None:
        self.grid.scroll(rows, self.body_height)
        self.heading_changed()

    def do_find(self) -> None:
        def typed(text: str | None) -> None:
            self._sought = text or self._sought
            if text is not None and self._sought:
                self._go_to(self._sought)

        title = f"Find {self._sought} further up, or" if self._sought else "Find in what the shell printed"
        self.app.push_screen(Prompt(self.desk, title, ABOUT, required=not self._sought), typed)

    def _go_to(self, text: str) -> None:
        rows = self.grid.lines()
        exact = text != text.lower()
        wanted = text if exact else text.lower()
        above = self.grid.marked if self.grid.marked >= 0 else len(rows)
        for number in range(min(above, len(rows)) - 1, -1, -1):
            if wanted in (rows[number] if exact else rows[number].lower()):
                beginning = max(0, number - self.body_height // 3)
                self.grid.scroll(len(rows) - self.body_height - beginning - self.grid.back, self.body_height)
                self.grid.marked = number
                self.heading_changed()
                self.desk.say(f"{text} in row {number + 1:,} of {len(rows):,}")
                return
        where = "above" if self.grid.marked >= 0 else "in what the shell printed, as far as it is kept"
        self.desk.say(f"no {text} {where}; the log pane's J has all that was recorded", alarming=True)

    def do_copy(self) -> None:
        rows = self.grid.lines()[self.grid.top : self.grid.top + self.body_height]
        while rows and not rows[-1].strip():
            rows.pop()
        if not rows:
            self.desk.say("there is nothing to copy")
            return
        texts = [safe(self.desk.mask.line(row.encode("utf-8", "replace"))) for row in rows]
        self.run_worker(self._copied(texts), name="copy", group="copy", exclusive=True, exit_on_error=False)

    async def _copied(self, texts: list[SafeText]) -> None:
        self.desk.say(await copy(texts, self._to_terminal, folder=self.COPIES_TO))

    def _to_terminal(self, sequence: str) -> None:
        if self.app._driver is not None:
            self.app._driver.write(sequence)
