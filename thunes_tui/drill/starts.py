"""A bot that a step starts is waited for as a condition, beside the block and beyond its `sleep`.

Started means alive, with the step's arguments, some seconds after its birth, and healthy by its own word
where the log tells: an exit status says nothing of it.
"""

from __future__ import annotations

from thunes_tui.clock import Moment
from thunes_tui.drill.checks import CLIP, counting, sensed, step_of, want
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.effects import SetDeadline
from thunes_tui.drill.facts import ProcessState
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.recovery import born_in, end_of
from thunes_tui.drill.step_state import StepState, text_of
from thunes_tui.events.starts import StartAwaited, StartJudged
from thunes_tui.events.steps import Evidence, FindingNoted
from thunes_tui.observations import DeadlinePassed
from thunes_tui.runbook.model import Step, Test
from thunes_tui.runbook.starts import otherwise, started

MOST_S = 60.0
"""How long it is waited for, from the start of the step."""
ALIVE_S = 5.0
"""A bot that has lived so long did not fall over at once."""
KEY = "start "
"""How the name of its deadline begins; the step's id follows."""
AGAIN = "alive "
"""Of the deadline at which it is looked at again."""


def scripts(state: DrillState) -> tuple[str, ...]:
    """What a bot is started by."""
    return tuple(state.paths.get("bot_scripts", "").split())


def launched(draft: Draft, step: Step, attempt: int) -> None:
    """The block is about to run: if it starts the bot, the wait begins with it."""
    words = started(text_of(step, draft.state.steps[step.id]), scripts(draft.state))
    if words:
        draft.emit(StartAwaited(step.id, attempt, words, MOST_S))
        draft.want(SetDeadline(f"{KEY}{step.id}", attempt, MOST_S))


def is_awaited(state: DrillState, test: Test) -> bool:
    """Whether a step of the test that is not lost has started a bot which nobody has judged yet."""
    step = state.steps.get(state.start.step)
    mine = step is not None and step.id.startswith(f"{test.id}.")
    return mine and state.start.awaited and step is not None and step.status in ("running", "done")


def own(state: DrillState) -> list[ProcessState]:
    """The bots that were born since the step began, the dead ones too."""
    step = state.steps.get(state.start.step)
    return [p for p in state.processes if step is not None and p.role == "bot" and born_in(step, p)]


def alive_s(process: ProcessState, now: Moment) -> float:
    return (now.since(process.born) if process.born is not None else 0.0) + process.age_s


def look(draft: Draft) -> None:
    """Something may have changed: judge what can be judged now, else look again when it can be."""
    known = draft.state.start
    if not known.awaited:
        return
    step = draft.state.steps.get(known.step, StepState(known.step))
    if step.status not in ("running", "done"):
        judge(draft, "NOT VERIFIED", f"step {short(known.step)} is {step.status}")
        return
    living = [p for p in own(draft.state) if p.alive]
    for process in living:
        other = otherwise(known.words, process.argv, scripts(draft.state))
        if other:
            judge(draft, "FAIL", f"pid {process.pid} runs {other}", process)
            return
    if living:
        look_at_living(draft, living[-1])
    elif step.status == "done" and (own(draft.state) or not step.jobs):
        look_for_dead(draft, step.ended)


def look_at_living(draft: Draft, process: ProcessState) -> None:
    """Healthy, and old enough not to have fallen over at once."""
    lived = alive_s(process, draft.now)
    if tells_health(draft.state) and process.healthy is None:
        return
    if lived < ALIVE_S:
        again(draft, ALIVE_S - lived)
        return
    said = "healthy" if process.healthy is not None else "its log tells nothing of its health"
    judge(draft, "PASS", f"pid {process.pid} is alive after {lived:.1f} s, {said}", process)


def look_for_dead(draft: Draft, ended: Moment | None) -> None:
    """The block is over and no bot of it runs: some seconds later that is what came of it."""
    dead = own(draft.state)
    ends = [m for m in (ended, *(p.died for p in dead)) if m is not None]
    waited = min((draft.now.since(m) for m in ends), default=ALIVE_S)
    if waited < ALIVE_S:
        again(draft, ALIVE_S - waited)
        return
    step = draft.state.steps[draft.state.start.step]
    how = f": pid {dead[-1].pid} {end_of(dead[-1])}" if dead else ""
    none_runs(draft, f"said exit {step.exit}, but no bot is alive {ALIVE_S:g} s later{how}")


def none_runs(draft: Draft, cause: str) -> None:
    """None of this start; where another runs, it is not for this to say whether that will do."""
    failure = draft.state.failures.get("processes", "")
    if failure:
        judge(draft, "NOT VERIFIED", f"nobody was looking: processes failed: {failure}")
    elif draft.state.bots:
        judge(draft, "NOT VERIFIED", f"pid {draft.state.bots[-1].pid} runs, which this step did not start")
    else:
        judge(draft, "FAIL", cause)


def again(draft: Draft, seconds: float) -> None:
    known = draft.state.start
    draft.want(SetDeadline(f"{AGAIN}{known.step}", known.attempt, round(seconds + 0.05, 2)))


def passed(draft: Draft, deadline: DeadlinePassed) -> bool:
    """Whether the deadline was one of these."""
    known, name = draft.state.start, deadline.criterion
    if not name.startswith((KEY, AGAIN)):
        return False
    if known.awaited and name.endswith(f" {known.step}") and deadline.attempt == known.attempt:
        look(draft)
        if name.startswith(KEY) and draft.state.start.awaited:
            at_last(draft)
    return True


def at_last(draft: Draft) -> None:
    """Its whole time is over."""
    state = draft.state
    log, bots = state.sources.get("log"), len(state.bots)
    living = [p for p in own(state) if p.alive]
    if not living:
        none_runs(draft, f"no bot was alive within {MOST_S:g} s")
    elif log is None or log.status != "open" or "log" in state.failures:
        judge(draft, "NOT VERIFIED", f"pid {living[-1].pid} is alive, but its log was not read", living[-1])
    elif bots > 1:
        judge(draft, "NOT VERIFIED", f"{bots} bots run, and the log names none of them", living[-1])
    else:
        lived = f"pid {living[-1].pid} is alive after {alive_s(living[-1], draft.now):.1f} s"
        judge(draft, "FAIL", f"{lived}, but said nothing of its health within {MOST_S:g} s", living[-1])


def tells_health(state: DrillState) -> bool:
    return bool(state.paths.get("healthy_pattern"))


def judge(draft: Draft, verdict: str, cause: str, process: ProcessState | None = None) -> None:
    """On record, once; a FAIL is a finding, and fails what waits for the restart."""
    known = draft.state.start
    cause = cause[:CLIP]
    draft.emit(StartJudged(known.step, known.attempt, verdict, cause, process.pid if process else 0))
    if verdict != "FAIL":
        return
    said = f"step {short(known.step)}, attempt {known.attempt}: "
    if not any(f.text.startswith(said) for f in draft.state.findings):  # its death is on record already
        test = draft.test(known.step).id
        draft.emit(FindingNoted(f"{said}{cause}"[:CLIP], test=test, source="step"))
    evidence = Evidence("process", detail=cause)
    for criterion, check, _since in list(counting(draft, "process")):
        bound = step_of(draft.test(criterion.id), check)
        if want(check, "state") == "restarted" and bound is not None and bound.id == known.step:
            sensed(draft, criterion, "FAIL", cause, evidence)


def lost(draft: Draft, why: str) -> None:
    """Nobody can wait for it any more."""
    if draft.state.start.awaited:
        judge(draft, "NOT VERIFIED", why)


def in_words(state: DrillState, now: Moment) -> str:
    """`alive 3.2 s, healthy line not yet`: how far the start that is awaited has come."""
    living = [p for p in own(state) if p.alive]
    if not living:
        return "no bot yet"
    healthy = "healthy" if living[-1].healthy is not None else "healthy line not yet"
    return f"alive {alive_s(living[-1], now):.1f} s" + (f", {healthy}" if tells_health(state) else "")
