"""The status line: where the drill stands, whether it is recorded, who has the keys, and whether it is safe.

Each cell has a long and a short form. What does not fit is shortened first and left out last, the least
needed first, so that a narrow terminal still says what a wide one says.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from thunes_tui.clock import Moment
from thunes_tui.drill.deviations import unexplained
from thunes_tui.drill.emergency_catalogue import PROCEDURES
from thunes_tui.drill.model import PHASES, DrillState, PhaseState
from thunes_tui.drill.switch import why_unknown_briefly
from thunes_tui.drill.timeline import pace
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.widgets.line import Line, data, spread, width_of
from thunes_tui.ui.widgets.rows import Rows

GAP = 2
NARROW = 72


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing the status line says."""

    need: int
    """The higher, the longer it stays."""
    long: Line
    short: Line
    right: bool = False


class StatusLine(Rows):
    """One row at the top."""

    OVER = "bar"
    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "status")
        self._journal = Path(desk.hello.folder) / "journal.jsonl" if desk.hello.folder else None

    def lines(self, width: int, height: int) -> list[Line]:
        if height < 1:
            return []
        return [fitted(cells(self.desk, self.recorded()), width)]

    def recorded(self) -> int:
        """Bytes of the journal so far; 0 when it cannot be seen from here."""
        try:
            return self._journal.stat().st_size if self._journal is not None else 0
        except OSError:
            return 0


def fitted(all_cells: list[Cell], width: int) -> Line:
    """As many cells as fit, the most needed ones in their long form."""
    shown = list(all_cells)
    forms = {id(cell): cell.long for cell in shown}
    by_need = sorted(shown, key=lambda cell: cell.need)
    for cell in by_need:
        if _width(shown, forms) <= width:
            break
        forms[id(cell)] = cell.short
    for cell in by_need:
        if _width(shown, forms) <= width:
            break
        shown.remove(cell)
    left = _row([forms[id(cell)] for cell in shown if not cell.right])
    right = _row([forms[id(cell)] for cell in shown if cell.right])
    return spread([(" ", "text"), *left], [*right, (" ", "text")], width)


def _width(shown: list[Cell], forms: dict[int, Line]) -> int:
    return 2 + sum(width_of(forms[id(cell)]) + GAP for cell in shown if forms[id(cell)])


def _row(parts: list[Line]) -> Line:
    row: Line = []
    for part in parts:
        if part:
            row += [(" " * GAP, "text"), *part] if row else part
    return row


def cells(desk: Desk, recorded: int) -> list[Cell]:
    """Everything there is to say, in the order of the screen."""
    state, now = desk.state, desk.now()
    time = desk.time_of_day(now.t)
    zone = "local" if desk.local else "UTC"
    return [
        Cell(2, [data(state.project or "THUNES", "strong")], []),
        _venue(state),
        *_stopped(state),
        *_hold(state),
        *_emergency(state),
        *_bots(state),
        *_troubles(state),
        *_asked_why(desk),
        Cell(8, *_elapsed(state, now)),
        Cell(3, [(pace(state, now), "dim")] if state.stamps and state.mode != "watch" else [], []),
        Cell(7, *_place(state)),
        Cell(6, *_switch(state)),
        Cell(1, [(time, "text"), (f" {zone}", "dim")], [], right=True),
        Cell(9, *_recording(desk, recorded), right=True),
        Cell(4, *_people(desk), right=True),
    ]


def _venue(state: DrillState) -> Cell:
    where = "SANDBOX " if state.sandbox else ""
    if state.proven:
        return Cell(10, [(f"{where}TESTNET ✓proven", "testnet")], [("TESTNET", "testnet")])
    return Cell(10, [(" NOT PROVEN testnet ", "not_proven")], [(" NOT PROVEN ", "not_proven")])


def _stopped(state: DrillState) -> list[Cell]:
    """An abort or a pause, as a word."""
    abort, pause = state.stops.abort, state.stops.pause
    if abort.status and state.ending is None:
        word = " ABORTED " if abort.confirmed else " ABORT? "
        return [Cell(10, [(word, "not_recording"), data(f" {abort.by}", "warn")], [(word, "not_recording")])]
    if pause is None or state.ending is not None:
        return []
    long: Line = [(" PAUSED ", "shell"), data(f" {pause.by}: {pause.reason}", "warn")]
    return [Cell(9, long, [(" PAUSED ", "shell")])]


def _asked_why(desk: Desk) -> list[Cell]:
    """Deviations that were sensed want their reason, now or later; only who drives is asked."""
    count = len(unexplained(desk.state)) if desk.role == "driver" and desk.state.ending is None else 0
    if not count:
        return []
    words = f"{count} deviation{'s' if count > 1 else ''}: D says why"
    return [Cell(4, [(words, "warn")], [(f"{count} why: D", "warn")])]


def _emergency(state: DrillState) -> list[Cell]:
    """The gravest that nobody has closed, as a word, and that there are more."""
    active = state.emergencies.active
    if not active or state.ending is not None:
        return []
    word = f" {PROCEDURES[active[0].kind].name.upper()} "
    style = "not_recording" if active[0].severity == "critical" else "shell"
    more = f" +{len(active) - 1}" if len(active) > 1 else ""
    return [Cell(9, [(word, style), (f"{more} & opens it", "warn")], [(word, style), (f"{more} &", "warn")])]


def _hold(state: DrillState) -> list[Cell]:
    if not state.hold:
        return []
    long: Line = [(" HOLD ", "shell"), data(f" {state.held_by}: {state.hold}", "warn")]
    return [Cell(9, long, [(" HOLD ", "shell")])]


def _bots(state: DrillState) -> list[Cell]:
    """Two at once, and one that stands still, whoever stopped it."""
    bots = state.bots
    if len(bots) > 1:
        return [Cell(8, [data(f"✗ {len(bots)} bots", "bad")], [data(f"✗ {len(bots)} bots", "bad")])]
    if not bots or not bots[0].frozen:
        return []
    return [Cell(8, [("■ bot FROZEN", "bad")], [("■ FROZEN", "bad")])]


def _troubles(state: DrillState) -> list[Cell]:
    """What failed and has not come back; the checklist says why."""
    failed = [name for name in state.failures if name != "journal"]  # that one is NOT RECORDING
    if not failed:
        return []
    count = len(failed)
    words = f"! {failed[0]} failed" if count == 1 else f"! {failed[0]} and {count - 1} more failed"
    return [Cell(5, [data(words, "bad")], [(f"! {count} failed", "bad")])]


def _elapsed(state: DrillState, now: Moment) -> tuple[Line, Line]:
    begun = state.stamps[0].at if state.stamps else state.opened
    if begun is None:
        return [], []
    seconds = state.stops.lasted(begun, state.ending.at if state.ending is not None else now)
    hours, rest = divmod(int(seconds), 3600)
    long = f"T+{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return [(long, "strong")], [(long[:7], "strong")]


def _place(state: DrillState) -> tuple[Line, Line]:
    if state.mode == "watch":
        return [("watching", "accent")], [("watching", "accent")]
    if state.ending is not None:
        style = "good" if state.ending.decision == "GO" else "bad"
        return [data(f"ended: {state.ending.decision}", style)], [data(state.ending.decision, style)]
    test = state.running_test
    if test is None:
        phase = next((p for p in reversed(PHASES) if state.phases.get(p, PhaseState()).started), "")
        words = {"preflight": "pre-flight", "tests": "between tests", "": "not begun"}
        word = words.get(phase, phase)
        return [(word, "accent")], [(word, "accent")]
    begun = sum(state.steps[s.id].status not in ("pending", "requested", "held") for s in test.steps)
    text = f"Test {test.number}/{len(state.plan)} step {max(begun, 1)}/{len(test.steps)}"
    return [(text, "accent")], [(text, "accent")]


def _switch(state: DrillState) -> tuple[Line, Line]:
    """Per process ON or OFF only as it said itself, and what the audit trail says beside it."""
    bots, audit = state.bots, state.switch.audit
    on, off = (sum(bot.switch == word for bot in bots) for word in ("ON", "OFF"))
    word, count = ("ON", on) if on else ("OFF", off) if off else ("UNKNOWN", len(bots))
    differs = (on and off) or (word != "UNKNOWN" and audit not in ("UNKNOWN", word))
    style = "bad" if differs else {"ON": "warn", "OFF": "good"}.get(word, "dim")
    tally = f" in {count} of {len(bots)}" if bots else ""
    why = why_unknown_briefly(state) if word == "UNKNOWN" else ""
    long: Line = [
        ("kill switch ", "dim"),
        (word + tally, style),
        *([(f" ({why})", "warn")] if why else []),
        (f" audit {audit}", "bad" if differs else "dim"),
    ]
    brief = f"{word} {count}/{len(bots)}" if bots else word
    return long, [("switch ", "dim"), (brief, style)]


def _recording(desk: Desk, recorded: int) -> tuple[Line, Line]:
    if not desk.connected:
        gone = f" server gone {desk.time_of_day(desk.now().t)} "
        return [(gone, "not_recording")], [(" GONE ", "not_recording")]
    if desk.role == "replay":
        return [(" REPLAY ", "replay")], [(" REPLAY ", "replay")]
    if not desk.hello.recording or "journal" in desk.state.failures:
        return [(" NOT RECORDING ", "not_recording")], [(" NOT REC ", "not_recording")]
    size = f" {recorded / 1_000_000:.1f} MB" if recorded else f" #{desk.state.head}"
    return [("● REC", "recording"), (size, "dim")], [("● REC", "recording")]


def _people(desk: Desk) -> tuple[Line, Line]:
    """Names are declared, not proven."""
    here = [client for client in desk.state.clients.values() if client.connected]
    driver = next((client.name for client in here if client.role == "driver"), "nobody")
    others = [client.name for client in here if client.role != "driver"]
    asking = [client.name for client in here if client.asks_keys]
    long: Line = [("keys ", "dim"), data(driver, "text")]
    if others:
        long += [(" · witness ", "dim"), data(", ".join(others), "text")]
    if asking:
        long += [data(f" · {', '.join(asking)} asks for the keys: w", "warn")]
    return long, [data("/".join([driver, *others]), "text")]
