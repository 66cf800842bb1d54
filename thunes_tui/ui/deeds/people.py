"""What people say beside the drill: notes, deviations, holds, sign-offs, and who has the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thunes_tui import intents
from thunes_tui.ui.deeds.deed import Deed
from thunes_tui.ui.screens.prompt import Prompt

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

TAKE_OVER = "take over"


def note(app: ThunesApp) -> None:
    def written(text: str | None) -> None:
        if text:
            app.desk.ask(intents.AddNote(text))

    app.push_screen(Prompt(app.desk, "Note"), written)


def deviation(app: ThunesApp) -> None:
    """What was done differently, then why; an empty reason is on record as none."""

    def why(text: str | None) -> None:
        if not text:
            return

        def because(reason: str | None) -> None:
            if reason is not None:
                app.desk.ask(intents.AddDeviation(text, reason))

        app.push_screen(Prompt(app.desk, "Why it was done differently", text, required=False), because)

    app.push_screen(Prompt(app.desk, "What was done differently from the runbook"), why)


def hold(app: ThunesApp) -> None:
    state = app.desk.state
    if state.hold:
        about = f"{state.held_by} holds it: {state.hold}"

        def released(reason: str | None) -> None:
            if reason is not None:
                app.desk.ask(intents.Release(reason))

        app.push_screen(Prompt(app.desk, "Release the drill because", about, required=False), released)
        return

    def held(reason: str | None) -> None:
        if reason is not None:
            app.desk.ask(intents.Hold(reason))

    about = "Nothing new starts while it is held; what runs is left alone."
    app.push_screen(Prompt(app.desk, "Hold the drill because", about, required=False), held)


def holding(app: ThunesApp) -> intents.Intent:
    """What `H` asks, but for the reason."""
    return intents.Release("-") if app.desk.state.hold else intents.Hold("-")


def keys(app: ThunesApp) -> None:
    """The driver gives them to who asked; a witness asks, or takes over when nobody has them."""
    state = app.desk.state
    if app.desk.role == "driver":
        asking = next(client for client in state.clients.values() if client.asks_keys)
        app.desk.ask(intents.PassKeys(asking.id))
        return
    if state.driver is not None:
        if app.desk.ask(intents.RequestKeys()):
            app.desk.say(f"asked {state.driver.name} for the keys")
        return

    def typed(words: str | None) -> None:
        if words:
            app.desk.ask(intents.RequestKeys(words))

    about = f"No driver is connected. Type  {TAKE_OVER}  to take the keys."
    app.push_screen(Prompt(app.desk, "Take the keys", about), typed)


def nobody_asks(app: ThunesApp) -> str:
    if app.desk.role == "driver" and not any(c.asks_keys for c in app.desk.state.clients.values()):
        return "you have the keys, and nobody asks for them"
    return ""


def sign_off(app: ThunesApp) -> None:
    test = app.desk.state.running_test
    chosen = test.id if test is not None else app.checklist.selected.split(".", maxsplit=1)[0]

    def written(text: str | None) -> None:
        if text is not None:
            app.desk.ask(intents.SignOff(chosen, text))

    app.push_screen(Prompt(app.desk, f"Sign off Test {chosen[1:]}", required=False), written)


def no_test(app: ThunesApp) -> str:
    state = app.desk.state
    chosen = app.checklist.selected.split(".", maxsplit=1)[0]
    return "" if state.running_test is not None or chosen in state.tests else "select a test first"


DEEDS = {
    "note": Deed(note, intents.AddNote, trial=lambda _app: intents.AddNote("-")),
    "deviation": Deed(deviation, intents.AddDeviation, trial=lambda _app: intents.AddDeviation("-")),
    "hold": Deed(hold, intents.Hold, trial=holding),
    "keys": Deed(keys, intents.RequestKeys, nobody_asks),
    "sign_off": Deed(sign_off, intents.SignOff, no_test),
}
