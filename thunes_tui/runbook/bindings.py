"""Binds a runbook's criteria to what senses them: by its checks file first, then by THUNES' known bindings.

A criterion that nothing binds stays a person's to tick.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from thunes_tui.runbook.evidence import Plain, flatten, is_number
from thunes_tui.runbook.model import Check, Criterion, Runbook, Step, Test

if TYPE_CHECKING:
    from thunes_tui.runbook.checks_file import Entry

BUILT_IN = "built-in"
"""What `bound_by` says in front of the name of a binding that comes with the console."""
_PERSON = "person"
_ID = re.compile(r"^T[0-9]+\.C[0-9]+$")


def bind(runbook: Runbook, checks_toml: bytes | None, source_name: str) -> tuple[Runbook, tuple[str, ...]]:
    """The runbook with its criteria bound, and one line for each entry of the checks file that is wrong.

    `checks_toml` are the bytes of the file named `source_name`; None when there is none. Never raises.
    """
    from thunes_tui.runbook.checks_file import read_entries

    entries, problems = read_entries(checks_toml, source_name) if checks_toml is not None else ((), ())
    own = [(entry, f"{source_name}: {entry.name}") for entry in entries]
    known = [(entry, f"{BUILT_IN}: {entry.name}") for entry in _built_in()]
    used: set[str] = set()
    tests = tuple(_bound_test(test, [*own, *known], used) for test in runbook.tests)
    idle = [f"{label}: fits no criterion of the runbook that is not bound before it"
            for _, label in own if label not in used]  # fmt: skip
    return replace(runbook, tests=tests), (*problems, *idle)


@lru_cache(maxsize=1)
def _built_in() -> tuple[Entry, ...]:
    """The bindings that come with the console; a wrong one is a defect of the console and raises."""
    from thunes_tui.runbook.checks_file import read_entries

    name = "thunes.checks.toml"
    entries, problems = read_entries(resources.files("thunes_tui.runbook").joinpath(name).read_bytes(), name)
    if problems:
        raise AssertionError(problems[0])
    return entries


def _bound_test(test: Test, entries: Sequence[tuple[Entry, str]], used: set[str]) -> Test:
    candidates = [(entry, label) for entry, label in entries if _fits_test(entry, test)]
    return replace(test, criteria=tuple(_bound(one, test, candidates, used) for one in test.criteria))


def _bound(
    criterion: Criterion, test: Test, candidates: Sequence[tuple[Entry, str]], used: set[str]
) -> Criterion:
    for entry, label in candidates:
        if _fits(entry.criterion, criterion):
            used.add(label)
            optional = criterion.optional or entry.optional
            check = _check(entry, criterion, test)
            return replace(criterion, check=check, bound_by=label, optional=optional)
    return criterion


def _fits_test(entry: Entry, test: Test) -> bool:
    if isinstance(entry.test, int):
        return entry.test == test.number
    return re.search(entry.test, test.title, re.IGNORECASE) is not None


def _fits(wanted: str, criterion: Criterion) -> bool:
    if _ID.match(wanted):
        return wanted == criterion.id
    return re.search(wanted, criterion.text, re.IGNORECASE) is not None


def _check(entry: Entry, criterion: Criterion, test: Test) -> Check | None:
    """The check that an entry makes of a criterion; None when the entry leaves it to a person."""
    if entry.kind == _PERSON:
        return None
    place = _step_place(entry, test)
    step = test.steps[place - 1] if 0 < place <= len(test.steps) else None
    want: dict[str, Any] = {**flatten(entry.want), **_taken(entry, criterion, step)}
    return Check(entry.kind, place, entry.within_s, tuple(want.items()))


def _step_place(entry: Entry, test: Test) -> int:
    if isinstance(entry.step, int):
        return entry.step if 0 <= entry.step <= len(test.steps) else 0
    for pattern in entry.step_patterns:
        for place, step in enumerate(test.steps, 1):
            if re.search(pattern, _text(step), re.IGNORECASE):
                return place
    return 0


def _taken(entry: Entry, criterion: Criterion, step: Step | None) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for name, pattern in entry.take.items():
        for text in (criterion.text, _text(step) if step else ""):
            match = re.search(pattern, text, re.IGNORECASE)
            if match is not None and match.group(1):
                found[name] = float(match.group(1)) if is_number(entry.kind, name) else match.group(1)
                break
    return found


def _text(step: Step) -> str:
    return f"{step.title}\n{step.command}"
