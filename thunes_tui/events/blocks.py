"""What is done to a step's block before it runs; the document itself stays as it is."""

from __future__ import annotations

from thunes_tui.events.base import Event, event


@event("step.filled")
class StepFilled(Event):
    """The placeholders of the step's block have their values: the document asks for that."""

    step: str
    values: tuple[tuple[str, str], ...]
    """Placeholder and value, in the order of the text; equal where it is meant as it stands."""
    text: str
    """The block with the values, which is what runs."""
    reason: str = ""
    """Why one or more of them are meant as they stand."""


@event("step.edited")
class StepEdited(Event):
    """The step is to run another text than its block; one equal to the block takes it back."""

    step: str
    text: str
    changes: str = ""
    """`-w +w`: the words that went and came; empty where it is the block's own text again."""
