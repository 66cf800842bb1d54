"""The one next thing to do, as every client shows it: for the footer, for Enter, and for the rehearsal."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui import intents
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.checks import by_hand, is_at_end, step_of, waiting, want
from thunes_tui.drill.draft import short
from thunes_tui.drill.model import ACTIVE, DrillState
from thunes_tui.drill.starts import is_awaited
from thunes_tui.drill.step_state import text_of, waits_for
from thunes_tui.drill.transitions import no_shell, not_proven, standstill
from thunes_tui.drill.undo import offers
from thunes_tui.drill.venue import is_down
from thunes_tui.runbook.model import Step, Test

FILL_IN = "fill in step "
"""How the label of a step begins whose placeholders wait for their values."""


@dataclass(frozen=True, slots=True)
class NextAction:
    label: str
    """`run step 2.3`, `begin Test 1`."""
    intent: intents.Intent | None = None
    """What Enter asks; None when nothing can be asked now, for the reason in `why`."""
    why: str = ""
    alternatives: tuple[tuple[str, str, intents.Intent], ...] = ()
    """Other ways, each with its key, label and intent."""


def next_action(state: DrillState) -> NextAction:
    """What a person would do next, as the state stands."""
    if state.mode == "watch":
        return NextAction("watching", why="there is no drill here, only the monitors")
    if state.ending is not None:
        return NextAction(
            f"drill complete: {state.ending.decision}", why="leave with q; drill --new begins another"
        )
    if state.stops.abort.confirmed:
        return after_abort(state)
    if state.stops.why or state.hold:
        return on_hold(state)
    before = before_tests(state)
    if before is not None:
        return before
    running = state.running_test
    if running is not None:
        return within_test(state, running)
    pending = next((t for t in state.plan if state.tests[t.id].status == "pending"), None)
    if pending is not None:
        return begin_test(state, pending)
    if state.phases["documentation"].started is None:
        return NextAction("begin the documentation", intents.StartDocumentation())
    return NextAction("complete the drill", intents.EndDrill())


def on_hold(state: DrillState) -> NextAction:
    """Nothing new begins; a step that a person is doing may still be ended."""
    why = standstill(state)
    test = state.running_test
    for step in test.steps if test is not None else ():
        known = state.steps[step.id]
        if known.status == "running" and known.by_hand:
            return NextAction(f"step {short(step.id)} is done", intents.FinishStep(step.id), why)
    if state.stops.abort.status:
        return NextAction("abort", why=why)
    return NextAction("paused" if state.stops.pause is not None else "held", why=why)


def after_abort(state: DrillState) -> NextAction:
    """What ran is waited for; then what can be undone is offered, and the end."""
    known, on_its_way = state.stops.abort, state.stops.undo
    if known.status == "stopping":
        return NextAction("aborting", why=f"{known.line} is told to end")
    if on_its_way.status:
        return NextAction("undoing", why=f"step {short(on_its_way.step)} is on its way")
    end = intents.EndDrill(early=True, reason=f"aborted: {known.reason}")
    found = offers(state)
    if not found:
        return NextAction("end the aborted drill", end)
    undo = tuple(
        (
            str(number),
            f"{o.why}: run step {short(o.step.id)}",
            intents.UndoStep(o.step.id, digest(text_of(o.step, state.steps[o.step.id]))),
        )
        for number, o in enumerate(found, 1)
    )
    why = "what the drill did can be undone by the runbook's own steps"
    return NextAction("undo, or end", None, why, (*undo, ("e", "end the aborted drill as it is", end)))


def before_tests(state: DrillState) -> NextAction | None:
    flight = state.preflight
    if flight.running:
        return NextAction("pre-flight runs", why="the eight sections are being checked")
    if not flight.run:
        wanted = NextAction("run the pre-flight", intents.RunPreflight(), why=shell_busy(state))
        return in_a_shell(state, wanted)
    if not flight.passed:
        why = "it has not passed; there is no override"
        return in_a_shell(state, NextAction("run the pre-flight again", intents.RunPreflight(), why))
    if state.phases["preparation"].started is None:
        return NextAction("begin the preparation", intents.StartPreparation())
    return None


def in_a_shell(state: DrillState, wanted: NextAction) -> NextAction:
    """What needs a prompt; where the shell has ended, first a new one."""
    if state.shell.alive or not state.shell.pid:
        return wanted
    opening = None if state.shell.opening else intents.OpenShell()
    return NextAction("open a new shell", opening, no_shell(state))


def shell_busy(state: DrillState) -> str:
    return f"the shell is busy with: {state.shell.running[:40]}" if state.shell.running else ""


def begin_test(state: DrillState, test: Test) -> NextAction:
    label = f"begin Test {test.number}: {test.title}"
    if not state.proven and not is_down(state.guard_reasons):
        return NextAction(label, why=not_proven(state.guard_reasons))
    first = state.plan[0].id == test.id
    if first and not state.positions:
        skip = intents.SkipTest(test.id, "no open position")
        why = state.positions_problem or "there is no open position"
        return NextAction(
            label,
            None,
            f"{why}: create one or skip Test {test.number}",
            (
                ("p", "create a small position", intents.CreatePosition()),
                ("s", f"skip Test {test.number}", skip),
            ),
        )
    return NextAction(label, intents.StartTest(test.id))


def within_test(state: DrillState, test: Test) -> NextAction:
    """What Enter does in a running test: the step on its way first, wherever in the test it stands."""
    for step in sorted(test.steps, key=lambda s: state.steps[s.id].status not in ACTIVE):
        known = state.steps[step.id]
        name = short(step.id)
        match known.status:
            case "requested":
                return NextAction(f"step {name}", why="the guard is being asked")
            case "held":
                return NextAction(f"confirm step {name}", why=f"type {known.confirm} to confirm")
            case "running" if known.by_hand:
                return NextAction(f"step {name} is done", intents.FinishStep(step.id))
            case "running" if known.exact:
                return NextAction(f"step {name}", why=f"pid {known.exact} was signalled, and is to end")
            case "running":
                waits = state.start.awaited and state.start.step == step.id
                until = "until its command ends" + (", and the bot is alive and healthy" if waits else "")
                return NextAction(f"step {name} runs", why=until)
            case "unknown" | "aborted":
                again = intents.RunStep(step.id, digest(text_of(step, known)), again=True)
                why = f"it is {known.status}: {known.reason}"
                ways: tuple[tuple[str, str, intents.Intent], ...] = (("a", "attempt it again", again),)
                bot = already_running(state, test, step)
                if bot:
                    why = f"{why}; {bot}"
                    skip = intents.SkipStep(step.id, bot)
                    ways = (*ways, ("s", "skip it: that bot stays, its criteria are yours to decide", skip))
                wanted = NextAction(f"attempt step {name} again", None, why, ways)
                return in_a_shell(state, wanted) if step.command else wanted
            case "pending":
                why = waits_for(step, known)
                if why and state.mode != "rehearse":
                    return NextAction(f"{FILL_IN}{name}: {step.title}", None, why)
                verb = "run" if step.command else "begin"
                intent = intents.RunStep(step.id, digest(text_of(step, known)))
                busy = shell_busy(state) if step.command else ""
                wanted = NextAction(f"{verb} step {name}: {step.title}", None if busy else intent, busy)
                return in_a_shell(state, wanted) if step.command else wanted
            case _:
                continue
    return end_of_test(state, test)


def to_fill(state: DrillState) -> Step | None:
    """The step that is to be filled in, where that is what comes next."""
    test = state.running_test
    if test is None or not next_action(state).label.startswith(FILL_IN):
        return None
    return next(s for s in test.steps if state.steps[s.id].status == "pending")


def already_running(state: DrillState, test: Test, step: Step) -> str:
    """Of a step that starts the bot, without a result: the bot that runs all the same; empty for none."""
    starts = any(
        c.check is not None and want(c.check, "state") == "restarted" and step_of(test, c.check) == step
        for c in test.criteria
    )
    if not starts or not state.bots:
        return ""
    bot = state.bots[-1]
    how = "healthy" if bot.healthy is not None else "not known to be healthy"
    return f"a bot runs already, pid {bot.pid}, generation {bot.generation}, {how}"


def end_of_test(state: DrillState, test: Test) -> NextAction:
    label = f"end Test {test.number}"
    if is_awaited(state, test):
        return NextAction(label, why=f"waits for: the bot that step {short(state.start.step)} started")
    open_checks = waiting(state, test)
    if open_checks:
        return NextAction(label, why=f"waits for: {open_checks[0].text}")
    yours = [
        c
        for c in test.criteria
        if not state.criteria[c.id].verdict
        and by_hand(state, c)
        and not (c.check is not None and is_at_end(c.check))
    ]
    why = f"{len(yours)} criteria are yours to decide, else NOT VERIFIED" if yours else ""
    return NextAction(label, intents.EndTest(test.id), why)
