"""A row of the checklist, and the glyphs and words that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from thunes_tui.clock import Moment
from thunes_tui.drill.stops import Stops
from thunes_tui.ui.widgets.line import Line, Part

INDENT = 2
UNSTOPPED = Stops()

VERDICT_STYLE = {
    "PASS": "good",
    "FAIL": "bad",
    "NOT VERIFIED": "warn",
    "VACUOUS": "dim",
    "ABORTED": "bad",
    "SKIPPED": "dim",
    "UNKNOWN": "warn",
    "WARN": "warn",
    "": "dim",
}
VERDICT_GLYPH = {
    "PASS": "✓",
    "FAIL": "✗",
    "NOT VERIFIED": "?",
    "VACUOUS": "○",
    "ABORTED": "✗",
    "SKIPPED": "–",
    "UNKNOWN": "?",
    "WARN": "!",
    "": "·",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the checklist, or one of its further lines."""

    id: str = ""
    """What it stands for: `preflight`, `section 3`, `prerequisite 2`, `T2`, `T2.S3`, `T2.C1`; empty when it
    cannot be selected."""
    left: Line = field(default_factory=list)
    right: Line = field(default_factory=list)
    wrap: int = -1
    """Indent of the lines that it is broken into when it is too long; -1 for cutting it instead."""


def indent(depth: int) -> Part:
    return (" " * (1 + INDENT * depth), "text")


def glyph(verdict: str) -> Part:
    """A verdict's sign in its colour."""
    return (VERDICT_GLYPH.get(verdict, "?"), VERDICT_STYLE.get(verdict, "warn"))


def heading(text: str, right: Line | None = None) -> Row:
    """A title within the list; it cannot be selected."""
    return Row(left=[(" ", "text"), (text, "dim")], right=right or [])


def text(depth: int, *parts: Part) -> Row:
    """A further line that belongs to the row above, broken where it is too long."""
    return Row(left=[indent(depth), *parts], wrap=1 + INDENT * depth)


def duration(seconds: float) -> str:
    """`03:02`, or `1:03:02` from an hour on."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes:02}:{whole % 60:02}"


def lasted(started: Moment | None, ended: Moment | None, now: Moment, stops: Stops = UNSTOPPED) -> str:
    """How long something took, or has taken so far, without the pauses; empty before it began."""
    if started is None:
        return ""
    return duration(stops.lasted(started, ended or now))


def planned(minutes: float) -> str:
    return f"{minutes:g} min" if minutes else ""
