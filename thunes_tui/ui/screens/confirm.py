"""Before a step that signals processes: what it would hit, and the word that a person must type."""

from __future__ import annotations

from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.typed import Typed
from thunes_tui.ui.widgets.line import Line, data, wrapped
from thunes_tui.ui.widgets.victims import split, victim_rows

COMMAND_LINES = 12


class Confirm(Typed):
    """Gives the typed word when it is the right one."""

    def __init__(self, desk: Desk, step: str, command: str, victims: tuple[str, ...], word: str) -> None:
        super().__init__(desk, word)
        self._step = step
        self._command = command
        self._victims = victims

    def head(self, _width: int, /) -> list[Line]:
        lines = self._command.rstrip("\n").split("\n")
        shown: list[Line] = [[("    ", "text"), data(line, "accent")] for line in lines[:COMMAND_LINES]]
        if len(lines) > COMMAND_LINES:
            shown.append([(f"    … {len(lines) - COMMAND_LINES} more lines", "dialog_dim")])
        return [[("Step ", "text"), (self._step, "strong"), (" wants", "text")], *shown, []]

    def about(self, width: int, /) -> list[Line]:
        processes, files = split(self._victims)
        count = len(processes)
        hits = f"It hits {count} process{'es' if count != 1 else ''}:"
        lines: list[Line] = []
        if count:
            lines.append([(hits, "bad")])
            lines += victim_rows(processes, width, ("hit too", "bad"), {"bot": ("TARGET", "strong")})
        elif not files:
            lines.append([("It hits no process that runs now.", "warn")])
        if files:
            lines.append([("It takes away or writes over:", "bad")])
            lines += victim_rows(files, width, ("", "text"))
        asked = wrapped([("The guard is asked once more right before it runs.", "dialog_dim")], width)
        return [*lines, [], *asked, []]
