"""A filter as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a filter."""


@dataclass(frozen=True, slots=True)
class Dot(Node):
    """`.`"""


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Any
    written: str = ""
    """A number as it was typed."""


@dataclass(frozen=True, slots=True)
class Index(Node):
    """`of.key`, `of[key]`"""

    of: Node
    key: Node
    is_quiet: bool = False
    """With `?`: this step's error is no output instead."""


@dataclass(frozen=True, slots=True)
class Each(Node):
    """`of[]`"""

    of: Node
    is_quiet: bool = False


@dataclass(frozen=True, slots=True)
class Try(Node):
    """`(body)?`"""

    body: Node


@dataclass(frozen=True, slots=True)
class Pipe(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comma(Node):
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """`//`, `and`, `or`, a comparison, `+` or `-`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Array(Node):
    body: Node | None


@dataclass(frozen=True, slots=True)
class Object(Node):
    entries: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]
    at: int = 0


def is_path(node: Node) -> bool:
    """True if every output of `node` is a part of the input, or null: nothing is computed."""
    match node:
        case Dot():
            return True
        case Index(of=of, key=Literal()) | Each(of=of):
            return is_path(of)
        case Pipe(left=left, right=right):
            return is_path(left) and is_path(right)
        case _:
            return False
