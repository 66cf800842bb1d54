"""The server's part in an emergency: proves, previews and hashes before a block runs, and looks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from thunes_tui.drill.effects import CheckEmergency, LookEmergency
from thunes_tui.emergency_observations import EmergencyChecked, EmergencyLooked
from thunes_tui.server import blast
from thunes_tui.server.conditions import Conditions
from thunes_tui.server.guard import Mint, Proof
from thunes_tui.server.hub import Hub
from thunes_tui.server.spec import SessionSpec
from thunes_tui.server.telegram_probe import TelegramProbe
from thunes_tui.server.world import world_pid


class EmergencyHand:
    """One session's. `prove` asks the guard, `own` gives the console's processes."""

    def __init__(
        self,
        spec: SessionSpec,
        hub: Hub,
        mint: Mint,
        prove: Callable[[], Awaitable[Proof]],
        own: Callable[[], set[int]],
        mask: Callable[[str], str],
        telegram: TelegramProbe,
    ) -> None:
        self._spec = spec
        self._hub = hub
        self._mint = mint
        self._prove = prove
        self._own = own
        self._mask = mask
        self._telegram = telegram
        self._conditions = Conditions(spec.project, spec.profile, own)

    async def do(self, asked: CheckEmergency | LookEmergency) -> None:
        """What is asked, answered to the hub."""
        if isinstance(asked, CheckEmergency):
            await self.check(asked)
        else:
            await self.look(asked)

    async def check(self, asked: CheckEmergency) -> None:
        """The conditions come last: what they say is as old as the answer itself."""
        spec, proof = self._spec, await self._prove()
        world = world_pid(spec.project, spec.profile)
        cwd = self._hub.state.shell.cwd
        found = await blast.look(
            asked.command, spec.project, spec.profile, world, self._own(), self._mask, cwd
        )
        evidence = await asyncio.to_thread(self._conditions.hashes, asked.evidence)
        problem = await asyncio.to_thread(self._conditions.problem, asked.needs, asked.evidence)
        self._hub.observe(
            EmergencyChecked(
                asked.asked_for,
                proof.proven,
                proof.reasons,
                self._mint.mint(asked.asked_for, proof),
                self._mask(problem),
                found.lines,
                (*found.outside, *found.unresolved),
                found.confirm,
                evidence,
                asked.confirmed,
            )
        )

    async def look(self, asked: LookEmergency) -> None:
        ways = {"reach": self._telegram.reach, "token": self._telegram.token}
        way = ways.get(asked.item)
        good, words = await way() if way is not None else (False, f"nobody can look at {asked.item}")
        self._hub.observe(EmergencyLooked(asked.number, asked.item, asked.attempt, good, self._mask(words)))
