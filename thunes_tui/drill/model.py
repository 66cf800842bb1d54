"""The state of a drill: frozen, plain, folded from events alone, and the same live, resumed and replayed.

It holds counters, offsets and verdicts, never lines, and survives a trip through JSON (`thunes_tui.plain`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from thunes_tui.clock import Moment
from thunes_tui.drill.emergencies import Emergencies
from thunes_tui.drill.facts import (
    Bookmark,
    ClientState,
    ProcessState,
    RecoveryState,
    ShellState,
    SignalState,
    SourceState,
    StartState,
    SwitchState,
)
from thunes_tui.drill.step_state import ACTIVE as ACTIVE  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.drill.step_state import FINAL as FINAL  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.drill.step_state import StepState as StepState  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.drill.step_state import StepStatus as StepStatus  # noqa: PLC0414 - it is one of this module's names
from thunes_tui.drill.stops import Stops
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Test

Verdict = Literal["", "PASS", "FAIL", "NOT VERIFIED", "VACUOUS", "ABORTED", "SKIPPED", "UNKNOWN"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
TestStatus = Literal["pending", "running", "ended", "skipped"]
PHASES = ("preflight", "preparation", "tests", "documentation")
SECTIONS = (
    "environment",
    "Telegram",
    "exchange",
    "position tracker",
    "risk manager",
    "audit trail",
    "required files",
    "system resources",
)


def expects_death(test: Test) -> bool:
    """Whether one of the test's criteria is a killed process."""
    return any(
        c.check is not None and c.check.kind == "process" and ("state", "killed") in c.check.want
        for c in test.criteria
    )


def as_verdict(word: str) -> Verdict:
    """A word of the journal as a verdict; one that this version does not know is UNKNOWN, never a pass."""
    return next((known for known in VERDICTS if known == word), "UNKNOWN")


@dataclass(frozen=True, slots=True)
class CriterionState:
    """What is known of one success criterion."""

    id: str
    verdict: Verdict = ""
    """What counts: a person's decision where there is one, else what was sensed; empty while open."""
    sensed: Verdict = ""
    cause: str = ""
    evidence: Evidence | None = None
    decided_by: str = ""
    """The person; empty while nobody decided."""
    reason: str = ""
    at: Moment | None = None

    @property
    def overridden(self) -> bool:
        return bool(self.decided_by and self.sensed and self.sensed != self.verdict)


@dataclass(frozen=True, slots=True)
class TestState:
    """One test's latest attempt."""

    __test__ = False

    id: str
    status: TestStatus = "pending"
    attempt: int = 0
    started: Moment | None = None
    record: int = -1
    """Number of the record that began it: what has a higher one belongs to this attempt."""
    ended: Moment | None = None
    verdict: Verdict = ""
    cause: str = ""
    """What made the verdict so; empty for a PASS."""
    reason: str = ""
    """Why it was skipped."""
    audit_size: int = -1
    """Bytes of the audit trail when the test began, and the hash of that prefix; -1 while unknown."""
    audit_sha256: str = ""
    positions: tuple[tuple[str, str, str, str], ...] = ()
    """Open positions when the test began."""


@dataclass(frozen=True, slots=True)
class PhaseState:
    started: Moment | None = None
    ended: Moment | None = None


@dataclass(frozen=True, slots=True)
class SectionState:
    """One of the eight sections of the pre-flight."""

    number: int
    title: str
    native: str = ""
    script: str = ""
    detail: str = ""
    script_detail: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class PreflightState:
    run: int = 0
    running: bool = False
    native: str = ""
    script: str = ""
    passed: bool = False
    sections: tuple[SectionState, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    text: str
    veto: bool
    test: str
    at: Moment
    number: int
    """Number of the record, to cite it."""
    source: str = ""
    """`guard`, `invariant`, `audit`, `database`, `preflight` and the like."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A note, deviation or sign-off."""

    kind: str
    text: str
    reason: str
    test: str
    step: str
    by: str
    at: Moment
    number: int


@dataclass(frozen=True, slots=True)
class Stamp:
    """One line of the seed's timeline template."""

    label: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Ending:
    decision: str
    passed: int
    of: int
    reasons: tuple[str, ...]
    successful: bool
    authorised: bool
    not_verified: int
    at: Moment


@dataclass(frozen=True, slots=True)
class DrillState:
    """Everything that a screen, a report or a decision needs to know."""

    session: str = ""
    boot: str = ""
    """The boot in which the processes of this state live."""
    mode: str = ""
    project: str = ""
    paths: dict[str, str] = field(default_factory=dict)
    sandbox: bool = False
    operator: str = ""
    zone: str = ""
    head: int = -1
    """Number of the last record folded in."""
    at: Moment = field(default_factory=lambda: Moment(0, 0))
    """Time of that record."""
    opened: Moment | None = None
    runbook_title: str = ""
    runbook_sha256: str = ""
    runbook_tests: int = 0
    """How many tests the pinned document has, whether or not all of them are in `plan`."""
    runbook_changed: bool = False
    unplaced: tuple[str, ...] = ()
    documents: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """By name: file in the evidence folder, start and end of the section that matters."""
    plan: tuple[Test, ...] = ()
    """The pinned tests, in the order of the document."""
    prerequisites: tuple[str, ...] = ()
    ticked: dict[str, str] = field(default_factory=dict)
    """Prerequisite number to who ticked it (`sensed` or a person)."""
    phases: dict[str, PhaseState] = field(default_factory=lambda: {name: PhaseState() for name in PHASES})
    preflight: PreflightState = PreflightState()
    tests: dict[str, TestState] = field(default_factory=dict)
    steps: dict[str, StepState] = field(default_factory=dict)
    criteria: dict[str, CriterionState] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """`owner|label` to value."""
    sources: dict[str, SourceState] = field(default_factory=dict)
    processes: tuple[ProcessState, ...] = ()
    """In order of birth, the dead ones too (the last 20)."""
    signalling: SignalState = field(default_factory=SignalState)
    switch: SwitchState = field(default_factory=SwitchState)
    start: StartState = field(default_factory=StartState)
    recovery: RecoveryState = field(default_factory=RecoveryState)
    recovered: RecoveryState = field(default_factory=RecoveryState)
    """That of the test which kills the bot, kept when a bot dies elsewhere after it."""
    positions: tuple[tuple[str, str, str, str], ...] = ()
    positions_problem: str = "not read yet"
    last_positions: tuple[tuple[str, str, str, str], ...] | None = None
    """As they were last read without a problem; None while they never were."""
    compared: tuple[tuple[str, str, str, str, str], ...] = ()
    alert_latency_s: float | None = None
    alert_number: int = 0
    """Of the last message on the sandbox's phone that was recorded."""
    proven: bool = False
    guard_reasons: tuple[str, ...] = ("the guard has not answered yet",)
    shell: ShellState = field(default_factory=ShellState)
    clients: dict[str, ClientState] = field(default_factory=dict)
    hold: str = ""
    """Who holds the drill and why; empty when nobody does."""
    held_by: str = ""
    findings: tuple[Finding, ...] = ()
    remarks: tuple[Remark, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    refusal: str = ""
    """The last refusal, for the screen; cleared by the next accepted intent."""
    failures: dict[str, str] = field(default_factory=dict)
    """Workers that failed and have not come back, with the reason."""
    stops: Stops = field(default_factory=Stops)
    emergencies: Emergencies = field(default_factory=Emergencies)
    ending: Ending | None = None

    @property
    def driver(self) -> ClientState | None:
        """The connected client that has the keys."""
        return next((c for c in self.clients.values() if c.role == "driver" and c.connected), None)

    @property
    def running_test(self) -> Test | None:
        return next((t for t in self.plan if self.tests[t.id].status == "running"), None)

    @property
    def attempt(self) -> str:
        """Name of the running test's attempt, `T3#1`; empty when none runs."""
        test = self.running_test
        return f"{test.id}#{self.tests[test.id].attempt}" if test is not None else ""

    @property
    def bots(self) -> tuple[ProcessState, ...]:
        """The bot's living processes: zero and two are both wrong."""
        return tuple(p for p in self.processes if p.role == "bot" and p.alive)
