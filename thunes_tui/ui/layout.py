"""Where each pane stands: a pure function of the screen's size and of what the person looks at.

The largest layout whose width and height both fit is used. Below the smallest there is one line of state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Name = Literal["five", "four", "two", "one", "line"]
SIZES: tuple[tuple[Name, int, int], ...] = (
    ("five", 160, 40),
    ("four", 100, 30),
    ("two", 80, 24),
    ("one", 60, 15),
    ("line", 0, 0),
)
"""Layout, least columns, least rows; the largest first."""
SHELL_ROWS = 25
"""The shell's 24 rows and its heading."""


@dataclass(frozen=True, slots=True)
class Box:
    """Cells of the field that a pane fills."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the person looks at; the places follow from it and from the size."""

    focus: str = "checklist"
    zoomed: bool = False
    stream: str = "log"
    """Which of log and audit stands where there is room for one."""
    second: str = "control"
    """Which pane stands below the checklist where there is room for two."""

    def at(self, pane: str) -> Look:
        """The same with the focus on another pane, which is visible then."""
        stream = pane if pane in ("log", "audit") else self.stream
        second = pane if pane != "checklist" else self.second
        return Look(pane, self.zoomed, stream, second)


@dataclass(frozen=True, slots=True)
class Plan:
    """The outcome: which layout, the rows of the frame around the field, and each visible pane's box."""

    name: Name
    tabs: bool
    footer_rows: int
    boxes: dict[str, Box] = field(default_factory=dict)
    ruled: frozenset[str] = frozenset()
    """Panes with a rule along their left side."""


def name_for(width: int, height: int) -> Name:
    """The largest layout that fits a screen."""
    return next(name for name, columns, rows in SIZES if width >= columns and height >= rows)


def plan(width: int, height: int, look: Look, extra_rows: int = 0) -> Plan:
    """Places on a screen of this size; `extra_rows` are taken by a replay's bar."""
    name = name_for(width, height)
    if name == "line":
        return Plan(name, tabs=False, footer_rows=0)
    tabs = look.zoomed or name in ("four", "two")
    footer_rows = 2 if name in ("five", "four") else 1
    rows = height - 1 - int(tabs) - footer_rows - extra_rows
    if look.zoomed or name == "one":
        return Plan(name, tabs, footer_rows, {look.focus: Box(0, 0, width, rows)})
    if name == "five":
        return _five(width, rows, footer_rows)
    if name == "four":
        return _four(width, rows, footer_rows, look)
    upper = rows * 3 // 7
    boxes = {"checklist": Box(0, 0, width, upper), look.second: Box(0, upper, width, rows - upper)}
    return Plan(name, tabs, footer_rows, boxes)


def _five(width: int, rows: int, footer_rows: int) -> Plan:
    left = min(max(47, width * 3 // 10), 66)
    log = (width - left) // 2
    control = SHELL_ROWS if rows >= SHELL_ROWS + 20 else rows // 2
    processes = min(max(5, rows // 7), 9)
    boxes = {
        "checklist": Box(0, 0, left, rows - processes),
        "control": Box(left, 0, width - left, control),
        "log": Box(left, control, log, rows - control - processes),
        "audit": Box(left + log, control, width - left - log, rows - control),
        "processes": Box(0, rows - processes, left + log, processes),
    }
    return Plan(
        "five", tabs=False, footer_rows=footer_rows, boxes=boxes, ruled=frozenset({"control", "log", "audit"})
    )


def _four(width: int, rows: int, footer_rows: int, look: Look) -> Plan:
    left = width * 2 // 5
    processes = 4
    upper = rows - processes
    control = upper * 3 // 5
    boxes = {
        "checklist": Box(0, 0, left, upper),
        "control": Box(left, 0, width - left, control),
        look.stream: Box(left, control, width - left, upper - control),
        "processes": Box(0, upper, width, processes),
    }
    ruled = frozenset({"control", look.stream})
    return Plan("four", tabs=True, footer_rows=footer_rows, boxes=boxes, ruled=ruled)
