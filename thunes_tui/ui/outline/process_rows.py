"""The rows of the processes pane: one a process, and all that is known of the selected one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from thunes_tui.drill.asked_signals import SIGTERM
from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.seen_signals import GRACE_S
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.outline.process import death, load_bars, name_of, size_bars
from thunes_tui.ui.outline.row import duration
from thunes_tui.ui.widgets.line import Line, Part, data, spread, width_of, wrapped

HISTORY = 8
"""Samples of a sparkline."""
SWITCH_STYLE = {"ON": "warn", "OFF": "good", "UNKNOWN": "dim"}
MEGABYTE = 1_048_576


@dataclass(slots=True)
class Load:
    """What the last samples said of one process."""

    cpu: deque[float] = field(default_factory=lambda: deque(maxlen=HISTORY))
    memory: deque[int] = field(default_factory=lambda: deque(maxlen=HISTORY))
    threads: int = 0
    descriptors: int = 0

    def add(self, cpu: float, memory: int, threads: int, descriptors: int) -> None:
        self.cpu.append(cpu)
        self.memory.append(memory)
        self.threads, self.descriptors = threads, descriptors


def rank(process: ProcessState) -> tuple[int, int]:
    """The bot first, then what hangs on it, what the drill started, and the console's own."""
    roles = ("bot", "hidden", "child", "drill", "console")
    role = roles.index(process.role) if process.role in roles else len(roles)
    return role, process.pid


def alive_row(desk: Desk, process: ProcessState, load: Load | None, width: int, depth: int = 0) -> Line:
    """As many cells as fit, the weightiest first; `depth` below its parent in a tree."""
    bot = process.role == "bot"
    mark = " ● " if bot else " ? " if process.role == "hidden" else "   "
    left: Line = [
        *_beginning(process, mark, "good" if len(desk.state.bots) == 1 else "bad", depth=depth),
        (f"{load.cpu[-1]:>6.1f} %" if load else f"{'–':>8}", "text"),
        (f"{load.memory[-1] / MEGABYTE:>5.0f} MB" if load else f"{'–':>8}", "text"),
    ]
    extra: list[Part] = []
    told = signalled(desk, process)
    if told:
        extra.append((f"  {told}", "warn"))
    bars = load_bars(load.cpu) if load else ""
    sizes = size_bars(load.memory) if load else ""
    extra += [(f" {bars:<{HISTORY}}", "accent"), (f"  up {_uptime(desk, process)}", "dim")]
    if bot:
        healthy = process.healthy is not None
        extra.append(("  healthy ✓", "good") if healthy else ("  not healthy yet", "warn"))
        extra.append((f"  switch {process.switch}", SWITCH_STYLE.get(process.switch, "dim")))
        extra += _open(process)
    if load:
        extra += [
            (f"  {load.threads:>2} thr {load.descriptors:>3} fd", "dim"),
            (f"  memory {sizes:<{HISTORY}}", "accent"),
        ]
    return _fitted(left, extra, width)


def _open(process: ProcessState) -> list[Part]:
    """Which of its own files it has open, once that was looked at."""
    if not process.files:
        return []
    log, database = "log" in process.files, "database" in process.files
    return [
        ("  log ✓", "good") if log else ("  log ✗", "warn"),
        (" db ✓", "good") if database else (" db –", "dim"),
        (f" {len(process.sockets)} tcp", "dim"),
    ]


def dead_row(desk: Desk, process: ProcessState, width: int) -> Line:
    bot = process.role == "bot"
    style = "bad" if bot else "dim"
    left: Line = [*_beginning(process, " ✗ ", style, "dim"), ("  " + death(process), style)]
    when = ""
    if process.died is not None:
        when = f"{desk.time_of_day(process.died.t)}.{process.died.t // 1000 % 1000:03} "
    return spread(left, [(when, "dim")], width)


def detail_rows(desk: Desk, process: ProcessState, load: Load | None, width: int) -> list[Line]:
    """Further lines below the selected row."""
    known: list[Line] = [[data(process.argv)]]
    inner = f" (its world calls it {process.inner})" if process.inner else ""
    started = f"started {process.start} ticks after boot, up {_uptime(desk, process)}"
    load_words = f", {load.threads} threads, {load.descriptors} open files" if load else ""
    known.append([(f"pid {process.pid}{inner}, {started}{load_words}", "dim")])
    if process.role == "hidden":
        known.append([("another user's: its folder, files and environment cannot be seen", "warn")])
    more: Line = []
    for what, text in (
        ("open", ", ".join(process.files)),
        ("connected", ", ".join(process.sockets)),
        ("started again by", process.keeper),
    ):
        if text:
            more += [(f"{what}: ", "dim"), data(f"{text}   ")]
    if more:
        known.append(more)
    return [row for line in known for row in wrapped([("      ", "text"), *line], width - 1, 6)]


def signalled(desk: Desk, process: ProcessState) -> str:
    """What a person's signal does to it just now, counted."""
    known = desk.state.signalling
    if (known.pid, known.start) == (process.pid, process.start) and known.status:
        if known.status != "running":
            return f"{known.by} is about to {known.how} it"
        if known.signal == SIGTERM and known.since is not None:
            left = max(0, round(GRACE_S - desk.now().since(known.since)))
            return f"SIGTERM sent, SIGKILL in {left} s"
        return f"signal {known.signal} sent"
    return "FROZEN: C lets it run" if process.frozen and process.alive else ""


def _beginning(process: ProcessState, mark: str, style: str, name_style: str = "", *, depth: int = 0) -> Line:
    bot = process.role == "bot"
    name = f"{' ' * (2 * depth - 2)}└ {name_of(process)}" if depth else name_of(process)
    return [
        (mark, style),
        data(f"{name:<16.16}", name_style or ("strong" if bot else "text")),
        (f" gen {process.generation:<3}" if bot else f" {process.role:<7.7}", "text" if bot else "dim"),
        (f"{process.pid:>7}", "dim"),
    ]


def _uptime(desk: Desk, process: ProcessState) -> str:
    """Since its own start, however late it was found."""
    if process.born is None:
        return "–"
    return duration(desk.now().since(process.born) + process.age_s)


def _fitted(left: Line, extra: list[Part], width: int) -> Line:
    """The row with as many of its further cells as fit whole."""
    line = list(left)
    for part in extra:
        if width_of([*line, part]) > width:
            break
        line.append(part)
    return line
