"""A script of a drill: what is asked or seen, and exactly which events and effects that must give.

The playbook is the hub without its journal: it numbers, stamps, folds, and keeps all that happened, so that
every test also proves that a refold from nothing gives the same state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.drill.plan import PLAN
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.clock import Moment, to_iso
from thunes_tui.drill.apply import apply
from thunes_tui.drill.decide import Decision, decide, observe
from thunes_tui.drill.draft import SERVER, Actor, short
from thunes_tui.drill.effects import AskGuard, AskProbe, Effect, SetDeadline
from thunes_tui.drill.model import DrillState
from thunes_tui.events import box, drill, shell
from thunes_tui.events.base import Event, encode
from thunes_tui.events.registry import decode
from thunes_tui.events.steps import IntentRefused
from thunes_tui.plain import from_plain, to_plain
from thunes_tui.runbook.model import Test as RunbookTest

START = Moment(1_760_006_535_000_000, 5_000_000_000)
ANN = Actor("ann", "driver", 1)
BOB = Actor("bob", "witness", 2)
BTC = (("BTCUSDT", "0.001", "61000", "1"),)
BOT = seen.BotFound("bot", 4711, 100, "python src/live/paper_trader.py")
PATHS = {
    "inbox": "/phone",
    "bot_scripts": "src/live/paper_trader.py src.live.paper_trader",
    "healthy_pattern": "Bot healthy",
    "trade_pattern": "(?:Opened|Closed) position",
    "audit_s": "60",
    "switch_on_pattern": "Kill-switch active: True",
    "switch_off_pattern": "Kill-switch active: False",
    "preflight_command": "bash preflight.sh",
    "position_command": "buy a little",
}


class Like:
    """Stands for any event or effect of a kind with these members; a member may be a type or end in `...`."""

    def __init__(self, kind: type, /, **members: Any) -> None:
        self.kind = kind
        self.members = members

    def fits(self, thing: object) -> bool:
        return isinstance(thing, self.kind) and all(
            _fits(wanted, getattr(thing, name)) for name, wanted in self.members.items()
        )

    def __repr__(self) -> str:
        return f"{self.kind.__name__}({', '.join(f'{k}={v!r}' for k, v in self.members.items())})"


def like(kind: type, /, **members: Any) -> Like:
    return Like(kind, **members)


def _fits(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, str) and wanted.startswith("...") and isinstance(found, str):
        return wanted[3:] in found
    return bool(wanted == found)


class Answer:
    """What one input gave."""

    def __init__(self, asked: object, decision: Decision) -> None:
        self.asked = asked
        self.decision = decision
        self.things: tuple[Event | Effect, ...] = (*decision.events, *decision.effects)

    def gives(self, *expected: Like | type) -> Answer:
        """Exactly these events, then these effects, in this order."""
        wanted = [each if isinstance(each, Like) else Like(each) for each in expected]
        fits = len(wanted) == len(self.things) and all(
            one.fits(thing) for one, thing in zip(wanted, self.things, strict=True)
        )
        assert fits, self._difference(wanted)
        return self

    def holds(self, *expected: Like | type) -> Answer:
        """Among others these, in this order."""
        rest = list(self.things)
        for each in expected:
            one = each if isinstance(each, Like) else Like(each)
            place = next((n for n, thing in enumerate(rest) if one.fits(thing)), None)
            assert place is not None, self._difference([one])
            rest = rest[place + 1 :]
        return self

    def lacks(self, kind: type) -> Answer:
        assert not any(isinstance(thing, kind) for thing in self.things), self._difference([])
        return self

    def refused(self, words: str) -> Answer:
        """Refused for a reason with these words; nothing was decided and nothing is done."""
        assert self.decision.refused, self._difference([])
        assert words in self.decision.refused, self.decision.refused
        return self.gives(like(IntentRefused, reason=self.decision.refused))

    def of(self, kind: type) -> list[Any]:
        return [thing for thing in self.things if isinstance(thing, kind)]

    def _difference(self, wanted: Sequence[Like]) -> str:
        lines = [f"{self.asked!r}", "gave:", *(f"  {thing!r}" for thing in self.things)]
        return "\n".join([*lines, "wanted:", *(f"  {one!r}" for one in wanted)])


class Playbook:
    """One drill. `ask` for people, `see` for the world, `wait` for time."""

    def __init__(
        self,
        plan: Sequence[RunbookTest] = PLAN,
        mode: str = "drill",
        *,
        phone: bool = True,
        sandbox: bool = False,
    ) -> None:
        self.state = DrillState()
        self.now = START
        self.journal: list[tuple[Event, Moment, str]] = []
        self.seq = 0
        paths = PATHS if phone else {k: v for k, v in PATHS.items() if k != "inbox"}
        opened = drill.DrillOpened(
            "s", "n", mode, "boot", "host", "user", "0", "THUNES", paths, sandbox, operator="ann"
        )
        self.record(
            opened, drill.RunbookPinned("Drill", "d.md", "ab", 10, len(plan), prerequisites=("time",))
        )
        self.record(*(drill.TestPinned(to_plain(test)) for test in plan))

    # What happens

    def record(self, *events: Event, by: str = "server") -> None:
        """Facts that the server states by itself."""
        for event in events:
            self.journal.append((event, self.now, by))
            self.state = apply(self.state, event, len(self.journal) - 1, self.now, by)

    def wait(self, seconds: float) -> Playbook:
        self.now = Moment(self.now.t + round(seconds * 1e6), self.now.m + round(seconds * 1e9))
        return self

    def ask(self, intent: intents.Intent, actor: Actor = ANN) -> Answer:
        self.wait(0.001)
        decision = decide(self.state, intent, self.now, actor, 7)
        before = self.state
        self.record(*decision.events, by=actor.name)
        if decision.refused:
            assert unmarked(self.state) == unmarked(before), "a refused intent has changed the state"
        return Answer(intent, decision)

    def see(self, observation: seen.Observation) -> Answer:
        self.wait(0.001)
        decision = observe(self.state, observation, self.now)
        self.record(*decision.events, by=SERVER.name)
        return Answer(observation, decision)

    # Stretches of a drill

    def ready(self) -> Playbook:
        """Console open, bot running with a position, testnet proven, pre-flight passed, prepared."""
        self.see(seen.Joined(1, "ann", "driver"))
        self.see(seen.Joined(2, "bob", "witness"))
        self.record(shell.ShellOpened(8001, 80, 24))
        self.record(
            box.SourceOpened("audit", "logs/audit_trail.jsonl"), box.SourceOpened("log", "logs/bot.log")
        )
        self.see(seen.GuardSpoke("start", True))
        self.see(BOT)
        self.see(seen.PositionsSeen(BTC))
        self.preflight()
        self.ask(intents.StartPreparation())
        return self

    def preflight(self, native: str = "PASS", script: str = "PASS") -> Answer:
        self.ask(intents.RunPreflight()).holds(drill.PreflightStarted)
        run = self.state.preflight.run
        self.command("step preflight", "")
        self.see(seen.PreflightVerdict(run, "script", script))
        return self.see(seen.PreflightVerdict(run, "native", native))

    def begin(self, test: str) -> Playbook:
        answer = self.ask(intents.StartTest(test))
        assert not answer.decision.refused, answer.decision.refused
        self.see(seen.BaselineTaken(test, 100, "ba5e", 3))
        return self

    def ready_for(self, test: str) -> Playbook:
        return self.ready().begin(test)

    def command(self, line: str, output: str, exit_status: int = 0) -> Answer:
        """The shell's own marks around a command."""
        self.started(line)
        self.wait(0.1)
        return self.ended(output, exit_status)

    def started(self, line: str) -> Answer:
        self.seq += 1
        return self.see(seen.CommandStarted(self.seq, line, "/p", 0))

    def ended(self, output: str = "", exit_status: int = 0) -> Answer:
        sha256 = hashlib.sha256(output.encode()).hexdigest()
        return self.see(seen.CommandEnded(self.seq, exit_status, "/p", 0, 9, output, sha256))

    def launch(self, step: str, *, again: bool = False) -> Answer:
        """Ask for a step and get it started, through the guard."""
        answer = self.ask(intents.RunStep(step, again=again))
        assert not answer.decision.refused, answer.decision.refused
        for effect in answer.of(AskGuard):
            answer = self.see(seen.GuardSpoke(effect.asked_for, True, token="t0"))
        if not self.state.steps[step].by_hand:
            self.started(f"step {short(step)}")
        return answer

    def finish(self, step: str, output: str = "", exit_status: int = 0) -> Answer:
        if self.state.steps[step].by_hand:
            return self.ask(intents.FinishStep(step))
        self.wait(0.1)
        return self.ended(output, exit_status)

    def do(self, step: str, output: str = "", exit_status: int = 0, *, again: bool = False) -> Answer:
        """A whole step."""
        self.launch(step, again=again)
        return self.finish(step, output, exit_status)

    def audit(
        self, event: str, *, replayed: bool = False, timestamp: str | None = None, **fields: Any
    ) -> Answer:
        """A record of the audit trail, stamped now."""
        stamp = to_iso(self.now.t)[:-1] if timestamp is None else timestamp
        offset = 1000 + len(self.journal)
        record = seen.AuditSeen(
            offset, "a0" * 32, event, stamp, fields, "audit", text=event, replayed=replayed
        )
        return self.see(record)

    def log(self, message: str, level: str = "INFO", *, replayed: bool = False) -> Answer:
        record = seen.LogSeen(500, "10" * 32, level, "bot", message, file="bot.log", replayed=replayed)
        return self.see(record)

    def alert(self, text: str = "KILL-SWITCH ACTIVATED", late_s: float = 0.0) -> Answer:
        """A message on the sandbox's phone, which arrived so many seconds ago."""
        return self.see(seen.AlertArrived(text, self.now.t - round(late_s * 1e6), 1, 0, "f0" * 32))

    def answer_probe(self, answer: Answer, verdict: str = "PASS", **members: Any) -> Answer:
        """Answer the one probe that was asked."""
        (asked,) = answer.of(AskProbe)
        return self.see(seen.Probed(asked.criterion, verdict, "looked up", attempt=asked.attempt, **members))

    def time_out(self, answer: Answer) -> list[Answer]:
        """Let every deadline that was set pass."""
        given = []
        for effect in answer.of(SetDeadline):
            self.wait(effect.seconds)
            passed = self.see(seen.DeadlinePassed(effect.criterion, effect.attempt))
            given.append(self.phone_answers(passed))
        return given

    def phone_answers(self, answer: Answer) -> Answer:
        """Telegram is asked before a missing alert is a FAIL: it is there, and not to blame."""
        for asked in answer.of(AskProbe):
            if asked.doubt and asked.check.kind == "telegram":
                return self.see(seen.Probed(asked.criterion, "FAIL", asked.doubt, attempt=asked.attempt))
        return answer

    # What is known

    def verdict(self, item: str) -> str:
        known = self.state.criteria.get(item) or self.state.tests[item]
        return known.verdict

    def status(self, step: str) -> str:
        return self.state.steps[step].status

    def findings(self, *, veto: bool = True) -> list[str]:
        return [f.text for f in self.state.findings if f.veto == veto]

    def deviations(self) -> list[str]:
        return [r.text for r in self.state.remarks if r.kind == "deviation"]

    def prove(self) -> None:
        """The journal alone gives this state again, also by way of JSON, and the state survives its own."""
        assert refold(self.journal) == self.state
        plain = json.loads(json.dumps(to_plain(self.state)))
        assert from_plain(DrillState, plain) == self.state


def refold(journal: Sequence[tuple[Event, Moment, str]]) -> DrillState:
    """From nothing, each event by way of its line in the journal."""
    state = DrillState()
    for number, (event, at, by) in enumerate(journal):
        data = json.loads(json.dumps({"by": by, **encode(event)}))  # as the hub writes it
        again = decode(event.KIND, data) if event.KIND else event
        state = apply(state, again, number, at, data["by"])
    return state


def unmarked(state: DrillState) -> DrillState:
    """Without the marks of the last record and its refusal."""
    return replace(state, head=0, at=START, refusal="")
