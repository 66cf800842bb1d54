"""The kinds of evidence that a check may ask for, and what each kind can be asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Plain = str | int | float | bool | tuple[str, ...]

_TEXT, _NUMBER, _SWITCH, _NAMES = "a text", "a number", "true or false", "a text or a list of texts"
_REQUIRED: dict[str, tuple[str, ...]] = {
    "audit": ("event",),
    "output": ("pattern",),
    "exit": (),
    "file": ("path",),
    "log": ("pattern",),
    "telegram": (),
    "process": ("state",),
    "positions": ("compare",),
    "database": (),
    "audit_intact": (),
    "timing": ("max_s",),
    "deviations": (),
}
_MEMBERS: dict[str, dict[str, str]] = {
    "audit": {"event": _NAMES, "reason_contains": _TEXT, "absent": _SWITCH, "switch": _TEXT},
    "output": {"pattern": _TEXT, "not_pattern": _TEXT, "exit": _NUMBER, "log_lines": _SWITCH},
    "exit": {"code": _NUMBER},
    "file": {"path": _TEXT, "json": _SWITCH, "newer": _SWITCH},
    "log": {"pattern": _TEXT, "level": _TEXT, "absent": _SWITCH, "console": _SWITCH},
    "telegram": {"max_s": _NUMBER, "contains": _TEXT},
    "process": {"state": _TEXT, "max_s": _NUMBER},
    "positions": {"compare": _TEXT},
    "database": {"state": _TEXT},
    "audit_intact": {},
    "timing": {"of": _TEXT, "max_s": _NUMBER},
    "deviations": {"max": _NUMBER},
}
_VALUES: dict[tuple[str, str], tuple[str, ...]] = {
    ("audit", "switch"): ("on", "off"),
    ("process", "state"): ("killed", "restarted"),
    ("positions", "compare"): ("pre-crash", "exchange"),
    ("database", "state"): ("consistent",),
    ("timing", "of"): ("recovery",),
}
_PATTERNS = ("pattern", "not_pattern")
KINDS = tuple(_MEMBERS)
"""Every kind, by name."""


def flatten(want: Mapping[str, Any]) -> dict[str, Plain]:
    """`want` with nested tables as dotted names, `where.side`, and lists as tuples of texts."""
    flat: dict[str, Plain] = {}
    for name, value in want.items():
        if isinstance(value, Mapping):
            flat.update({f"{name}.{inner}": found for inner, found in flatten(value).items()})
        elif isinstance(value, (list, tuple)):
            flat[name] = tuple(str(entry) for entry in value)
        elif isinstance(value, (str, int, float, bool)):
            flat[name] = value
        else:
            flat[name] = str(value)
    return flat


def is_number(kind: str, name: str) -> bool:
    """Whether a member of a check of that kind is a number."""
    return _MEMBERS.get(kind, {}).get(name) == _NUMBER


def problem_of(kind: str, want: Mapping[str, Plain]) -> str:
    """What is wrong with a check of that kind that asks for `want`, in one line; empty when nothing is."""
    members = _MEMBERS.get(kind)
    if members is None:
        return f"no kind of evidence is named {kind!r}; there are {', '.join(KINDS)}"
    for name, value in want.items():
        if kind == "audit" and name.startswith(("where.", "contrary.")):
            continue
        wrong = _wrong(kind, name, value)
        if wrong:
            return wrong
    missing = [name for name in _REQUIRED[kind] if name not in want]
    return f"a check of kind {kind} must say {missing[0]!r} in `want`" if missing else ""


def _wrong(kind: str, name: str, value: Plain) -> str:
    form = _MEMBERS[kind].get(name)
    if form is None:
        return f"a check of kind {kind} knows no {name!r}"
    if not _fits(form, value):
        return f"{name!r} must be {form}, not {value!r}"
    allowed = _VALUES.get((kind, name))
    if allowed and value not in allowed:
        return f"{name!r} must be one of {', '.join(allowed)}, not {value!r}"
    if name in _PATTERNS:
        return regex_problem(str(value), name)
    return ""


def _fits(form: str, value: Plain) -> bool:
    if form == _SWITCH:
        return isinstance(value, bool)
    if form == _NUMBER:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value  # not NaN
    return isinstance(value, str) or (form == _NAMES and isinstance(value, tuple) and bool(value))


def regex_problem(pattern: str, name: str) -> str:
    """Why `pattern` is no regular expression, in one line; empty when it is one."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"{name!r} is no regular expression: {error}"
    return ""
