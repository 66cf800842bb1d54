"""Before a step that signals processes: what it would hit, and the word that a person must type.

Where it hits others than the bot, the bot alone can be signalled instead, by its identity: that comes first,
and `v` changes to the block as it is written, and back.
"""

from __future__ import annotations

from thunes_tui.drill.asked_signals import SIGNAL_NAMES
from thunes_tui.drill.exact import Exact
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.screens.typed import Typed
from thunes_tui.ui.widgets.line import Line, data, wrapped
from thunes_tui.ui.widgets.victims import split, victim_rows

COMMAND_LINES = 12
OTHER_WAY = "v"


class Confirm(Typed):
    """Gives the typed word when it is the right one; `exact` says which way was chosen by then."""

    def __init__(
        self,
        desk: Desk,
        step: str,
        command: str,
        victims: tuple[str, ...],
        word: str,
        way: Exact | None = None,
    ) -> None:
        super().__init__(desk, word)
        self._step = step
        self._command = command
        self._victims = victims
        self._way = way
        self.exact = way is not None

    def head(self, _width: int, /) -> list[Line]:
        lines = self._command.rstrip("\n").split("\n")
        shown: list[Line] = [[("    ", "text"), data(line, "accent")] for line in lines[:COMMAND_LINES]]
        if len(lines) > COMMAND_LINES:
            shown.append([(f"    … {len(lines) - COMMAND_LINES} more lines", "dialog_dim")])
        return [[("Step ", "text"), (self._step, "strong"), (" wants", "text")], *shown, []]

    def about(self, width: int, /) -> list[Line]:
        processes, files = split(self._victims)
        count = len(processes)
        lines: list[Line] = []
        if count:
            verb = "matches" if self.exact and count > 1 else "hits"
            lines.append([(f"It {verb} {count} process{'es' if count != 1 else ''}:", "bad")])
            fate = ("spared", "good") if self.exact else ("hit too", "bad")
            lines += victim_rows(processes, width, fate, {"bot": ("TARGET", "strong")})
        elif not files:
            lines.append([("It hits no process that runs now.", "warn")])
        if files:
            lines.append([("It takes away or writes over:", "bad")])
            lines += victim_rows(files, width, ("", "text"))
        asked = wrapped([("The guard is asked once more right before it runs.", "dialog_dim")], width)
        return [*lines, *self._ways(count, width), [], *asked, []]

    def _ways(self, count: int, width: int) -> list[Line]:
        """Which of both ways it is now, and the key to the other."""
        if self._way is None:
            return []
        signal = SIGNAL_NAMES.get(self._way.signal, f"signal {self._way.signal}")
        if self.exact:
            now = f"The console signals only the bot, pid {self._way.process.pid}, with {signal}; "
            now += "the block is not run, which is a deviation."
            other = f" run the block verbatim instead: all {count} would be hit"
        else:
            now = "The block runs verbatim."
            other = f" send {signal} to the bot alone instead, pid {self._way.process.pid}"
        return [
            [],
            *wrapped([(now, "good" if self.exact else "bad")], width),
            *wrapped([(OTHER_WAY, "key"), (other, "text")], width),
        ]

    def pressed(self, key: str, character: str | None, /) -> None:
        is_switch = key == OTHER_WAY and not self._entry.text and not self._word.startswith(OTHER_WAY)
        if self._way is not None and is_switch:
            self.exact = not self.exact
            self._refuse("")
            return
        super().pressed(key, character)
