"""Tests, steps, success criteria, and what people note beside them."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.events.base import Event, event


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the proof of a sensed verdict lies, so that anyone can look it up again."""

    source: str
    """`audit`, `log`, `output`, `process`, `database`, `exchange`, `phone`, `file` or `drill`."""
    file: str = ""
    offset: int | None = None
    """Byte offset of the line in the file or in the shell's output."""
    sha256: str = ""
    """Of the raw line, or of all that was looked at."""
    latency_ms: float | None = None
    """From the start of the step's command to the evidence's arrival."""
    error_ms: float = 0.0
    """How far the latency may be off, by the resolution of its sources."""
    detail: str = ""
    """The line or the finding itself, masked and clipped."""
    identity: tuple[int, ...] = ()
    """Device and inode of the file, for a path may come to name another one; empty where there is none."""


@event("test.started")
class TestStarted(Event):
    """A test began, for the `attempt`th time."""

    test: str
    attempt: int
    __test__ = False


@event("test.ended")
class TestEnded(Event):
    """A test has its verdict, and what made it so."""

    test: str
    verdict: str
    cause: str = ""
    __test__ = False


@event("test.skipped")
class TestSkipped(Event):
    """A test is left out, on the record."""

    test: str
    reason: str
    __test__ = False


@event("step.requested")
class StepRequested(Event):
    """A person or the rehearsal asked for a step; the guard and the blast radius are being looked at."""

    step: str
    attempt: int
    sha256: str
    """Of the text that will run, which is the text that was shown."""


@event("step.held")
class StepHeld(Event):
    """The step signals processes: a person must type the target's name first."""

    step: str
    attempt: int
    confirm: str
    victims: tuple[str, ...] = ()


@event("step.started")
class StepStarted(Event):
    """The step's effect is about to happen: written before it does."""

    step: str
    attempt: int
    sha256: str = ""
    token: str = ""
    by_hand: bool = False
    output: int = 0
    """Offset in the shell's output where the step begins."""
    exact: int = 0
    """Pid of the process that is signalled in place of the block; 0 where the block runs."""


@event("step.ended")
class StepEnded(Event):
    """The step's command ended, by the shell's own mark; `exit` is None for a step done by hand."""

    step: str
    attempt: int
    exit: int | None
    output: int = 0
    """Offset in the shell's output where the step ended."""
    output_sha256: str = ""
    jobs: int = 0
    """Background jobs that the shell holds after it."""
    differences: tuple[str, ...] = ()
    """Expected lines that the output did not show."""


@event("step.unknown")
class StepUnknown(Event):
    """The step was running when the recording server died; it is never repeated by itself."""

    step: str
    attempt: int
    detail: str = ""


@event("step.skipped")
class StepSkipped(Event):
    """A person left the step out."""

    step: str
    reason: str


@event("step.aborted")
class StepAborted(Event):
    """The step did not run, or was stopped: the guard, the blast radius or a person said no."""

    step: str
    attempt: int
    reason: str


@event("test.baseline")
class BaselineTaken(Event):
    """How the audit trail stood when the test began, to prove later that it was only appended to."""

    test: str
    size: int
    sha256: str
    lines: int = 0


@event("criterion.sensed")
class CriterionSensed(Event):
    """Evidence, or its absence, gave a success criterion its verdict; a later one takes its place."""

    criterion: str
    verdict: str
    cause: str
    evidence: Evidence | None = None


@event("criterion.decided")
class CriterionDecided(Event):
    """A person's verdict; over a sensed one it is an override, and what was sensed stays beside it."""

    criterion: str
    verdict: str
    reason: str = ""


@event("field.filled")
class FieldFilled(Event):
    """A blank of the document's results got its value."""

    owner: str
    label: str
    value: str


@event("deviation.noted")
class DeviationNoted(Event):
    """Something was done otherwise than the runbook says; `sensed` where the console saw it by itself."""

    text: str
    reason: str = ""
    test: str = ""
    step: str = ""
    sensed: bool = False


@event("note.added")
class NoteAdded(Event):
    """A remark, at the test and step where it was made."""

    text: str
    test: str = ""
    step: str = ""


@event("bookmark.added")
class Bookmarked(Event):
    """A line of a source that somebody holds as evidence of the current step, by where it stands."""

    source: str
    offset: int
    text: str = ""
    """The line, masked and clipped."""
    test: str = ""
    step: str = ""
    file: int = 0
    """Counts the files that stood at the source's path, from 0."""
    device: int = 0
    inode: int = 0
    """With `device`, which file on disk it was; 0 where that is not known, as in a recording."""
    length: int = 0
    """Bytes of the line without its newline."""
    sha256: str = ""
    """Of these bytes as they stand in the file, not masked."""


@event("finding.noted")
class FindingNoted(Event):
    """Something a drill must not pass over. A veto makes the decision NO-GO whatever the count."""

    text: str
    veto: bool = False
    test: str = ""
    source: str = ""


@event("drill.held")
class Held(Event):
    """Nothing new begins until the drill is released; what runs goes on."""

    reason: str


@event("drill.released")
class Released(Event):
    """The hold is off; `reason` where somebody else than its setter released it."""

    reason: str = ""


@event("signed.off")
class SignedOff(Event):
    """Somebody puts their declared name under a test as it stands."""

    test: str
    text: str = ""


@event("intent.refused")
class IntentRefused(Event):
    """Nothing changed; `ask` is the number that client `client` gave its intent."""

    intent: str
    reason: str
    ask: int = 0
    client: int = 0
