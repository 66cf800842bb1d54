"""The server's hand on processes: aims, sends one signal to one process, and sees what that process does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable

from thunes_tui.drill.effects import AimSignal, SendSignal
from thunes_tui.drill.venue import is_down
from thunes_tui.errors import Refused
from thunes_tui.observations import Aimed, SignalTold
from thunes_tui.server import aim, signals
from thunes_tui.server.guard import Mint, Proof
from thunes_tui.server.hub import Hub
from thunes_tui.server.signals import Identity
from thunes_tui.server.spec import SessionSpec
from thunes_tui.sources import pidfd, procfs

LOOK_S = 0.02
"""Between looks whether a process stands still, which no descriptor tells."""


class ProcessControl:
    """One session's. `own` gives the console's processes as they are now; `prove` asks the guard, for a pid
    and its start."""

    def __init__(
        self,
        spec: SessionSpec,
        hub: Hub,
        mint: Mint,
        prove: Callable[[int, int], Awaitable[Proof]],
        own: Callable[[], set[int]],
        mask: Callable[[str], str],
    ) -> None:
        self._spec = spec
        self._hub = hub
        self._mint = mint
        self._prove = prove
        self._own = own
        self._mask = mask
        self._earlier: set[int] = set()
        """Attempts whose token stands on an earlier proof."""
        self._held: tuple[int, int] | None = None
        """The attempt whose first signal went out, and the descriptor of its process."""

    async def aim(self, effect: AimSignal) -> None:
        """The guard's answer, and what the signal would reach; the token is for this attempt."""
        proof = await self._prove(effect.pid, effect.start)
        if proof.earlier:
            self._earlier.add(effect.attempt)
        own = self._own()
        found = await asyncio.to_thread(
            aim.at, effect.pid, effect.start, self._spec.project, self._spec.profile, own, self._mask
        )
        self._hub.observe(
            Aimed(
                effect.attempt,
                proof.proven,
                proof.reasons,
                self._mint.mint(_name(effect.attempt), proof),
                found.problem,
                found.victims,
                found.spared,
                found.confirm,
                effect.confirmed,
                proof.earlier,
            )
        )

    async def send(self, effect: SendSignal) -> None:
        """The event that says so is on disk already."""
        number = signal.Signals(effect.signal)
        try:
            descriptor = self._grip(effect)
            if descriptor is None or not signals.strike(descriptor, effect.pid, number):
                self._tell(effect, "gone", "there was no such process any more")
                self._let_go()
                return
        except Refused as why:
            self._tell(effect, "refused", str(why))
            self._let_go()
            return
        self._tell(effect, "sent")
        outcome, detail = await self._watch(effect, descriptor, number)
        self._tell(effect, outcome, detail)
        if outcome != "alive" or number != signal.SIGTERM:
            self._let_go(effect.attempt)

    def _grip(self, effect: SendSignal) -> int | None:
        """The process's descriptor: opened for the first signal, the same for the second. Raises Refused."""
        if not effect.token:
            if self._held is None or self._held[0] != effect.attempt:
                raise Refused("it has no token of the guard: nothing was sent")
            if signals.is_ours(effect.pid, self._own()):
                raise Refused(f"process {effect.pid} is the console's own: it is never signalled")
            return self._held[1]
        if not self._mint.redeem(effect.token, _name(effect.attempt)):
            raise Refused("its token is not the guard's for this attempt: nothing was sent")
        if not self._is_proven(effect.attempt):
            raise Refused("testnet is not proven: nothing was sent")
        self._let_go()
        who = Identity(self._hub.state.boot, effect.pid, effect.start)
        descriptor = signals.hold(who, self._own())
        self._held = None if descriptor is None else (effect.attempt, descriptor)
        return descriptor

    def _is_proven(self, attempt: int) -> bool:
        """As the guard has answered last; of the drilled bot, whom it knew before, silence takes nothing."""
        state = self._hub.state
        return state.proven or (attempt in self._earlier and is_down(state.guard_reasons))

    async def _watch(self, effect: SendSignal, descriptor: int, number: signal.Signals) -> tuple[str, str]:
        if number in (signal.SIGSTOP, signal.SIGCONT):
            return await _stands(effect, still=number == signal.SIGSTOP)
        if await _is_readable(descriptor, effect.patience_s):
            death = pidfd.death(descriptor, effect.pid, effect.start)
            if death.signal is not None:
                return "dead", f"by {signal.Signals(death.signal).name}"
            return "dead", f"it ended with {death.exit}" if death.exit is not None else death.detail
        return "alive", _condition(effect.pid)

    def _tell(self, effect: SendSignal, outcome: str, detail: str = "") -> None:
        self._hub.observe(SignalTold(effect.attempt, effect.signal, outcome, detail))

    def _let_go(self, attempt: int = 0) -> None:
        """Of this attempt's process, or of any."""
        if self._held is not None and attempt in (0, self._held[0]):
            os.close(self._held[1])
            self._held = None

    def close(self) -> None:
        self._let_go()


def _name(attempt: int) -> str:
    """Under which the guard's token of an attempt is kept."""
    return f"signal {attempt}"


async def _is_readable(descriptor: int, seconds: float) -> bool:
    """Whether the held process died within the time."""
    loop = asyncio.get_running_loop()
    died = asyncio.Event()
    own = os.dup(descriptor)  # the loop watches a descriptor once, and another wait may watch this one
    loop.add_reader(own, died.set)
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await died.wait()
        return died.is_set()
    finally:
        loop.remove_reader(own)
        os.close(own)


async def _stands(effect: SendSignal, *, still: bool) -> tuple[str, str]:
    """Whether the process stands still now, or runs again."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(effect.patience_s):
            while True:
                known = procfs.stat(effect.pid)
                if known is None or known.dead or known.start != effect.start:
                    return "dead", "it ended"
                if known.frozen == still:
                    return ("frozen" if still else "running"), ""
                await asyncio.sleep(LOOK_S)
    return "alive", _condition(effect.pid)


def _condition(pid: int) -> str:
    """What /proc says of who did not do what it was told."""
    known = procfs.stat(pid)
    words = {"D": "it waits for a device and cannot be interrupted", "T": "it stands still", "S": "it sleeps"}
    return "it is gone" if known is None else f"state {known.state}: {words.get(known.state, 'it runs')}"
