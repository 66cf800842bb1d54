"""What was typed ahead, cut or never begun leaves no step running and passes none."""

from __future__ import annotations

import dataclasses
import hashlib
import re

import pytest

from tests.drill.playbook import Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.effects import Look, RunInShell
from thunes_tui.drill.printed import CUT, TRACEBACK, Output, Reading, judgement
from thunes_tui.events import drill, shell, steps
from thunes_tui.runbook.model import Check

Found = tuple[tuple[str, bool, str | None], ...]


def end(
    seq: int, line: str = "", output: str = "", *, cut: bool = False, found: Found = ()
) -> seen.CommandEnded:
    sha256 = hashlib.sha256(output.encode()).hexdigest()
    return seen.CommandEnded(seq, 0, "/p", 0, 9, output, sha256, cut, line, found)


def test_an_end_that_comes_after_the_next_start_still_ends_its_step(play: Playbook) -> None:
    play.ready_for("T1")
    play.launch("T1.S1")
    step = play.seq
    play.started("sleep 100")
    play.see(end(step, "step 1.1", "Risk status")).holds(
        like(shell.ShellEnded, seq=step), like(steps.StepEnded, step="T1.S1", exit=0)
    )
    assert play.state.shell.running == "sleep 100", "it runs still"
    assert play.status("T1.S1") == "done"
    play.ended()
    assert play.state.shell.running == ""


def test_a_step_whose_end_the_shell_did_not_tell_is_unknown_and_never_judged(play: Playbook) -> None:
    play.ready_for("T1")
    play.launch("T1.S1")
    told = dataclasses.replace(end(play.seq, "step 1.1", "Risk status"), exit=-1)
    play.see(told).holds(like(steps.StepUnknown, step="T1.S1"))
    assert play.status("T1.S1") == "unknown"


def test_the_late_end_of_another_line_ends_no_step(play: Playbook) -> None:
    play.ready_for("T1")
    play.started("sleep 1")
    earlier = play.seq
    play.ended()
    play.launch("T1.S1")
    play.see(end(earlier)).lacks(steps.StepEnded)
    assert play.status("T1.S1") == "running"
    assert play.state.shell.running == "step 1.1"


def test_long_output_that_nobody_looked_through_is_not_judged(play: Playbook) -> None:
    play.ready_for("T1")
    play.launch("T1.S1")
    play.see(end(play.seq, "step 1.1", "Risk status", cut=True)).holds(
        like(steps.CriterionSensed, verdict="NOT VERIFIED", cause=f"...{CUT}")
    )


def test_long_output_is_judged_by_what_was_found_as_it_went_by(play: Playbook) -> None:
    play.ready_for("T1")
    (asked,) = play.launch("T1.S1").of(RunInShell)
    assert Look("Risk status") in asked.looks
    found = tuple((each.pattern, each.log_lines, None) for each in asked.looks)
    shown = tuple(
        (pattern, records, "Risk status: fine" if pattern == "Risk status" else None)
        for pattern, records, _ in found
    )
    play.see(end(play.seq, "step 1.1", "only its end", cut=True, found=shown)).holds(
        like(steps.CriterionSensed, verdict="PASS", cause="...Risk status: fine")
    )
    play.do("T1.S2")
    play.launch("T1.S1", again=True)
    play.see(end(play.seq, "step 1.1", "only its end", cut=True, found=found)).holds(
        like(steps.CriterionSensed, verdict="FAIL", cause="...does not show Risk status")
    )


@pytest.mark.parametrize(
    ("output", "exit_status", "cut", "verdict"),
    [
        ("good", 0, False, "PASS"),
        ("good", 0, True, "NOT VERIFIED"),
        ("nothing", 0, False, "FAIL"),
        ("nothing", 0, True, "NOT VERIFIED"),
        ("good bad", 0, True, "FAIL"),
        ("good\nTraceback (most recent call last):\n", 0, True, "FAIL"),
        ("good", 1, True, "FAIL"),
    ],
)
def test_what_is_found_counts_and_what_may_be_missing_does_not(
    output: str, exit_status: int, cut: bool, verdict: str
) -> None:
    check = Check("output", want=(("pattern", "good"), ("not_pattern", "bad")))
    reading = Reading((Look("bad"), Look(re.escape(TRACEBACK), log_lines=True)))
    reading.look(output)
    printed = Output(output, "", cut, reading.found)
    assert judgement(check, "1.1", exit_status, printed)[0] == verdict


def test_a_preflight_that_cannot_be_begun_ends_as_unknown(play: Playbook) -> None:
    play.ready()
    play.ask(intents.RunPreflight())
    run = play.state.preflight.run
    play.see(seen.PreflightVerdict(run, "native", "PASS"))
    play.see(seen.NotRun("", "no room")).holds(like(drill.PreflightEnded, script="UNKNOWN", passed=False))
    assert not play.state.preflight.running
