"""Who evaluates a filter over a block: the closures at once, or a worker after a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson

from thunes_tui.clock import Clock, Moment
from thunes_tui.lines.audit import Problem
from thunes_tui.lines.blocks import Block, Key
from thunes_tui.lines.jq.compiled import Compiled, Kind, most_outputs
from thunes_tui.lines.jq.engine import DEADLINE_S, Engine, Row, Run, find_engine, refusal
from thunes_tui.lines.jq.reading import read, text_of
from thunes_tui.lines.jq.sieve import Counts, Hit, Sieve, candidates
from thunes_tui.lines.line import SHOWN, Line

REST_S = 0.1
"""Between two runs for what was added to a block: a file that grows all the time is not worth one a line."""
KEPT = 64
"""Blocks whose answers by the worker are kept until they are taken."""


@dataclass(frozen=True, slots=True)
class RowLine(Line):
    """A row of a filtered store as a line. `data` is the output, or the record where there is none."""

    kind: Kind = Kind.OUTPUT
    message: str = ""
    """Why there is no output: the error, or the `Problem`."""
    problem: str = ""
    """The `Problem` of a record that could be read all the same."""
    number: int = 0
    """Which of the record's rows; the record begins so many bytes before the row's offset."""
    is_record: bool = False
    """The row is the record itself, as it is written."""


class Evaluator(Protocol):
    """Gives the rows of blocks."""

    trouble: str
    """Why there are no rows any more: one line for a person; empty while all is well."""
    trouble_at: int | None
    """Where in the filter, if that is known."""

    def rows(self, key: Key, block: Block, since: int) -> list[Hit] | None:
        """The rows of the lines that begin at or behind `block.data[since]`; None: not yet, ask again."""

    def count(self, block: Block) -> Counts | None:
        """How many rows a block has; None where that costs as much as the rows."""

    def show(self, block: Block, hit: Hit) -> RowLine:
        """The row as a line."""

    def close(self) -> None:
        """Stop what is under way."""


def evaluator(compiled: Compiled, clock: Clock, engine: Engine | None = None) -> Evaluator:
    """The right one for a filter; `engine` instead of the one that is found."""
    return Direct(compiled) if compiled.is_fast else Worker(compiled, clock, engine or find_engine())


class Direct:
    """The closures, at once."""

    def __init__(self, compiled: Compiled) -> None:
        self.trouble = ""
        self.trouble_at: int | None = None
        self._compiled = compiled
        self._sieve = Sieve(compiled)

    def rows(self, _key: Key, block: Block, since: int) -> list[Hit]:
        whole, cut = _whole(block, since)
        return self._sieve.rows(whole, since) + cut

    def count(self, block: Block) -> Counts:
        whole, cut = _whole(block, 0)
        counts = self._sieve.count(whole)
        more = len(cut)
        return Counts(counts.rows + more, counts.errors, counts.unreadable + more, counts.records + more)

    def show(self, block: Block, hit: Hit) -> RowLine:
        record = block.data[hit.begin : hit.end]
        if hit.kind is Kind.UNREADABLE and hit.text is not None:
            return row_line(block, hit, record, hit.text)
        rows = self._compiled.evaluate(record)
        if hit.number >= len(rows):
            return row_line(block, hit, record, "the record has changed")
        row = rows[hit.number]
        hit = hit._replace(kind=row.kind)
        if row.kind is not Kind.OUTPUT:
            return row_line(block, hit, record, row.text, row.problem)
        if row.is_record:
            return row_line(block, hit, record, "", row.problem, is_record=True)
        return row_line(block, hit, row.text.encode(), "", row.problem)

    def close(self) -> None:
        """Nothing is under way."""


class Worker:
    """An engine in a process, a block at a time. What it gave for a block is handed out once."""

    def __init__(
        self, compiled: Compiled, clock: Clock, engine: Engine | None, deadline_s: float = DEADLINE_S
    ) -> None:
        """`deadline_s`: for one block. Without an engine there is `trouble` from the beginning."""
        self.trouble = refusal(compiled.text) or ""
        self.trouble_at: int | None = None
        if engine is None:
            self.trouble = f"{compiled.why_slow} needs the program jaq or jq: install one of them"
        self._compiled = compiled
        self._clock = clock
        self._engine = engine
        self._deadline_s = deadline_s
        self._run: Run | None = None
        self._ended: Moment | None = None
        """When the last run did."""
        self._job: tuple[Key, int, int] | None = None
        self._lines: list[tuple[int, int, Problem | None]] = []
        """Begin, end and problem of each line that is under way; one with a problem was not sent."""
        self._sent: list[int] = []
        """Of each record that was sent, which of the lines it is from."""
        self._cut: list[Hit] = []
        self._answers: OrderedDict[tuple[Key, int, int], list[Hit]] = OrderedDict()

    def fileno(self) -> int | None:
        """What becomes readable when an answer may be there; None if nothing is under way."""
        return self._run.fileno() if self._run else None

    def rows(self, key: Key, block: Block, since: int) -> list[Hit] | None:
        job = (key, since, len(block.data))
        self._poll()
        if job in self._answers:
            return self._answers.pop(job)
        if self._run is not None or self.trouble or (since and self._rests()):
            return None
        whole, cut = _whole(block, since)
        records = self._records(whole, since)
        if not self._lines:
            return cut
        assert self._engine is not None
        self._job = job
        try:
            self._run = Run(self._engine, self._compiled.text, records, self._clock, self._deadline_s)
        except OSError as error:
            self.trouble = f"{self._engine.name} cannot be started: {error.strerror or error}"
        self._cut = cut
        return None

    def _rests(self) -> bool:
        return self._ended is not None and self._clock.now().since(self._ended) < REST_S

    def count(self, _block: Block) -> None:
        return None

    def show(self, block: Block, hit: Hit) -> RowLine:
        record = block.data[hit.begin : hit.end]
        text = hit.text or ""
        if hit.kind is Kind.OUTPUT:
            if _is_same(text.encode(), record):
                return row_line(block, hit, record, "", is_record=True)
            return row_line(block, hit, text.encode(), "")
        return row_line(block, hit, record, text.strip('"') if hit.kind is Kind.ERROR else text)

    def close(self) -> None:
        if self._run is not None:
            self._run.close()
            self._run = None

    def _poll(self) -> None:
        run, job = self._run, self._job
        if run is None or job is None or not run.poll():
            return
        self._run = self._job = None
        self._ended = self._clock.now()
        if run.failure:
            self.trouble, self.trouble_at = run.failure, run.failed_at
            return
        self._answers[job] = sorted(self._hits(run.rows)) + self._cut
        if len(self._answers) > KEPT:
            self._answers.popitem(last=False)

    def _records(self, data: bytes, base: int) -> list[bytes]:
        """What to send for these lines; notes where each is."""
        self._lines, self._sent = [], []
        records: list[bytes] = []
        needles = self._compiled.needles
        for begin, end in candidates(data, needles) if needles else _bounds(data):
            values, problem = _values(data[begin:end])
            if not values and problem is None:
                continue
            self._sent += [len(self._lines)] * len(values)
            self._lines.append((base + begin, base + end, problem))
            records += values
        return records

    def _hits(self, rows: Sequence[Row]) -> Iterator[Hit]:
        counts = [0] * len(self._lines)
        for row in rows:
            line = self._sent[row.record]
            begin, end, _ = self._lines[line]
            number = counts[line]
            counts[line] += 1
            if number < most_outputs(bytes(end - begin)):
                yield Hit(begin, end, number, row.kind, row.text)
        for line, (begin, end, problem) in enumerate(self._lines):
            if problem is not None:
                yield Hit(begin, end, counts[line], Kind.UNREADABLE, problem)


def row_line(
    block: Block, hit: Hit, data: bytes, message: str, problem: str = "", *, is_record: bool = False
) -> RowLine:
    """A row, clipped as every line is."""
    place = block.position(hit.begin)
    shown = data[:SHOWN]
    left = len(data) - len(shown)
    return RowLine(
        place.offset + hit.number,
        shown,
        left,
        place.generation,
        False,
        hit.kind,
        message,
        problem,
        hit.number,
        is_record,
    )


def _whole(block: Block, since: int) -> tuple[bytes, list[Hit]]:
    """The lines from `since` on that are all there, and a row for one that is too long to be."""
    if not block.is_cut:
        return block.data[since:], []
    begin = max(block.data.rfind(b"\n") + 1, since)
    return block.data[since:begin], [Hit(begin, len(block.data), 0, Kind.UNREADABLE, Problem.TOO_LONG)]


def _bounds(data: bytes) -> Iterator[tuple[int, int]]:
    begin = 0
    for line in data.split(b"\n"):
        if line:
            yield begin, begin + len(line)
        begin += len(line) + 1


def _is_same(output: bytes, record: bytes) -> bool:
    """Whether a worker gave the record back, with other blanks in it perhaps."""
    if abs(len(output) - len(record)) > len(record) // 2:
        return False
    before, after = read(record), read(output)
    return len(before.values) == 1 and not before.unread and before.values == after.values


def _values(line: bytes) -> tuple[list[bytes], Problem | None]:
    """The line as records to send, each one JSON value, and the problem of what can't be sent."""
    try:
        orjson.loads(line)
    except ValueError:
        reading = read(line)
        try:
            values = [text_of(value).encode() for value in reading.values]
        except RecursionError:
            return [], Problem.TOO_DEEP
        return values, Problem(reading.unread) if reading.unread else None
    return [line], None
