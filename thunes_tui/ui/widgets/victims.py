"""What a step or a signal reaches, one row each: a process by number, command and role; or a file."""

from __future__ import annotations

import re
from collections.abc import Iterable

from thunes_tui.ui.widgets.line import Line, Part, cut, data, spread, wrapped

_VICTIM = re.compile(r"(?P<pid>\d+) (?P<role>[^:]{1,40}): (?P<argv>.+)", re.DOTALL)
NARROW = 60
"""Cells below which a row is broken into lines."""


def victim_rows(
    lines: Iterable[str], width: int, fate: Part, fates: dict[str, Part] | None = None
) -> list[Line]:
    """Rows of `4711 bot: python ...`; what has another form is shown as it is. `fates` is by role."""
    rows: list[Line] = []
    for line in lines:
        found = _VICTIM.fullmatch(line)
        if found is None:
            rows += wrapped([("  ", "text"), data(line)], width, 4)
            continue
        word = (fates or {}).get(found["role"], fate)
        role = _ROLES.get(found["role"], found["role"])
        if width < NARROW:
            rows += wrapped([(f"{found['pid']:>7} ", "text"), data(found["argv"])], width, 8)
            rows.append([(" " * 8, "text"), data(f"{role}  "), word])
            continue
        left: Line = [(f"{found['pid']:>7}  ", "text"), data(found["argv"])]
        rows.append(
            spread(cut(left, width - 36), [data(f"{role:<24.24}  "), (f"{word[0]:<8}", word[1])], width)
        )
    return rows


def split(lines: Iterable[str]) -> tuple[list[str], list[str]]:
    """Lines of processes, and those of files."""
    known = list(lines)
    files = [line for line in known if _FILE.search(line)]
    return [line for line in known if line not in files], files


_FILE = re.compile(r"^(?!\d+ ).* is (?:removed|moved away|written over|emptied|changed|touched)(?:[:;]|$)")
_ROLES = {"bot": "the bot", "console (ours)": "this console"}
