"""What a server that died in opening a session had not pinned is pinned by the next one, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.server.checkout_rig import make_checkout
from thunes_tui.clock import system
from thunes_tui.config import Profile
from thunes_tui.drill.apply import apply
from thunes_tui.drill.model import DrillState
from thunes_tui.errors import Unusable
from thunes_tui.events.base import Event
from thunes_tui.events.drill import DocumentPinned, PhaseStarted, RunbookPinned, TestPinned
from thunes_tui.server.opening import Opening, complete, prepare
from thunes_tui.server.spec import SessionSpec

TESTS = 3
DOCUMENT = "# Drill\n" + "".join(
    f"\n## Test {n}: Title {n} (30 minutes)\n\n**Step 1: Look**\n\n```bash\ntrue\n```\n\n"
    "### Success Criteria\n\n- [ ] It is well\n"
    for n in range(1, TESTS + 1)
)


@pytest.fixture
def spec(tmp_path: Path) -> SessionSpec:
    project = make_checkout(tmp_path / "project")
    (project / "scripts/disaster_recovery_drill.md").write_text(DOCUMENT)
    (project / "docs").mkdir()
    (project / "docs/OPERATIONAL-RUNBOOK.md").write_text("# Operations\n")
    folder = tmp_path / "session"
    (folder / "evidence").mkdir(parents=True)
    return SessionSpec("s-1", folder, tmp_path / "run", project, Profile(), "drill", "ann", resume=True)


def keep(spec: SessionSpec, opening: Opening) -> None:
    assert spec.folder is not None
    for document in opening.documents:
        (spec.folder / "evidence" / document.name).write_bytes(document.data)


def folded(opening: Opening, events: Sequence[Event]) -> DrillState:
    state, now = DrillState(), system().now()
    for number, event in enumerate((opening.opened, *events)):
        state = apply(state, event, number, now, "ann")
    return state


def test_after_each_record_at_which_it_may_have_died_the_rest_follows(spec: SessionSpec) -> None:
    opening = prepare(spec, system())
    assert [type(event) for event in opening.events] == [RunbookPinned, *[TestPinned] * TESTS, DocumentPinned]
    keep(spec, opening)
    for pinned in range(len(opening.events) - 1):
        had = opening.events[:pinned]
        rest = complete(spec, system(), folded(opening, had)).events
        assert (*had, *rest) == opening.events, pinned


def test_a_session_that_has_all_its_tests_gets_nothing(spec: SessionSpec) -> None:
    opening = prepare(spec, system())
    assert complete(spec, system(), folded(opening, opening.events)).events == ()


def test_the_pinned_text_counts_and_not_what_stands_there_now(spec: SessionSpec) -> None:
    opening = prepare(spec, system())
    keep(spec, opening)
    spec.document.write_text(DOCUMENT.replace("Title 3", "Another"))
    rest = complete(spec, system(), folded(opening, opening.events[:2])).events
    assert rest[: TESTS - 1] == opening.events[2 : TESTS + 1]


def test_what_cannot_be_had_again_is_refused(spec: SessionSpec) -> None:
    opening = prepare(spec, system())
    torn = folded(opening, opening.events[:2])
    with pytest.raises(Unusable, match="no runbook"):
        complete(spec, system(), torn)
    assert spec.folder is not None
    (spec.folder / "evidence" / "runbook.md").write_text(DOCUMENT.replace("Title 3", "Another"))
    with pytest.raises(Unusable, match="only 1 of the 3 tests of session s-1 are on record"):
        complete(spec, system(), torn)


def test_a_drill_that_began_with_fewer_is_refused(spec: SessionSpec) -> None:
    opening = prepare(spec, system())
    keep(spec, opening)
    begun = folded(opening, (*opening.events[:3], PhaseStarted("preflight")))
    with pytest.raises(Unusable, match=r"only 2 of the 3 tests .* its drill has begun: begin a new session"):
        complete(spec, system(), begun)
