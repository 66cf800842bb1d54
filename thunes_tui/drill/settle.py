"""Settles criteria as a step or a test ends: judges, asks probes, starts clocks, says what is missing.

Exit code 0 alone passes nothing; absence within the time is a FAIL and never a wait for ever; nothing to
compare is VACUOUS; what nobody could look at is NOT VERIFIED.
"""

from __future__ import annotations

from thunes_tui.drill.checks import (
    AWAITED,
    CLIP,
    PRINTED,
    PROBED,
    attempt_of,
    awaited,
    by_hand,
    is_at_end,
    is_over,
    number,
    sensed,
    step_of,
    want,
)
from thunes_tui.drill.deviations import OVER, typed_by_hand
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.effects import AskProbe, SetDeadline
from thunes_tui.drill.model import DrillState, StepState
from thunes_tui.drill.printed import CUT, Output, judge_output, shows
from thunes_tui.drill.recovery import settle_recovery
from thunes_tui.drill.venue import fail
from thunes_tui.drill.verdict import undone
from thunes_tui.events.steps import Evidence, FindingNoted
from thunes_tui.runbook.model import Check, Criterion, Step, Test
from thunes_tui.text import counted

PROBE_S = 60.0
"""A probe that has not answered by then has failed."""
PHONE_S = 60.0
"""How long a person is given to say that an alert is on their phone, before it is called missing."""
FOLLOWED = {"audit": "audit", "log": "log"}
"""The followed source in which a kind of check looks for its record."""
WATCHED = {**FOLLOWED, "process": "processes", "timing": "processes", "telegram": "telegram"}
"""The server's worker that would have seen it."""


def open_criteria(draft: Draft, test: Test) -> list[tuple[Criterion, Check]]:
    """Those that something else than a person settles, and nothing has."""
    return [
        (c, c.check)
        for c in test.criteria
        if c.check is not None and not by_hand(draft.state, c) and not is_at_end(c.check)
        if not draft.state.criteria[c.id].sensed
    ]


def settle_step(draft: Draft, step: Step, output: Output) -> None:
    """A step has ended: judge its output, ask its probes, and start the clocks of what is awaited."""
    test = draft.test(step.id)
    check_console(draft, test, step, output)
    for criterion, check in open_criteria(draft, test):
        bound = step_of(test, check)
        if bound is None:
            if check.kind in PRINTED and draft.state.steps[step.id].exit is not None and shows(check, output):
                judge_output(draft, criterion, check, step, output)
        elif bound.id == step.id:
            if check.kind in PRINTED:
                judge_output(draft, criterion, check, step, output)
            else:
                start_waiting(draft, criterion, check, test)
    await_phone(draft, test, step)
    settle_rest(draft, test)


def await_phone(draft: Draft, test: Test, step: Step) -> None:
    """An alert that a person is to see: not for ever, for a Telegram that is silent is an emergency."""
    for criterion in test.criteria:
        check = criterion.check
        if check is None or check.kind != "telegram" or draft.state.criteria[criterion.id].verdict:
            continue
        if by_hand(draft.state, criterion) and step_of(test, check) == step:
            attempt = attempt_of(draft.state, test, check)
            draft.want(SetDeadline(criterion.id, attempt, max(check.within_s, PHONE_S)))


def unasked(draft: Draft, step: Step, why: str) -> None:
    """The step could not begin, for the exchange is down: no fault of the bot, and no verdict on it."""
    test = draft.test(step.id)
    draft.emit(
        FindingNoted(f"step {short(step.id)} did not run: {why}"[:CLIP], test=test.id, source="exchange")
    )
    for criterion, check in open_criteria(draft, test):
        if step_of(test, check) == step:
            sensed(draft, criterion, "NOT VERIFIED", f"step {short(step.id)} did not run: {why}")


def settle_rest(draft: Draft, test: Test) -> None:
    """The last step has ended, one way or another: what any step might have shown gets its clock."""
    for criterion, check in open_criteria(draft, test):
        if step_of(test, check) is None and is_over(draft.state, test, check):
            if check.kind in PRINTED:
                not_shown(draft, criterion, check, test)
            else:
                start_waiting(draft, criterion, check, test)


def not_shown(draft: Draft, criterion: Criterion, check: Check, test: Test) -> None:
    """No step's output showed what any of them might have shown."""
    if check.kind == "exit" or not want(check, "pattern"):
        sensed(draft, criterion, "NOT VERIFIED", "an exit status alone proves nothing")
    elif all(draft.state.steps[s.id].status == "done" for s in test.steps):
        fail(draft, criterion, check, f"no step's output shows {str(want(check, 'pattern'))[:80]}")
    else:
        sensed(draft, criterion, "NOT VERIFIED", "no output shows it, and not every step was done")


def start_waiting(draft: Draft, criterion: Criterion, check: Check, test: Test) -> None:
    """Ask the probe, or start the clock, of a criterion whose step is over."""
    attempt = attempt_of(draft.state, test, check)
    if check.kind in PROBED:
        ask_probe(draft, criterion, check, test)
    elif check.kind in ("process", "timing"):
        settle_recovery(draft, criterion, check, None)
        if not draft.state.criteria[criterion.id].sensed:
            draft.want(SetDeadline(criterion.id, attempt, check.within_s))
    elif check.kind in AWAITED:
        draft.want(SetDeadline(criterion.id, attempt, check.within_s))
    else:
        sensed(draft, criterion, "NOT VERIFIED", f"nothing here can judge {check.kind}")


def ask_probe(draft: Draft, criterion: Criterion, check: Check, test: Test) -> None:
    """With a deadline behind it: a probe that fails leaves nothing waiting for ever."""
    known, recovery = draft.state.tests[test.id], draft.state.recovery
    if check.kind == "positions" and want(check, "compare", "pre-crash") == "pre-crash":
        if recovery.died is None or recovery.attempt != draft.state.attempt:
            sensed(
                draft, criterion, "NOT VERIFIED", "no bot died in this test: there is no before to compare"
            )
            return
        if not recovery.before_known:
            sensed(draft, criterion, "NOT VERIFIED", "the positions before the death were never read")
            return
    step = step_of(test, check)
    started = draft.state.steps[step.id].started if step is not None else known.started
    attempt = attempt_of(draft.state, test, check)
    draft.want(
        AskProbe(
            criterion.id,
            check,
            short(step.id) if step is not None else str(test.number),
            started.t if started is not None else 0,
            known.audit_size,
            known.audit_sha256,
            recovery.before,
            attempt,
        )
    )
    draft.want(SetDeadline(criterion.id, attempt, PROBE_S))


def start_again(draft: Draft, criterion: Criterion, test: Test) -> None:
    """A new server: the clock or probe of a criterion that waits begins once more; printed words are gone."""
    check = criterion.check
    if check is not None and check.kind in PRINTED:
        cause = "the server died before the output was judged: attempt the step again"
        sensed(draft, criterion, "NOT VERIFIED", cause)
    elif check is not None:
        start_waiting(draft, criterion, check, test)


def check_console(draft: Draft, test: Test, step: Step, output: Output) -> None:
    """A log check with `console` wants the same words in the step's output; the file alone is half of it."""
    for criterion in test.criteria:
        check = criterion.check
        if check is None or check.kind != "log" or not want(check, "console"):
            continue
        bound = step_of(test, check)
        pattern = str(want(check, "pattern", ""))
        if bound is None or bound.id != step.id or output.find(pattern, log_lines=True) is not None:
            continue
        known, whole = draft.state.steps[step.id], output.knows(pattern, log_lines=True)
        if known.exit is None:
            continue  # done by hand: there is no output that the log could be compared with
        shown = "does not show it, whatever the log says" if whole else f"was not judged: {CUT}"
        cause = f"the output of step {short(step.id)} {shown}"
        sensed(
            draft,
            criterion,
            "FAIL" if whole else "NOT VERIFIED",
            cause,
            Evidence("output", f"step {short(step.id)}", known.output, output.sha256),
        )


def deadline_passed(draft: Draft, criterion: Criterion) -> None:
    """Absence of an event within its time is a FAIL; what could not be looked at is NOT VERIFIED."""
    check = criterion.check
    if check is None or draft.state.criteria[criterion.id].sensed:
        return
    if check.kind in PROBED:
        sensed(draft, criterion, "NOT VERIFIED", f"nobody could look up {check.kind} within {PROBE_S:g} s")
        return
    source = unseen(draft.state, check, draft.state.tests[draft.test(criterion.id).id].record)
    if source:
        sensed(draft, criterion, "NOT VERIFIED", f"no {awaited(check)} was seen, but {source}")
    else:
        cause = f"no {awaited(check)} within {check.within_s:g} s of the step's end"
        fail(draft, criterion, check, cause)


def unseen(state: DrillState, check: Check, since: int) -> str:
    """Why absence says nothing: the source was not read, all of it since that record; empty when it was."""
    worker, name = WATCHED.get(check.kind, ""), FOLLOWED.get(check.kind, "")
    if worker in state.failures:
        return f"nobody was looking: {worker} failed: {state.failures[worker]}"
    known = state.sources.get(name)
    if name and known is None:
        return f"the {name} was never opened"
    if known is not None and known.status == "down":
        return f"the {name} could not be read: {known.detail}"
    if known is not None and known.loss > since:
        return f"lines of the {name} may have been lost in the test"
    return ""


def settle_at_end(draft: Draft, test: Test) -> None:
    """As a test ends: what must not have happened has not, and what nobody decided is NOT VERIFIED."""
    for criterion in test.criteria:
        known = draft.state.criteria[criterion.id]
        if known.verdict or known.sensed:
            continue
        check = criterion.check
        if check is not None and check.kind == "deviations":
            judge_deviations(draft, criterion, check, test)
        elif check is not None and want(check, "absent"):
            judge_absence(draft, criterion, check, test)
        else:
            sensed(draft, criterion, *unsettled(draft.state, test, check))


def judge_absence(draft: Draft, criterion: Criterion, check: Check, test: Test) -> None:
    """Absence proves something only where its step was done and its source was being read."""
    source = draft.state.sources.get(FOLLOWED.get(check.kind, ""))
    step = step_of(test, check)
    if step is not None and draft.state.steps[step.id].status != "done":
        sensed(draft, criterion, *unsettled(draft.state, test, check))
    elif source is None or source.status != "open":
        detail = source.detail or source.status if source is not None else "it was never opened"
        sensed(draft, criterion, "NOT VERIFIED", f"the {check.kind} could not be read: {detail}")
    elif source.loss > draft.state.tests[test.id].record:
        sensed(draft, criterion, "NOT VERIFIED", f"lines of the {check.kind} may have been lost in the test")
    else:
        at = source.place or {}
        identity = tuple(int(at[name]) for name in ("device", "inode") if name in at)
        evidence = Evidence(check.kind, source.path, source.recorded, identity=identity)
        sensed(draft, criterion, "PASS", f"no {awaited(check)} in the test", evidence)


def unsettled(state: DrillState, test: Test, check: Check | None) -> tuple[str, str]:
    """Verdict and cause of a criterion that nothing settled."""
    step = step_of(test, check) if check is not None else None
    verdict = undone(state.steps[step.id]) if step is not None else ""
    if step is not None and verdict:
        return verdict, f"step {short(step.id)} {in_words(state.steps[step.id])}"
    return "NOT VERIFIED", "nobody decided it before the test ended"


def in_words(step: StepState) -> str:
    """How a step that was not done stands, with its reason."""
    said = "was not run" if step.status == "pending" else f"is {step.status}"
    return f"{said}: {step.reason}" if step.reason else said


def judge_deviations(draft: Draft, criterion: Criterion, check: Check, test: Test) -> None:
    """Followed exactly means all of it: a step that was not done is one, and so is each that is on record."""
    left_out = next((s for s in test.steps if draft.state.steps[s.id].status != "done"), None)
    since = draft.state.tests[test.id].record
    noted = [
        r
        for r in draft.state.remarks
        if r.kind == "deviation" and r.test == test.id and r.number > since and not r.text.startswith(OVER)
    ]
    typed = typed_by_hand(draft.state, test)
    judged = f"records #{since} to #{draft.state.head} of the journal"
    texts = "; ".join([judged, *(r.text for r in noted), *typed])
    evidence = Evidence("drill", detail=texts[:CLIP])
    if len(noted) > number(check, "max", 0):
        cause = f"{counted(len(noted), 'deviation')}: {noted[0].text}"
        sensed(draft, criterion, "FAIL", cause, evidence)
    elif left_out is not None:
        known = draft.state.steps[left_out.id]
        cause = f"step {short(left_out.id)} was not done ({known.status})"
        sensed(draft, criterion, undone(known), cause, evidence)
    elif typed:
        cause = f"whether it was the step is yours to say: {typed[0]}"
        sensed(draft, criterion, "NOT VERIFIED", cause, evidence)
    else:
        cause = f"{counted(len(noted), 'deviation')}, allowed" if noted else "no deviation in the record"
        sensed(draft, criterion, "PASS", cause, evidence)
