"""The checklist's rows of a step before it runs: its class, what its text would touch, and its text."""

from __future__ import annotations

from thunes_tui.drill.step_state import StepState, flags, text_of
from thunes_tui.runbook.hidden import hides_text
from thunes_tui.runbook.model import Step
from thunes_tui.runbook.reach import in_words
from thunes_tui.ui.outline.row import Row, text
from thunes_tui.ui.widgets.line import Part, data

CLASSES = {
    "interactive": "takes the terminal",
    "never-ending": "runs until you end it",
    "background": "goes on in the background",
    "destructive": "destructive",
    "privileged": "with another user's rights",
    "network": "network",
    "changes-directory": "changes the directory",
    "changes-environment": "changes the environment",
    "shared-tmp": "shared /tmp",
    "placeholder": "unfilled placeholder",
    "hidden-text": "hidden characters",
}
RISKS = frozenset({"destructive", "privileged", "placeholder", "hidden-text", "interactive", "never-ending"})
"""Classes of a step that stand out."""
MOST_LINES = 40


def rows_of(step: Step, known: StepState) -> list[Row]:
    """Class and reach, each a row; nothing for a step done by hand."""
    block = text_of(step, known)
    rows = []
    classes = flags(step, known)
    if classes:
        words: list[Part] = []
        for flag in classes:
            style = "warn" if flag in RISKS else "text"
            words += [(" · " if words else "", "dim"), (CLASSES.get(flag, flag), style)]
        rows.append(text(3, *words))
    touched = in_words(block) if block else ()
    if touched:
        rows.append(text(3, ("it ", "dim"), data("; ".join(touched))))
    return rows


def block_rows(step: Step, known: StepState) -> list[Row]:
    """The text that would run, line by line; a line that is not what it looks like is marked."""
    lines = text_of(step, known).rstrip("\n").split("\n")
    rows = []
    for line in lines[:MOST_LINES]:
        hides = hides_text(line)
        rows.append(text(3, ("⚠ " if hides else "", "bad"), data(line, "bad" if hides else "accent")))
    if len(lines) > MOST_LINES:
        rows.append(text(3, (f"… {len(lines) - MOST_LINES} more lines", "dim")))
    return rows
