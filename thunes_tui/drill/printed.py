"""What a step printed, as evidence: its own lines, without the log records of a bot on the same terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from thunes_tui.drill.checks import CLIP, PRINTED, find, latency_ms, sensed, step_of, want
from thunes_tui.drill.draft import Draft, short
from thunes_tui.drill.effects import Look
from thunes_tui.drill.venue import fail
from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Check, Criterion, Step, Test

RECORD = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[,.]\d+)? - .*? - [A-Z]+ - .*")
"""A log record from its time on, wherever in a line it begins: a bot that the shell started in the background
prints between a step's lines, and in the middle of them. `NAME.checks.toml` lets a check see records, with
`log_lines`."""
CUT = "output longer than 64 kB, and this cannot be judged by parts of it"
NOT_COMPARED = "(output longer than 64 kB: not compared with what is expected)"
TRACEBACK = "Traceback (most recent call last)"
_WHOLE = re.compile(r"\\[AZ]|\(\?[aiLmux]*s")
"""What only the whole output at once can answer: its two ends, and a dot that crosses lines."""


@dataclass(frozen=True, slots=True)
class Output:
    """What one command printed."""

    text: str = ""
    """All of it, or where it is cut its last 64 kB."""
    sha256: str = ""
    """Of all of it."""
    cut: bool = False
    found: tuple[tuple[Look, str | None], ...] = ()
    """Where it is cut: what was looked for as it went by, with the first line that shows it."""

    def find(self, pattern: str, *, log_lines: bool) -> str | None:
        """The first line that shows it; None without one."""
        if self.cut:
            return dict(self.found).get(Look(pattern, log_lines))
        return find(pattern, self.text if log_lines else own_lines(self.text))

    def knows(self, pattern: str, *, log_lines: bool) -> bool:
        """Whether all of the output was looked at for it."""
        return not pattern or not self.cut or Look(pattern, log_lines) in dict(self.found)


class Reading:
    """Looks for patterns in output that goes by in windows: complete lines, each beginning some lines back.

    A match that spans more than the overlap of two windows is not found; a pattern that only the whole output
    could answer is not looked for.
    """

    def __init__(self, looks: Iterable[Look]) -> None:
        self._lines: dict[Look, str | None] = {
            each: None for each in looks if _WHOLE.search(each.pattern) is None
        }

    def look(self, window: str) -> None:
        missing = [each for each, line in self._lines.items() if line is None]
        own = own_lines(window) if any(not each.log_lines for each in missing) else ""
        for each in missing:
            line = find(each.pattern, window if each.log_lines else own)
            if line is not None:
                self._lines[each] = line[:CLIP]

    @property
    def found(self) -> tuple[tuple[Look, str | None], ...]:
        return tuple(self._lines.items())


def looks(test: Test, step: Step) -> tuple[Look, ...]:
    """All that the output of this step may be asked for."""
    wanted = {Look(re.escape(TRACEBACK), log_lines=True): None}
    for criterion in test.criteria:
        check = criterion.check
        bound = step_of(test, check) if check is not None else None
        if check is None or (bound is not None and bound.id != step.id):
            continue
        if check.kind in PRINTED:
            patterns = [str(want(check, name, "")) for name in ("pattern", "not_pattern")]
            wanted |= {Look(each, sees_records(check)): None for each in patterns if each}
        elif check.kind == "log" and want(check, "console"):
            wanted[Look(str(want(check, "pattern", "")), log_lines=True)] = None
    return tuple(wanted)


def own_lines(output: str) -> str:
    """What the step itself printed, as far as the form of the lines tells."""
    return RECORD.sub("", output)


def sees_records(check: Check) -> bool:
    """Whether log records may bear it out."""
    return bool(want(check, "log_lines"))


def shows(check: Check, output: Output) -> bool:
    """Whether the wanted pattern is there and the unwanted one is not."""
    pattern, unwanted = str(want(check, "pattern", "")), str(want(check, "not_pattern", ""))
    records = sees_records(check)
    if not pattern or output.find(pattern, log_lines=records) is None:
        return False
    return not unwanted or output.find(unwanted, log_lines=records) is None


def judge_output(draft: Draft, criterion: Criterion, check: Check, step: Step, output: Output) -> None:
    """The verdict of a step's output and exit status; the status alone passes nothing."""
    known = draft.state.steps[step.id]
    verdict, cause, line = judgement(check, short(step.id), known.exit, output)
    latency = latency_ms(draft, known.started or draft.now)
    evidence = Evidence(
        "output", f"step {short(step.id)}", known.output, output.sha256, latency, 0.0, line[:CLIP]
    )
    if verdict == "FAIL":
        fail(draft, criterion, check, cause, evidence)
    else:
        sensed(draft, criterion, verdict, cause, evidence)


def judgement(check: Check, name: str, exit_status: int | None, output: Output) -> tuple[str, str, str]:
    """Verdict, cause, and the line that shows it."""
    pattern, unwanted = str(want(check, "pattern", "")), str(want(check, "not_pattern", ""))
    wanted_exit, records = want(check, "exit", want(check, "code", 0)), sees_records(check)
    found = output.find(pattern, log_lines=records) if pattern else None
    bad = output.find(unwanted, log_lines=records) if unwanted else None
    if exit_status is None:
        return "NOT VERIFIED", f"step {name} was done by hand: nothing was printed that could be judged", ""
    if exit_status != wanted_exit:
        return "FAIL", f"step {name} ended with {exit_status}, not {wanted_exit}", ""
    if output.find(re.escape(TRACEBACK), log_lines=True) is not None:
        return "FAIL", f"step {name} printed a traceback", TRACEBACK
    if bad is not None:
        return "FAIL", f"the output of step {name} shows {bad[:80].strip()}", bad
    if not pattern:
        return "NOT VERIFIED", f"step {name}: an exit status alone proves nothing", ""
    if not all(output.knows(each, log_lines=records) for each in (pattern, unwanted)):
        return "NOT VERIFIED", f"step {name}: {CUT}", found or ""
    if found is None:
        return "FAIL", f"the output of step {name} does not show {pattern[:80]}", ""
    return "PASS", f"step {name} shows {found[:100].strip()}", found
