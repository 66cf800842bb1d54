"""What moves the drill on: the next thing, ticks, verdicts, skips, attempts, the pre-flight, the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from thunes_tui import intents
from thunes_tui.drill.asked_steps import digest
from thunes_tui.drill.draft import short
from thunes_tui.drill.next import next_action, to_fill
from thunes_tui.runbook.model import Criterion
from thunes_tui.ui.deeds.blocks import block_of, confirm, fill_next, held_step, step_of
from thunes_tui.ui.deeds.deed import Deed
from thunes_tui.ui.screens.choice import Choice
from thunes_tui.ui.screens.prompt import Prompt
from thunes_tui.ui.screens.typed import Typed

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

END = "end"
"""What is typed to end the drill early."""
VERDICTS = (("p", "PASS", "PASS"), ("f", "FAIL", "FAIL"), ("u", "NOT VERIFIED", "NOT VERIFIED"))


def criterion_of(app: ThunesApp, item: str) -> Criterion | None:
    return next((c for t in app.desk.state.plan for c in t.criteria if c.id == item), None)


def next_thing(app: ThunesApp) -> None:
    step = held_step(app)
    if step is not None:
        confirm(app, step)
        return
    if fill_next(app):
        return
    following = next_action(app.desk.state)
    if following.intent is not None:
        begin(app, following.intent)
    elif following.alternatives:
        choice = Choice(app.desk, following.label, following.why, following.alternatives)

        def chosen(intent: intents.Intent | None) -> None:
            if intent is not None:
                begin(app, intent)

        app.push_screen(choice, chosen)


def begin(app: ThunesApp, intent: intents.Intent) -> None:
    """Ask for something that a held key must not ask for twice."""
    if app.desk.ask(intent):
        app.hands.repeats.begun()


def nothing_next(app: ThunesApp) -> str:
    """Why Enter can do nothing now."""
    state = app.desk.state
    following = next_action(state)
    asked = following.alternatives or held_step(app) or to_fill(state)
    if following.intent is not None or asked:
        return has_ended(app)
    return following.why or "there is nothing to do now"


def not_now(app: ThunesApp, why: str) -> str:
    """What to say to an Enter that does nothing: the reason, but not a second time beside itself."""
    state = app.desk.state
    if why != next_action(state).why:
        return why
    return (
        "not now: p resumes it"
        if state.stops.pause is not None
        else "not now: H releases it"
        if state.hold
        else "not now: it takes its time"
        if is_under_way(app)
        else "not now"
    )


def is_under_way(app: ThunesApp) -> bool:
    """Whether what was begun only takes its time."""
    state = app.desk.state
    busy = any(step.status in ("requested", "running") for step in state.steps.values())
    return busy or state.preflight.running


def tick(app: ThunesApp) -> None:
    app.desk.ask(ticking(app))


def ticking(app: ThunesApp) -> intents.Intent:
    """What `t` asks for the selected row."""
    chosen = app.checklist.selected
    step = step_of(app, chosen)
    if chosen.startswith("prerequisite "):
        number = chosen.removeprefix("prerequisite ")
        return intents.TickPrerequisite(int(number), number not in app.desk.state.ticked)
    if step is not None:
        return intents.FinishStep(step.id)
    return intents.DecideCriterion(chosen, "PASS")


def cannot_tick(app: ThunesApp) -> str:
    chosen = app.checklist.selected
    if chosen.startswith("prerequisite "):
        return ""
    if step_of(app, chosen) is not None:
        known = app.desk.state.steps[chosen]
        by_hand = known.status == "running" and known.by_hand
        return "" if by_hand else "a step is done by running it: Enter"
    if criterion_of(app, chosen) is None:
        return "select a criterion or a prerequisite first: 1, then j and k"
    known_criterion = app.desk.state.criteria[chosen]
    if known_criterion.sensed and known_criterion.sensed != "PASS":
        return f"it was sensed as {known_criterion.sensed}: override it with o, with the reason"
    return not_running(app, chosen)


def not_running(app: ThunesApp, item: str) -> str:
    test = app.desk.state.tests.get(item.split(".", maxsplit=1)[0])
    return "" if test is not None and test.status == "running" else "its test is not running"


def fail(app: ThunesApp) -> None:
    chosen = app.checklist.selected
    about = criterion_of(app, chosen)

    def because(reason: str | None) -> None:
        if reason:
            app.desk.ask(intents.DecideCriterion(chosen, "FAIL", reason))

    app.push_screen(Prompt(app.desk, "It fails because", about.text if about else ""), because)


def override(app: ThunesApp) -> None:
    chosen = app.checklist.selected
    about = criterion_of(app, chosen)
    sensed = app.desk.state.criteria[chosen].sensed or "nothing"

    def because(verdict: str | None) -> None:
        if verdict is None:
            return
        title = f"{verdict}, although {sensed} was sensed, because"

        def ask(reason: str | None) -> None:
            if reason:
                app.desk.ask(intents.DecideCriterion(chosen, verdict, reason))

        app.push_screen(Prompt(app.desk, title, about.text if about else ""), ask)

    title = f"Sensed: {sensed}. You say:"
    app.push_screen(Choice(app.desk, title, "What was sensed stays on record.", VERDICTS), because)


def no_criterion(app: ThunesApp) -> str:
    chosen = app.checklist.selected
    if criterion_of(app, chosen) is None:
        return "select a criterion first: 1, then j and k"
    return not_running(app, chosen)


def skip(app: ThunesApp) -> None:
    chosen = app.checklist.selected
    name = f"Test {chosen[1:]}" if step_of(app, chosen) is None else f"step {short(chosen)}"
    asked = skipping(app)

    def because(reason: str | None) -> None:
        if reason:
            app.desk.ask(replace(asked, reason=reason))

    app.push_screen(Prompt(app.desk, f"Skip {name} because"), because)


def cannot_skip(app: ThunesApp) -> str:
    chosen = app.checklist.selected
    if step_of(app, chosen) is not None:
        return not_running(app, chosen)
    return "" if chosen in app.desk.state.tests else "select a step or a test first: 1, then j and k"


def skipping(app: ThunesApp) -> intents.SkipTest | intents.SkipStep:
    """What `s` asks for the selected row, but for the reason."""
    chosen = app.checklist.selected
    whole = step_of(app, chosen) is None
    return intents.SkipTest(chosen, "-") if whole else intents.SkipStep(chosen, "-")


def repeating(app: ThunesApp) -> intents.Intent | None:
    """What `a` asks for the selected row."""
    step = step_of(app, app.checklist.selected)
    return intents.RunStep(step.id, digest(block_of(app, step)), again=True) if step is not None else None


def again(app: ThunesApp) -> None:
    asked = repeating(app)
    if asked is not None:
        begin(app, asked)


def cannot_repeat(app: ThunesApp) -> str:
    step = step_of(app, app.checklist.selected)
    if step is None:
        return "select a step first: 1, then j and k"
    if app.desk.state.steps[step.id].attempt == 0:
        return "it was not run yet: Enter runs what comes next"
    return not_running(app, step.id)


def end(app: ThunesApp) -> None:
    """The reason, then a word to type: no test can be run after it."""

    def because(reason: str | None) -> None:
        if not reason:
            return

        def typed(word: str | None) -> None:
            if word:
                app.desk.ask(intents.EndDrill(early=True, reason=reason))

        about = "The drill is decided as it stands, and no test can be run in it any more."
        app.push_screen(Typed(app.desk, END, "End the drill early", about), typed)

    app.push_screen(Prompt(app.desk, "End the drill now, before its last test, because"), because)


def has_ended(app: ThunesApp) -> str:
    return "the drill has ended" if app.desk.state.ending is not None else ""


def flight_runs(app: ThunesApp) -> str:
    return "the pre-flight is running" if app.desk.state.preflight.running else has_ended(app)


def see(app: ThunesApp) -> None:
    app.desk.ask(intents.SeeAlert())


def fly(app: ThunesApp) -> None:
    begin(app, intents.RunPreflight())


def open_shell(app: ThunesApp) -> None:
    begin(app, intents.OpenShell())


DEEDS = {
    "next": Deed(next_thing, intents.RunStep, nothing_next, lambda app: next_action(app.desk.state).intent),
    "tick": Deed(tick, intents.DecideCriterion, cannot_tick, ticking),
    "fail": Deed(fail, intents.DecideCriterion, no_criterion),
    "override": Deed(override, intents.DecideCriterion, no_criterion),
    "skip": Deed(skip, intents.SkipStep, cannot_skip, skipping),
    "again": Deed(again, intents.RunStep, cannot_repeat, repeating),
    "preflight": Deed(fly, intents.RunPreflight, flight_runs, lambda _app: intents.RunPreflight()),
    "seen": Deed(see, intents.SeeAlert, has_ended, lambda _app: intents.SeeAlert()),
    "new_shell": Deed(open_shell, intents.OpenShell, has_ended, lambda _app: intents.OpenShell()),
    "end": Deed(end, intents.EndDrill, has_ended, lambda _app: intents.EndDrill(early=True, reason="-")),
}
