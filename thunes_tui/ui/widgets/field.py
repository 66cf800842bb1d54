"""The field of panes: puts each where `ui.layout` says, and takes the others off the screen."""

from __future__ import annotations

from textual.geometry import Offset, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from thunes_tui.ui.layout import Box


class Places(Layout):
    """A Textual layout that takes every child's box from the field."""

    name = "places"

    def arrange(
        self,
        parent: Widget,
        children: list[Widget],
        size: Size,
        greedy: bool = True,  # noqa: ARG002 - Textual's signature
    ) -> ArrangeResult:
        boxes = parent.boxes if isinstance(parent, Field) else {}
        return [
            WidgetPlacement(
                Region(box.x, box.y, min(box.width, size.width), min(box.height, size.height)),
                Offset(0, 0),
                Spacing(0, 0, 0, 0),
                child,
            )
            for child in children
            if child.id in boxes and (box := boxes[child.id])
        ]


PLACES = Places()


class Field(Widget, inherit_bindings=False):
    """Holds the panes."""

    DEFAULT_CSS = "Field { height: 1fr; width: 1fr; }"

    def __init__(self, *panes: Widget) -> None:
        super().__init__(*panes, id="field")
        self.boxes: dict[str, Box] = {}

    @property
    def layout(self) -> Layout:
        return PLACES

    def place(self, boxes: dict[str, Box], ruled: frozenset[str]) -> None:
        """Show the panes that have a box, at their places; `ruled` ones get a rule along their left side."""
        self.boxes = boxes
        for pane in self.children:
            name = pane.id or ""
            pane.display = name in boxes
            pane.set_class(name in ruled, "-ruled")
        self.refresh(layout=True)
