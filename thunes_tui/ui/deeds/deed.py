"""A deed: what an action of the keymap does on the console, who may do it, and when it cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thunes_tui.drill.decide import decide
from thunes_tui.drill.draft import Actor
from thunes_tui.intents import DRIVER, REPLAY, WITNESS, Intent
from thunes_tui.ui.desk import LOST, WHY_NOT

if TYPE_CHECKING:
    from thunes_tui.ui.app import ThunesApp

ALLOWED = {"driver": DRIVER, "witness": WITNESS, "replay": REPLAY}


def always(_app: ThunesApp) -> str:
    return ""


def nothing(_app: ThunesApp) -> Intent | None:
    return None


@dataclass(frozen=True, slots=True)
class Deed:
    """What an action does, what it asks for, and whether it can be done now."""

    does: Callable[[ThunesApp], None]
    asks: type[Intent] | None = None
    """The intent it leads to; None for what changes nothing but the screen."""
    unless: Callable[[ThunesApp], str] = always
    """Why it cannot be done now; empty when it can."""
    trial: Callable[[ThunesApp], Intent | None] = nothing
    """What it would ask for, words left out: the drill's own rules say whether that is refused."""

    def why_not(self, app: ThunesApp) -> str:
        """By role first, then by how things stand; empty when it can be done."""
        desk = app.desk
        if self.asks is not None:
            if not desk.connected:
                return LOST
            if self.asks not in ALLOWED[desk.role]:
                return WHY_NOT[desk.role]
            if desk.state.mode == "watch":
                return "this is a watch: there is no drill"
        why = self.unless(app)
        asked = self.trial(app) if not why else None
        if asked is None:
            return why
        client = desk.state.clients.get(str(desk.hello.client))
        actor = Actor(client.name if client is not None else "", desk.role, desk.hello.client)
        return decide(desk.state, asked, desk.now(), actor).refused
