"""What is known of one step, and what will run when it runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from thunes_tui.clock import Moment
from thunes_tui.runbook.flags import flags_of
from thunes_tui.runbook.model import Step
from thunes_tui.runbook.placeholders import Placeholder, placeholders

StepStatus = Literal["pending", "requested", "held", "running", "done", "unknown", "skipped", "aborted"]
FINAL: tuple[StepStatus, ...] = ("done", "unknown", "skipped", "aborted")
"""Nothing more comes of a step in one of these, unless a person attempts it again."""
ACTIVE: tuple[StepStatus, ...] = ("requested", "held", "running")


@dataclass(frozen=True, slots=True)
class StepState:
    """One step's latest attempt."""

    id: str
    status: StepStatus = "pending"
    attempt: int = 0
    """Counts on when its test is attempted again: no two attempts of a drill have one name."""
    requested: Moment | None = None
    started: Moment | None = None
    ended: Moment | None = None
    exit: int | None = None
    by_hand: bool = False
    exact: int = 0
    """Pid of the process that is signalled in place of its block; 0 where the block runs."""
    output: int = 0
    """Where its output begins in the shell's stream of masked bytes."""
    reason: str = ""
    """Why it was skipped, aborted or is unknown."""
    confirm: str = ""
    """What a person must type while it is held."""
    victims: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    """Placeholder and value, in the order of its block; equal where it is meant as it stands."""
    filled: str = ""
    """Its block with these values; empty while none were given."""
    edited: str = ""
    """The text that a person put in place of it; empty for none."""
    changes: str = ""
    """`-w +w`: how that differs."""
    differences: tuple[str, ...] = ()
    jobs: int = 0

    def anew(self, status: StepStatus, attempt: int) -> StepState:
        """Another attempt, of which nothing is known yet but the text that a person gave it."""
        given = StepState(self.id, status, attempt)
        return replace(
            given, values=self.values, filled=self.filled, edited=self.edited, changes=self.changes
        )


def digest(text: str) -> str:
    """Of the text that will run, to compare with what was shown."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def text_of(step: Step, known: StepState) -> str:
    """What runs: the document's block, with its values, or what a person put in its place."""
    return known.edited or known.filled or step.command


def flags(step: Step, known: StepState) -> tuple[str, ...]:
    """The classes of what runs."""
    text = text_of(step, known)
    return step.flags if text == step.command else flags_of(text)


def open_in(text: str, known: StepState) -> tuple[Placeholder, ...]:
    """What of a text still waits for a value; what is meant as it stands does not."""
    meant = {name for name, value in known.values if name == value}
    return tuple(place for place in placeholders(text) if place.text not in meant)


def waits_for(step: Step, known: StepState) -> str:
    """Why the step cannot run yet, in words; empty when all of it is filled in."""
    names = list(dict.fromkeys(place.text for place in open_in(text_of(step, known), known)))
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more} in its block waits to be filled in"
