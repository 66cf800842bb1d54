"""The five panes by number, with what is new in those that cannot be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.line import Line, data, width_of
from thunes_tui.ui.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Tab:
    number: int
    label: str
    news: str
    focused: bool
    visible: bool


class TabsLine(Rows):
    """One row below the status line, where not all panes are visible."""

    DEFAULT_CSS = "TabsLine { height: 1; }"

    def __init__(self, desk: Desk, tabs: Callable[[], Iterable[Tab]]) -> None:
        super().__init__(desk, "tabs")
        self._tabs = tabs

    def lines(self, width: int, height: int) -> list[Line]:
        if height < 1:
            return []
        line: Line = []
        for tab in self._tabs():
            style = "tab_on" if tab.focused else "strong" if tab.visible else "tab"
            line += [data(f" {tab.number} {tab.label} {tab.news}".rstrip() + " ", style), (" ", "tab")]
        return [[*line, (" " * max(0, width - width_of(line)), "tab")]]
