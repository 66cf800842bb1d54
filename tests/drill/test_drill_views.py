"""What screens, sheet and reports read from the state: next action, timeline, results, recording sheet."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import BOB, Playbook
from tests.hostile import lines as hostile_lines
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.next import next_action
from thunes_tui.drill.results import results
from thunes_tui.drill.timeline import pace, plan, planned_minutes, rows
from thunes_tui.events import box, shell, steps
from thunes_tui.journal.codec import Record
from thunes_tui.paperwork.sheet import NAME, SheetWriter, sheet


class TestNext:
    def test_leads_through_the_drill(self, play: Playbook) -> None:
        labels = [next_action(play.state).label]
        play.ready()
        labels.append(next_action(play.state).label)
        play.begin("T1")
        labels.append(next_action(play.state).label)
        play.launch("T1.S1")
        labels.append(next_action(play.state).label)
        play.finish("T1.S1", "Risk status")
        play.do("T1.S2", "ACTIVATED")
        labels.append(next_action(play.state).label)
        play.launch("T1.S3")
        labels.append(next_action(play.state).label)
        play.finish("T1.S3")
        play.do("T1.S4")
        labels.append(next_action(play.state).label)
        assert labels == [
            "run the pre-flight",
            "begin Test 1: Kill-Switch Activation",
            "run step 1.1: step 1",
            "step 1.1 runs",
            "begin step 1.3: step 3",
            "step 1.3 is done",
            "end Test 1",
        ]
        assert next_action(play.state).intent is None
        assert next_action(play.state).why == "waits for: Logged to console and file"

    def test_what_it_offers_is_never_refused(self, play: Playbook) -> None:
        play.ready_for("T3")
        play.do("T3.S1")
        play.ask(intents.RunStep("T3.S2"))
        assert next_action(play.state).label == "step 3.2"
        play.see(seen.GuardSpoke("T3.S2#1", True, token="t", confirm="paper_trader"))
        assert next_action(play.state).why == "type paper_trader to confirm"

    def test_a_step_on_its_way_comes_before_one_that_was_left_out(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.launch("T1.S3")
        assert next_action(play.state).label == "step 1.3 is done"

    def test_a_hold_a_busy_shell_and_a_guard_that_says_no_are_said(self, play: Playbook) -> None:
        play.ready()
        play.see(seen.GuardSpoke("start", False, ("a live key",)))
        assert next_action(play.state).why == "testnet is not proven: a live key"
        play.see(seen.GuardSpoke("start", True))
        play.begin("T1")
        play.started("vim notes")
        assert next_action(play.state).why == "the shell is busy with: vim notes"
        play.ask(intents.Hold("lunch"), BOB)
        assert next_action(play.state).why == "bob holds the drill: lunch"

    def test_a_failed_pre_flight_is_run_again(self, play: Playbook) -> None:
        play.record(shell.ShellOpened(1, 80, 24))
        play.preflight("FAIL")
        assert next_action(play.state).intent == intents.RunPreflight()


class TestTimeline:
    def test_is_the_seeds_template(self, play: Playbook) -> None:
        """00:05 pre-flight, 00:30 preparation, then 30 minutes a test with 5 between, 03:30 in all."""
        minutes = dict(plan(play.state))
        assert minutes["Pre-flight check complete"] == 5
        assert minutes["Preparation complete, monitors set up"] == 30
        assert [minutes[f"Test {n} COMPLETE"] for n in (1, 2, 3, 4)] == [65, 100, 135, 170]
        assert (minutes["Documentation START"], minutes["Documentation COMPLETE"]) == (175, 205)
        assert planned_minutes(play.state) == 210

    def test_stands_beside_what_happened(self, play: Playbook) -> None:
        play.ready()
        play.wait(40 * 60)
        play.begin("T1")
        row = next(r for r in rows(play.state) if r.label.startswith("Test 1 START"))
        assert row.planned_min == 35
        assert row.late_min == 5.0
        assert next(r for r in rows(play.state) if r.label == "Test 4 COMPLETE").actual is None

    def test_keeps_what_no_plan_knows(self, play: Playbook) -> None:
        play.ready().ask(intents.SkipTest("T1", "x"))
        extra = [r for r in rows(play.state) if r.planned_min is None]
        assert [r.label for r in extra] == ["Test 1 SKIPPED"]

    @pytest.mark.parametrize(
        ("minutes", "said"),
        [(0.0, "5 min ahead"), (30.3, "on time"), (34, "4 min behind"), (600, "570 min behind")],
    )
    def test_pace_is_by_the_next_stamp_that_is_due(self, play: Playbook, minutes: float, said: str) -> None:
        assert pace(play.state, play.now) == "not begun"
        play.ready()
        play.wait(minutes * 60)
        assert pace(play.state, play.now) == said

    def test_time_never_runs_backwards(self, play: Playbook) -> None:
        play.ready()
        play.now = play.now.__class__(play.now.t - 10**10, play.now.m)
        play.begin("T1")
        play.do("T1.S1", "Risk status")
        found = results(play.state, "r")["tests"][0]["steps"][0]["duration_s"]
        assert found == pytest.approx(0.103, abs=0.01)


class TestResults:
    def test_have_the_shape_that_scripts_rely_on(self, make: Make) -> None:
        play = make(mode="rehearse").ready_for("T1")
        play.do("T1.S1", "Risk status")
        play.ask(intents.EndDrill(early=True, reason="x"))
        found = json.loads(json.dumps(results(play.state, "/r")))
        assert set(found) >= {
            "verdict", "passed", "rehearsal", "not_verified", "tests", "findings", "recovery_s",
            "telegram_latency_s", "recording",
        }  # fmt: skip
        assert (found["verdict"], found["rehearsal"], found["recording"]) == ("NO-GO", True, "/r")
        first = found["tests"][0]
        assert set(first) == {
            "number",
            "title",
            "verdict",
            "started",
            "ended",
            "duration_s",
            "steps",
            "checks",
        }
        check = first["checks"][0]
        assert (check["criterion"], check["verdict"], check["sensed"]) == ("State captured", "PASS", True)
        assert set(check["evidence"]) >= {"source", "offset", "sha256", "latency_ms"}
        assert first["checks"][1]["evidence"] is None
        assert first["steps"][0]["exit"] == 0

    def test_name_an_override_beside_what_was_sensed(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S1", "nothing")
        play.ask(intents.DecideCriterion("T1.C1", "PASS", "a changed heading"))
        check = results(play.state, "r")["tests"][0]["checks"][0]
        assert (check["verdict"], check["sensed"]) == ("PASS", True)
        assert check["override"] == {"by": "ann", "reason": "a changed heading", "sensed": "FAIL"}

    def test_of_a_drill_that_has_not_ended_are_no_go(self, play: Playbook) -> None:
        assert results(play.state, "r")["verdict"] == "NO-GO"


class TestSheet:
    def test_tells_the_drill_without_the_tool(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S1", "Risk status")
        play.ask(intents.AddNote("odd"), BOB)
        play.ask(intents.FillField("T1", "Issues", "none"))
        play.ask(intents.TickPrerequisite(1))
        text = sheet(play.state)
        for line in (
            "# Recording sheet: Drill",
            "- [x] time (ann)",
            "## Test 1: Kill-Switch Activation - running",
            "- Step 1.1 step 1: done, exit 0",
            "- [x] State captured: PASS (sensed) step 1.1 shows Risk status",
            "- [ ] BUY rejected: open (open)",
            "- Issues: none",
        ):
            assert line in text.splitlines(), text
        assert "note by bob: odd" in text

    def test_names_the_override_and_what_was_sensed(self, play: Playbook) -> None:
        play.ready_for("T1")
        play.do("T1.S1", "nothing")
        play.ask(intents.DecideCriterion("T1.C1", "PASS", "a changed heading"))
        assert "PASS (ann, over sensed FAIL) a changed heading" in sheet(play.state)

    def test_no_note_can_forge_a_line_or_reach_the_terminal(self, play: Playbook) -> None:
        play.ready_for("T1")
        before = len(sheet(play.state).splitlines())
        play.ask(intents.AddNote("fine\n- [x] BUY rejected: PASS (sensed)\r\x1b[2J\u202e"))
        play.record(steps.FindingNoted("a\nb", veto=True))
        lines = sheet(play.state).splitlines()
        assert "- [x] BUY rejected: PASS (sensed)" not in lines
        assert len(lines) <= before + 9
        for raw in hostile_lines()[:300]:
            play.record(steps.NoteAdded(raw.decode("utf-8", "surrogateescape")))
        text = sheet(play.state)
        assert not any((ord(c) < 32 and c != "\n") or ord(c) in (0x7F, 0x9B, 0x202E) for c in text)
        text.encode()

    def test_is_written_at_decisions_whole_and_private(self, play: Playbook, tmp_path: Path) -> None:
        play.ready_for("T1")
        writer = SheetWriter(tmp_path)
        writer.recorded(record("shell.output"), shell.ShellOutput(0, "x"), play.state)
        writer.recorded(record("process.born"), box.ProcessBorn("bot", 1, 1, "x"), play.state)
        assert not (tmp_path / NAME).exists()
        writer.recorded(record("note.added"), steps.NoteAdded("n"), play.state)
        assert (tmp_path / NAME).read_text() == sheet(play.state)
        assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
        assert [path.name for path in tmp_path.iterdir()] == [NAME]

    def test_a_full_disk_is_said_and_stops_nothing(self, play: Playbook, tmp_path: Path) -> None:
        told = list[str]()
        writer = SheetWriter(tmp_path / "gone", told.append)
        for _ in range(2):
            writer.recorded(record("note.added"), steps.NoteAdded("n"), play.state)
        assert told == ["sheet.md is not up to date: No such file or directory"]
        (tmp_path / "gone").mkdir()
        writer.recorded(record("note.added"), steps.NoteAdded("n"), play.state)
        assert told[1:] == [""]


def record(kind: str) -> Record:
    return Record(1, 0, 0, 0, kind, {}, "", "", b"")
