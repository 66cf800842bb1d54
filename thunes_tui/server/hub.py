"""The only writer of state: one input at a time, journal before screen, intent before effect."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from thunes_tui.clock import Clock, Moment
from thunes_tui.drill.apply import apply
from thunes_tui.drill.decide import Decision, decide, observe
from thunes_tui.drill.draft import SERVER, Actor
from thunes_tui.drill.effects import Effect
from thunes_tui.drill.model import DrillState
from thunes_tui.events.base import Event, encode
from thunes_tui.events.box import WorkerFailed
from thunes_tui.events.session import ClientJoined, ClientLeft, GapNoted, KeysPassed
from thunes_tui.intents import (
    AbortDrill,
    ConfirmEmergencyItem,
    ConfirmSignal,
    CreatePosition,
    Intent,
    RunEmergencyItem,
    RunPreflight,
    RunStep,
    SignalProcess,
    StartTest,
    Stop,
)
from thunes_tui.journal.codec import Record
from thunes_tui.journal.writer import JournalLike, RecordingLost
from thunes_tui.observations import Happened, Observation
from thunes_tui.server.missed import Missed

SYNC_S = 0.2
"""Bulk output is written before it shows and synced within this time (design 4)."""
RETRY_S = 1.0
"""Between two tries whether a lost recording works again."""
WORKER = "journal"
"""Under this name the state says that recording is lost, and why."""
NEEDS_RECORDING = (
    RunStep,
    StartTest,
    RunPreflight,
    CreatePosition,
    SignalProcess,
    ConfirmSignal,
    RunEmergencyItem,
    ConfirmEmergencyItem,
)
"""Nothing that acts may start while recording is lost."""


CONNECTIONS = (ClientJoined, ClientLeft, KeysPassed)


class Output(Protocol):
    """Who is told of every record, after it is written: the clients, the sheet."""

    def recorded(self, record: Record, event: Event, state: DrillState) -> None: ...

    def recording_lost(self, reason: str) -> None: ...


class Hub:
    """Takes intents and observations, decides, writes, applies, tells, and hands effects on."""

    def __init__(self, journal: JournalLike, clock: Clock, state: DrillState) -> None:
        self.journal = journal
        self.clock = clock
        self.state = state
        self.lost = ""
        """Why recording is lost; empty while all is well."""
        self.outputs: list[Output] = []
        self.effector: Callable[[Effect], None] = lambda _effect: None
        self._missed = Missed()
        self._sync_due: asyncio.TimerHandle | None = None
        self._retry_due: asyncio.TimerHandle | None = None

    def take(self, intent: Intent, actor: Actor, ask: int = 0) -> Decision:
        """An intent of a client; what was decided, with the refusal if it was refused."""
        now = self.clock.now()
        if self.lost and not self._again() and isinstance(intent, NEEDS_RECORDING):
            return Decision(refused=f"recording is lost: {self.lost}")
        decision = decide(self.state, intent, now, actor, ask)
        if self._carry_out(decision, actor):
            return decision
        if isinstance(intent, Stop | AbortDrill):  # to leave is never refused, nor is to stop what runs
            self._hand_on(decision)
        why = self.lost or f"{intent.KIND} was not done: it does not fit one record"
        return Decision(refused=decision.refused or why)

    def observe(self, observation: Observation) -> None:
        """Something a source, the shell or an effect tells. What is not recorded now is told again later."""
        recorded = self._carry_out(observe(self.state, observation, self.clock.now()), SERVER)
        if not recorded and self.lost:
            self._missed.add(observation)

    def emit(self, event: Event, actor: Actor = SERVER) -> None:
        """A fact that the server itself states."""
        if not self._carry_out(Decision((event,)), actor) and self.lost:
            self._missed.add(Happened((event,)))

    def _carry_out(self, decision: Decision, actor: Actor) -> bool:
        """Whether all of it is on record; the effects of what is not are dropped."""
        if self.state.refusal and decision.events and not decision.refused and actor is not SERVER:
            self.state = replace(self.state, refusal="")
        for event in decision.events:
            if not self._record(event, actor):
                return False
        self._hand_on(decision)
        return True

    def _hand_on(self, decision: Decision) -> None:
        for effect in decision.effects:
            self.effector(effect)

    def _record(self, event: Event, actor: Actor) -> bool:
        if self.lost:
            return self._unrecorded(event, actor)
        try:
            data = {"by": actor.name, **encode(event)}
            record = self.journal.append(event.KIND, data, sync=event.DECISION)
        except RecordingLost as error:
            self.recording_lost(str(error))
            return self._unrecorded(event, actor)
        except ValueError as error:
            noted = self._record(GapNoted(event.KIND, 1, f"a record did not fit: {error}"[:300]), SERVER)
            if event.DECISION:
                self._record(WorkerFailed("recording", f"{event.KIND} does not fit one record"), SERVER)
            return noted and not event.DECISION
        self._written(record, event, actor)
        return True

    def _written(self, record: Record, event: Event, actor: Actor) -> None:
        self.state = apply(self.state, event, record.n, Moment(record.t, record.m), actor.name)
        if not event.DECISION:
            self._sync_soon()
        for output in self.outputs:
            output.recorded(record, event, self.state)

    def _unrecorded(self, event: Event, actor: Actor) -> bool:
        """Who is connected, and who drives, must not depend on a disk: that is applied in memory alone."""
        if not isinstance(event, CONNECTIONS):
            return False
        self._missed.count += 1
        self._missed.people.append((event, actor))
        self.state = apply(self.state, event, self.state.head, self.clock.now(), actor.name)
        return True

    def _again(self) -> bool:
        """Whether recording works again: then a gap says how much was missed, and what can be told is."""
        missed = self._missed
        gap = GapNoted("records", missed.count, self.lost[:300])
        try:
            record = self.journal.append(gap.KIND, {"by": SERVER.name, **encode(gap)}, sync=True)
        except RecordingLost as error:
            self.recording_lost(str(error))
            return False
        self.lost, self._missed = "", Missed()
        self._show_lost()
        self._written(record, gap, SERVER)
        for event, actor in missed.people:
            self._record(event, actor)
        for observation in missed.told():
            self.observe(observation)
        for output in self.outputs:
            output.recording_lost(self.lost)
        return not self.lost

    def recording_lost(self, reason: str) -> None:
        """No new step from now on; a running one is left alone, and every screen says so.

        It is tried again by itself, for a box that is quiet brings nothing to record.
        """
        if self._retry_due is None:
            self._retry_due = asyncio.get_running_loop().call_later(RETRY_S, self._retry)
        if reason == self.lost:
            return
        self.lost = reason
        self._show_lost()
        for output in self.outputs:
            output.recording_lost(reason)

    def _retry(self) -> None:
        self._retry_due = None
        if self.lost:
            self._again()

    def _show_lost(self) -> None:
        """In the state, though no record can tell of it: a client is shown it by a snapshot."""
        failures = {name: why for name, why in self.state.failures.items() if name != WORKER}
        self.state = replace(self.state, failures={**failures, WORKER: self.lost} if self.lost else failures)

    def _sync_soon(self) -> None:
        if self._sync_due is None:
            self._sync_due = asyncio.get_running_loop().call_later(SYNC_S, self._sync)

    def _sync(self) -> None:
        self._sync_due = None
        self.check()

    def check(self) -> None:
        """What was written is on the disk, and the journal still there; if not, recording is lost."""
        try:
            self.journal.sync()
        except RecordingLost as error:
            self.recording_lost(str(error))

    def adopt(self, record: Record, event: Event) -> None:
        """A record that the journal wrote by itself, such as a checkpoint's."""
        self.state = apply(self.state, event, record.n, Moment(record.t, record.m), SERVER.name)
        for output in self.outputs:
            output.recorded(record, event, self.state)
