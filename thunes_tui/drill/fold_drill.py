"""How the drill's own events change the state: opening, documents, phases, pre-flight, ending."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thunes_tui.drill.mark import Mark
from thunes_tui.drill.model import (
    PHASES,
    SECTIONS,
    CriterionState,
    DrillState,
    Ending,
    PhaseState,
    PreflightState,
    SectionState,
    Stamp,
    StepState,
    TestState,
)
from thunes_tui.events import drill
from thunes_tui.plain import from_plain
from thunes_tui.runbook.model import Test

ENDED = {"preflight": "Pre-flight check complete", "preparation": "Preparation complete, monitors set up"}


def stamped(state: DrillState, label: str, mark: Mark) -> DrillState:
    return replace(state, stamps=(*state.stamps, Stamp(label, mark.at)))


def opened(state: DrillState, event: drill.DrillOpened, mark: Mark) -> DrillState:
    return replace(
        state,
        session=event.session,
        boot=event.boot,
        mode=event.mode,
        project=event.project,
        paths=event.paths,
        sandbox=event.sandbox,
        operator=event.operator,
        zone=event.zone,
        opened=mark.at,
        phases={name: PhaseState() for name in PHASES},
    )


def runbook_pinned(state: DrillState, event: drill.RunbookPinned, _mark: Mark) -> DrillState:
    return replace(
        state,
        runbook_title=event.title,
        runbook_sha256=event.sha256,
        runbook_tests=event.tests,
        unplaced=event.unplaced,
        prerequisites=event.prerequisites,
        documents={**state.documents, "runbook": (event.evidence, 0, event.size)},
    )


def pinned_test(state: DrillState, event: drill.TestPinned, _mark: Mark) -> DrillState:
    try:
        test = from_plain(Test, event.test)
    except ValueError:
        return state  # a test of another version, or not one at all: there is nothing to drill in it
    if test.id in state.tests:
        return state
    return replace(
        state,
        plan=(*state.plan, test),
        tests={**state.tests, test.id: TestState(test.id)},
        steps={**state.steps, **{s.id: StepState(s.id) for s in test.steps}},
        criteria={**state.criteria, **{c.id: CriterionState(c.id) for c in test.criteria}},
    )


def document_pinned(state: DrillState, event: drill.DocumentPinned, _mark: Mark) -> DrillState:
    place = (event.evidence, event.start, event.end)
    return replace(state, documents={**state.documents, event.name: place})


def runbook_changed(state: DrillState, _event: drill.RunbookChanged, _mark: Mark) -> DrillState:
    return replace(state, runbook_changed=True)


def phase_started(state: DrillState, event: drill.PhaseStarted, mark: Mark) -> DrillState:
    after = replace(state, phases={**state.phases, event.phase: PhaseState(mark.at, None)})
    if event.phase == "preflight" and not state.stamps:
        return stamped(after, "START", mark)
    return stamped(after, "Documentation START", mark) if event.phase == "documentation" else after


def phase_ended(state: DrillState, event: drill.PhaseEnded, mark: Mark) -> DrillState:
    begun = state.phases.get(event.phase, PhaseState())
    after = replace(state, phases={**state.phases, event.phase: replace(begun, ended=mark.at)})
    if event.phase == "documentation":
        return stamped(after, "Documentation COMPLETE", mark)
    label = ENDED.get(event.phase)
    return stamped(after, label, mark) if label else after


def prerequisite_ticked(state: DrillState, event: drill.PrerequisiteTicked, mark: Mark) -> DrillState:
    ticked = {k: v for k, v in state.ticked.items() if k != str(event.number)}
    if event.ticked:
        ticked[str(event.number)] = "sensed" if event.sensed else mark.by
    return replace(state, ticked=ticked)


def preflight_started(state: DrillState, event: drill.PreflightStarted, _mark: Mark) -> DrillState:
    sections = tuple(SectionState(n, title) for n, title in enumerate(SECTIONS, 1))
    return replace(state, preflight=PreflightState(event.run, running=True, sections=sections))


def preflight_sensed(state: DrillState, event: drill.PreflightSensed, _mark: Mark) -> DrillState:
    flight = state.preflight
    if event.run != flight.run:
        return state
    sections = tuple(_sensed(s, event) if s.number == event.number else s for s in flight.sections)
    return replace(state, preflight=replace(flight, sections=sections))


def _sensed(section: SectionState, event: drill.PreflightSensed) -> SectionState:
    if event.side == "script":
        return replace(section, script=event.verdict, script_detail=event.detail)
    return replace(section, native=event.verdict, detail=event.detail, fix=event.fix)


def preflight_spoke(state: DrillState, event: drill.PreflightSpoke, _mark: Mark) -> DrillState:
    flight = state.preflight
    if event.run != flight.run:
        return state
    if event.side == "script":
        return replace(state, preflight=replace(flight, script=event.verdict))
    return replace(state, preflight=replace(flight, native=event.verdict))


def preflight_ended(state: DrillState, event: drill.PreflightEnded, _mark: Mark) -> DrillState:
    if event.run != state.preflight.run:
        return state
    flight = replace(
        state.preflight, running=False, native=event.native, script=event.script, passed=event.passed
    )
    return replace(state, preflight=flight)


def drill_ended(state: DrillState, event: drill.DrillEnded, mark: Mark) -> DrillState:
    ending = Ending(
        event.decision,
        event.passed,
        event.of,
        event.reasons,
        event.successful,
        event.authorised,
        event.not_verified,
        mark.at,
    )
    return stamped(replace(state, ending=ending), "DRILL COMPLETE", mark)


FOLDS: dict[type, Callable[[DrillState, Any, Mark], DrillState]] = {
    drill.DrillOpened: opened,
    drill.RunbookPinned: runbook_pinned,
    drill.TestPinned: pinned_test,
    drill.DocumentPinned: document_pinned,
    drill.RunbookChanged: runbook_changed,
    drill.PhaseStarted: phase_started,
    drill.PhaseEnded: phase_ended,
    drill.PrerequisiteTicked: prerequisite_ticked,
    drill.PreflightStarted: preflight_started,
    drill.PreflightSensed: preflight_sensed,
    drill.PreflightSpoke: preflight_spoke,
    drill.PreflightEnded: preflight_ended,
    drill.DrillEnded: drill_ended,
}
