"""Long random walks through whole drills: people, box and accidents mixed; a seed names the one that fails.

The laws are checked at every event, against the state before it, by code that shares nothing with the drill.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from random import Random
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from tests.drill.playbook import ANN, BOB, BTC, Answer, Playbook
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.clock import Moment
from thunes_tui.drill.decide import SEEN
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.effects import AskGuard, AskProbe, Effect, RunInShell, SetDeadline
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.next import next_action
from thunes_tui.events import box, drill, session, shell, steps
from thunes_tui.events.base import Event, Unknown

WALKS = 120
LONG = 3_000
LENGTH = 220
WORST = ("FAIL", "ABORTED", "UNKNOWN", "NOT VERIFIED", "SKIPPED")
OUTPUTS = (
    "",
    "Risk status\nACTIVATED\nBTCUSDT: 1",
    "SWITCH DEACTIVATED",
    "Traceback (most recent call last):",
    "x",
)
AUDITS = (
    ("KILL_SWITCH_ACTIVATED", {"reason": "DRILL"}),
    ("KILL_SWITCH_DEACTIVATED", {"reason": "DRILL"}),
    ("TRADE_REJECTED", {"side": "BUY", "reason": "kill_switch_active"}),
    ("TRADE_APPROVED", {"side": "BUY"}),
    ("TRADE_APPROVED", {"side": "SELL"}),
)


ODD = tuple(sorted((set(SEEN) | set(intents.REGISTRY.values())) - {seen.Happened, intents.EndDrill}, key=str))
NAMES = (
    "T1", "T3", "T3.S2", "T1.S3", "T9.S1", "T1.C1", "T3.C5", "T9", "", ".", "T3.S2#1", "T3.S2#1!", "audit",
    "script", "native", "PASS", "FAIL", "driver", "witness", "step 1.1", "step 3.2", "bot", "BUY", "\n\ud800",
    "KILL_SWITCH_ACTIVATED", "TRADE_APPROVED", "take over", "paper_trader", "2025-10-09T10:42:15",
)  # fmt: skip


def made(kind: Any, dice: Random) -> Any:
    """Some value of a type."""
    simple: dict[Any, Callable[[], Any]] = {
        str: lambda: dice.choice(NAMES),
        int: lambda: dice.choice((0, 1, 2, 9, 100, 4711, -1, 2**40)),
        float: lambda: dice.choice((0.0, 1.5, -3.0)),
        bool: lambda: dice.random() < 0.5,
        Any: lambda: dice.choice((None, 3, "BUY", "DRILL")),
        type(None): lambda: None,
        Event: lambda: Unknown("odd", {}),
    }
    if kind in simple:
        return simple[kind]()
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return made(dice.choice(arguments), dice)
    if origin is tuple and arguments[-1] is ...:
        return tuple(made(arguments[0], dice) for _ in range(dice.randrange(3)))
    if origin is tuple:
        return tuple(made(each, dice) for each in arguments)
    if origin is dict:
        return {"side": made(arguments[1], dice)}
    hints = get_type_hints(kind)
    return kind(**{each.name: made(hints[each.name], dice) for each in fields(kind)})


class Walk:
    """One drill and the dice that move it."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.play = Playbook(mode=self.dice.choice(("drill", "drill", "rehearse")))
        self.play.ready()
        self.pending: list[Effect] = []
        self.started: Counter[str] = Counter()
        self.confirmed: Counter[str] = Counter()
        self.pid = 5000
        self.seen: Counter[str] = Counter()

    def go(self) -> None:
        """A drill that ends early often would test little, so most inputs are what a person would do next."""
        for _ in range(LENGTH):
            move = self.dice.choices(
                (self.forward, self.serve, self.box, self.person, self.oddity, self.accident),
                (30, 40, 20, 9, 4, 1),
            )[0]
            before, mark = self.play.state, len(self.play.journal)
            answer = move()
            self.laws(before, mark, answer)
            if answer is not None:
                self.take(answer)
        self.play.prove()

    def take(self, answer: Answer) -> None:
        for effect in answer.decision.effects:
            if isinstance(effect, RunInShell) and effect.attempt:
                self.started[effect.attempt] += 1
                assert self.started[effect.attempt] == 1, "an attempt reached the shell twice"
                if "pkill" in effect.text and self.play.state.mode == "drill":
                    assert self.started[effect.attempt] <= self.confirmed[effect.attempt]
            self.pending.append(effect)

    def forward(self) -> Answer | None:
        action = next_action(self.play.state)
        ways = [action.intent, *(intent for _, _, intent in action.alternatives)]
        asked = self.dice.choice([way for way in ways if way is not None] or [intents.AddNote("waiting")])
        for step, known in self.play.state.steps.items():
            if known.status == "held":
                asked = intents.ConfirmStep(step, self.dice.choice((known.confirm, known.confirm, "y")))
        answer = self.play.ask(asked)
        if isinstance(asked, intents.ConfirmStep) and not answer.decision.refused:
            self.confirmed[f"{asked.step}#{self.play.state.steps[asked.step].attempt}"] += 1
        return answer

    def serve(self) -> Answer | None:
        """One thing that was wanted is done, not always well, and not always in order."""
        running = self.play.state.shell.running
        if running and self.dice.random() < 0.7:
            return self.play.ended(self.dice.choice(OUTPUTS), self.dice.choice((0, 0, 0, 1)))
        if not self.play.state.shell.alive:
            self.play.record(shell.ShellOpened(8002, 80, 24))
        ready = [each for each in self.pending if not (running and isinstance(each, RunInShell))][:3]
        if not ready:
            return None
        effect = self.dice.choice(ready)
        self.pending.remove(effect)
        match effect:
            case AskGuard(asked_for=asked, command=command):
                proven = self.dice.random() < 0.9
                confirm = "paper_trader" if "pkill" in command else ""
                victims = ("4711 bot",) if confirm else ()
                outside = ("9 editor",) if self.dice.random() < 0.1 else ()
                return self.play.see(seen.GuardSpoke(asked, proven, ("x",), "t", victims, outside, confirm))
            case RunInShell(name=name):
                return self.play.started(f"step {name}" if self.dice.random() < 0.97 else f"ls step {name}")
            case AskProbe(criterion=criterion, attempt=attempt):
                verdict = self.dice.choice(("PASS", "PASS", "FAIL", "VACUOUS", "odd"))
                return self.play.see(seen.Probed(criterion, verdict, "found", attempt=attempt))
            case SetDeadline(criterion=criterion, attempt=attempt, seconds=seconds):
                self.play.wait(seconds * self.dice.random())
                return self.play.see(seen.DeadlinePassed(criterion, attempt))
        return None

    def box(self) -> Answer:
        play, dice = self.play, self.dice
        play.wait(dice.random() * 5)
        kind = dice.randrange(6)
        if kind <= 1:
            event, fields = dice.choice(AUDITS)
            return play.audit(event, replayed=dice.random() < 0.1, **fields)
        if kind == 2:
            return play.log(dice.choice(("Bot healthy", "ACTIVATED", "Kill-switch active: True")))
        if kind == 3:
            return play.alert(late_s=dice.choice((0, 0, 3, 100)))
        bots = play.state.bots
        if kind == 4 and bots:
            gone = dice.choice(bots)
            return play.see(seen.BotGone(gone.pid, gone.start, signal=dice.choice((9, 9, 15, None))))
        if not bots:
            self.pid += 1
            return play.see(seen.BotFound("bot", self.pid, self.pid, "python"))
        return play.see(seen.PositionsSeen(dice.choice((BTC, BTC, ())), dice.choice(("", "", "locked"))))

    def person(self) -> Answer:
        dice, play = self.dice, self.play
        step = dice.choice(sorted(play.state.steps))
        test = dice.choice(play.state.plan).id
        criterion = dice.choice(sorted(play.state.criteria))
        asked: intents.Intent = dice.choice(
            (
                intents.RunStep(step, again=True),
                intents.RunStep(step),
                intents.SkipStep(step, "x"),
                intents.FinishStep(step),
                intents.StartTest(test),
                intents.EndTest(test),
                intents.SkipTest(test, "x"),
                intents.DecideCriterion(criterion, dice.choice(("PASS", "FAIL")), dice.choice(("", "why"))),
                intents.SeeAlert(),
                intents.Hold("x"),
                intents.Release("x"),
                intents.Release("x"),
                intents.RunPreflight(),
                intents.EndDrill(),
                intents.EndDrill(early=dice.random() < 0.05, reason="x"),
            )
        )
        return play.ask(asked, dice.choice((ANN, ANN, BOB, Actor("eve", "replay", 5))))

    def oddity(self) -> Answer:
        """Anything at all, of the right types."""
        kind = self.dice.choice(ODD)
        thing = made(kind, self.dice)
        if isinstance(thing, intents.Intent):
            return self.play.ask(thing, self.dice.choice((ANN, BOB)))
        return self.play.see(thing)

    def accident(self) -> Answer:
        dice, play = self.dice, self.play
        if dice.random() < 0.6:
            play.record(session.JournalResumed(1))
            self.pending.clear()
            answer = play.see(seen.ServerCameBack("boot"))
            play.see(seen.Joined(1, "ann", "driver"))
            play.see(seen.Joined(2, "bob", "witness"))
            return answer
        play.now = Moment(play.now.t - 3_600_000_000, play.now.m)
        return play.see(seen.ShellGone("x")) if dice.random() < 0.3 else play.audit("CLOCK_SET_BACK")

    # The laws

    def laws(self, before: DrillState, mark: int, answer: Answer | None) -> None:
        state = self.play.state
        active = [s.id for s in state.steps.values() if s.status in ("requested", "held", "running")]
        assert len(active) <= 1, f"on their way at once: {active}"
        assert sum(t.status == "running" for t in state.tests.values()) <= 1
        if active:
            assert state.tests[active[0].split(".")[0]].status == "running"
        for number in range(mark, len(self.play.journal)):
            event = self.play.journal[number][0]
            self.seen[event.KIND] += 1
            self.law(event, before, state)
        assert before.ending is None or state.ending == before.ending

    def law(self, event: Event, before: DrillState, after: DrillState) -> None:
        match event:
            case steps.StepStarted(step=step, token=token):
                assert before.ending is None
                assert not before.hold
                assert after.proven or event.by_hand
                assert not before.shell.running or event.by_hand
                command = next(s.command for t in after.plan for s in t.steps if s.id == step)
                assert bool(token) == bool(command)
            case steps.CriterionSensed(criterion=criterion):
                test, check = self.check_of(after, criterion)
                assert before.tests[test].status == "running" or after.tests[test].status == "running"
                if event.verdict == "PASS" and check.step:
                    known = after.steps[f"{test}.S{check.step}"].status
                    assert known in ("running", "done"), f"{criterion} passes on a step that is {known}"
            case steps.TestEnded(test=test, verdict=verdict):
                assert verdict == self.judged(after, test)
            case drill.DrillEnded(decision=decision, authorised=authorised):
                assert decision == self.decided(after)
                assert not (authorised and after.mode == "rehearse")
            case box.RecoveryMeasured(seconds=seconds):
                assert seconds >= 0
            case _:
                pass

    def check_of(self, state: DrillState, criterion: str) -> tuple[str, Any]:
        for test in state.plan:
            for each in test.criteria:
                if each.id == criterion:
                    return test.id, each.check if each.check is not None else NOTHING
        raise AssertionError(criterion)

    def judged(self, state: DrillState, test: str) -> str:
        """The verdict of a test, worst first, written anew."""
        plan = next(t for t in state.plan if t.id == test)
        counted = [c for c in plan.criteria if not c.optional]
        said: list[str] = [state.criteria[c.id].verdict or "NOT VERIFIED" for c in counted]
        words = {"unknown": "UNKNOWN", "aborted": "ABORTED", "skipped": "SKIPPED", "pending": "SKIPPED"}
        said += [words[str(s)] for s in (state.steps[each.id].status for each in plan.steps) if s in words]
        for worst in WORST:
            if worst in said:
                return worst
        return "VACUOUS" if set(said) == {"VACUOUS"} else "PASS"

    def decided(self, state: DrillState) -> str:
        passed = [t.verdict for t in state.tests.values()].count("PASS")
        if any(f.veto for f in state.findings):
            return "NO-GO"
        return {4: "GO", 3: "CONDITIONAL"}.get(passed, "NO-GO")


class Nothing:
    step = 0


NOTHING = Nothing()


@pytest.mark.parametrize("block", range(6))
def test_walks_obey_the_laws(block: int, rounds: Callable[[int, int], int]) -> None:
    seen_kinds: Counter[str] = Counter()
    each = rounds(WALKS, LONG) // 6
    for seed in range(block * each, (block + 1) * each):
        walk = Walk(seed)
        try:
            walk.go()
        except AssertionError as error:
            raise AssertionError(f"walk {seed}: {error}") from error
        seen_kinds += walk.seen
    often = {"step.started", "step.ended", "step.held", "step.unknown", "criterion.sensed", "test.ended"}
    assert often <= set(seen_kinds), "the walks do not go far enough to prove anything"
    assert seen_kinds["test.ended"] >= 10
