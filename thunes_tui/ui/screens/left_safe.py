"""How the box is left: what must be true before one walks away, after an abort and after a normal end."""

from __future__ import annotations

from thunes_tui import intents
from thunes_tui.drill.undo import offers
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.outline import left_safe
from thunes_tui.ui.screens.dialog import Dialog
from thunes_tui.ui.widgets.line import Line, data, wrapped


class LeftSafeScreen(Dialog[None]):
    """Follows the drill while it is open: a later look takes the place of the one before."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)

    def head(self, width: int, /) -> list[Line]:
        state = self.desk.state
        at = state.stops.left_safe.at
        when = f"   {self.desk.time_of_day(at.t)}" if at is not None else ""
        lines: list[Line] = [[*left_safe.heading(state), data(when, "dialog_dim")]]
        abort = state.stops.abort
        if abort.confirmed:
            words = f"{abort.by} aborted the drill: {abort.reason}"
            lines += wrapped([data(words, "warn")], width)
            lines += [
                line for told in abort.told for line in wrapped([data(f"  {told}", "dialog_dim")], width, 4)
            ]
        return [*lines, []]

    def body(self, width: int, /) -> list[Line]:
        state = self.desk.state
        lines = left_safe.lines_of(state, width)
        for offer in offers(state):
            words = f"{offer.why}: step {offer.step.id[1:].replace('.S', '.')} of the runbook undoes it"
            lines += wrapped([("  ↶ ", "accent"), data(words)], width, 4)
        return [*lines, []]

    def foot(self) -> Line:
        again: Line = [("r", "key"), (" look again   ", "dialog_dim")] if self.desk.role == "driver" else []
        return [*again, ("q", "key"), (" back to the console", "dialog_dim")]

    def pressed(self, key: str, character: str | None, /) -> None:
        if character == "r" and self.desk.role == "driver" and not self.desk.state.stops.left_safe.asking:
            self.desk.ask(intents.LookLeftSafe())
        elif key in ("q", "enter") or character == "Q":
            self.dismiss(None)
        elif key in ("j", "down", "k", "up"):
            self.top += 1 if key in ("j", "down") else -1
            self.box.changed()
