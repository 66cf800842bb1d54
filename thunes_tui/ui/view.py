"""What of the console is on the screen: which panes, where, with which focus, in which theme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from thunes_tui.ui import theme
from thunes_tui.ui.desk import COMMAND
from thunes_tui.ui.keymap import PANES
from thunes_tui.ui.layout import Look, Plan, plan
from thunes_tui.ui.widgets.tabs_line import Tab

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

LABELS = ("Check", "Control", "Log", "Audit", "Proc")


class View:
    """The person's view of the console; it keeps everything over any change of size."""

    def __init__(self, app: ThunesApp) -> None:
        self._app = app
        self.look = Look()
        self.reading = False
        """Whether the documents stand in the checklist's place."""
        self.plan = Plan("line", tabs=False, footer_rows=0)

    @property
    def reach(self) -> str:
        """The pane that has the focus, by name."""
        return "reading" if self.reading and self.look.focus == "checklist" else self.look.focus

    def arrange(self) -> None:
        """Put everything where it belongs on a screen of this size."""
        app = self._app
        replaying = app.bar is not None
        self.plan = plan(*app.size, self.look, extra_rows=int(replaying))
        large = self.plan.name != "line"
        app.tabs.display = self.plan.tabs
        app.field.display = large
        app.footer.display = large or app.size.height > 1
        app.footer.styles.height = max(1, self.plan.footer_rows)
        if app.bar is not None:
            app.bar.display = large
        boxes = dict(self.plan.boxes)
        if self.reading and "checklist" in boxes:
            boxes["reading"] = boxes.pop("checklist")
        app.field.place(boxes, self.plan.ruled)
        # At once, so that news of a focus that was left meanwhile can be told apart (`follow_focus`).
        pane = app.panes[self.reach]
        pane.screen.set_focus(pane, scroll_visible=False)
        app.tabs.changed()
        app.footer.changed()

    def look_at(self, look: Look) -> None:
        """Look elsewhere; the keys go with the eyes, so that SHELL ends when the control pane is left."""
        self.look = look
        if look.focus != "control":
            self._app.mode = COMMAND
        self.arrange()

    def follow_focus(self, pane: str) -> None:
        """The focus went to a pane by itself."""
        if pane in PANES and pane != self.reach:
            self.look_at(self.look.at(pane))

    def zoom(self) -> None:
        self.look_at(replace(self.look, zoomed=not self.look.zoomed))

    def tabs(self) -> Iterator[Tab]:
        """The panes as tabs."""
        for number, (name, label) in enumerate(zip(PANES, LABELS, strict=True), 1):
            visible = name in self.plan.boxes
            pane = self._app.panes[name]
            yield Tab(number, label, "" if visible else pane.news(), self.look.focus == name, visible)

    def use_theme(self, name: str) -> None:
        """Another theme, at once; one line when it cannot be used."""
        app = self._app
        app.desk.palette = theme.load(name, app.places)
        app.register_theme(app.desk.palette.textual())
        app.ansi_color = app.desk.palette.ansi
        app.theme = f"thunes-{name}"
        self.repaint()

    def repaint(self) -> None:
        """Everything anew, after a change of theme or zone."""
        for shown in (self._app.status, self._app.tabs, self._app.footer):
            shown.repaint()
        if self._app.bar is not None:
            self._app.bar.repaint()
        for pane in self._app.panes.values():
            pane.restyled()
