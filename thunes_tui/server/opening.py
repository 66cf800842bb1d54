"""The first events of a session: what is drilled, by which document, with copies of the documents."""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shlex
import socket
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

from thunes_tui.__main__ import __version__
from thunes_tui.clock import Clock, boot_id, to_iso
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import Unusable
from thunes_tui.events.base import Event, encode
from thunes_tui.events.drill import (
    DocumentPinned,
    DrillOpened,
    RunbookChanged,
    RunbookPinned,
    TestPinned,
)
from thunes_tui.journal.codec import GENESIS
from thunes_tui.journal.codec import encode as line
from thunes_tui.plain import to_plain
from thunes_tui.runbook.bindings import bind
from thunes_tui.runbook.excerpt import section
from thunes_tui.runbook.model import Runbook
from thunes_tui.runbook.parse import parse
from thunes_tui.runbook.prerequisites import prerequisites
from thunes_tui.server.spec import SessionSpec

LARGEST_DOCUMENT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """A document to be copied to the evidence folder."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything read before the first byte is written."""

    opened: DrillOpened
    events: tuple[Event, ...]
    documents: tuple[Document, ...]


def prepare(spec: SessionSpec, clock: Clock) -> Opening:
    """Read project and runbook. Raises Unusable with one line for whatever cannot be drilled."""
    if not spec.project.is_dir():
        raise Unusable(f"{spec.project} is not a folder: name the project with --project")
    opened = opening_event(spec, clock)
    if spec.mode == "watch":
        return Opening(opened, (), ())
    runbook, data, problems = read_runbook(spec)
    events: list[Event] = [pinned(runbook, data, problems)]
    events += [TestPinned(to_plain(test)) for test in runbook.tests]
    others, documents = operational(spec)
    events += others
    for event in (opened, *events):
        require_fit(event, spec)
    return Opening(opened, tuple(events), (Document("runbook.md", data), *documents))


def operational(spec: SessionSpec) -> tuple[tuple[DocumentPinned, ...], tuple[Document, ...]]:
    """The operational runbook, if the project has one, with the section that matters."""
    path = spec.place("operational")
    if not path.is_file():
        return (), ()
    text = path.read_bytes()[:LARGEST_DOCUMENT]
    found = section(text, spec.profile.paths.operational_section)
    begin, end = (found.start, found.end) if found is not None else (0, len(text))
    sha256 = hashlib.sha256(text).hexdigest()
    event = DocumentPinned("operational", str(path), sha256, "operational.md", begin, end)
    return (event,), (Document("operational.md", text),)


def complete(spec: SessionSpec, clock: Clock, state: DrillState) -> Opening:
    """What a server that died while it opened the session had not pinned any more, for its successor.

    Raises Unusable where that cannot be had again, or where the drill has begun without it: a drill of fewer
    tests than its document's decides nothing.
    """
    opened = opening_event(spec, clock)
    if spec.folder is None or (state.runbook_sha256 and len(state.plan) >= state.runbook_tests):
        return Opening(opened, (), ())
    of = f"{len(state.plan)} of the {state.runbook_tests} tests of session {spec.session}"
    if any(phase.started is not None for phase in state.phases.values()):
        raise Unusable(f"only {of} can be read, and its drill has begun: begin a new session")
    if not state.runbook_sha256:
        return prepare(spec, clock)
    copy = spec.folder / "evidence" / "runbook.md"
    found, data, _ = read_runbook(replace(spec, runbook=copy), checks_beside=spec.document)
    if found.sha256 != state.runbook_sha256 or len(found.tests) != state.runbook_tests:
        raise Unusable(
            f"only {of} are on record, and its copy of the runbook is another: begin a new session"
        )
    rest = [TestPinned(to_plain(test)) for test in found.tests if test.id not in state.tests]
    events, documents = operational(spec)
    known = [*rest, *(event for event in events if event.name not in state.documents)]
    return Opening(opened, tuple(known), (Document("runbook.md", data), *documents))


def require_fit(event: Event, spec: SessionSpec) -> None:
    """Raise Unusable for what no record can hold: a test left out would make fewer tests count as all."""
    try:
        line(10**9, 10**6, 0, 10**18, event.KIND, {"by": spec.operator, **encode(event)}, GENESIS)
    except ValueError as error:
        which = f"Test {event.test.get('number', '')}" if isinstance(event, TestPinned) else event.KIND
        raise Unusable(
            f"{spec.document}: {which} does not fit one record ({error}): make it shorter"
        ) from error


def read_runbook(
    spec: SessionSpec, checks_beside: Path | None = None
) -> tuple[Runbook, bytes, tuple[str, ...]]:
    """The parsed document with its checks bound, its bytes, and what could not be bound.

    The checks file lies beside the document, or beside the one that this is a copy of.
    """
    path = spec.document
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Unusable(f"no runbook at {path}: name one with --runbook") from error
    except OSError as error:
        raise Unusable(f"cannot read the runbook {path}: {error.strerror}") from error
    if len(data) > LARGEST_DOCUMENT:
        raise Unusable(f"{path} is larger than {LARGEST_DOCUMENT >> 20} MB: that is no runbook")
    runbook = parse(data, str(path))
    if not runbook.tests:
        raise Unusable(f"{path} has no tests: a heading like 'Test 1: Title (30 minutes)' begins one")
    if not any(test.steps for test in runbook.tests):
        raise Unusable(f"{path} has no steps: a line like '**Step 1: Title**' begins one")
    beside = checks_beside or path
    checks = beside.with_name(f"{beside.stem}.checks.toml")
    bound, problems = bind(runbook, checks.read_bytes() if checks.is_file() else None, checks.name)
    if spec.only_test:
        tests = tuple(t for t in bound.tests if t.number == spec.only_test)
        if not tests:
            raise Unusable(f"{path} has no Test {spec.only_test}")
        bound = replace(bound, tests=tests)
    return bound, data, problems


def pinned(runbook: Runbook, data: bytes, problems: tuple[str, ...]) -> RunbookPinned:
    unplaced = [f"line {u.line}: {u.why}: {u.text[:80]}" for u in runbook.unplaced]
    return RunbookPinned(
        runbook.title,
        runbook.path,
        runbook.sha256,
        runbook.size,
        len(runbook.tests),
        "runbook.md",
        tuple([*problems, *unplaced][:50]),
        prerequisites(data),
    )


def opening_event(spec: SessionSpec, clock: Clock) -> DrillOpened:
    """Record 0 binds the journal to this drill, this box and this moment."""
    return DrillOpened(
        session=spec.session,
        nonce=secrets.token_hex(16),
        mode=spec.mode,
        boot=boot_id(),
        host=socket.gethostname(),
        user=user_name(),
        version=__version__,
        project=spec.project.name,
        paths=paths_of(spec),
        sandbox=bool(spec.profile.world.file),
        git=git_revision(spec.project),
        zone=zone(clock),
        operator=spec.operator,
        profile=spec.profile.name,
    )


def paths_of(spec: SessionSpec) -> dict[str, str]:
    """Places and patterns that the drill's rules and the panes need, by name."""
    profile = spec.profile
    inside = {
        name: str(spec.place(name)) for name in ("log", "audit", "database", "operational", "preflight")
    }
    activate = profile.paths.activate
    enter = f"cd {shlex.quote(str(spec.project))}"
    if (spec.project / activate).is_file():
        enter += f"\nsource {activate}"
    found = {
        **inside,
        "project": str(spec.project),
        "runbook": str(spec.document),
        "bot_scripts": " ".join(profile.bot.scripts),
        "healthy_pattern": profile.bot.healthy,
        "switch_on_pattern": profile.bot.switch_on,
        "switch_off_pattern": profile.bot.switch_off,
        "trade_pattern": profile.bot.trades,
        "audit_s": str(profile.bot.audit_s),
        "preflight_command": f"{enter}\nbash {profile.paths.preflight}\n",
        "position_command": f"{profile.bot.position}\n",
        "enter": enter,
        "bot_name": profile.bot.name,
        "restart_command": f"{profile.bot.restart}\n",
        "alert_failed_pattern": profile.bot.alert_failed,
        "telegram_check": profile.paths.telegram_check,
        "risk_manager": next((p for p in profile.paths.required if "risk" in p), "src/risk/manager.py"),
    }
    if profile.world.inbox:
        found["inbox"] = profile.world.inbox
    return found


def document_change(spec: SessionSpec, pinned_sha256: str) -> RunbookChanged | None:
    """Whether the runbook on disk is still the pinned one; None while it is."""
    try:
        data = spec.document.read_bytes()
    except OSError as error:
        return RunbookChanged("", f"it cannot be read any more: {error.strerror}")
    sha256 = hashlib.sha256(data).hexdigest()
    return None if sha256 == pinned_sha256 else RunbookChanged(sha256, "it was edited on disk")


def user_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def git_revision(project: Path) -> str:
    """Revision of the checkout; empty when it is none or git is not there."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def zone(clock: Clock) -> str:
    """`+02:00`: how far the box's local time, the log's, is from UTC now."""
    seconds = time.localtime(clock.now().t / 1e6).tm_gmtoff
    sign = "-" if seconds < 0 else "+"
    return f"{sign}{abs(seconds) // 3600:02d}:{abs(seconds) % 3600 // 60:02d}"


def new_session_id(clock: Clock) -> str:
    """`20251009-104215-7f3a`: sorts by time, and the last four can be cited."""
    stamp = to_iso(clock.now().t)
    return f"{stamp[:10].replace('-', '')}-{stamp[11:19].replace(':', '')}-{secrets.token_hex(2)}"
