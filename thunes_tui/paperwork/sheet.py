"""The recording sheet: the drill's state in plain Markdown, readable when the tool is dead.

Rewritten at every decision, whole, by rename: a reader never sees half of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from thunes_tui.clock import Moment, hhmmss, to_iso
from thunes_tui.drill.draft import short
from thunes_tui.drill.emergency_catalogue import PROCEDURES
from thunes_tui.drill.emergency_results import action_items, how_left, title
from thunes_tui.drill.ends import exit_words
from thunes_tui.drill.facts import RecoveryState
from thunes_tui.drill.model import CriterionState, DrillState, expects_death
from thunes_tui.drill.recovery import of_crash_test
from thunes_tui.drill.stopwatch import DEATH_S, halves, parts_of
from thunes_tui.events.base import Event
from thunes_tui.journal.codec import Record
from thunes_tui.runbook.model import Test
from thunes_tui.text import safe

NAME = "sheet.md"
SILENT = ("client.", "keys.", "shell.", "process.", "source.", "checkpoint.", "journal.")
"""Kinds whose events change nothing on the sheet."""


class SheetWriter:
    """An output of the hub that keeps `sheet.md` in the session's folder.

    `failed` hears once why it cannot, and an empty text once it can again.
    """

    def __init__(self, folder: Path, failed: Callable[[str], object] = str) -> None:
        self._path = folder / NAME
        self._failed = failed
        self._failure = ""

    def recorded(self, record: Record, event: Event, state: DrillState) -> None:
        if event.DECISION and not record.kind.startswith(SILENT):
            self._write(sheet(state))

    def recording_lost(self, reason: str) -> None:
        """The sheet stays as it was; it is no journal."""

    def _write(self, text: str) -> None:
        beside = self._path.with_suffix(".new")
        try:
            descriptor = os.open(
                beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(beside, self._path)
            self._tell("")
        except OSError as error:
            self._tell(f"{NAME} is not up to date: {error.strerror or error}")

    def _tell(self, failure: str) -> None:
        if failure != self._failure:
            self._failure = failure
            self._failed(failure)


def sheet(state: DrillState) -> str:
    """The whole sheet. Each of its lines is one line, whatever people and files have put into it."""
    return "".join(f"{safe(line)}\n" for line in _lines(state))


def _at(moment: Moment | None) -> str:
    return f"{hhmmss(moment.t)} UTC" if moment is not None else "_____"


def _lines(state: DrillState) -> Iterator[str]:
    yield f"# Recording sheet: {state.runbook_title or state.project}"
    yield ""
    opened = to_iso(state.opened.t)[:10] if state.opened is not None else ""
    yield f"Session {state.session}, {opened}, operator {state.operator} (declared), record {state.head}"
    yield ""
    for stamp in state.stamps:
        yield f"- {hhmmss(stamp.at.t)} UTC - {stamp.label}"
    yield ""
    for number, text in enumerate(state.prerequisites, 1):
        by = state.ticked.get(str(number), "")
        yield f"- [{'x' if by else ' '}] {text}{f' ({by})' if by else ''}"
    for section in state.preflight.sections:
        both = f"console {section.native or '...'}, script {section.script or '...'}"
        yield f"- pre-flight {section.number} {section.title}: {both} {section.detail}".rstrip()
    for test in state.plan:
        yield from _test(state, test)
    yield from _remarks(state)
    yield from _emergencies(state)
    if state.stops.pauses:
        yield "## Pauses, left out of every duration"
        yield ""
        for pause in state.stops.pauses:
            until = _at(pause.until) if pause.until is not None else "not ended"
            yield f"- {_at(pause.since)} to {until} by {pause.by}: {pause.reason}"
        yield ""
    if state.ending is not None:
        yield f"## Decision: {state.ending.decision}, {state.ending.passed} of {state.ending.of}"
        yield ""
        for reason in state.ending.reasons:
            yield f"- {reason}"


def _test(state: DrillState, test: Test) -> Iterator[str]:
    known = state.tests[test.id]
    yield ""
    yield f"## Test {test.number}: {test.title} - {known.verdict or known.status}"
    yield ""
    yield f"- Start time: {_at(known.started)}"
    for step in test.steps:
        it = state.steps[step.id]
        result = "" if it.exit is None else f", {exit_words(it.exit)}"
        again = f", attempt {it.attempt}" if it.attempt > 1 else ""
        yield f"- Step {short(step.id)} {step.title}: {it.status}{result}{again} {it.reason}".rstrip()
        for name, value in it.values:
            yield f"  - {name}: {'as it stands' if value == name else value}"
        if it.changes:
            yield f"  - edited before running: {it.changes}"
    for criterion in test.criteria:
        found = state.criteria[criterion.id]
        because = found.reason or found.cause
        box = "x" if found.verdict == "PASS" else " "
        yield f"- [{box}] {criterion.text}: {found.verdict or 'open'} ({_how(found)}) {because}".rstrip()
    for name, value in state.fields.items():
        owner, _, label = name.partition("|")
        if owner.partition(".")[0] == test.id:
            yield f"- {label}: {value}"
    if expects_death(test):
        yield from _recovery(of_crash_test(state))
    yield f"- End time: {_at(known.ended)}"
    if known.started is not None and known.ended is not None:
        yield f"- Duration: {state.stops.lasted(known.started, known.ended):.0f} s, pauses left out"


def _recovery(recovery: RecoveryState) -> Iterator[str]:
    """The stopwatch, part by part; nothing before a bot has died."""
    if recovery.died is None:
        return
    if recovery.unwatched:
        yield "- Recovery: the bot died while nobody was watching: nothing could be measured"
        return
    apart = f" ({halves(recovery)})" if halves(recovery) else ""
    took = f"{recovery.healthy:.3f} s" if recovery.healthy is not None else "not healthy yet"
    yield f"- Recovery: {took}{apart}"
    yield f"  - death: {_at(recovery.died)} ± {DEATH_S:g} s (its descriptor)"
    for part in parts_of(recovery):
        when = f"{part.seconds:.3f} s ± {part.error_s:g} s" if part.seconds is not None else "not seen"
        yield f"  - {part.words}: {when} ({part.source})"


def _how(found: CriterionState) -> str:
    """Sensed, or by whom; an override names what it overrides."""
    if found.overridden:
        return f"{found.decided_by}, over sensed {found.sensed}"
    return found.decided_by or ("sensed" if found.sensed else "open")


def _emergencies(state: DrillState) -> Iterator[str]:
    """What was sensed, what was done item by item, what it spoils, and how it was left."""
    for each in state.emergencies.known:
        yield ""
        yield f"## Emergency {each.number}: {title(each)} ({each.severity}) - {how_left(each)}"
        yield ""
        yield f"- {_at(each.since)} - since"
        for cause in each.causes:
            yield f"- sensed: {cause}"
        spoilt = ", ".join(each.criteria) or "none"
        yield f"- NOT VERIFIED because of it: {spoilt}; all other criteria stand"
        for item in PROCEDURES[each.kind].items if each.kind in PROCEDURES else ():
            known = each.item(item.id)
            if known.status:
                box = "x" if known.done else " "
                yield f"- [{box}] {item.text}: {known.status} {known.detail}".rstrip()
            for path, size, sha256 in known.evidence:
                yield f"  - evidence {path}, {size} bytes, SHA-256 {sha256}"
    items = action_items(state)
    if items:
        yield ""
        yield "## Action items"
        yield ""
        yield from (f"- [ ] {item}" for item in items)


def _remarks(state: DrillState) -> Iterator[str]:
    if state.findings:
        yield ""
        yield "## Findings"
        yield ""
        for finding in state.findings:
            yield f"- {'VETO: ' if finding.veto else ''}{finding.text} (record {finding.number})"
    if state.remarks:
        yield ""
        yield "## Deviations and notes"
        yield ""
        for remark in state.remarks:
            why = f" - why: {remark.reason}" if remark.reason else ""
            yield f"- {hhmmss(remark.at.t)} {remark.kind} by {remark.by}: {remark.text}{why}"
    yield ""
