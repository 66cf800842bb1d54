"""The checklist: what is done, what comes next, what it waits for, and what is proven."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.strip import Strip

from thunes_tui.clock import Moment
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.outline.row import Row
from thunes_tui.ui.outline.whole import Opened, current, outline
from thunes_tui.ui.panes.base import Pane, is_bulk
from thunes_tui.ui.widgets.line import Line, data, spread, width_of, wrapped

if TYPE_CHECKING:
    from thunes_tui.connection import Update

MARGIN = 2
"""Rows that stay visible above and below the selected one."""
LEAST_LEFT = 12
LARGEST_RIGHT = 0.45
"""Share of the width; a remark that is longer stands below its row."""


class ChecklistPane(Pane):
    """Selects rows and unfolds them; what is done with the selected one is in `ui.deeds`."""

    NAME = "checklist"
    TITLE = "CHECKLIST"
    ACTIONS = (
        Action("down", ("j", "down"), "down", "Select the next row", "checklist"),
        Action("up", ("k", "up"), "up", "Select the row before", "checklist"),
        Action("page_down", ("pagedown",), "page", "Half a page down", "checklist"),
        Action("page_up", ("pageup",), "page", "Half a page up", "checklist"),
        Action("top", ("home",), "top", "To the first row", "checklist"),
        Action("bottom", ("end", "G"), "end", "To the last row", "checklist"),
        Action(
            "detail",
            ("i", "right"),
            "detail",
            "Unfold a test, or show a step's text or evidence",
            "checklist",
        ),
        Action("fold", ("left",), "fold", "Fold it again, or go to its test", "checklist"),
        Action("follow", ("F",), "follow", "Back to the current step, and stay with it", "checklist"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.opened = Opened()
        self.selected = current(desk.state) if desk.state.plan else "preflight"
        self._current = self.selected
        self._top = 0
        self._runs = range(0)
        """The lines of the running test, or of the pre-flight while that is what comes next."""
        self._rows: list[Row] = []

    def take(self, update: Update, /) -> None:
        """The selection goes along with the drill until a person moves it elsewhere."""
        if is_bulk(update):
            return
        state = self.desk.state
        now_current = current(state) if state.plan and state.mode != "watch" else self._current
        if now_current != self._current:
            if self.selected == self._current:
                self.selected = now_current
            self._current = now_current
        self.changed()

    def tick(self, _now: Moment, /) -> None:
        self.changed()

    def heading(self) -> tuple[Line, Line]:
        state = self.desk.state
        left: Line = [(self.TITLE, "strong")]
        test = state.running_test
        if test is not None:
            left += [("   ", "text"), (f"Test {test.number} ", "accent"), data(test.title)]
        if self.selected != self._current:
            return left, [("F ", "key"), ("follow", "dim")]
        return left, []

    def lay_out(self) -> list[Strip]:
        """The heading, and the part of the outline around the selected row."""
        width, height = self.size.width, self.body_height
        lines, chosen = self._lines(width, in_brief=False)
        if self._runs and self.selected == self._current and len(self._runs) > height:
            lines, chosen = self._lines(width, in_brief=True)
        self._scroll(chosen, len(lines), height)
        rows = [self.heading_strip(width)]
        for number in range(self._top, self._top + height):
            line = lines[number] if number < len(lines) else []
            rows.append(self.strip(line, width, "cursor" if number in chosen else ""))
        return rows

    def _lines(self, width: int, *, in_brief: bool) -> tuple[list[Line], range]:
        """Every line of the outline, and which of them belong to the selected row."""
        now = self.desk.now()
        self._rows = outline(self.desk.state, now, self.opened, self.desk.time_of_day, in_brief=in_brief)
        test = self.desk.state.running_test
        running = test.id if test is not None else "preflight" if self._current == "preflight" else "-"
        lines: list[Line] = []
        chosen, self._runs = range(0), range(0)
        for row in self._rows:
            broken = _broken(row, width)
            if row.id == running:
                self._runs = range(len(lines), len(lines) + len(broken))
            elif self._runs.stop == len(lines) and _whole(row.id) in ("", running):
                self._runs = range(self._runs.start, len(lines) + len(broken))
            if row.id and row.id == self.selected:
                chosen = range(len(lines), len(lines) + len(broken))
            lines += broken
        return lines, chosen

    def _scroll(self, chosen: range, total: int, height: int) -> None:
        """Keep the selected row in view; with the drill, what is done before the running test goes first."""
        if chosen:
            follows = self.selected == self._current  # then it is the same wherever it was before
            self._top = self._runs.start if follows else min(self._top, max(0, chosen.start - MARGIN))
            self._top = max(self._top, chosen.stop + MARGIN - height)
            self._top = min(self._top, chosen.start)
        self._top = max(0, min(self._top, total - height))

    def choose(self, row: str) -> None:
        """Select a row."""
        self.selected = row
        self.changed()

    def _move(self, by: int) -> None:
        ids = [row.id for row in self._rows if row.id]
        if ids:
            at = ids.index(self.selected) if self.selected in ids else 0
            self.choose(ids[max(0, min(at + by, len(ids) - 1))])

    def do_down(self) -> None:
        self._move(1)

    def do_up(self) -> None:
        self._move(-1)

    def do_page_down(self) -> None:
        self._move(max(1, self.body_height // 2))

    def do_page_up(self) -> None:
        self._move(-max(1, self.body_height // 2))

    def do_top(self) -> None:
        self._move(-len(self._rows))

    def do_bottom(self) -> None:
        self._move(len(self._rows))

    def do_follow(self) -> None:
        self.choose(self._current)

    def do_detail(self) -> None:
        """Evidence of a criterion, the text of a step; of anything else, its parts."""
        chosen = self.selected
        if "." in chosen:
            self.opened = replace(self.opened, detailed=self.opened.detailed ^ {chosen})
        else:
            self.opened = replace(self.opened, toggled=self.opened.toggled ^ {_whole(chosen)})
        self.changed()

    def do_fold(self) -> None:
        if self.selected in self.opened.detailed:
            self.do_detail()
        else:
            self.choose(_whole(self.selected))


def _whole(row: str) -> str:
    """What a row is a part of: a step's test, a section's pre-flight."""
    if row.startswith("section"):
        return "preflight"
    if row.startswith("prerequisite "):
        return "prerequisites"
    return row.split(".", maxsplit=1)[0]


def _broken(row: Row, width: int) -> list[Line]:
    """A row as one line, or as several where it is to be wrapped and too long."""
    ending: Line = [*row.right, (" ", "text")] if row.right else []
    beside = width_of(ending)
    if row.wrap >= 0 and beside > width * LARGEST_RIGHT:
        return [*wrapped(row.left, width - 1, row.wrap), spread([], ending, width)]
    room = width - 1 - beside
    if row.wrap < 0 or width_of(row.left) <= room:
        return [spread(row.left, ending, width)]
    first, *others = wrapped(row.left, max(LEAST_LEFT, room), row.wrap)
    return [spread(first, ending, width), *others]
