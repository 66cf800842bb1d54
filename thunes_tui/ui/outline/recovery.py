"""The recovery stopwatch as lines: one for the list of processes, and a table with sources and errors."""

from __future__ import annotations

from thunes_tui.drill.facts import RecoveryState
from thunes_tui.drill.stopwatch import DEATH_S, chain, halves, parts_of
from thunes_tui.ui.desk import Desk
from thunes_tui.ui.outline.row import duration
from thunes_tui.ui.widgets.line import Line, data, width_of

WORDS, TIME = 20, 24


def recovery_line(desk: Desk, width: int) -> list[Line]:
    """How far the bot's return is, or how long it took; nothing before a bot has died."""
    known = desk.state.recovery
    if known.died is None or known.unwatched:
        return []
    if known.healthy is None:
        waits = "its healthy line" if known.pid is not None else "a new bot"
        line: Line = [(f" ◌ recovery {duration(desk.now().since(known.died))}, waits for {waits}", "warn")]
    else:
        line = [(f" ↻ recovered in {known.healthy:.1f} s", "good")]
    if halves(known):
        line.append((f"  {halves(known)}", "text"))
    told = chain(known)
    if told and width_of([*line, (f"   {told}", "dim")]) <= width:
        line.append((f"   {told}", "dim"))
    return [line]


def recovery_table(desk: Desk) -> list[Line]:
    """Each part with its source and its error."""
    known = desk.state.recovery
    if known.died is None:
        return []
    title: Line = [(" Recovery", "strong")]
    if known.unwatched:
        return [[], [*title, ("   the bot died while nobody was watching: nothing can be measured", "warn")]]
    lines: list[Line] = [[], [*title, (f"   {halves(known)}", "text")], _death(desk, known)]
    for part in parts_of(known):
        if part.seconds is None:
            lines.append([("   ◌ ", "dim"), (f"{part.words:<{WORDS}}{'not seen yet':<{TIME}}", "dim")])
            continue
        took = f"{part.seconds:8.3f} s ± {part.error_s:g}"
        lines.append(
            [("   ✓ ", "good"), (f"{part.words:<{WORDS}}{took:<{TIME}}", "text"), (part.source, "dim")]
        )
    return lines


def _death(desk: Desk, known: RecoveryState) -> Line:
    assert known.died is not None
    at = f"{desk.time_of_day(known.died.t)}.{known.died.t // 1000 % 1000:03} ± {DEATH_S:g}"
    return [
        ("   ✗ ", "bad"),
        (f"{'death':<{WORDS}}", "text"),
        data(f"{at:<{TIME}}"),
        ("its descriptor", "dim"),
    ]
