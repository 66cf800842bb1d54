"""Which processes are listed, in which order, and which of them is selected."""

from __future__ import annotations

from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.model import DrillState
from thunes_tui.ui.outline.process_rows import rank

DEAD_SHOWN = 3
Key = tuple[int, int]
"""Pid and start: a number that is used again is another process."""


class ProcessList:
    """Holds no process: keys alone, so that it shows what the state says of them now."""

    def __init__(self) -> None:
        self.is_still = False
        """While somebody decides about one of the rows, none comes, goes or moves."""
        self._listed: list[ProcessState] = []
        self._chosen: Key | None = None

    def rows(self, state: DrillState) -> list[ProcessState]:
        """The living in order, then the last dead ones; a bot's death first, for a drill is about that."""
        processes = {(p.pid, p.start): p for p in state.processes}
        if not self.is_still:
            dead = [p for p in reversed(processes.values()) if not p.alive]
            dead.sort(key=lambda p: p.role != "bot")
            living = sorted((p for p in processes.values() if p.alive), key=rank)
            self._listed = [*living, *dead[:DEAD_SHOWN]]
        return [processes.get((p.pid, p.start), p) for p in self._listed]

    def selected(self, state: DrillState) -> ProcessState | None:
        """Of the living; the first one until a person chose another, and after that one's death."""
        living = [p for p in self.rows(state) if p.alive]
        return next((p for p in living if (p.pid, p.start) == self._chosen), living[0] if living else None)

    def move(self, state: DrillState, by: int) -> None:
        living = [(p.pid, p.start) for p in self.rows(state) if p.alive]
        now = self.selected(state)
        if now is not None:
            at = living.index((now.pid, now.start))
            self._chosen = living[max(0, min(at + by, len(living) - 1))]
