"""A runbook as the drill sees it: tests, steps, success criteria and fields, each with its place in the file.

Everything here is frozen plain data that survives a trip through JSON (`thunes_tui.plain`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes `start` to `end` (exclusive) of the document: a result goes back into exactly its blank."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Field:
    """A blank to fill or a choice to make: `_____ seconds`, `[ ] PASS [ ] FAIL`, a table cell."""

    label: str
    kind: Literal["blank", "choice", "checkbox"]
    span: Span
    """Of the blank itself, or of the whole row of options."""
    options: tuple[str, ...] = ()
    """The texts of a choice, in order; empty for a blank."""
    boxes: tuple[Span, ...] = ()
    """Where each option's `[ ]` stands, in the order of `options`; of a checkbox, its one box."""
    unit: str = ""
    """`seconds`, `min`, `%` and the like, as written behind the blank; empty when none."""
    expected: str = ""
    """What stands in `(expected: …)` or `(note)` behind it; empty when nothing does."""


@dataclass(frozen=True, slots=True)
class Check:
    """What senses a criterion: the kind of evidence and the cause it accepts."""

    kind: str
    """One of: audit, output, exit, process, positions, log, telegram, timing, database, audit_intact, file,
    deviations."""
    step: int = 0
    """The step of the same test whose evidence counts; 0 means any step of the test."""
    within_s: float = 10.0
    """Seconds after that step's end until absence counts as a FAIL."""
    want: tuple[tuple[str, Any], ...] = ()
    """What the evidence must show, by name, for example `(("event", "KILL_SWITCH_ACTIVATED"),)`.
    Values are strings, numbers, booleans or tuples of strings."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One success criterion of a test: sensed where a check is bound to it, else a person's to tick."""

    id: str
    """`T1.C3`: test 1, third criterion."""
    text: str
    span: Span
    box: Span | None = None
    """Where its `[ ]` stands; None for a criterion that the document does not box."""
    optional: bool = False
    check: Check | None = None
    bound_by: str = ""
    """Which binding bound it: `built-in: alert-latency`, or the checks file and its entry; empty if none."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a test: at most one block, run verbatim."""

    id: str
    """`T2.S3`: test 2, step 3 in the order of the document."""
    number: str
    """The number as the document writes it, `3` or `1.1`; its place in the test for an unnumbered one."""
    title: str
    span: Span
    command: str = ""
    """The text of its fence, byte for byte without the fence lines; empty for a step done by hand."""
    language: str = ""
    command_span: Span | None = None
    prose: str = ""
    """What stands around the block, as written, for the reading view."""
    expected: tuple[str, ...] = ()
    """Expected output, a pattern a line, `...` and blanks standing for anything."""
    minutes: float = 0.0
    """Planned minutes; 0 when the document does not say."""
    fields: tuple[Field, ...] = ()
    flags: tuple[str, ...] = ()
    """Classes found by looking: interactive, never-ending, background, destructive, privileged, network,
    changes-directory, changes-environment, shared-tmp, placeholder, hidden-text."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test of the drill."""

    id: str
    """`T3`."""
    number: int
    title: str
    span: Span
    minutes: float = 0.0
    objective: str = ""
    prerequisites: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    results: tuple[Field, ...] = ()

    __test__ = False  # pytest: this is not one of yours


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Something the parser saw and could not place; listed, never dropped."""

    line: int
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Runbook:
    """The whole document."""

    title: str
    path: str
    sha256: str
    """Of the file's bytes."""
    size: int
    """Of the file, in bytes."""
    tests: tuple[Test, ...] = ()
    summary: tuple[Field, ...] = ()
    """Blanks and choices outside the tests: the post-drill summary."""
    action_items: tuple[Field, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
