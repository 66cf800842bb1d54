"""What is asked of a step: fill it in, edit it, run it, confirm it, say that it is done, leave it out."""

from __future__ import annotations

from thunes_tui.intent import Intent, intent


@intent("step_fill")
class FillStep(Intent):
    """A value for each placeholder of a step's block, in order. One that is to stay as it stands is given
    itself, and wants the reason."""

    step: str
    values: tuple[str, ...] = ()
    reason: str = ""


@intent("step_edit")
class EditStep(Intent):
    """Another text to run in place of a step's block; the block's own takes it back."""

    step: str
    text: str


@intent("step")
class RunStep(Intent):
    """Run a step's block, or mark a step without one as begun. `sha256` is of the text that was shown."""

    step: str
    sha256: str = ""
    again: bool = False


@intent("step_confirm")
class ConfirmStep(Intent):
    """The typed name of the target, for a step that is held."""

    step: str
    typed: str
    exact: bool = False
    """Signal the bot alone, by its identity, instead of running the block."""


@intent("step_finish")
class FinishStep(Intent):
    """A step done by hand is done."""

    step: str


@intent("step_skip")
class SkipStep(Intent):
    """Leave a step out."""

    step: str
    reason: str
