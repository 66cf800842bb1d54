"""Deviations that the console senses by itself: other commands than the runbook's, and time over its plan.

Each is one event with its cause in words; a person is asked why, and may leave that for later.
"""

from __future__ import annotations

import difflib
import re

from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.emergencies import BESIDE
from thunes_tui.drill.model import DrillState, Remark
from thunes_tui.events.steps import DeviationNoted, NoteAdded
from thunes_tui.runbook.model import Step, Test

CLIP = 160
ALIKE = 0.6
"""Share of equal words from which on a typed command is a step's that was changed."""
MOST_WORDS = 400
OVER = "over its planned time: "
"""How a deviation begins that is of time alone: the procedure was followed all the same."""
BY_HAND = "typed in the shell while "
OF_EMERGENCY = re.compile(r"\bstep E\d+\.\d+$")
"""A line that runs an item of an emergency's checklist."""
WORDS = re.compile(r"\w+|[^\w\s]")
Words = list[str]


def note_typed(draft: Draft, line: str) -> None:
    """What a person typed while a test runs. A step done by hand may be done in the shell: that is a note."""
    test, typed = draft.state.running_test, line.strip()
    if test is None or not typed or is_own(draft.state, test, typed):
        return
    kind = next((e.kind for e in draft.state.emergencies.handled if e.kind not in BESIDE), "")
    if kind:
        draft.emit(
            NoteAdded(f"typed in the shell in an emergency ({kind}): {' '.join(typed.split())[:CLIP]}")
        )
        return
    active = [s for s in test.steps if draft.state.steps[s.id].status == "running"]
    by_hand = next((s for s in active if draft.state.steps[s.id].by_hand), None)
    if by_hand is not None:
        text = f"{BY_HAND}step {short(by_hand.id)} was done by hand: {' '.join(typed.split())[:CLIP]}"
        draft.emit(NoteAdded(text, test.id, by_hand.id))
        return
    text, step = in_words(test, typed)
    since = draft.state.tests[test.id].record
    if any(r.text == text and r.number > since for r in draft.state.remarks):
        return  # said once in a test, however often it is typed
    begun = [s.id for s in test.steps if draft.state.steps[s.id].status != "pending"]
    at = step or (begun[-1] if begun else "")
    draft.emit(DeviationNoted(text, "", test.id, at, sensed=True))


def is_own(state: DrillState, test: Test, typed: str) -> bool:
    """A line that the console typed itself, alone or behind what already stood at the prompt."""
    running = (s for s in test.steps if state.steps[s.id].status == "running")
    lines = [f"step {short(s.id)}" for s in running]
    own = typed in ("step preflight", "step position") or OF_EMERGENCY.search(typed) is not None
    return own or any(typed.endswith(line) for line in lines)


def typed_by_hand(state: DrillState, test: Test) -> list[str]:
    """What was typed in this attempt while a step without a block ran: no line of the console's own."""
    since = state.tests[test.id].record
    return [
        r.text
        for r in state.remarks
        if r.kind == "note" and r.test == test.id and r.number > since and r.text.startswith(BY_HAND)
    ]


def in_words(test: Test, typed: str) -> tuple[str, str]:
    """What was typed, and which step's block it is like; empty where it is like none."""
    best, share = nearest(test, words(typed))
    clipped = " ".join(typed.split())
    if best is None or share < ALIKE:
        return f"typed in the shell: {clipped[:CLIP]}", ""
    if share == 1.0:
        return f"step {short(best.id)}'s command typed by hand", best.id
    changes = difference(best.command, typed)
    return f"step {short(best.id)}'s command typed by hand, changed: {changes}"[:300], best.id


def nearest(test: Test, typed: Words) -> tuple[Step | None, float]:
    """The step with the block that is most like it, and how much."""
    found: tuple[Step | None, float] = (None, 0.0)
    for step in test.steps:
        wanted = words(step.command)
        if not wanted or not 0.4 <= len(typed) / len(wanted) <= 2.5:
            continue
        share = difflib.SequenceMatcher(None, wanted, typed, autojunk=False).ratio()
        found = (step, share) if share > found[1] else found
    return found


def words(command: str) -> Words:
    return WORDS.findall(command)[:MOST_WORDS]


def difference(before: str, after: str) -> str:
    """`-w +w`: what is gone and what came, in the order of the text."""
    wanted, given = words(before), words(after)
    parts = []
    for kind, i, j, k, m in difflib.SequenceMatcher(None, wanted, given, autojunk=False).get_opcodes():
        if kind != "equal":
            parts += [f"-{' '.join(wanted[i:j])}"] if j > i else []
            parts += [f"+{' '.join(given[k:m])}"] if m > k else []
    return " ".join(parts)


def note_late_step(draft: Draft, step: Step) -> None:
    """A step that has ended took longer than the document gives it, pauses left out."""
    known = draft.state.steps[step.id]
    if step.minutes and known.started is not None and known.ended is not None:
        took = draft.state.stops.lasted(known.started, known.ended)
        note_late(draft, f"step {short(step.id)}", step.minutes, took, draft.test(step.id).id, step.id)


def note_late_test(draft: Draft, test: Test) -> None:
    known = draft.state.tests[test.id]
    if test.minutes and known.started is not None and known.ended is not None:
        took = draft.state.stops.lasted(known.started, known.ended)
        note_late(draft, f"Test {test.number}", test.minutes, took, test.id, "")


def note_late(draft: Draft, name: str, minutes: float, took_s: float, test: str, step: str) -> None:
    if took_s > minutes * 60:
        text = f"{OVER}{name} took {took_s / 60:.1f} of {minutes:g} minutes"
        draft.emit(DeviationNoted(text, "", test, step, sensed=True))


def unexplained(state: DrillState) -> tuple[Remark, ...]:
    """Deviations on record without a reason, the oldest first."""
    return tuple(r for r in state.remarks if r.kind == "deviation" and not r.reason)
