"""The nodes of a record: members and elements, groups of them where they are many, made when asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from thunes_tui.lines.jq.exact import Members, written

GROUP = 100
"""Members beyond which they are unfolded by groups of this many."""
FEW = 40
"""Members that are worth to be unfolded without being asked."""
PREVIEW = 200
"""Characters of what is folded in."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A member, an element, or a group of many of them."""

    place: Place
    """Which child of which child it is, from the root."""
    label: str
    path: str
    """As a jq filter; that of the whole for a group."""
    value: Any
    """For a group: what the whole is, and from which to which of its members the group goes."""
    is_group: bool = False

    @property
    def can_unfold(self) -> bool:
        return self.is_group or (isinstance(self.value, (Members, list)) and len(self.value) > 0)

    @property
    def is_small(self) -> bool:
        """Its members fit into one look."""
        return self.can_unfold and not self.is_group and len(self.value) <= FEW

    @property
    def is_single(self) -> bool:
        """It is one value, that a filter can ask for."""
        return not self.is_group and not isinstance(self.value, (Members, list))


def children(parent: Node) -> Iterator[Node]:
    """The members or elements of a node; groups of them where there are many."""
    held, start, stop = parent.value if parent.is_group else (parent.value, 0, len(parent.value))
    size = GROUP
    while size * GROUP < stop - start:
        size *= GROUP
    if stop - start > GROUP:
        for number, first in enumerate(range(start, stop, size)):
            last = min(first + size, stop)
            label = f"{_label(held, first)} … {_label(held, last - 1)}"
            yield Node((*parent.place, number), label, parent.path, (held, first, last), is_group=True)
        return
    for at in range(start, stop):
        if isinstance(held, Members):
            key, value = held[at]
            path = _member(parent.path, key)
        else:
            key, value = str(at), held[at]
            path = f"{parent.path}[{at}]"
        yield Node((*parent.place, at - start), key, path, value)


def _label(held: Any, at: int) -> str:
    return str(held[at][0])[:GROUP] if isinstance(held, Members) else str(at)


def value_of(node: Node) -> str:
    """The whole value as text: without quotes where it is one, else as JSON. A group has none."""
    if node.is_group:
        return ""
    try:
        return str(node.value) if isinstance(node.value, str) else written(node.value)
    except RecursionError:
        return ""


def _member(path: str, key: str) -> str:
    name = key if _NAME.match(key) else json.dumps(key)
    return f"{'' if path == '.' else path}.{name}"


def preview(value: Any) -> str:
    """What is folded in, on one line."""
    size = f"{len(value):,} "
    if isinstance(value, Members):
        parts = (f"{key}: {_brief(one)}" for key, one in value)
        return f"{size}{{ {_some(parts)} }}" if value else "{}"
    return f"{size}[ {_some(map(_brief, value))} ]" if value else "[]"


def _brief(value: Any) -> str:
    if isinstance(value, Members):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    return written(value)[:PREVIEW]


def _some(parts: Iterable[str]) -> str:
    kept, size = [], 0
    for part in parts:
        kept.append(part)
        size += len(part)
        if size > PREVIEW:
            return ", ".join([*kept, "…"])
    return ", ".join(kept)
