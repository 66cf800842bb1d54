"""What stops a drill: the pause, the abort, how the box is left, and why something was done differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thunes_tui import intents
from thunes_tui.drill.abort import WORD
from thunes_tui.drill.deviations import unexplained
from thunes_tui.drill.model import Remark
from thunes_tui.ui.deeds import blocks
from thunes_tui.ui.deeds.deed import Deed
from thunes_tui.ui.screens.left_safe import LeftSafeScreen
from thunes_tui.ui.screens.prompt import Prompt, Why
from thunes_tui.ui.screens.typed import Typed

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

HELD = "Nothing new starts from now on; leaving this lets the drill go on."
ABOUT = (
    "What runs in the shell is told to end, and the drill ends ABORTED: no test goes on, and it is never GO. "
    "The bot is left alone."
)


def pause(app: ThunesApp) -> None:
    """With its reason; the same key ends it."""
    if app.desk.state.stops.pause is not None:
        app.desk.ask(intents.ResumeDrill())
        return

    def because(reason: str | None) -> None:
        if reason:
            app.desk.ask(intents.PauseDrill(reason))

    about = "Nothing new starts, what runs is left alone, and no planned time runs until it is resumed."
    app.push_screen(Prompt(app.desk, "Pause the drill because", about), because)


def pausing(app: ThunesApp) -> intents.Intent:
    """What `p` asks, but for the reason."""
    return intents.ResumeDrill() if app.desk.state.stops.pause is not None else intents.PauseDrill("-")


def abort(app: ThunesApp) -> None:
    """Held at once; then the reason, which may be empty, and the word. Leaving either lets it go on."""
    if not app.desk.ask(intents.OpenAbort()):
        return

    def because(reason: str | None) -> None:
        if reason is None:
            app.desk.ask(intents.LeaveAbort())
            return

        def typed(word: str | None) -> None:
            app.desk.ask(intents.AbortDrill(word, reason) if word else intents.LeaveAbort())

        word_asked = Typed(app.desk, WORD, "Abort the drill", ABOUT)
        word_asked.aborts = True
        app.push_screen(word_asked, typed)

    asked = Prompt(app.desk, "Abort the drill because", HELD, required=False)
    asked.aborts = True
    app.push_screen(asked, because)


def left_safe(app: ThunesApp) -> None:
    """The last look, and a new one where this console may ask for it."""
    state = app.desk.state
    if app.desk.role == "driver" and not state.stops.left_safe.asking:
        app.desk.ask(intents.LookLeftSafe())
    app.push_screen(LeftSafeScreen(app.desk))


def nothing_to_show(app: ThunesApp) -> str:
    if app.desk.state.mode == "watch":
        return "this is a watch: there is no drill"
    seen = app.desk.state.stops.left_safe
    return "" if seen.rows or app.desk.role == "driver" else "nobody has looked yet"


def oldest_why(app: ThunesApp) -> None:
    """The oldest deviation that nobody has explained."""
    why(app, unexplained(app.desk.state)[0])


def why(app: ThunesApp, remark: Remark) -> None:
    """Ask for its reason; left without one it can be answered later."""

    def because(reason: str | None) -> None:
        if reason:
            app.desk.ask(intents.ExplainDeviation(remark.number, reason))
        else:
            app.desk.say("D asks again for the reason")
        held = blocks.held_step(app)
        if held is not None:
            blocks.confirm(app, held)

    app.push_screen(Why(app.desk, "Why it was done differently", remark.text), because)


def remind(app: ThunesApp) -> None:
    """As somebody comes back from the shell: what was done differently there, and has no reason yet."""
    remarks = unexplained(app.desk.state) if app.desk.role == "driver" else ()
    if remarks:
        app.desk.say(f"{remarks[-1].text}: why? D answers, now or later")


def all_explained(app: ThunesApp) -> str:
    return "" if unexplained(app.desk.state) else "no deviation wants a reason"


def explaining(app: ThunesApp) -> intents.Intent | None:
    remarks = unexplained(app.desk.state)
    return intents.ExplainDeviation(remarks[0].number, "-") if remarks else None


DEEDS = {
    "pause": Deed(pause, intents.PauseDrill, trial=pausing),
    "abort": Deed(abort, intents.OpenAbort, trial=lambda _app: intents.OpenAbort()),
    "left_safe": Deed(left_safe, None, nothing_to_show),
    "why": Deed(oldest_why, intents.ExplainDeviation, all_explained, explaining),
}
