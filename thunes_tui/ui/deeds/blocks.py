"""What is done with a step's block on the console: filled in, edited, confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thunes_tui import intents
from thunes_tui.drill import exact
from thunes_tui.drill.draft import short
from thunes_tui.drill.next import to_fill
from thunes_tui.drill.step_state import ACTIVE, text_of, waits_for
from thunes_tui.runbook.model import Step
from thunes_tui.ui.deeds.deed import Deed
from thunes_tui.ui.screens.confirm import Confirm
from thunes_tui.ui.screens.edit import Edit
from thunes_tui.ui.screens.fill import Fill

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp


def step_of(app: ThunesApp, item: str) -> Step | None:
    return next((s for t in app.desk.state.plan for s in t.steps if s.id == item), None)


def block_of(app: ThunesApp, step: Step) -> str:
    """What would run now."""
    return text_of(step, app.desk.state.steps[step.id])


def held_step(app: ThunesApp) -> Step | None:
    """The step that waits for its typed confirmation."""
    held = next((s.id for s in app.desk.state.steps.values() if s.status == "held"), "")
    return step_of(app, held)


def confirm(app: ThunesApp, step: Step) -> None:
    """The blast radius, and the word to type."""
    known = app.desk.state.steps[step.id]
    way = exact.way(app.desk.state, step, known)
    dialog = Confirm(app.desk, short(step.id), block_of(app, step), known.victims, known.confirm, way)

    def typed(word: str | None) -> None:
        if word:
            app.desk.ask(intents.ConfirmStep(step.id, word, dialog.exact))

    app.push_screen(dialog, typed)


def fill(app: ThunesApp, step: Step) -> None:
    """The values of its placeholders, one after the other."""

    def given(asked: intents.FillStep | None) -> None:
        if asked is not None:
            app.desk.ask(asked)

    app.push_screen(Fill(app.desk, step.id, short(step.id), step.command), given)


def chosen(app: ThunesApp) -> Step | None:
    """The selected step; the next one where none is selected."""
    found = step_of(app, app.checklist.selected)
    test = app.desk.state.running_test
    if found is not None or test is None:
        return found
    return next((s for s in test.steps if app.desk.state.steps[s.id].status == "pending"), None)


def edit(app: ThunesApp) -> None:
    """Its block as text; while it waits to be filled in, that comes first."""
    step = chosen(app)
    if step is None:
        return
    known = app.desk.state.steps[step.id]
    if waits_for(step, known):
        fill(app, step)
        return

    def changed(text: str | None) -> None:
        if text is not None:
            app.desk.ask(intents.EditStep(step.id, text))

    own = known.filled or step.command
    app.push_screen(Edit(app.desk, short(step.id), own, text_of(step, known)), changed)


def cannot_edit(app: ThunesApp) -> str:
    step = chosen(app)
    if step is None:
        return "select a step first: 1, then j and k"
    test = app.desk.state.tests.get(step.id.split(".", maxsplit=1)[0])
    if test is None or test.status != "running":
        return "its test is not running"
    if app.desk.state.steps[step.id].status in ACTIVE:
        return f"step {short(step.id)} is under way"
    return "" if step.command else f"step {short(step.id)} has no block: it is done by hand"


def fill_next(app: ThunesApp) -> bool:
    """Whether what comes next is to fill a step in, which is then asked."""
    step = to_fill(app.desk.state)
    if step is not None:
        fill(app, step)
    return step is not None


DEEDS = {"edit": Deed(edit, intents.EditStep, cannot_edit)}
