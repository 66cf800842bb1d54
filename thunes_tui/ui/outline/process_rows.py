"""The rows of the processes pane: one a process, and all that is known of the selected one."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from thunes_tui.drill.asked_signals import SIGTERM
from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.seen_signals import GRACE_S
from thunes_tui.drill.switch import why_unknown
from thunes_tui.text import counted
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.outline.process import death, done_how, load_bars, name_of, size_bars
from thunes_tui.ui.outline.row import duration
from thunes_tui.ui.widgets.line import Line, data, spread, width_of, wrapped

HISTORY = 8
"""Samples of a sparkline."""
SWITCH_STYLE = {"ON": "warn", "OFF": "good", "UNKNOWN": "dim"}
MEGABYTE = 1_048_576
WIDE = 100
"""Cells in which a dead one's row has room for whole words."""
QUIET_EVERY = 20
"""The console's own are shown every twenty seconds: what moves by itself takes the eye and the line."""
MINUTE_S = 60
MARKS = {"bot": " ● ", "hidden": " ? "}


@dataclass(slots=True)
class Load:
    """What the last samples said of one process."""

    every: int = 1
    """So many samples are shown as one."""
    cpu: deque[float] = field(default_factory=lambda: deque(maxlen=HISTORY))
    memory: deque[int] = field(default_factory=lambda: deque(maxlen=HISTORY))
    threads: int = 0
    descriptors: int = 0
    gathered: list[float] = field(default_factory=list)

    def add(self, cpu: float, memory: int, threads: int, descriptors: int) -> None:
        """The first is shown at once."""
        self.gathered.append(cpu)
        if self.cpu and len(self.gathered) < self.every:
            return
        self.cpu.append(sum(self.gathered) / len(self.gathered))
        self.gathered.clear()
        self.memory.append(memory)
        self.threads, self.descriptors = threads, descriptors


def rank(process: ProcessState) -> tuple[int, int]:
    """The bot first, then what hangs on it, what the drill started, and the console's own."""
    roles = ("bot", "hidden", "child", "drill", "console")
    role = roles.index(process.role) if process.role in roles else len(roles)
    return role, process.pid


def is_quiet(process: ProcessState) -> bool:
    """Nobody waits for its seconds: it is neither the bot, nor of the bot."""
    return process.role in ("drill", "console")


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that a row says."""

    need: int
    """The higher, the longer it stays where room is short."""
    parts: Line
    short: Line = field(default_factory=list)
    """In place of `parts` before it is left out."""


def alive_row(desk: Desk, process: ProcessState, load: Load | None, width: int, depth: int = 0) -> Line:
    """As many cells as fit, the weightiest first; `depth` below its parent in a tree."""
    bot = process.role == "bot"
    mark = " ■ " if process.frozen else MARKS.get(process.role, "   ")
    style = "good" if len(desk.state.bots) == 1 and not process.frozen else "bad"
    told = signalled(desk, process)
    inner: Line = [(f"  {process.inner} in its world", "dim")] if process.inner else []
    brief: Line = [(f"  ({process.inner})", "dim")] if process.inner else []
    cells = [
        Cell(20, _beginning(process, mark, style, depth=depth)),
        *_load(load),
        Cell(7, [(f"  up {_uptime(desk, process, in_brief=is_quiet(process)):<7}", "dim")]),
        *_more_load(load),
        Cell(11, inner, brief),
        Cell(15, [(f"  {told}", "bad" if process.frozen else "warn")] if told else []),
    ]
    if bot:
        why = why_unknown(desk.state, process)
        need = 10 if len(desk.state.bots) > 1 else 1
        cells += [*_health(process), Cell(need, [(f"  {why}", "warn")] if why else [])]
    return _fitted(cells, width)


def _load(load: Load | None) -> list[Cell]:
    if load is None:
        return [Cell(9, [(f"{'–':>8}", "text")]), Cell(8, [(f"{'–':>8}", "text")])]
    return [
        Cell(9, [(f"{load.cpu[-1]:>6.1f} %", "text")]),
        Cell(8, [(f"{load.memory[-1] / MEGABYTE:>5.0f} MB", "text")]),
        Cell(5, [(f" {load_bars(load.cpu):<{HISTORY}}", "accent")]),
    ]


def _more_load(load: Load | None) -> list[Cell]:
    if load is None:
        return []
    return [
        Cell(4, [(f"  {load.threads:>2} thr {load.descriptors:>3} fd", "dim")]),
        Cell(3, [("  memory ", "dim"), (f"{size_bars(load.memory):<{HISTORY}}", "accent")]),
    ]


def _health(process: ProcessState) -> list[Cell]:
    """What a bot has said of itself, and which of its own files it has open, once that was looked at."""
    healthy = process.healthy is not None
    said = Cell(12, [("  healthy ✓", "good") if healthy else ("  not healthy yet", "warn")])
    style = SWITCH_STYLE.get(process.switch, "dim")
    switch = Cell(14, [(f"  switch {process.switch}", style)])
    if not process.files:
        return [said, switch]
    log, database = "log" in process.files, "database" in process.files
    opened: Line = [
        ("  log ✓", "good") if log else ("  log ✗", "warn"),
        (" db ✓", "good") if database else (" db –", "dim"),
    ]
    return [said, switch, Cell(6, opened), Cell(2, [(f" {len(process.sockets)} tcp", "dim")])]


def dead_row(desk: Desk, process: ProcessState, width: int) -> Line:
    bot = process.role == "bot"
    style = "bad" if bot else "dim"
    left: Line = [*_beginning(process, " ✗ ", style, "dim"), ("  " + death(process), style)]
    if process.inner:
        words = f"{process.inner} in its world" if width >= WIDE else f"({process.inner})"
        left.append((f"  {words}", "dim"))
    when = ""
    if process.died is not None:
        when = f"{desk.time_of_day(process.died.t)}.{process.died.t // 1000 % 1000:03} "
    return spread(left, [(when, "dim")], width)


def detail_rows(desk: Desk, process: ProcessState, load: Load | None, width: int) -> list[Line]:
    """Further lines below the selected row."""
    known: list[Line] = [[data(process.argv)]]
    inner = f" (its world calls it {process.inner})" if process.inner else ""
    started = f"started {counted(process.start, 'tick')} after boot, up {_uptime(desk, process)}"
    has = [counted(load.threads, "thread"), counted(load.descriptors, "descriptor")] if load else []
    known.append([(", ".join([f"pid {process.pid}{inner}", started, *has]), "dim")])
    why = why_unknown(desk.state, process)
    if why:
        known.append([("kill switch UNKNOWN: ", "warn"), (why, "warn")])
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
            return f"{known.by} is about to {done_how(known)} it"
        if known.signal == SIGTERM and known.since is not None:
            left = max(0, round(GRACE_S - desk.now().since(known.since)))
            return f"SIGTERM sent, SIGKILL in {left} s"
        return f"signal {known.signal} sent"
    return "■ FROZEN: C lets it run" if process.frozen and process.alive else ""


def _beginning(process: ProcessState, mark: str, style: str, name_style: str = "", *, depth: int = 0) -> Line:
    bot = process.role == "bot"
    name = f"{' ' * (2 * depth - 2)}└ {name_of(process)}" if depth else name_of(process)
    return [
        (mark, style),
        data(f"{name:<16.16}", name_style or ("strong" if bot else "text")),
        (f" gen {process.generation:<3}" if bot else f" {process.role:<7.7}", "text" if bot else "dim"),
        (f"{process.pid:>7}", "dim"),
    ]


def _uptime(desk: Desk, process: ProcessState, *, in_brief: bool = False) -> str:
    """Since its own start, however late it was found; in brief without the seconds."""
    if process.born is None:
        return "–"
    seconds = desk.now().since(process.born) + process.age_s
    if not in_brief:
        return duration(seconds)
    hours, minutes = divmod(int(seconds) // MINUTE_S, MINUTE_S)
    return f"{hours} h {minutes:02}" if hours else f"{minutes} min" if minutes else "<1 min"


def _fitted(cells: list[Cell], width: int) -> Line:
    """In their order, as many as fit: shortened first, then left out, the least needed first."""
    shown = {place: cell.parts for place, cell in enumerate(cells)}
    order = sorted(shown, key=lambda place: cells[place].need)
    less = [(place, cells[place].short) for place in order if cells[place].short]
    for place, parts in [*less, *((place, []) for place in order)]:
        if sum(width_of(each) for each in shown.values()) <= width:
            break
        shown[place] = parts
    return [part for parts in shown.values() for part in parts]
