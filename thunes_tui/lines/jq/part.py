"""Some pieces of a file under a fast filter, in a process of its own: `python -m thunes_tui.lines.jq.part`.

The order is one line of JSON on the standard input: `text`, `size` of the file, the number of the `first`
piece and the `stride` to the next, and the descriptors `file`, `into` (or null to count only), `turn`, from
which a byte comes when it may write, and `next`, to which it hands it on. So several processes write the
pieces in order, and none holds more than one. The answers are lines of JSON on the standard output, each with
what is known so far: `read`, `rows`, `errors`, `unreadable`; the last one has `done`.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator

import orjson

from thunes_tui.lines.jq.compiled import Compiled, Kind, compile_filter
from thunes_tui.lines.jq.sieve import Counts, Sieve, counted, has_long_number
from thunes_tui.lines.jq.step import NOTHING, Shape
from thunes_tui.lines.jq.values import FilterError

SLICE = 1 << 18
"""Bytes that are read at a time."""
PIECE = 1 << 22
"""Bytes of the file that are written together."""
NICENESS = 5
Write = Callable[[bytes], None]


class Part:
    """Counts, and writes outputs as lines of JSON; a number may be written in another way than it was."""

    def __init__(self, compiled: Compiled, write: Write | None) -> None:
        self.counts = Counts()
        self._compiled = compiled
        self._sieve = Sieve(compiled)
        self._write = write

    def take(self, data: bytes) -> None:
        """Whole lines."""
        if self._write is None:
            counts = self._sieve.count(data)
        else:
            outputs, counts = self._outputs(data)
            self._write(outputs)
        self.counts = Counts(*map(sum, zip(self.counts, counts, strict=True)))

    def _outputs(self, data: bytes) -> tuple[bytes, Counts]:
        assert self._compiled.step is not None
        shape, run = self._compiled.step
        if shape is Shape.MANY or self._compiled.needles or has_long_number(data):
            return self._exactly(data)
        loads, dumps = orjson.loads, orjson.dumps
        made: list[bytes] = []
        extra: list[Counts] = []
        for line in data.split(b"\n"):
            try:
                value = loads(line)
                output = run(value)
                if output is not NOTHING:
                    made.append(line if output is value else dumps(output))
            except FilterError:
                extra.append(Counts(1, 1))
            except (ValueError, TypeError, RecursionError):
                outputs, counts = self._exactly(line)
                made += [outputs[:-1]] if outputs else []
                extra.append(counts._replace(rows=counts.rows - bool(outputs)))
        counts = Counts(*map(sum, zip(Counts(len(made)), *extra, strict=True)))
        return b"\n".join(made) + b"\n" if made else b"", counts

    def _exactly(self, data: bytes) -> tuple[bytes, Counts]:
        hits = self._sieve.rows(data)
        made: list[bytes] = []
        last = (-1, -1)
        for hit in hits:
            if (hit.begin, hit.end) == last:
                continue
            last = (hit.begin, hit.end)
            line = data[hit.begin : hit.end]
            rows = [row for row in self._compiled.evaluate(line) if row.kind is Kind.OUTPUT]
            made += [line if row.is_record else row.text.encode() for row in rows]
        return b"\n".join(made) + b"\n" if made else b"", counted(hits)


def slices(descriptor: int, start: int, stop: int) -> Iterator[bytes]:
    """The lines that begin in the range, in bulk. Raises OSError."""
    at = start
    if start:
        while (data := os.pread(descriptor, SLICE, at - 1)) and b"\n" not in data:
            at += len(data)
        at += data.find(b"\n")
    while at < stop:
        data = os.pread(descriptor, min(SLICE, stop - at), at)
        if not data:
            return
        while not data.endswith(b"\n"):
            cut = data.rfind(b"\n") + 1
            if cut and at + len(data) < stop:
                data = data[:cut]
                break
            more = os.pread(descriptor, SLICE, at + len(data))
            if not more:
                break
            data += more[: more.find(b"\n") + 1] if b"\n" in more else more
        at += len(data)
        yield data


def main() -> None:
    os.nice(NICENESS)
    order = json.loads(sys.stdin.readline())
    into: int | None = order["into"]
    outputs: list[bytes] = []
    part = Part(compile_filter(order["text"]), None if into is None else outputs.append)
    read = 0
    for start in range(order["first"] * PIECE, order["size"], order["stride"] * PIECE):
        stop = min(start + PIECE, order["size"])
        for data in slices(order["file"], start, stop):
            part.take(data)
        if into is not None:
            os.read(order["turn"], 1)
            _write(into, b"".join(outputs))
            outputs.clear()
            with contextlib.suppress(BrokenPipeError):  # nobody has a piece left
                os.write(order["next"], b"!")
        read += stop - start
        _say(read, part.counts, done=False)
    _say(read, part.counts, done=True)


def _write(into: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(into, left) :]


def _say(read: int, counts: Counts, *, done: bool) -> None:
    answer = {"read": read, "done": done, **counts._asdict()}
    os.write(1, json.dumps(answer).encode("ascii") + b"\n")


if __name__ == "__main__":
    main()
