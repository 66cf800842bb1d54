"""What is done to a process: stop, freeze, thaw."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from thunes_tui import intents
from thunes_tui.drill.facts import ProcessState
from thunes_tui.ui.deeds.deed import Deed
from thunes_tui.ui.outline.process import name_of
from thunes_tui.ui.screens.stop import Stop

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp
    from thunes_tui.ui.panes.processes import ProcessesPane

PANE = "processes"


def pane_of(app: ThunesApp) -> ProcessesPane:
    return cast("ProcessesPane", app.panes[PANE])


def chosen(app: ThunesApp) -> ProcessState | None:
    """The selected row where the processes have the focus, elsewhere the bot, if there is one and not two."""
    if app.view.reach == PANE:
        return pane_of(app).selected
    bots = app.desk.state.bots
    return bots[0] if len(bots) == 1 else None


def nothing_chosen(app: ThunesApp) -> str:
    if under_way(app) is not None or chosen(app) is not None:
        return ""
    if app.view.reach == PANE:
        return "no process is selected"
    count = len(app.desk.state.bots)
    return "no bot runs" if not count else f"{count} bots run: select one among the processes (5)"


def under_way(app: ThunesApp) -> ProcessState | None:
    """Whom a signal of this drill is about just now."""
    known = app.desk.state.signalling
    if not known.status:
        return None
    who = (known.pid, known.start)
    return next((p for p in app.desk.state.processes if (p.pid, p.start) == who), None)


def asking(app: ThunesApp, how: str) -> intents.Intent | None:
    """What the key asks for, to be tried first; nothing while another is under way, which it then shows."""
    process = chosen(app)
    if process is None or under_way(app) is not None:
        return None
    return intents.SignalProcess(process.pid, process.start, how)


def signal(app: ThunesApp, how: str) -> None:
    """Ask for it and follow it; with one under way already, follow that. The list stands still meanwhile."""
    known = app.desk.state.signalling
    process = under_way(app)
    attempt = known.attempt
    if process is None:
        process = chosen(app)
        attempt += 1
        if process is None or not app.desk.ask(intents.SignalProcess(process.pid, process.start, how)):
            return
    else:
        how = known.how
    dialog = Stop(app.desk, name_of(process), process.pid, how, attempt)
    pane = pane_of(app)
    pane.hold_still(True)

    def left(_word: str | None) -> None:
        pane.hold_still(False)
        if dialog.signalling.status in ("requested", "held") and not dialog.is_over:
            dialog.called_off()

    app.push_screen(dialog, left)


STOP = Deed(
    lambda app: signal(app, "stop"), intents.SignalProcess, nothing_chosen, lambda app: asking(app, "stop")
)
FREEZE = Deed(
    lambda app: signal(app, "freeze"),
    intents.SignalProcess,
    nothing_chosen,
    lambda app: asking(app, "freeze"),
)
THAW = Deed(
    lambda app: signal(app, "thaw"), intents.SignalProcess, nothing_chosen, lambda app: asking(app, "thaw")
)
DEEDS = {"stop": STOP}
