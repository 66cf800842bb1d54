"""The keys that each type of event has been seen with: what a record should look like, and completions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from thunes_tui.lines.audit import AuditRow
from thunes_tui.lines.jq.functions import NAMES_HERE

ENOUGH = 5
"""Records of a type before a key can be new or missing."""
MOST_EVENTS = 500
MOST_KEYS = 500
"""Of one type."""
DEEPEST = 4
"""Names of a path that are learnt."""
LONGEST_KEY = 100
LONGEST_VALUE = 100
"""Characters by which two values are told apart."""
BEYOND = (
    "add", "first", "fromdate", "join", "last", "ltrimstr", "max", "min", "range", "sort", "sort_by", "split",
    "sub", "to_entries", "todate", "tojson", "tonumber", "tostring", "unique", "unique_by",
)  # fmt: skip
"""Functions for the worker that are worth completing."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PATH = re.compile(r'((?:\.[A-Za-z_]\w*(?:\[-?\d*\]|\?)*|\."[^"]*")*)\.([A-Za-z_]\w*)?\Z')
_MEMBER = re.compile(r"[{,]\s*([A-Za-z_]\w*)?\Z")
_WORD = re.compile(r"(?:^|[|(\[;]|\b(?:and|or|then|else|if)\s)\s*([A-Za-z_]\w*)\Z")
_EVENT = re.compile(r'\.(\w+)\s*(?:[=!]=|\|\s*(?:startswith|endswith|contains|test|IN)\s*\()\s*"(\w*)\Z')
_NAMED = re.compile(r'"(\w+)"')
_STEP = re.compile(r'\.(?:([A-Za-z_]\w*)|"([^"]*)")')

Path = tuple[str, ...]


class Drift(NamedTuple):
    """How a record differs from the others of its type."""

    new: tuple[str, ...]
    """Keys that none of them has."""
    missing: tuple[str, ...]
    """Keys that all of them have."""

    @property
    def is_none(self) -> bool:
        return not (self.new or self.missing)


class Completion(NamedTuple):
    text: str
    """What the word becomes."""
    start: int
    """Where in the filter the word begins that it replaces."""
    seen: int = 0
    """Records that have the key."""


@dataclass
class EventKeys:
    """One type of event."""

    records: int = 0
    keys: dict[Path, int] = field(default_factory=dict)
    """Paths of members, and how many records have each; elements of arrays count as the array's."""
    first: dict[str, Any] = field(default_factory=dict)
    """The first value that was seen of each member that is one value, cut."""
    varying: set[str] = field(default_factory=set)
    """Members of which another value was seen."""


class Schema:
    """Learns from rows in any order; bounded whatever the rows hold."""

    def __init__(self) -> None:
        self.events: dict[str, EventKeys] = {}

    def learn(self, rows: Iterable[AuditRow]) -> None:
        for row in rows:
            if row.ok:
                self._learn(row)

    def drift(self, row: AuditRow) -> Drift:
        """What is new or missing in a row, by what was learnt before it; nothing while that is little."""
        known = self.events.get(row.event)
        if known is None or known.records < ENOUGH or not row.ok:
            return Drift((), ())
        new = [key for key in row.fields if (key[:LONGEST_KEY],) not in known.keys]
        if len(known.keys) >= MOST_KEYS:
            new = []
        missing = [
            path[0]
            for path, count in known.keys.items()
            if len(path) == 1 and count == known.records and path[0] not in _cut(row.fields)
        ]
        return Drift(tuple(new), tuple(missing))

    def varying(self, event: str) -> frozenset[str] | None:
        """The members whose values differ from record to record; None while too few were seen to tell."""
        known = self.events.get(event)
        if known is None or known.records < ENOUGH:
            return None
        return frozenset(known.varying)

    def note(self, row: AuditRow) -> Drift:
        """`drift`, and then `learn` it."""
        drift = self.drift(row)
        self.learn([row])
        return drift

    def complete(self, text: str) -> list[Completion]:
        """What the filter's last word may become, the most frequent first; `text` ends at the cursor."""
        if match := _EVENT.search(text):
            return self._complete_event(match[1], match[2], match.start(2))
        if text.count('"') % 2:
            return []
        if match := _PATH.search(text):
            base = tuple(one or other for one, other in _STEP.findall(match[1]))
            return self._complete_key(text, base, match[2] or "", match.end(1), dotted=True)
        if text.count("{") > text.count("}") and (match := _MEMBER.search(text)):
            return self._complete_key(text, (), match[1] or "", len(text) - len(match[1] or ""), dotted=False)
        if match := _WORD.search(text):
            names = [name for name in sorted({*NAMES_HERE, *BEYOND}) if name.startswith(match[1])]
            return [Completion(name, match.start(1)) for name in names if name != match[1]]
        return []

    def _learn(self, row: AuditRow) -> None:
        known = self.events.get(row.event)
        if known is None:
            if len(self.events) >= MOST_EVENTS:
                return
            known = self.events[row.event] = EventKeys()
        known.records += 1
        keys = known.keys
        for path in dict.fromkeys(_paths(row.fields, ())):
            if path in keys or len(keys) < MOST_KEYS:
                keys[path] = keys.get(path, 0) + 1
        for key, value in row.fields.items():
            if key in known.varying or isinstance(value, (dict, list)):
                continue
            short = value[:LONGEST_VALUE] if isinstance(value, str) else value
            if len(known.first) < MOST_KEYS and known.first.setdefault(key, short) != short:
                known.varying.add(key)

    def _complete_event(self, key: str, begun: str, start: int) -> list[Completion]:
        if not key.startswith("event"):
            return []
        found = [(name, known.records) for name, known in self.events.items() if name.startswith(begun)]
        return [Completion(f'{name}"', start, seen) for name, seen in _by_frequency(found)]

    def _complete_key(
        self, text: str, base: Path, begun: str, start: int, *, dotted: bool
    ) -> list[Completion]:
        """Of the types of event that the filter names; of all of them if it names none."""
        named = [self.events[name] for name in _NAMED.findall(text) if name in self.events]
        counts: dict[str, int] = {}
        for known in named or self.events.values():
            for path, seen in known.keys.items():
                if path[:-1] == base and path[-1].startswith(begun) and path[-1] != begun:
                    counts[path[-1]] = counts.get(path[-1], 0) + seen
        found: list[Completion] = []
        for name, seen in _by_frequency(counts.items()):
            quoted = name if _NAME.match(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
            found.append(Completion(f".{quoted}" if dotted else quoted, start, seen))
        return found


def _by_frequency(found: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _cut(fields: Mapping[str, Any]) -> set[str]:
    return {key[:LONGEST_KEY] for key in fields}


def _paths(value: Any, base: Path) -> Iterable[Path]:
    if isinstance(value, list):
        for part in value[:MOST_KEYS]:
            yield from _paths(part, base)
    elif isinstance(value, dict) and len(base) < DEEPEST:
        for key, part in value.items():
            path = (*base, key[:LONGEST_KEY])
            yield path
            yield from _paths(part, path)
