"""Which processes are listed, in which order, and which of them is selected."""

from __future__ import annotations

from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.model import DrillState
from thunes_tui.ui.outline.process_rows import rank

DEAD_SHOWN = 3
PASSING = ("drill", "console")
"""Whose end is nothing to look at."""
Key = tuple[int, int]
"""Pid and start: a number that is used again is another process."""


class ProcessList:
    """Holds no process: keys alone, so that it shows what the state says of them now."""

    def __init__(self) -> None:
        self.is_still = False
        """While somebody decides about one of the rows, none comes, goes or moves."""
        self.is_tree = False
        """Each below the one that started it, as far as that is listed too."""
        self._listed: list[ProcessState] = []
        self._chosen: Key | None = None

    def rows(self, state: DrillState) -> list[ProcessState]:
        """The bot and what hangs on it, then the last of these that died, then what the drill and we run."""
        processes = {(p.pid, p.start): p for p in state.processes}
        if not self.is_still:
            dead = [p for p in reversed(processes.values()) if not p.alive and p.role not in PASSING]
            dead.sort(key=lambda p: p.role != "bot")
            living = sorted((p for p in processes.values() if p.alive), key=rank)
            last = [] if self.is_tree else [p for p in living if p.role in PASSING]
            first = _as_tree(living) if self.is_tree else living[: len(living) - len(last)]
            self._listed = [*first, *dead[:DEAD_SHOWN], *last]
        return [processes.get((p.pid, p.start), p) for p in self._listed]

    def selected(self, state: DrillState) -> ProcessState | None:
        """Of the living; the first one until a person chose another, and after that one's death."""
        living = [p for p in self.rows(state) if p.alive]
        return next((p for p in living if (p.pid, p.start) == self._chosen), living[0] if living else None)

    def depth(self, process: ProcessState) -> int:
        """How many of the listed stand above it in the tree; 0 where there is none."""
        return len(_above(process, {p.pid: p for p in self._listed if p.alive})) if self.is_tree else 0

    def move(self, state: DrillState, by: int) -> None:
        living = [(p.pid, p.start) for p in self.rows(state) if p.alive]
        now = self.selected(state)
        if now is not None:
            at = living.index((now.pid, now.start))
            self._chosen = living[max(0, min(at + by, len(living) - 1))]


def _above(process: ProcessState, living: dict[int, ProcessState]) -> list[ProcessState]:
    """Its parent, that one's parent, and so on, as far as they are listed."""
    found: list[ProcessState] = []
    parent = living.get(process.parent)
    while parent is not None and parent not in found and parent is not process:
        found.append(parent)
        parent = living.get(parent.parent)
    return found


def _as_tree(living: list[ProcessState]) -> list[ProcessState]:
    by_pid = {p.pid: p for p in living}
    order = {p.pid: number for number, p in enumerate(living)}

    def place(process: ProcessState) -> list[int]:
        return [order[p.pid] for p in (*reversed(_above(process, by_pid)), process)]

    return sorted(living, key=place)
