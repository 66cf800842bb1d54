"""Carries effects out: after their event is on disk, supervised, and told back as observations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from thunes_tui.drill import effects
from thunes_tui.drill.asked_drill import PREFLIGHT
from thunes_tui.drill.effects import Effect
from thunes_tui.events.box import WorkerFailed
from thunes_tui.events.shell import ShellOutput
from thunes_tui.mask import Mask
from thunes_tui.observations import (
    BotGone,
    CommandEnded,
    DeadlinePassed,
    GuardSpoke,
    NotRun,
    Observation,
    PreflightVerdict,
)
from thunes_tui.server import blast
from thunes_tui.server.emergency import EmergencyHand
from thunes_tui.server.environment import effective, spec_of
from thunes_tui.server.guard import Guard, Mint, settings_reasons
from thunes_tui.server.hub import Hub
from thunes_tui.server.interrupt import Interrupter
from thunes_tui.server.preflight import NativePreflight, parse_script
from thunes_tui.server.preflight_script import ScriptReader
from thunes_tui.server.probes import Prober
from thunes_tui.server.process_control import ProcessControl
from thunes_tui.server.recall import output_bytes
from thunes_tui.server.shell import ShellHost
from thunes_tui.server.spec import SessionSpec
from thunes_tui.server.supervisor import Supervisor
from thunes_tui.server.surroundings import Job, Surroundings, jobs_of
from thunes_tui.server.telegram_probe import TelegramProbe
from thunes_tui.server.world import world_pid
from thunes_tui.sources import procfs
from thunes_tui.sources.exchange import ExchangeWorker, Spec

UNGUARDED = (PREFLIGHT,)
"""What may run before testnet is proven: the project's own check, which changes nothing."""


class Effector:
    """One session's hands."""

    def __init__(
        self,
        spec: SessionSpec,
        hub: Hub,
        supervisor: Supervisor,
        mask: Mask,
        environment: Mapping[str, str],
        own: Callable[[], set[int]],
        stop: Callable[[], None],
    ) -> None:
        self._spec = spec
        self._hub = hub
        self._supervisor = supervisor
        self._mask = mask
        self._script = ScriptReader()
        self._environment = environment
        self._own = own
        self._stop = stop
        self._mint = Mint()
        self._deadlines: dict[str, asyncio.TimerHandle] = {}
        self.shell: ShellHost | None = None
        self.new_shell: Callable[[], Coroutine[Any, Any, None]] | None = None
        """Opens one in place of the one that ended; set by who hosts it."""
        self.worker = ExchangeWorker(self._exchange)
        telegram = TelegramProbe(spec.project, spec.profile, environment)
        self.prober = Prober(spec.project, spec.profile, hub.clock, mask, self.worker, telegram.reach)
        self._native = NativePreflight(spec.project, spec.profile, environment, mask, self.worker)
        self._interrupter = Interrupter(lambda: hub.state, own, hub.observe)
        self._around = Surroundings(spec.project, spec.profile, self.prober, self.worker, mask.text)
        self._guard = Guard(spec.project, spec.profile, environment, self.worker, hub.clock)
        self.control = ProcessControl(spec, hub, self._mint, self._guard.prove_for, own, mask.text)
        self._emergency = EmergencyHand(spec, hub, self._mint, self._guard.prove, own, mask.text, telegram)

    def _exchange(self) -> Spec:
        """Checked as it is read: a file edited since the guard looked shows no key to another host."""
        profile = self._spec.profile
        settings = effective(self._spec.project, profile, self._environment)
        against = settings_reasons(settings, profile, "")
        if against:
            raise ValueError(against[0])
        return spec_of(settings, profile)

    def __call__(self, effect: Effect) -> None:
        """Begin an effect; it never blocks the hub."""
        match effect:
            case effects.RunInShell():
                self._run(effect)
            case effects.ResizeShell(cols, rows):
                if self.shell is not None:
                    self.shell.resize(cols, rows)
            case effects.SetDeadline():
                self._set_deadline(effect)
            case effects.FindDead(processes):
                self._find_dead(processes)
            case effects.CloseShell():
                if self.shell is not None:
                    self.shell.close_drill()
            case effects.StopServer():
                self._stop()
            case _:
                self._later(effect)

    def _jobs(self) -> list[Job] | None:
        """Now, for the drill's end lets go of the shell right after it."""
        shell = self.shell
        return None if shell is None or shell.gone else jobs_of(shell.pid, self._hub.state)

    def _later(self, effect: Effect) -> None:
        """The effects that take time, each as a task of its own."""
        work: Coroutine[Any, Any, None]
        match effect:
            case effects.AskGuard(asked_for, command):
                work = self._ask_guard(asked_for, command)
            case effects.AskProbe():
                work = self._probe(effect)
            case effects.AimSignal():
                work = self.control.aim(effect)
            case effects.SendSignal():
                work = self.control.send(effect)
            case effects.InterruptShell(line) if self.shell is not None:
                work = self._interrupter.end(self.shell.terminal, self.shell.pid, line)
            case effects.CheckEmergency() | effects.LookEmergency():
                work = self._emergency.do(effect)
            case effects.LookAround():
                work = self._tell(self._around.look(effect, self._jobs()))
            case effects.TakeBaseline(test):
                work = self._tell(self.prober.baseline(test))
            case effects.CompareRecovered(before):
                work = self._tell(self.prober.compare_recovered(before))
            case effects.SenseSections(run):
                work = self._sense(run)
            case effects.NewShell() if self.new_shell is not None:
                work = self.new_shell()
            case _:
                return
        self._supervisor.start(type(effect).__name__, work)

    async def _tell(self, asked: Coroutine[Any, Any, Observation]) -> None:
        self._hub.observe(await asked)

    async def _probe(self, effect: effects.AskProbe) -> None:
        """The answer carries the attempt of its question."""
        self._hub.observe(replace(await self.prober.probe(effect), attempt=effect.attempt))

    def _find_dead(self, processes: tuple[tuple[int, int], ...]) -> None:
        """Before the sources begin: who is not the same process any more has died unseen."""
        for pid, start in processes:
            known = procfs.stat(pid)
            if known is None or known.dead or known.start != start:
                detail = "it died while no server watched"
                self._hub.observe(BotGone(pid, start, None, None, detail, unwatched=True))

    def _run(self, effect: effects.RunInShell) -> None:
        """Redeem the guard's token, once; without a good one nothing runs but the project's own check."""
        if self.shell is None:
            self._hub.observe(NotRun(effect.attempt, "there is no shell"))
        elif effect.name not in UNGUARDED and not self._mint.redeem(effect.token, effect.attempt):
            reason = f"step {effect.name} has no token of the guard and was not run"
            self._hub.emit(WorkerFailed("guard", reason))
            self._hub.observe(NotRun(effect.attempt, reason))
        elif effect.name not in UNGUARDED and not self._hub.state.proven:
            reason = f"{effect.name} was not run: testnet is not proven"
            self._hub.emit(WorkerFailed("guard", reason))
            self._hub.observe(NotRun(effect.attempt, reason))
        else:
            self._script = ScriptReader()
            reason = "the shell waits at its prompt and has not begun it: look at what stands there"
            lost = NotRun(effect.attempt, reason)
            self.shell.run(effect.name, effect.text, effect.looks, lambda: self._hub.observe(lost))

    def _set_deadline(self, effect: effects.SetDeadline) -> None:
        key = effect.criterion
        if key in self._deadlines:
            self._deadlines[key].cancel()
        passed = DeadlinePassed(effect.criterion, effect.attempt)
        loop = asyncio.get_running_loop()
        self._deadlines[key] = loop.call_later(effect.seconds, self._hub.observe, passed)

    async def _ask_guard(self, asked_for: str, command: str) -> None:
        spec, proof = self._spec, await self._guard.prove()
        if not command:
            self._hub.observe(GuardSpoke(asked_for, proof.proven, proof.reasons))
            return
        world = world_pid(spec.project, spec.profile)
        cwd = self._hub.state.shell.cwd
        found = await blast.look(
            command, spec.project, spec.profile, world, self._own(), self._mask.text, cwd
        )
        attempt = asked_for.removesuffix("!")
        self._hub.observe(
            GuardSpoke(
                asked_for,
                proof.proven,
                proof.reasons,
                self._mint.mint(attempt, proof),
                found.lines,
                (*found.outside, *found.unresolved),
                found.confirm,
            )
        )

    async def _sense(self, run: int) -> None:
        """The native sections one by one, then their verdict."""
        verdicts: list[str] = []
        async for section in self._native.sections(run):
            verdicts.append(section.verdict)
            self._hub.observe(section)
        self._hub.observe(PreflightVerdict(run, "native", "PASS" if set(verdicts) == {"PASS"} else "FAIL"))

    def printed(self, output: ShellOutput) -> None:
        """What the shell printed, as it is recorded: the pre-flight script may print more than is kept."""
        if self._hub.state.preflight.running:
            self._script.feed(output_bytes(output))

    def command_ended(self, ended: CommandEnded) -> None:
        """Before the hub hears of it: the pre-flight script's output is read for its sections."""
        if self._hub.state.shell.running.strip() != f"step {PREFLIGHT}":
            return
        run = self._hub.state.preflight.run
        # What is kept of the output is its end; where it has more, all of it was read as it went by.
        sections, verdict = self._script.told(run) if ended.cut else parse_script(ended.tail, run)
        for section in sections:
            self._hub.observe(section)
        passed = verdict == "PASS" and ended.exit == 0
        self._hub.observe(PreflightVerdict(run, "script", "PASS" if passed else "FAIL"))

    async def close(self) -> None:
        for timer in self._deadlines.values():
            timer.cancel()
        self.control.close()
        await self.worker.close()
