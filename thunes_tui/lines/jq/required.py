"""What a record must hold, as bytes, for a filter to give anything for it: looked for before any parsing.

The rule: every object for which the filter has an output or an error holds one of the needles, or a letter
written as `\\u00XX`. It is taken from what is compared with `==` and the like at the beginning of the filter,
where nothing before it can fail on an object. Needles are printable ASCII that JSON writes in no other way
than itself or `\\u00XX`. Lines that hold neither are not looked at: whether they are objects, or JSON at all,
is not known then.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from thunes_tui.lines.jq.tree import Binary, Call, Dot, Each, Index, Literal, Node, Pipe, Try, is_path

ESCAPE = b"\\u00"
"""How an ASCII character is written if not as itself."""
SHORTEST, LONGEST = 3, 64
MOST_NEEDLES = 8
WITHIN = ("startswith", "endswith", "contains")
"""Functions whose text must be a part of their input."""
_SAFE = re.compile(r"[ !#-.0-\[\]-~]+")


class Need(NamedTuple):
    """One of the texts is in every object that matters."""

    texts: tuple[str, ...] = ()
    is_value: bool = False
    """The texts are values, which are rarer than keys."""

    @property
    def worth(self) -> tuple[bool, int]:
        shortest = min((len(_needle(text)) for text in self.texts), default=0)
        return self.is_value and shortest > 0, shortest


NO_NEED = Need()


def needles(tree: Node) -> tuple[bytes, ...]:
    """One of these is in every record that matters; empty if nothing is known."""
    best = NO_NEED
    for condition in _conditions(tree):
        best = _better(best, _need(condition))
        if not _is_total(condition):
            break
    found = {_needle(text) for text in best.texts}
    return tuple(sorted(found)) if all(found) and len(found) <= MOST_NEEDLES else ()


def _conditions(tree: Node) -> list[Node]:
    """Of the `select`s that a record must pass first, in order; each sees the record itself."""
    match tree:
        case Pipe(left=left, right=right):
            first = _conditions(left)
            return first + _conditions(right) if first and _is_select(left) else first
        case Call(name="select", arguments=(condition,)):
            return _conjuncts(condition)
        case Index(of=of) | Each(of=of):
            return _conditions(of)
        case _:
            return []


def _is_select(node: Node) -> bool:
    match node:
        case Pipe(left=left, right=right):
            return _is_select(left) and _is_select(right)
        case Call(name="select", arguments=(_,)):
            return True
        case _:
            return False


def _conjuncts(node: Node) -> list[Node]:
    match node:
        case Binary(operator="and", left=left, right=right):
            return _conjuncts(left) + _conjuncts(right)
        case _:
            return [node]


def _need(node: Node) -> Need:
    """What is in an object for which `node` is anything but false or nothing."""
    match node:
        case Binary(operator="or", left=left, right=right):
            first, second = _need(left), _need(right)
            if not (first.texts and second.texts):
                return NO_NEED
            return Need((*first.texts, *second.texts), first.is_value and second.is_value)
        case Binary(operator="and", left=left, right=right):
            first = _need(left)
            return _better(first, _need(right)) if _is_total(left) else first
        case Binary(operator="==" | ">" | ">=", left=left, right=Literal(value=value)) if _is_sure(left):
            return _compared(node.operator, left, value)
        case Binary(operator="==", left=Literal(value=value), right=right) if _is_sure(right):
            return _compared("==", right, value)
        case Pipe(left=left, right=Call(name="contains", arguments=(Literal(value=str() as text),))):
            return Need((text,), is_value=True) if _is_sure(left) else NO_NEED
        case Try(body=Pipe(left=left, right=Call(name=name, arguments=(Literal(value=str() as text),)))):
            return Need((text,), is_value=True) if name in WITHIN and is_path(left) else NO_NEED
        case Call(name="has", arguments=(Literal(value=str() as key),)):
            return Need((key,))
        case _:
            return _key(node) if _is_sure(node) else NO_NEED


def _compared(operator: str, path: Node, value: object) -> Need:
    if operator == "==" and isinstance(value, str):
        return _better(Need((value,), is_value=True), _key(path))
    return _key(path) if value is not None and value is not False else NO_NEED


def _key(node: Node) -> Need:
    """The last name of a path: without it the path gives null or nothing."""
    match node:
        case Index(key=Literal(value=str() as key)):
            return Need((key,))
        case _:
            return NO_NEED


def _better(one: Need, other: Need) -> Need:
    return max(one, other, key=lambda need: need.worth)


def _is_sure(node: Node) -> bool:
    """A path that can't fail on an object."""
    return is_path(node) and _is_total(node)


def _is_total(node: Node) -> bool:
    """True if no object makes an error of it."""
    match node:
        case Literal():
            return True
        case Index(of=of, key=Literal(value=key), is_quiet=is_quiet):
            return _is_total(of) if is_quiet else isinstance(key, str) and not _steps(of)
        case Each(of=of, is_quiet=is_quiet):
            return _is_total(of) and (is_quiet or not _steps(of))
        case Binary(
            operator="==" | "!=" | "<" | "<=" | ">" | ">=" | "and" | "or" | "//", left=left, right=right
        ):
            return _is_total(left) and _is_total(right)
        case Pipe(left=left, right=Call(name="not" | "type", arguments=())):
            return _is_total(left)
        case Pipe(left=left, right=Call(name="contains", arguments=(Literal(),))):
            return _is_total(left)
        case Call(name="has", arguments=(Literal(value=str()),)):
            return True
        case Try():
            return True
        case _:
            return not _steps(node)


def _steps(node: Node) -> bool:
    """False for the record itself."""
    return not isinstance(node, Dot)


def _needle(text: str) -> bytes:
    """The longest part of the text that stands in a file as itself; empty if it is too short to help."""
    runs = _SAFE.findall(text)
    longest = max(runs, key=len, default="")[:LONGEST]
    return longest.encode() if len(longest) >= SHORTEST else b""
