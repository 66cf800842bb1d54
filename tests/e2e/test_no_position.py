"""Without an open position there is nothing to test: both of the seed's ways out, on the record."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.way import CONSOLE, Person, drilled_sandbox
from tests.rig.tmux import Tmux
from thunes_tui.journal.reader import records


def kinds(env: dict[str, str]) -> list[tuple[str, dict[str, object]]]:
    """Kinds and members of the newest session's records."""
    newest = max((Path(env["XDG_STATE_HOME"]) / "thunes-tui" / "sessions").iterdir(), key=lambda p: p.name)
    return [(record.kind, record.data) for record in records(newest / "journal.jsonl")]


def test_create_one_or_skip_the_test() -> None:
    with drilled_sandbox(bot=False) as (place, env):
        argv = [*CONSOLE, "drill", "--project", str(place.project)]
        with Tmux(argv, size=(160, 44), env=env) as tmux:
            person = Person(tmux)
            person.accepts("run the pre-flight")
            person.sees("no database at")
            person.offered("run the pre-flight again")
            tmux.send("r")
            person.accepts("begin the preparation")
            person.accepts("begin Test 1")
            person.sees("create a small position")
            person.sees("skip Test 1")
            tmux.send("p")
            person.sees("Opened position BTCUSDT")
            # Insists: the log knew of it before the positions were read.
            person.insists("begin Test 1", "run step 1.1")
            tmux.send("q")
            tmux.ended()
        happened = kinds(env)
        assert any(
            kind == "note.added" and "No open position" in str(data["text"]) for kind, data in happened
        )
        assert any(kind == "positions.read" and data["positions"] for kind, data in happened)


def test_a_skipped_first_test_leaves_three() -> None:
    with drilled_sandbox(bot=False) as (place, env):
        argv = [*CONSOLE, "drill", "--project", str(place.project)]
        with Tmux(argv, size=(160, 44), env=env) as tmux:
            person = Person(tmux)
            person.accepts("run the pre-flight")
            person.offered("run the pre-flight again")
            tmux.send("r")
            person.accepts("begin the preparation")
            person.accepts("begin Test 1")
            person.sees("skip Test 1")
            tmux.send("s")
            person.offered("begin Test 2")
            person.sees("SKIPPED")
            tmux.send("q")
            tmux.ended()
        skipped = [data for kind, data in kinds(env) if kind == "test.skipped"]
        assert [data["reason"] for data in skipped] == ["no open position"]
