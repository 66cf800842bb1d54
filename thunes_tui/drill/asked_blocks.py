"""Decisions about a step's block before it runs: its placeholders are filled in, its text is edited.

The document stays as it is. Values are what it asked for and no deviation; an edited text is one as it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import intents
from thunes_tui.drill.asked_steps import running_step_of
from thunes_tui.drill.deviations import CLIP, difference
from thunes_tui.drill.draft import Draft, Refusal, short
from thunes_tui.drill.step_state import ACTIVE, StepState, open_in, waits_for
from thunes_tui.drill.transitions import STEP, check_running
from thunes_tui.events import blocks
from thunes_tui.runbook.model import Step
from thunes_tui.runbook.placeholders import filled, placeholders, unfit

MOST = 32_768
"""Characters of an edited text: it has to fit one record."""
HIDDEN = "[redacted:"
"""Stands in what a client sends for a secret that the server took out before it came here."""
WHITE_SPACE = "its white space"
BY_NAME_ONLY = "holds a secret, which is never kept: set a variable in the shell, and use its name, as $NAME"


def before_it_runs(draft: Draft, item: str) -> tuple[Step, StepState]:
    """A step with a block that is not under way, also on hold: nothing begins by it."""
    check_running(draft.state)
    step, _test = running_step_of(draft, item)
    known = draft.state.steps[step.id]
    if known.status in ACTIVE:
        raise Refusal(STEP["run"][known.status].format(short(step.id)))
    if not step.command:
        raise Refusal(f"step {short(step.id)} has no block: it is done by hand")
    return step, known


def fill_step(draft: Draft, intent: intents.FillStep) -> None:
    step, _known = before_it_runs(draft, intent.step)
    places = placeholders(step.command)
    if not places:
        raise Refusal(f"nothing in step {short(step.id)} waits to be filled in")
    if len(intent.values) != len(places):
        raise Refusal(f"step {short(step.id)} has {len(places)} placeholders, and each wants one value")
    for place, value in zip(places, intent.values, strict=True):
        why = BY_NAME_ONLY if HIDDEN in value and value != place.text else unfit(place, value)
        if why:
            raise Refusal(f"{place.text} {why}")
    kept = [p.text for p, value in zip(places, intent.values, strict=True) if value == p.text]
    if kept and not intent.reason.strip():
        raise Refusal(f"{kept[0]} is to run as it stands: that needs a reason")
    values = tuple((p.text, value) for p, value in zip(places, intent.values, strict=True))
    reason = intent.reason.strip() if kept else ""
    draft.emit(blocks.StepFilled(step.id, values, filled(step.command, intent.values), reason))


def edit_step(draft: Draft, intent: intents.EditStep) -> None:
    """Its words are compared with the block as it would run otherwise; no word of difference is none."""
    step, known = before_it_runs(draft, intent.step)
    why = waits_for(step, known)
    if why:
        raise Refusal(f"{why}: fill it in first")
    text = intent.text.replace("\r\n", "\n")
    own = known.filled or step.command
    if not text.strip():
        raise Refusal("an empty block runs nothing: skip the step instead")
    if len(text) > MOST:
        raise Refusal(f"a block of {len(text)} characters is too long")
    if HIDDEN in text and HIDDEN not in own:
        raise Refusal(f"the text {BY_NAME_ONLY}")
    if text == own and not known.edited:
        raise Refusal("nothing was changed")
    left = open_in(text, known)
    if left:
        raise Refusal(f"{left[0].text} is a placeholder: put what is meant in its place")
    changes = difference(own, text)[:CLIP] or WHITE_SPACE
    draft.emit(blocks.StepEdited(step.id, text, changes if text != own else ""))


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    intents.FillStep: fill_step,
    intents.EditStep: edit_step,
}
