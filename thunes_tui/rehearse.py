"""The rehearsal: the same session as a person's, driven without a screen, every step unattended.

A second client of the wire: it asks what `next_action` says, waits for what the server decides, and ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from thunes_tui import intents
from thunes_tui.connection import Closed, Connection, Folded, Snapshot
from thunes_tui.drill.draft import short
from thunes_tui.drill.ends import exit_words
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.next import next_action
from thunes_tui.drill.transitions import not_proven
from thunes_tui.drill.venue import is_down
from thunes_tui.errors import Unusable
from thunes_tui.events.base import Event
from thunes_tui.events.drill import PreflightEnded
from thunes_tui.events.steps import CriterionSensed, IntentRefused, StepEnded, TestEnded

STALL_S = 90.0
"""Longer than any step of a rehearsal may take without a record that the drill goes on."""
ALIVE = ("process.", "source.", "client.", "bot.", "worker.")
"""Kinds of records that come by themselves: they tell that the box lives, not that the drill goes on."""
PREFLIGHTS = 2
"""Tries of the pre-flight; it sends an alert and asks the exchange, either of which may hiccup once."""


class Rehearsal:
    """Walks through a drill by itself. `say` gets a line for a person now and then."""

    def __init__(self, link: Connection, say: Callable[[str], None], stall: float = STALL_S) -> None:
        """`stall`: seconds without progress after which the rehearsal gives up."""
        self._link = link
        self._stall = stall
        self._say = say
        self._last: intents.Intent | None = None
        self._refused = 0

    async def run(self) -> DrillState:
        """To the decision. Raises Unusable when the session ends before, or stands still."""
        updates = self._link.updates()
        clock = asyncio.get_running_loop()
        until = clock.time() + self._stall
        while True:
            try:
                async with asyncio.timeout_at(until):
                    update = await anext(updates)
            except TimeoutError:
                if self._link.state.ending is not None:
                    return self._link.state
                waits = next_action(self._link.state)
                raise Unusable(f"the rehearsal stands still at: {waits.label} ({waits.why})") from None
            if isinstance(update, Closed):
                raise Unusable(f"the session ended before its decision: {update.reason}")
            if isinstance(update, Folded):
                if goes_on(update.event):
                    until = clock.time() + self._stall
                self._tell(update.event)
                if isinstance(update.event, IntentRefused):
                    self._refuse(update.event)
                    continue
            if isinstance(update, Folded | Snapshot):
                if update.state.ending is not None:
                    if not update.state.stops.left_safe.asking:
                        return update.state
                    continue
                self._go_on(update.state)

    def _go_on(self, state: DrillState) -> None:
        """Ask for the next thing, once, when there is one and nothing asked before is still on its way."""
        action = next_action(state)
        if not state.shell.alive or (state.positions_problem == "not read yet"):
            return
        why = hopeless(state)
        if why:
            self._ask(intents.EndDrill(early=True, reason=why))
            return
        intent = action.intent or (action.alternatives[0][2] if action.alternatives else None)
        if isinstance(intent, intents.RunStep) and intent.again:
            known = state.steps[intent.step]
            reason = f"{known.status}: {known.reason}; a rehearsal attempts nothing twice"
            intent = intents.SkipStep(intent.step, reason)
        self._ask(intent)

    def _ask(self, intent: intents.Intent | None) -> None:
        if intent is not None and intent != self._last:
            self._link.ask(intent)
        self._last = intent

    def _refuse(self, event: IntentRefused) -> None:
        """A refusal is asked again when the state has moved on; too many of one kind end it."""
        self._say(f"  refused: {event.reason}")
        self._refused += 1
        self._last = None
        if self._refused > 50:
            raise Unusable(f"the session refuses to go on: {event.reason}")

    def _tell(self, event: Event) -> None:
        match event:
            case PreflightEnded():
                self._say(f"pre-flight: console {event.native}, script {event.script}")
            case StepEnded():
                how = "by hand, nothing to run" if event.exit is None else exit_words(event.exit)
                self._say(f"  step {short(event.step)}: {how}")
            case CriterionSensed():
                self._say(f"    {event.verdict}: {event.cause}")
            case TestEnded():
                number = event.test[1:]
                self._say(f"Test {number}: {event.verdict} {event.cause}".rstrip())
            case _:
                pass


def hopeless(state: DrillState) -> str:
    """Why nothing more can come of a rehearsal, which then ends with its result; empty while it goes on."""
    flight = state.preflight
    if flight.run >= PREFLIGHTS and not flight.passed and not flight.running:
        return "the pre-flight did not pass"
    between = state.phases["preparation"].started is not None and state.running_test is None
    if between and not state.proven and not is_down(state.guard_reasons):
        return not_proven(state.guard_reasons)
    return ""


def goes_on(event: Event) -> bool:
    """Whether it says that the drill itself moves."""
    return event.DECISION and not event.KIND.startswith(ALIVE)


async def rehearse(socket: Path, name: str, say: Callable[[str], None]) -> tuple[DrillState, str]:
    """Drive the session at `socket` to its decision and end its server; how it ended, and its folder."""
    link = await Connection.open(socket, name, "driver")
    try:
        state = await Rehearsal(link, say).run()
        link.ask(intents.Stop())
        async for update in link.updates():
            if isinstance(update, Closed):
                break
        return state, link.hello.folder
    finally:
        await link.close()
