"""What a step printed, as evidence: its own lines, without the log records of a bot on the same terminal."""

from __future__ import annotations

import re

from thunes_tui.drill.checks import CLIP, find, latency_ms, sensed, want
from thunes_tui.drill.draft import Draft, short
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Check, Criterion, Step

RECORD = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[,.]\d+)? - .*? - [A-Z]+ - .*")
"""A log record from its time on, wherever in a line it begins: a bot that the shell started in the background
prints between a step's lines, and in the middle of them. `NAME.checks.toml` lets a check see records, with
`log_lines`."""
CUT = "output longer than 64 kB: its beginning was not judged"
TRACEBACK = "Traceback (most recent call last)"


def own_lines(output: str) -> str:
    """What the step itself printed, as far as the form of the lines tells."""
    return RECORD.sub("", output)


def looked_at(check: Check, output: str) -> str:
    """The part of the output that a check may judge by."""
    return output if want(check, "log_lines") else own_lines(output)


def shows(check: Check, output: str) -> bool:
    """Whether the wanted pattern is there and the unwanted one is not."""
    text = looked_at(check, output)
    pattern, unwanted = str(want(check, "pattern", "")), str(want(check, "not_pattern", ""))
    if not pattern or find(pattern, text) is None:
        return False
    return not unwanted or find(unwanted, text) is None


def judge_output(
    draft: Draft, criterion: Criterion, check: Check, step: Step, output: str, sha256: str, *, cut: bool
) -> None:
    """The verdict of a step's output and exit status; the status alone passes nothing."""
    known = draft.state.steps[step.id]
    verdict, cause, line = judgement(check, short(step.id), known.exit, output, cut=cut)
    latency = latency_ms(draft, known.started or draft.now)
    evidence = Evidence("output", f"step {short(step.id)}", known.output, sha256, latency, 0.0, line[:CLIP])
    sensed(draft, criterion, verdict, cause, evidence)


def judgement(
    check: Check, name: str, exit_status: int | None, output: str, *, cut: bool = False
) -> tuple[str, str, str]:
    """Verdict, cause, and the line that shows it.

    Of `cut` output the beginning is missing: what was not found in the rest may stand there.
    """
    pattern, unwanted = str(want(check, "pattern", "")), str(want(check, "not_pattern", ""))
    wanted_exit = want(check, "exit", want(check, "code", 0))
    text = looked_at(check, output)
    found = find(pattern, text) if pattern else None
    bad = find(unwanted, text) if unwanted else None
    if exit_status is None:
        return "NOT VERIFIED", f"step {name} was done by hand: nothing was printed that could be judged", ""
    if exit_status != wanted_exit:
        return "FAIL", f"step {name} ended with {exit_status}, not {wanted_exit}", ""
    if TRACEBACK in output:
        return "FAIL", f"step {name} printed a traceback", TRACEBACK
    if bad is not None:
        return "FAIL", f"the output shows {bad[:80].strip()}", bad
    if not pattern:
        return "NOT VERIFIED", "an exit status alone proves nothing", ""
    if cut:
        return "NOT VERIFIED", CUT, found or ""
    if found is None:
        return "FAIL", f"the output of step {name} does not show {pattern[:80]}", ""
    return "PASS", f"step {name} shows {found[:100].strip()}", found
