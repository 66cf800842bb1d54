"""The processes by role: alive with their load, and the last dead ones with what killed them and when."""

from __future__ import annotations

import signal
from collections import deque
from typing import TYPE_CHECKING

from thunes_tui.clock import Moment
from thunes_tui.drill.facts import ProcessState
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.outline.row import duration
from thunes_tui.ui.panes.base import Pane, is_bulk
from thunes_tui.ui.widgets.line import Line, Part, data, spread, width_of

if TYPE_CHECKING:
    from thunes_tui.connection import Update
    from thunes_tui.wire import Sample

ROLES = ("bot", "child", "drill", "console")
BARS = "▁▂▃▄▅▆▇█"
HISTORY = 8
"""Samples of a sparkline."""
DEAD_SHOWN = 3
SWITCH_STYLE = {"ON": "warn", "OFF": "good", "UNKNOWN": "dim"}


class ProcessesPane(Pane):
    """One row a process, keyed by pid and start time, so that a number used again is another row."""

    NAME = "processes"
    TITLE = "PROCESSES"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._load: dict[int, tuple[float, int]] = {}
        self._cpu: dict[tuple[int, int], deque[float]] = {}

    def take(self, update: Update, /) -> None:
        if is_bulk(update):
            return
        sample: Sample | None = getattr(update, "sample", None)
        if sample is not None and sample.rows:
            self._sampled(sample)
        self.changed()

    def _sampled(self, sample: Sample) -> None:
        self._load = {row[0]: (row[1], row[2]) for row in sample.rows}
        alive = {(p.pid, p.start) for p in self.desk.state.processes if p.alive}
        self._cpu = {key: history for key, history in self._cpu.items() if key in alive}
        for key in alive:
            if key[0] in self._load:
                self._cpu.setdefault(key, deque(maxlen=HISTORY)).append(self._load[key[0]][0])

    def tick(self, _now: Moment, /) -> None:
        self.changed()

    def heading(self) -> tuple[Line, Line]:
        count = len(self.desk.state.bots)
        return [(self.TITLE, "strong")], [verdict(count)]

    def news(self) -> str:
        return "●" if len(self.desk.state.bots) == 1 else "✗"

    def body(self, width: int, height: int) -> list[Line]:
        processes = self.desk.state.processes
        alive = sorted((p for p in processes if p.alive), key=_rank)
        dead = [p for p in reversed(processes) if not p.alive]
        dead.sort(key=lambda p: p.role != "bot")  # the bot's death is what a drill is about
        rows = [self._alive(p, width) for p in alive]
        if not self.desk.state.bots:
            rows.insert(0, [(" ✗ no bot runs", "bad"), self._since_death()])
        rows += [self._dead(p, width) for p in dead[:DEAD_SHOWN]]
        return rows[:height]

    def _since_death(self) -> Part:
        died = self.desk.state.recovery.died
        return (
            (f"   dead for {duration(self.desk.now().since(died))}", "bad")
            if died is not None
            else ("", "text")
        )

    def _alive(self, process: ProcessState, width: int) -> Line:
        bot = process.role == "bot"
        cpu, memory = self._load.get(process.pid, (0.0, 0))
        known = process.pid in self._load
        left: Line = [
            (" ● " if bot else "   ", "good" if len(self.desk.state.bots) == 1 else "bad"),
            data(f"{_name(process):<16.16}", "strong" if bot else "text"),
            (f" gen {process.generation:<2}" if bot else f" {process.role:<6.6}", "text" if bot else "dim"),
            (f"{process.pid:>8}", "dim"),
            (f"{cpu:>6.1f} %" if known else f"{'–':>8}", "text"),
            (f"{memory / 1_048_576:>5.0f} MB" if known else f"{'–':>8}", "text"),
        ]
        extra: list[Part] = [
            (f" {self._sparkline(process):<{HISTORY}}", "accent"),
            (f"  up {self._uptime(process)}", "dim"),
        ]
        if bot:
            healthy = (
                ("  healthy ✓", "good") if process.healthy is not None else ("  not healthy yet", "warn")
            )
            extra += [healthy, (f"  switch {process.switch}", SWITCH_STYLE.get(process.switch, "dim"))]
        return _fitted(left, extra, width)

    def _uptime(self, process: ProcessState) -> str:
        """Since its own start, however late it was found."""
        if process.born is None:
            return "–"
        return duration(self.desk.now().since(process.born) + process.age_s)

    def _sparkline(self, process: ProcessState) -> str:
        """The last samples of CPU, one core being the full height, square root for the small ones."""
        history = self._cpu.get((process.pid, process.start), ())
        return "".join(BARS[min(7, round((min(cpu, 100.0) / 100) ** 0.5 * 7))] for cpu in history)

    def _dead(self, process: ProcessState, width: int) -> Line:
        left: Line = [
            (" ✗ ", "bad" if process.role == "bot" else "dim"),
            data(f"{_name(process):<16.16}", "dim"),
            (f" gen {process.generation:<2}" if process.role == "bot" else f" {process.role:<6.6}", "dim"),
            (f"{process.pid:>8}", "dim"),
            ("  " + death(process), "bad" if process.role == "bot" else "dim"),
        ]
        when = ""
        if process.died is not None:
            when = f"{self.desk.time_of_day(process.died.t)}.{process.died.t // 1000 % 1000:03} "
        return spread(left, [(when, "dim")], width)


def verdict(bots: int) -> Part:
    """One bot is right; none and two are both wrong."""
    if bots == 1:
        return ("one bot", "good")
    return ("✗ no bot" if bots == 0 else f"✗ {bots} bots at once", "bad")


def death(process: ProcessState) -> str:
    """`killed by SIGKILL`, `ended with 2`."""
    if process.signal is not None:
        try:
            return f"killed by {signal.Signals(process.signal).name}"
        except ValueError:
            return f"killed by signal {process.signal}"
    return f"ended with {process.exit}" if process.exit is not None else "gone"


def _rank(process: ProcessState) -> tuple[int, int]:
    role = ROLES.index(process.role) if process.role in ROLES else len(ROLES)
    return role, process.pid


def _name(process: ProcessState) -> str:
    """The script's name without its folder and suffix, else the program's."""
    words = process.argv.split()
    script = next((word for word in words if word.endswith(".py")), words[0] if words else process.role)
    return script.rsplit("/", maxsplit=1)[-1].removesuffix(".py")


def _fitted(left: Line, extra: list[Part], width: int) -> Line:
    """The row with as many of its further cells as fit whole."""
    line = list(left)
    for part in extra:
        if width_of([*line, part]) > width:
            break
        line.append(part)
    return line
