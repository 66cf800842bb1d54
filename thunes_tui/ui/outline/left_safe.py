"""How the box was left, as lines: for its own screen and for the summary."""

from __future__ import annotations

from thunes_tui.drill.left_safe import ROWS
from thunes_tui.drill.model import DrillState
from thunes_tui.ui.outline.row import VERDICT_STYLE, glyph
from thunes_tui.ui.widgets.line import Line, data, wrapped

NAME = max(len(name) for name in ROWS) + 2
WORD = 9


def lines_of(state: DrillState, width: int) -> list[Line]:
    """A row each: verdict as a sign and a word, what was found, and where that is from."""
    lines: list[Line] = []
    for name, verdict, found, evidence in state.stops.left_safe.rows:
        head: Line = [("  ", "text"), glyph(verdict), data(f" {name:<{NAME}}", "text")]
        head += [data(f"{verdict:<{WORD}}", VERDICT_STYLE.get(verdict, "warn")), data(found)]
        lines += wrapped(head, width, 4 + NAME + WORD)
        if evidence and verdict != "PASS":
            lines += wrapped(
                [(" " * (4 + NAME + WORD), "text"), data(evidence, "dim")], width, 4 + NAME + WORD
            )
    return lines


def heading(state: DrillState) -> Line:
    """The worst of it in a word, or that somebody is looking."""
    seen = state.stops.left_safe
    title: Line = [("Left safe  ", "strong")]
    if seen.asking:
        return [*title, ("being looked at", "accent")]
    if not seen.rows:
        return [*title, ("nobody has looked", "warn")]
    said = {"PASS": "yes", "FAIL": "no", "UNKNOWN": "not known"}.get(seen.verdict, seen.verdict)
    bad = [name for name, verdict, _, _ in seen.rows if verdict == seen.verdict and verdict != "PASS"]
    return [*title, data(said, VERDICT_STYLE.get(seen.verdict, "warn")), data(f"  {', '.join(bad)}", "dim")]
