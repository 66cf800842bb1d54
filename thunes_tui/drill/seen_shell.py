"""What the shell, the guard and finished effects tell, and what follows from it for the steps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill import abort, seen_emergency, starts, undo
from thunes_tui.drill.asked_drill import PREFLIGHT
from thunes_tui.drill.asked_steps import CONFIRMED, launch
from thunes_tui.drill.checks import CLIP, PRINTED, step_of
from thunes_tui.drill.closing import end_phase
from thunes_tui.drill.deviations import note_late_step, note_typed
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.effects import Look
from thunes_tui.drill.ends import exit_words
from thunes_tui.drill.invariants import note
from thunes_tui.drill.model import DrillState, StepState
from thunes_tui.drill.printed import NOT_COMPARED, Output
from thunes_tui.drill.seen_signals import driver_left
from thunes_tui.drill.settle import settle_rest, settle_step, unasked
from thunes_tui.drill.transitions import not_proven, standstill
from thunes_tui.drill.venue import is_down
from thunes_tui.events import box, drill, session, shell, steps
from thunes_tui.runbook.expected import differences
from thunes_tui.runbook.model import Step


def command_started(draft: Draft, mark: seen.CommandStarted) -> None:
    draft.emit(shell.ShellStarted(mark.seq, mark.command, mark.cwd))
    if draft.state.stops.undo.status != "running":
        note_typed(draft, mark.command)


def running_step(state: DrillState) -> Step | None:
    """The step whose block the shell is running."""
    test = state.running_test
    for step in test.steps if test is not None else ():
        known = state.steps[step.id]
        if known.status == "running" and not (known.by_hand or known.exact):
            return step
    return None


def command_ended(draft: Draft, mark: seen.CommandEnded) -> None:
    """The end of a line in the shell; of the running step where it was its line."""
    known = draft.state.shell
    typed = (mark.command or (known.running if mark.seq >= known.seq else "")).strip()
    draft.emit(shell.ShellEnded(mark.seq, mark.exit, mark.cwd, mark.jobs))
    garbled_preflight(draft, typed)
    undo.command_ended(draft, typed, mark.exit)
    seen_emergency.command_ended(draft, typed, mark)
    if draft.state.stops.abort.status == "stopping":
        if typed == draft.state.stops.abort.line:
            abort.stopped(draft, mark.exit)
        return
    step = running_step(draft.state)
    if step is None:
        return
    attempt = draft.state.steps[step.id].attempt
    own = f"step {short(step.id)}"
    if typed == own and mark.exit < 0:
        draft.emit(steps.StepUnknown(step.id, attempt, "the shell did not say how it ended"))
        settle_rest(draft, draft.test(step.id))
    elif typed == own:
        missing = tuple(differences(step.expected, mark.tail))[:20] if step.expected else ()
        if mark.cut and step.expected:
            missing = (NOT_COMPARED,)
        draft.emit(steps.StepEnded(step.id, attempt, mark.exit, mark.output, mark.sha256, mark.jobs, missing))
        found = tuple((Look(pattern, records), line) for pattern, records, line in mark.found)
        note_exit(draft, step, mark.exit)
        note_late_step(draft, step)
        settle_step(draft, step, Output(mark.tail, mark.sha256, mark.cut, found))
        starts.look(draft)
    elif typed.endswith(own):
        # Something stood at the prompt already, so the shell ran that with the step's line behind it.
        draft.emit(steps.StepUnknown(step.id, attempt, f"the shell ran something else: {typed[:100]}"))
        settle_rest(draft, draft.test(step.id))


def note_exit(draft: Draft, step: Step, status: int) -> None:
    """A step that says it failed, and no criterion that would judge by it, must not go by in silence."""
    test = draft.test(step.id)
    checks = [c.check for c in test.criteria if c.check is not None and c.check.kind in PRINTED]
    if status and not any(step_of(test, check) in (step, None) for check in checks):
        text = f"step {short(step.id)} ended with {exit_words(status)}, by which no criterion judges"
        draft.emit(steps.FindingNoted(text, test=test.id, source="step"))


def garbled_preflight(draft: Draft, typed: str) -> None:
    """The script's line ran into what stood at the prompt: it did not run, and nobody will say so."""
    flight = draft.state.preflight
    own = f"step {PREFLIGHT}"
    if flight.running and not flight.script and typed != own and typed.endswith(own):
        preflight_verdict(draft, seen.PreflightVerdict(flight.run, "script", "UNKNOWN"))


def shell_gone(draft: Draft, gone: seen.ShellGone) -> None:
    draft.emit(shell.ShellExited(gone.detail))
    flight = draft.state.preflight
    if flight.running and not flight.script:
        preflight_verdict(draft, seen.PreflightVerdict(flight.run, "script", "UNKNOWN"))
    step = running_step(draft.state)
    if step is not None:
        attempt = draft.state.steps[step.id].attempt
        draft.emit(steps.StepUnknown(step.id, attempt, "the shell ended while it ran"))
        settle_rest(draft, draft.test(step.id))
    undo.lost(draft, "the shell ended while it ran")
    seen_emergency.lost(draft, "the shell ended")
    abort.stopped(draft, -1)


def guard_spoke(draft: Draft, spoke: seen.GuardSpoke) -> None:
    """The guard's answer; for a step, the one place from which it starts."""
    draft.emit(box.GuardAnswered(spoke.proven, spoke.reasons, spoke.asked_for))
    undo.guard_spoke(draft, spoke)
    name = spoke.asked_for.removesuffix(CONFIRMED)
    step_id, _, attempt = name.partition("#")
    known = draft.state.steps.get(step_id)
    if known is None or known.status != "requested" or str(known.attempt) != attempt:
        return
    step = draft.step(step_id)
    why = refused(draft.state, step, spoke)
    confirm = spoke.confirm or (short(step_id) if spoke.outside else "")
    if why:
        draft.emit(steps.StepAborted(step_id, known.attempt, why))
        if is_down(spoke.reasons):
            unasked(draft, step, why)
        elif not spoke.proven:
            test = draft.test(step_id).id
            note(draft, f"the guard refused step {short(step_id)}: {why}"[:CLIP], "guard", test)
        settle_rest(draft, draft.test(step_id))
    elif draft.state.mode != "rehearse" and confirm and not is_confirmed(known, spoke, confirm):
        draft.emit(steps.StepHeld(step_id, known.attempt, confirm, spoke.victims))
    else:
        launch(draft, step, known.attempt, spoke.token)


def refused(state: DrillState, step: Step, spoke: seen.GuardSpoke) -> str:
    """Why the step must not start; empty when it may."""
    if not spoke.proven:
        return spoke.reasons[0] if is_down(spoke.reasons) else not_proven(spoke.reasons)
    if state.mode == "rehearse" and spoke.outside:
        return f"it would hit processes outside the drilled project: {'; '.join(spoke.outside)[:200]}"
    if state.mode not in ("drill", "rehearse") or state.ending is not None:
        return "the drill has ended"
    if standstill(state):
        return standstill(state)
    if state.running_test is None or step not in state.running_test.steps:
        return "its test is not running any more"
    if state.shell.running or not state.shell.alive:
        return "the shell was not free any more"
    if not spoke.token:
        return "the guard gave no token for it"
    return ""


OPEN_BY = "; open: "
"""Who has a file open stands behind this; it changes with every word that the bot writes."""


def is_confirmed(known: StepState, spoke: seen.GuardSpoke, confirm: str) -> bool:
    """A person has typed this very name, having seen at least these victims."""
    asked_again = spoke.asked_for.endswith(CONFIRMED)
    shown = {line.partition(OPEN_BY)[0] for line in known.victims}
    return (
        asked_again and known.confirm == confirm and {v.partition(OPEN_BY)[0] for v in spoke.victims} <= shown
    )


def not_run(draft: Draft, answer: seen.NotRun) -> None:
    """The effect refused: the step was begun on paper, and the shell never saw it."""
    undo.not_run(draft, answer)
    seen_emergency.not_run(draft, answer)
    flight = draft.state.preflight
    if not answer.attempt and flight.running and not flight.script:
        preflight_verdict(draft, seen.PreflightVerdict(flight.run, "script", "UNKNOWN"))
    step_id, _, attempt = answer.attempt.partition("#")
    known = draft.state.steps.get(step_id)
    if known is None or known.status != "running" or known.by_hand or str(known.attempt) != attempt:
        return
    draft.emit(steps.StepAborted(step_id, known.attempt, answer.reason))
    settle_rest(draft, draft.test(step_id))


def section_sensed(draft: Draft, section: seen.SectionSensed) -> None:
    if section.run == draft.state.preflight.run:
        draft.emit(
            drill.PreflightSensed(
                section.run,
                section.number,
                section.title,
                section.by,
                section.verdict,
                section.detail,
                section.fix,
            )
        )


def preflight_verdict(draft: Draft, spoke: seen.PreflightVerdict) -> None:
    """Both must have spoken; both must pass; a disagreement is a finding."""
    if spoke.run != draft.state.preflight.run or not draft.state.preflight.running:
        return
    draft.emit(drill.PreflightSpoke(spoke.run, spoke.by, spoke.verdict))
    flight = draft.state.preflight
    native, script = flight.native, flight.script
    if not native or not script:
        return
    passed = native == "PASS" and script == "PASS"
    draft.emit(drill.PreflightEnded(spoke.run, native, script, passed))
    for section in flight.sections:
        if section.native and section.script and section.native != section.script:
            text = (
                f"pre-flight {section.number} {section.title}: the console says {section.native}, "
                f"the project's script {section.script}"
            )
            if not any(f.text == text and f.source == PREFLIGHT for f in draft.state.findings):
                draft.emit(steps.FindingNoted(text, source=PREFLIGHT))
    tick_prerequisites(draft)
    if passed:
        end_phase(draft, "preflight")


PREREQUISITES = ((r"(?i)venv|virtual env", 1), (r"(?i)telegram bot", 2), (r"(?i)binance|exchange|api key", 3))
"""Words of a prerequisite, and the section of the pre-flight whose two PASSes bear it out."""


def tick_prerequisites(draft: Draft) -> None:
    """What the pre-flight bears out is ticked as sensed; the rest is a person's."""
    flight = draft.state.preflight
    good = {s.number for s in flight.sections if s.native == s.script == "PASS"}
    for number, text in enumerate(draft.state.prerequisites, 1):
        if str(number) in draft.state.ticked:
            continue
        section = next((n for words, n in PREREQUISITES if n in good and re.search(words, text)), 0)
        if section:
            detail = f"pre-flight section {section}"
            draft.emit(drill.PrerequisiteTicked(number, ticked=True, sensed=True, detail=detail))
        elif re.search(r"(?i)open position", text) and draft.state.positions:
            draft.emit(drill.PrerequisiteTicked(number, ticked=True, sensed=True, detail="positions"))


def joined(draft: Draft, client: seen.Joined) -> None:
    """There is one driver: whoever comes while one is connected watches."""
    taken = client.want == "driver" and draft.state.driver is not None
    draft.emit(session.ClientJoined(client.client, client.name, "witness" if taken else client.want))


def left(draft: Draft, client: seen.Left) -> None:
    known = draft.state.clients.get(str(client.client))
    draft.emit(session.ClientLeft(client.client, known.name if known is not None else ""))
    if known is not None and known.role == "driver":
        driver_left(draft)


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    seen.CommandStarted: command_started,
    seen.CommandEnded: command_ended,
    seen.ShellGone: shell_gone,
    seen.GuardSpoke: guard_spoke,
    seen.NotRun: not_run,
    seen.SectionSensed: section_sensed,
    seen.PreflightVerdict: preflight_verdict,
    seen.Joined: joined,
    seen.Left: left,
}
