"""The processes by role: alive with their load, and the last dead ones with what killed them and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from thunes_tui.clock import Moment
from thunes_tui.drill.facts import ProcessState
from thunes_tui.ui.deeds import processes as deeds
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.keymap import Action
from thunes_tui.ui.outline.process_list import PASSING, Key, ProcessList
from thunes_tui.ui.outline.process_rows import QUIET_EVERY, Load, alive_row, dead_row, detail_rows
from thunes_tui.ui.outline.recovery import recovery_line, recovery_table
from thunes_tui.ui.outline.row import duration
from thunes_tui.ui.panes.base import Pane, is_bulk
from thunes_tui.ui.widgets.line import Line, Part

if TYPE_CHECKING:
    from thunes_tui.connection import Update
    from thunes_tui.ui.app import ThunesApp
    from thunes_tui.wire import Sample


class ProcessesPane(Pane):
    """One row a process, keyed by pid and start time; one of the living is selected."""

    NAME = "processes"
    TITLE = "PROCESSES"
    ACTIONS = (
        Action("down", ("j", "down"), "down", "Select the next process", "processes"),
        Action("up", ("k", "up"), "up", "Select the process before", "processes"),
        Action("detail", ("i", "right"), "detail", "All that is known of the selected process", "processes"),
        Action("tree", ("x",), "tree", "Each process below the one that started it, or by role", "processes"),
        Action("freeze", ("Z",), "freeze", "Freeze the selected process (SIGSTOP)", "processes"),
        Action("thaw", ("C",), "thaw", "Let the selected process run again (SIGCONT)", "processes"),
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._load: dict[Key, Load] = {}
        self._list = ProcessList()
        self._detailed = False
        self._top = 0

    def take(self, update: Update, /) -> None:
        if is_bulk(update):
            return
        sample: Sample | None = getattr(update, "sample", None)
        if sample is not None and sample.rows:
            self._sampled(sample)
            if self._list.is_still:
                return  # below a dialog each change costs a whole frame
        self.changed()

    def _sampled(self, sample: Sample) -> None:
        alive = {p.pid: p for p in self.desk.state.processes if p.alive}
        known, self._load = self._load, {}
        for pid, cpu, memory, threads, descriptors in sample.rows:
            process = alive.get(pid)
            if process is not None:
                key, every = (pid, process.start), QUIET_EVERY if process.role == "console" else 1
                self._load[key] = known.get(key) or Load(every)
                self._load[key].add(cpu, memory, threads, descriptors)

    def tick(self, _now: Moment, /) -> None:
        if not self._list.is_still:
            self.changed()

    def hold_still(self, still: bool) -> None:
        """While somebody decides about one of its rows."""
        self._list.is_still = still
        self.changed()

    @property
    def selected(self) -> ProcessState | None:
        return self._list.selected(self.desk.state)

    def heading(self) -> tuple[Line, Line]:
        still: list[Part] = [("   the list stands still", "warn")] if self._list.is_still else []
        return [(self.TITLE, "strong"), *still], [verdict(self.desk.state.bots)]

    def news(self) -> str:
        return "✗" if verdict(self.desk.state.bots)[1] == "bad" else "●"

    def lay_out(self) -> list[Strip]:
        """The heading, and the part of the list around the selected row."""
        width, height = self.size.width, self.body_height
        lines, chosen = self._lines(width)
        self._top = max(0, min(self._top, len(lines) - height, chosen.start))
        if not self.has_focus:
            self._top = 0  # the bot, and that there is none
        elif chosen.stop > self._top + height:
            self._top = min(chosen.start, chosen.stop - height)
        rows = [self.heading_strip(width)]
        for number in range(self._top, self._top + height):
            line = lines[number] if number < len(lines) else []
            over = "cursor" if number in chosen and self.has_focus else ""
            rows.append(self.strip(line, width, over))
        return rows

    def body(self, width: int, height: int) -> list[Line]:
        return self._lines(width)[0][:height]

    def _lines(self, width: int) -> tuple[list[Line], range]:
        """Every line, and which of them belong to the selected process."""
        lines: list[Line] = []
        chosen, selected = range(0), self.selected
        if not self.desk.state.bots:
            lines.append([(" ✗ no bot runs", "bad"), since_death(self.desk)])
        recovery = recovery_line(self.desk, width)
        for process in self._list.rows(self.desk.state):
            load = self._load.get((process.pid, process.start))
            if recovery and process.role in PASSING:
                lines += recovery
                recovery = []
            if not process.alive:
                lines.append(dead_row(self.desk, process, width))
                continue
            begin = len(lines)
            lines.append(alive_row(self.desk, process, load, width, self._list.depth(process)))
            if process == selected:
                if self._detailed:
                    lines += detail_rows(self.desk, process, load, width)
                chosen = range(begin, len(lines))
        return [*lines, *recovery, *recovery_table(self.desk)], chosen

    def do_down(self) -> None:
        self._list.move(self.desk.state, 1)
        self.changed()

    def do_up(self) -> None:
        self._list.move(self.desk.state, -1)
        self.changed()

    def do_detail(self) -> None:
        self._detailed = not self._detailed
        self.changed()

    def do_tree(self) -> None:
        self._list.is_tree = not self._list.is_tree
        self.changed()

    def do_freeze(self) -> None:
        deeds.FREEZE.does(self._owner)

    def why_not_freeze(self) -> str:
        return deeds.FREEZE.why_not(self._owner)

    def do_thaw(self) -> None:
        deeds.THAW.does(self._owner)

    def why_not_thaw(self) -> str:
        return deeds.THAW.why_not(self._owner)

    @property
    def _owner(self) -> ThunesApp:
        return cast("ThunesApp", self.app)


def since_death(desk: Desk) -> Part:
    """How long no bot has run, after one died."""
    died = desk.state.recovery.died
    return (f"   dead for {duration(desk.now().since(died))}" if died is not None else "", "bad")


def verdict(bots: tuple[ProcessState, ...]) -> Part:
    """One bot that runs is right; none, two, and one that stands still are all wrong."""
    if len(bots) != 1:
        return ("✗ no bot" if not bots else f"✗ {len(bots)} bots at once", "bad")
    return ("■ the bot is FROZEN", "bad") if bots[0].frozen else ("one bot", "good")
