"""Whatever is asked or seen, in any order: nothing raises, no time is negative, a refold is the state."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.drill.playbook import ANN, BOB, PATHS, Playbook, refold
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.clock import Moment
from thunes_tui.drill.apply import apply
from thunes_tui.drill.decide import SEEN, decide, observe
from thunes_tui.drill.decision import decide_outcome
from thunes_tui.drill.draft import Actor
from thunes_tui.drill.effects import AskGuard, AskProbe, Effect, RunInShell, SetDeadline
from thunes_tui.drill.model import DrillState
from thunes_tui.drill.next import next_action
from thunes_tui.drill.results import results
from thunes_tui.drill.timeline import pace, rows
from thunes_tui.events import steps
from thunes_tui.events.base import REGISTRY, Event, Unknown
from thunes_tui.events.registry import MODULES
from thunes_tui.paperwork.sheet import sheet
from thunes_tui.plain import from_plain, to_plain
from thunes_tui.runbook.model import Test as RunbookTest

assert MODULES
EXAMPLES = settings(deadline=None, suppress_health_check=list(HealthCheck))

TESTS = ("T1", "T2", "T3", "T4")
STEPS = tuple(f"T{t}.S{s}" for t, count in ((1, 4), (2, 3), (3, 5), (4, 2)) for s in range(1, count + 1))
CRITERIA = tuple(f"T{t}.C{c}" for t, count in ((1, 6), (2, 4), (3, 7), (4, 3)) for c in range(1, count + 1))
WORDS = (
    *TESTS,
    *STEPS,
    *CRITERIA,
    *(f"{s}#{n}" for s in ("T3.S2", "T9.S9") for n in (1, 2)),
    "T3.S2#1!",
    "T9",
    "T9.S1",
    ".",
    "",
    "bot",
    "audit",
    "log",
    "script",
    "native",
    "PASS",
    "FAIL",
    "UNKNOWN",
    "BUY",
    "KILL_SWITCH_ACTIVATED",
    "KILL_SWITCH_DEACTIVATED",
    "TRADE_REJECTED",
    "TRADE_APPROVED",
    "Bot healthy",
    "ACTIVATED",
    "step 1.1",
    "step 3.2",
    "preparation",
    "4711",
    "²",
    "paper_trader",
    "driver",
    "boot",
    "2025-10-09T10:42:15",
    "x\n\ud800",
    "take over",
)
WORD = st.sampled_from(WORDS)
NUMBER = st.sampled_from((0, 1, 2, 3, 9, 100, 4711, 900, -1, 2**40))
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: WORD,
    int: NUMBER,
    float: st.sampled_from((0.0, 1.5, 60.0, -3.0, 1e9)),
    bool: st.booleans(),
    type(None): st.none(),
    Any: WORD | NUMBER,
    Event: st.builds(Unknown, WORD, st.just({})),
}


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of events, intents or observations."""
    if kind in SCALARS:
        return SCALARS[kind]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*map(of, arguments))
    if origin is tuple and arguments[-1:] == (...,):
        return st.lists(of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, arguments))
    if origin is dict:
        return st.dictionaries(
            st.sampled_from(("side", "reason", "id", "steps")), of(arguments[1]), max_size=2
        )
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{f.name: of(hints[f.name]) for f in dataclasses.fields(kind)})


EVENTS = st.one_of(*map(of, REGISTRY.values()), st.builds(Unknown, WORD, st.just({"a": 1})))
INTENTS = st.one_of(*map(of, intents.REGISTRY.values()))
OBSERVATIONS = st.one_of(*map(of, SEEN))
ACTORS = st.sampled_from(
    (ANN, ANN, BOB, Actor("eve", "witness", 9), Actor("r", "replay", 3), Actor("x", "?"))
)
MOVES = st.sampled_from(
    (
        *(intents.StartTest(t) for t in TESTS),
        *(intents.EndTest(t) for t in TESTS),
        *(intents.RunStep(s, again=again) for s in STEPS for again in (False, True)),
        *(intents.FinishStep(s) for s in STEPS),
        *(intents.SkipStep(s, "x") for s in STEPS),
        intents.ConfirmStep("T3.S2", "paper_trader"),
        intents.EndDrill(early=True, reason="x"),
    )
)
BACK = seen.ServerCameBack("boot")
INPUTS = st.lists(
    st.tuples(
        st.one_of(MOVES, MOVES, INTENTS, OBSERVATIONS, st.just("next"), st.just("serve"), st.just(BACK)),
        ACTORS,
        st.sampled_from((-(10**9), 0, 1, 10**6, 11 * 10**9)),
    ),
    max_size=30,
)


@EXAMPLES
@given(INPUTS, st.sampled_from(("drill", "rehearse", "watch")), st.booleans())
@example([(seen.AlertArrived("KILL-SWITCH ACTIVATED", -5, 1), ANN, 0)], "drill", True)
def test_any_inputs_in_any_order(inputs: list[tuple[Any, Actor, int]], mode: str, ready: bool) -> None:
    play = Playbook(mode=mode) if mode != "watch" else Playbook((), mode)
    if ready and mode != "watch":
        play.ready()
    pending: list[Effect] = []
    started: dict[str, int] = {}
    for asked, actor, elapsed in inputs:
        play.now = Moment(play.now.t + elapsed // 1000, max(0, play.now.m + elapsed))
        before = len(play.journal)
        thing = next_action(play.state).intent if asked == "next" else asked
        if asked == "serve" and pending:
            thing = served(pending.pop(0))
        if isinstance(thing, intents.Intent):
            pending += play.ask(thing, actor).decision.effects
        elif isinstance(thing, seen.Observation):
            pending += play.see(thing).decision.effects
        for effect in pending[:]:
            if isinstance(effect, RunInShell) and effect.attempt:
                started[effect.attempt] = started.get(effect.attempt, 0) + 1
                pending.remove(effect)
        truths(play, before)
    play.prove()
    assert all(count == 1 for count in started.values()), "an attempt reached the shell twice"
    views(play)


def served(effect: Effect) -> seen.Observation | None:
    """A cooperative answer."""
    match effect:
        case AskGuard(asked_for=asked):
            return seen.GuardSpoke(asked, True, token="t", confirm="paper_trader")
        case AskProbe(criterion=criterion, attempt=attempt):
            return seen.Probed(criterion, "PASS", "sound", attempt=attempt)
        case SetDeadline(criterion=criterion, attempt=attempt):
            return seen.DeadlinePassed(criterion, attempt)
        case _:
            return None


def truths(play: Playbook, since: int) -> None:
    """What holds after every input."""
    state = play.state
    active = [s for s in state.steps.values() if s.status in ("requested", "held", "running")]
    if not any(isinstance(e, (steps.StepStarted, steps.StepRequested)) for e in foreign(play)):
        assert len(active) <= 1, "two steps on their way at once"
    for event, _at, by in play.journal[since:]:
        if isinstance(event, steps.CriterionSensed) and event.verdict == "PASS":
            assert by == "server" or event.evidence is not None
    assert state.head == len(play.journal) - 1


def foreign(play: Playbook) -> list[Event]:
    """Events that came in by `Happened`, which may claim anything."""
    return [e for e, _, _ in play.journal if getattr(e, "step", None) not in STEPS]


def views(play: Playbook) -> None:
    """Whatever looks at the state finds words for it, and no negative time."""
    state = play.state
    decide_outcome(state)
    json.dumps(results(state, "r"))
    assert isinstance(pace(state, play.now), str)
    assert len(rows(state)) >= 3
    assert sheet(state).endswith("\n")
    for test in results(state, "r")["tests"]:
        assert test["duration_s"] is None or test["duration_s"] >= 0
        assert all(s["duration_s"] is None or s["duration_s"] >= 0 for s in test["steps"])
    for part in ("pid", "log", "healthy", "audit"):
        measured = getattr(state.recovery, part)
        assert measured is None or measured >= 0 or from_outside(play)


def from_outside(play: Playbook) -> bool:
    from thunes_tui.events.box import RecoveryMeasured

    return any(isinstance(e, RecoveryMeasured) and e.seconds < 0 for e, _, _ in play.journal)


STATES = (DrillState(), Playbook().state, Playbook().ready_for("T3").state)


@EXAMPLES
@given(
    st.sampled_from(STATES),
    st.lists(st.tuples(EVENTS, st.integers(0, 2**50), st.integers(0, 2**50)), max_size=12),
    WORD,
)
def test_any_events_in_any_order_fold_and_the_state_survives_json(
    state: DrillState, events: list[tuple[Event, int, int]], by: str
) -> None:
    for number, (event, t, m) in enumerate(events):
        state = apply(state, event, number, Moment(t, m), by)
        assert (state.head, state.at) == (number, Moment(t, m))
    plain = json.loads(json.dumps(to_plain(state)))
    assert from_plain(DrillState, plain) == state
    # and whatever such a state is asked or told raises nothing
    now = Moment(5, 5)
    for asked in (
        intents.StartPreparation(),
        intents.EndDrill(early=True, reason="x"),
        intents.EndTest("T3"),
    ):
        decide(state, asked, now, ANN)
    for told in (BACK, seen.ShellGone(), seen.CommandEnded(1, 0, "/", 0, 0), seen.BotGone(4711, 100)):
        observe(state, told, now)
    next_action(state)
    assert sheet(state)


@EXAMPLES
@given(st.lists(st.tuples(EVENTS, WORD), max_size=8))
def test_a_refold_by_way_of_the_journal_is_the_live_state(events: list[tuple[Event, str]]) -> None:
    play = Playbook((), "watch")
    for event, by in events:
        if not isinstance(event, Unknown):
            play.record(event, by=by)
    assert refold(play.journal) == play.state


def test_a_test_that_cannot_be_read_and_one_that_is_pinned_twice_change_nothing() -> None:
    play = Playbook()
    before = play.state.plan
    from thunes_tui.events.drill import TestPinned

    play.record(TestPinned({"id": "T9"}), TestPinned({}), TestPinned(to_plain(before[0])))
    assert play.state.plan == before
    assert all(isinstance(test, RunbookTest) for test in before)
    assert PATHS
