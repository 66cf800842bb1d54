"""Who leaves a console is told what still runs, how to end it, and how to begin anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from thunes_tui.command import leaving
from thunes_tui.command.leaving import chosen, last_line
from thunes_tui.journal.folder import SessionEntry

ID = "20251009-085320-7f3a"


def entry(**facts: Any) -> SessionEntry:
    known = {"id": ID, "path": Path("/x"), "opened": 0, "last": 0, "records": 9, "problem": ""}
    return SessionEntry(**{**known, "running": True, "ended": False, **facts})


@pytest.fixture(autouse=True)
def called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "invocation", lambda: "bin/thunes-tui")


def test_an_ended_drill_on_the_sandbox_names_what_ends_it_and_what_begins_another() -> None:
    assert last_line(entry(ended=True), chosen(Path("/s"), sandbox=True)) == (
        f"the drill has ended; still running: its server (bin/thunes-tui stop {ID}) "
        "and the sandbox with its bot (bin/thunes-tui sandbox down); "
        "begin another with: bin/thunes-tui drill --sandbox --new"
    )


def test_an_ended_drill_on_a_project_names_that_project() -> None:
    line = last_line(entry(ended=True, running=False), chosen(Path("/a b")))
    assert line == "the drill has ended; begin another with: bin/thunes-tui drill --project '/a b' --new"
    assert last_line(entry(ended=True), chosen(None)).endswith("bin/thunes-tui drill --new")


def test_a_session_that_goes_on_says_how_to_come_back_and_how_to_end_it() -> None:
    back = f"the session goes on; come back with: bin/thunes-tui drill --session {ID}; end it with: "
    assert last_line(entry(), "") == f"{back}bin/thunes-tui stop {ID}"
    assert last_line(entry(), chosen(None, sandbox=True)).endswith("&& bin/thunes-tui sandbox down")


def test_an_interrupted_session_can_only_be_come_back_to() -> None:
    assert "was interrupted; come back with: bin/thunes-tui drill" in last_line(entry(running=False), "")
