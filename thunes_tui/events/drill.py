"""The drill as a whole: its opening, documents, phases, pre-flight and decision."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from thunes_tui.events.base import Event, event


@event("drill.opened")
class DrillOpened(Event):
    """Record 0: what this journal is about and where it was written."""

    session: str
    nonce: str
    mode: str
    """`drill`, `rehearse` or `watch`."""
    boot: str
    host: str
    user: str
    version: str
    project: str
    """Name of the project's folder; its path stays in `paths`."""
    paths: dict[str, str] = field(default_factory=dict)
    """Absolute places by name: project, log, audit, database, runbook, operational, inbox."""
    sandbox: bool = False
    git: str = ""
    """Revision of the project under drill; empty when it is no checkout."""
    ticket: str = ""
    redaction: str = "thunes-tui/1"
    zone: str = ""
    """UTC offset of the box, such as `+02:00`: the zone of the bot's log."""
    operator: str = ""
    profile: str = ""


@event("runbook.pinned")
class RunbookPinned(Event):
    """The document that this drill follows; its text lies in the evidence folder."""

    title: str
    path: str
    sha256: str
    size: int
    tests: int
    evidence: str = ""
    """File name of the copy in the evidence folder."""
    unplaced: tuple[str, ...] = ()
    prerequisites: tuple[str, ...] = ()


@event("test.pinned")
class TestPinned(Event):
    """One test of the pinned runbook, with its steps, criteria and the checks bound to them.

    Plain data of a `runbook.model.Test`, so that events know no runbook.
    """

    test: dict[str, Any]
    __test__ = False


@event("document.pinned")
class DocumentPinned(Event):
    """Another document for reading, copied to the evidence folder: the operational runbook."""

    name: str
    path: str
    sha256: str
    evidence: str
    start: int = 0
    """Byte offset of the section that matters, and its end."""
    end: int = 0


@event("runbook.changed")
class RunbookChanged(Event):
    """The document was changed on disk in mid-drill; the drill goes on with the pinned text."""

    sha256: str
    detail: str = ""


@event("phase.started")
class PhaseStarted(Event):
    """A phase of the seed's workflow began: preflight, preparation, tests or documentation."""

    phase: str


@event("phase.ended")
class PhaseEnded(Event):
    """A phase is over; what comes between two belongs to neither."""

    phase: str


@event("prerequisite.ticked")
class PrerequisiteTicked(Event):
    """One of the document's prerequisites, counted from 1, is met; or, not ticked, no longer so."""

    number: int
    ticked: bool
    sensed: bool = False
    detail: str = ""


@event("preflight.started")
class PreflightStarted(Event):
    """Both sides were asked for their eight sections, for the `run`th time."""

    run: int


@event("preflight.sensed")
class PreflightSensed(Event):
    """What one of the eight sections gave, natively or in the project's own script."""

    run: int
    number: int
    title: str
    side: str
    """`native` or `script`."""
    verdict: str
    detail: str = ""
    fix: str = ""
    """What the seed says to do about it; empty for a PASS."""


@event("preflight.spoke")
class PreflightSpoke(Event):
    """One side, `native` or `script`, has said all it has to say."""

    run: int
    side: str
    verdict: str


@event("preflight.ended")
class PreflightEnded(Event):
    """Both sides have spoken; `passed` only where both said PASS."""

    run: int
    native: str
    script: str
    passed: bool


@event("drill.ended")
class DrillEnded(Event):
    """The decision, as the seed's matrix gives it."""

    decision: str
    """`GO`, `CONDITIONAL` or `NO-GO`."""
    passed: int
    of: int
    reasons: tuple[str, ...] = ()
    successful: bool = False
    authorised: bool = False
    rehearsal: bool = False
    not_verified: int = 0
