"""What the shell, the guard and finished effects tell, and what follows from it for the steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from thunes_tui import observations as seen
from thunes_tui.drill.asked_drill import PREFLIGHT, end_phase
from thunes_tui.drill.asked_steps import CONFIRMED, launch
from thunes_tui.drill.checks import deadline_passed, probe, settle_step, waiting
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.effects import AskGuard, AskProbe, SetDeadline
from thunes_tui.drill.model import DrillState
from thunes_tui.events import box, drill, session, shell, steps
from thunes_tui.runbook.expected import differences
from thunes_tui.runbook.model import Step


def command_started(draft: Draft, mark: seen.CommandStarted) -> None:
    draft.emit(shell.ShellStarted(mark.seq, mark.command, mark.cwd))


def running_step(state: DrillState) -> Step | None:
    """The step whose block the shell is running."""
    test = state.running_test
    for step in test.steps if test is not None else ():
        known = state.steps[step.id]
        if known.status == "running" and not known.by_hand:
            return step
    return None


def command_ended(draft: Draft, mark: seen.CommandEnded) -> None:
    typed = draft.state.shell.running
    draft.emit(shell.ShellEnded(mark.seq, mark.exit, mark.cwd, mark.jobs))
    step = running_step(draft.state)
    if step is None or typed.strip() != f"step {short(step.id)}":
        return
    missing = differences(step.expected, mark.tail) if step.expected else ()
    attempt = draft.state.steps[step.id].attempt
    draft.emit(
        steps.StepEnded(step.id, attempt, mark.exit, mark.output, mark.sha256, mark.jobs, tuple(missing)[:20])
    )
    settle_step(draft, step, mark.tail, mark.sha256)


def shell_gone(draft: Draft, gone: seen.ShellGone) -> None:
    draft.emit(shell.ShellExited(gone.detail))
    step = running_step(draft.state)
    if step is not None:
        attempt = draft.state.steps[step.id].attempt
        draft.emit(steps.StepUnknown(step.id, attempt, "the shell ended while it ran"))


def guard_spoke(draft: Draft, spoke: seen.GuardSpoke) -> None:
    draft.emit(box.GuardAnswered(spoke.proven, spoke.reasons, spoke.asked_for))
    name = spoke.asked_for.removesuffix(CONFIRMED)
    step_id, _, attempt = name.partition("#")
    known = draft.state.steps.get(step_id)
    if known is None or known.status != "requested" or str(known.attempt) != attempt:
        return
    step = draft.step(step_id)
    if not spoke.proven:
        reason = "testnet is not proven: " + "; ".join(spoke.reasons)
        draft.emit(steps.StepAborted(step_id, known.attempt, reason))
        text = f"the guard refused step {short(step_id)}"
        draft.emit(steps.FindingNoted(text, veto=True, test=draft.test(step_id).id, source="guard"))
    elif draft.state.mode == "rehearse" and spoke.outside:
        reason = f"it would hit processes outside the drilled project: {'; '.join(spoke.outside)[:200]}"
        draft.emit(steps.StepAborted(step_id, known.attempt, reason))
    elif draft.state.mode != "rehearse" and spoke.confirm and spoke.asked_for == name:
        draft.emit(steps.StepHeld(step_id, known.attempt, spoke.confirm, spoke.victims))
    elif draft.state.shell.running or not draft.state.shell.alive:
        draft.emit(steps.StepAborted(step_id, known.attempt, "the shell was not free any more"))
    else:
        launch(draft, step, known.attempt, spoke.token)


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
            draft.emit(steps.FindingNoted(text, source=PREFLIGHT))
    if passed:
        end_phase(draft, "preflight")


def probed(draft: Draft, answer: seen.Probed) -> None:
    for event in answer.events:
        draft.emit(event)
    criterion = draft.criterion(answer.criterion)
    known = draft.state.criteria[criterion.id]
    if known.sensed or draft.state.tests[draft.test(criterion.id).id].status != "running":
        return
    draft.emit(steps.CriterionSensed(criterion.id, answer.verdict, answer.cause, answer.evidence))
    if answer.verdict == "FAIL" and answer.veto:
        test = draft.test(criterion.id).id
        draft.emit(steps.FindingNoted(answer.cause, veto=True, test=test, source=answer.veto))


def deadline(draft: Draft, passed: seen.DeadlinePassed) -> None:
    criterion = draft.criterion(passed.criterion)
    check = criterion.check
    test = draft.test(criterion.id)
    if check is None or draft.state.tests[test.id].status != "running":
        return
    if 0 < check.step <= len(test.steps):
        step = draft.state.steps[test.steps[check.step - 1].id]
        if step.attempt != passed.attempt or step.status != "done":
            return
    deadline_passed(draft, criterion)


def came_back(draft: Draft, _back: seen.ServerCameBack) -> None:
    """A new server took the journal up: what ran without a result is unknown, open waits begin again."""
    draft.want(AskGuard("resume"))
    for test in draft.state.plan:
        for step in test.steps:
            known = draft.state.steps[step.id]
            if known.status == "running" and not known.by_hand:
                text = "the server died while it ran; what it did is for you to find out"
                draft.emit(steps.StepUnknown(step.id, known.attempt, text))
            elif known.status in ("requested", "held"):
                draft.emit(steps.StepAborted(step.id, known.attempt, "the server died before it started"))
    if draft.state.preflight.running:
        run = draft.state.preflight.run
        draft.emit(drill.PreflightEnded(run, "UNKNOWN", "UNKNOWN", passed=False))
    test_running = draft.state.running_test
    for criterion in waiting(draft.state, test_running) if test_running is not None else ():
        effect = again(draft, criterion.id)
        if effect is not None:
            draft.want(effect)


def again(draft: Draft, criterion_id: str) -> AskProbe | SetDeadline | None:
    """The probe or deadline of a criterion that waits, asked once more."""
    criterion = draft.criterion(criterion_id)
    check, test = criterion.check, draft.test(criterion_id)
    if check is None:
        return None
    step = test.steps[check.step - 1] if check.step else test.steps[-1]
    if check.kind in ("file", "positions", "database", "audit_intact"):
        return probe(draft, criterion, check, step)
    return SetDeadline(criterion_id, draft.state.steps[step.id].attempt, check.within_s)


def joined(draft: Draft, client: seen.Joined) -> None:
    draft.emit(session.ClientJoined(client.client, client.name, client.want))


def left(draft: Draft, client: seen.Left) -> None:
    known = draft.state.clients.get(str(client.client))
    draft.emit(session.ClientLeft(client.client, known.name if known is not None else ""))


HANDLERS: dict[type, Callable[[Draft, Any], None]] = {
    seen.CommandStarted: command_started,
    seen.CommandEnded: command_ended,
    seen.ShellGone: shell_gone,
    seen.GuardSpoke: guard_spoke,
    seen.SectionSensed: section_sensed,
    seen.PreflightVerdict: preflight_verdict,
    seen.Probed: probed,
    seen.DeadlinePassed: deadline,
    seen.ServerCameBack: came_back,
    seen.Joined: joined,
    seen.Left: left,
}
