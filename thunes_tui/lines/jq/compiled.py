"""A filter, ready to be put to records: here, or by a worker."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from thunes_tui.lines.jq import syntax
from thunes_tui.lines.jq.closures import build
from thunes_tui.lines.jq.parse import parse
from thunes_tui.lines.jq.reading import read, text_of
from thunes_tui.lines.jq.required import needles
from thunes_tui.lines.jq.step import Step, many
from thunes_tui.lines.jq.syntax import BadSyntax, NotFast
from thunes_tui.lines.jq.tree import Binary, Call, Literal, Node
from thunes_tui.lines.jq.values import FilterError

MOST_OUTPUTS = 1000
"""Of one record; what comes behind is an error."""
BEYOND_FILTERS = (
    "input",
    "inputs",
    "halt",
    "halt_error",
    "debug",
    "stderr",
    "input_line_number",
    "limit_input",
)
__all__ = ["BadSyntax", "Compiled", "Kind", "NotFast", "Output", "compile_filter"]


class Kind(StrEnum):
    """What a row of a filtered source is."""

    OUTPUT = "output"
    ERROR = "error"
    """The filter does not fit the record; the text is the message."""
    UNREADABLE = "unreadable"
    """No JSON, or torn; the text is the `Problem`."""


class Output(NamedTuple):
    kind: Kind
    text: str
    """JSON of an output, or the message."""
    problem: str = ""
    """A `Problem` of the record which leaves it readable."""
    is_record: bool = False
    """The output is the record itself: show the line as it was written."""


@dataclass(frozen=True)
class Compiled:
    """Made by `compile_filter`."""

    text: str
    step: Step | None
    """None: a worker evaluates it."""
    needles: tuple[bytes, ...] = ()
    """Every object that has an output or an error holds one of them, or `required.ESCAPE`."""
    minds_numbers: bool = False
    """Its outputs depend on how exactly numbers were read."""
    why_slow: str = ""

    @property
    def is_fast(self) -> bool:
        return self.step is not None

    def outputs(self, value: Any, most: int = MOST_OUTPUTS) -> Iterator[Any]:
        """The outputs for one value; only for a fast filter. Raises FilterError, after those before it."""
        assert self.step is not None
        return capped(many(self.step), value, most)

    def evaluate(self, line: bytes) -> list[Output]:
        """All rows of one line, exactly; total. Only for a fast filter."""
        reading = read(line)
        rows: list[Output] = []
        is_alone = len(reading.values) == 1 and not reading.unread
        for value in reading.values:
            try:
                for output in self.outputs(value, most_outputs(line) - len(rows)):
                    is_record = is_alone and output is value
                    text = "" if is_record else text_of(output)
                    rows.append(Output(Kind.OUTPUT, text, reading.problem, is_record))
            except FilterError as error:
                rows.append(Output(Kind.ERROR, str(error), reading.problem))
            except RecursionError:
                rows.append(Output(Kind.ERROR, "nested too deep", reading.problem))
        if reading.unread and len(rows) < most_outputs(line):
            rows.append(Output(Kind.UNREADABLE, reading.unread))
        return rows


def compile_filter(text: str) -> Compiled:
    """Raises BadSyntax with the place. A filter that passes may still be refused by the worker's engine."""
    try:
        tree = parse(text)
    except NotFast as beyond:
        syntax.balance(text)
        return Compiled(text, None, why_slow=str(beyond))
    except RecursionError:
        raise BadSyntax("nested too deep", 0) from None
    wanted = needles(tree)
    try:
        return Compiled(text, build(tree), wanted, _minds_numbers(tree))
    except NotFast as beyond:
        syntax.balance(text)
        return Compiled(text, None, wanted, why_slow=str(beyond))


def capped(outputs: Callable[[Any], Iterator[Any]], value: Any, most: int) -> Iterator[Any]:
    """At most so many outputs, then an error."""
    for number, output in enumerate(outputs(value)):
        if number >= most:
            raise FilterError(f"more than {most} outputs of one record")
        yield output


def most_outputs(line: bytes) -> int:
    """A row's identity is a byte of its record, so there are no more rows than bytes."""
    return max(1, min(MOST_OUTPUTS, len(line) - 1))


def _minds_numbers(node: Node) -> bool:
    """True if the filter compares or computes with what may be a number."""
    match node:
        case Binary(operator="==" | "!=", left=left, right=Literal(value=value)) if not _is_number(value):
            return _minds_numbers(left)
        case Binary(operator="==" | "!=", left=Literal(value=value), right=right) if not _is_number(value):
            return _minds_numbers(right)
        case Binary(operator="and" | "or" | "//"):
            return _minds_numbers(node.left) or _minds_numbers(node.right)
        case Binary() | Call(name="length" | "contains"):
            return True
    return any(map(_minds_numbers, _parts(node)))


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _parts(node: Node) -> Iterator[Node]:
    for field in dataclasses.fields(node):
        part = getattr(node, field.name)
        if isinstance(part, Node):
            yield part
        elif isinstance(part, tuple):
            for member in part:
                yield from (
                    one
                    for one in (member if isinstance(member, tuple) else (member,))
                    if isinstance(one, Node)
                )
