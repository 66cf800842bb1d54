"""What a replay's bar is to the console: one row above the footer, with actions of its own."""

from __future__ import annotations

from typing import ClassVar

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.widgets.doer import Doer
from thunes_tui.ui.widgets.rows import Rows


class Bar(Doer, Rows, inherit_bindings=False):
    """Subclass it, give `lines`, and set `ACTIONS` with `replay` as their pane."""

    ACTIONS: ClassVar[tuple[Action, ...]] = ()
    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "replay")
