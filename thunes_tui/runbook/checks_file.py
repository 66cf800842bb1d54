"""The checks file beside a runbook: entries `[[check]]`, decoded singly so that a wrong one spares the rest.

Imported late: typed decoding is needed once a drill and costs more than the rest of the runbook's code.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

import msgspec

from thunes_tui.runbook.evidence import flatten, problem_of, regex_problem

PERSON = "person"
"""The kind of an entry that leaves a criterion to a person."""


class Entry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One entry: which criteria it binds, to which evidence of which step."""

    name: str
    criterion: str
    """`T1.C3`, or a regular expression on the criterion's text."""
    kind: str
    test: int | str = ""
    """The test's number, or a regular expression on its title; empty for any."""
    step: int | str | list[str] = 0
    """The step's place in its test, or regular expressions on its title, a line end and its block."""
    within_s: float = 10.0
    want: dict[str, Any] = {}
    take: dict[str, str] = {}
    """Members of `want` that are read from the criterion's text or the step, by a pattern with one group."""
    optional: bool = False

    @property
    def step_patterns(self) -> tuple[str, ...]:
        if isinstance(self.step, int):
            return ()
        return (self.step,) if isinstance(self.step, str) else tuple(self.step)


def read_entries(toml: bytes, source_name: str) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The sound entries in order, and one line for everything that is wrong; `source_name` names the file."""
    try:
        document = tomllib.loads(toml.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return (), (f"{source_name}: not UTF-8 text at byte {error.start}; no check of it is used",)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return (), (f"{source_name}: {_one_line(error)}; no check of it is used",)
    problems = [f"{source_name}: nothing is named {name!r} here; checks stand under [[check]]"
                for name in document if name != "check"]  # fmt: skip
    tables = document.get("check", [])
    if not isinstance(tables, list):
        return (), (*problems, f"{source_name}: write [[check]] with two brackets, not [check]")
    entries: list[Entry] = []
    for place, table in enumerate(tables, 1):
        entry, problem = _entry(table)
        if entry is None or problem:
            name = table.get("name", "without a name") if isinstance(table, dict) else "no table"
            problems.append(f"{source_name}: check {place} ({_one_line(name)}): {problem}")
        else:
            entries.append(entry)
    return tuple(entries), tuple(problems)


def _entry(table: object) -> tuple[Entry | None, str]:
    try:
        entry = msgspec.convert(table, Entry)
    except (msgspec.ValidationError, RecursionError) as error:
        return None, _one_line(error)
    return entry, _problem(entry)


def _problem(entry: Entry) -> str:
    patterns = [("criterion", entry.criterion)]
    patterns += [("test", entry.test)] if isinstance(entry.test, str) else []
    patterns += [("step", pattern) for pattern in entry.step_patterns]
    patterns += [(f"take.{name}", pattern) for name, pattern in entry.take.items()]
    for name, pattern in patterns:
        if wrong := regex_problem(pattern, name):
            return _one_line(wrong)
    for name, pattern in entry.take.items():
        if re.compile(pattern).groups != 1:
            return f"'take.{name}' must have exactly one group"
    if not 0 <= entry.within_s <= 3600:
        return f"'within_s' must lie between 0 and 3600 seconds, not {entry.within_s}"
    if entry.kind == PERSON:
        return ""
    taken = {name: 1.0 if name.endswith("_s") else "x" for name in entry.take}
    return _one_line(problem_of(entry.kind, {**taken, **flatten(entry.want)}))


def _one_line(message: object) -> str:
    return " ".join(str(message).split())[:300]
