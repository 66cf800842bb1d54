"""The sparse index and the lines around an offset, against a plain split of the same bytes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.lines.index import LineIndex, Read
from thunes_tui.lines.line import SHOWN, Line
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.scan import FIRST_BLOCK, Scan


def reading(data: bytearray) -> Read:
    return lambda offset, length: bytes(data[offset : offset + length])


# Lengths around the borders of blocks, where every off-by-one lives.
LENGTHS = st.one_of(
    st.integers(0, 30),
    st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, FIRST_BLOCK, SHOWN, SHOWN + 1, 2 * BLOCK + 3]),
)
TEXTS = st.builds(
    lambda lengths, torn: bytearray(b"".join(b"%d" % n + b"x" * n + b"\n" for n in lengths) + b"t" * torn),
    st.lists(LENGTHS, max_size=12),
    st.sampled_from([0, 0, 7, BLOCK + 1]),
)


def starts_of(data: bytes) -> list[int]:
    starts = [0] + [i + 1 for i, byte in enumerate(data) if byte == 10]
    return [start for start in starts if start < len(data)]


@settings(max_examples=40, deadline=None)
@given(data=TEXTS, grow=TEXTS, budget=st.sampled_from([1, 3 * BLOCK]), done_first=st.booleans())
def test_counts_every_line_while_the_file_grows(
    data: bytearray, grow: bytearray, budget: int, done_first: bool
) -> None:
    index = LineIndex(reading(data), 0, len(data))
    while done_first and index.step(budget):
        pass
    index.step(budget)
    data += grow
    index.extend(len(data))
    while index.step(budget):
        pass
    assert index.newlines == data.count(b"\n")
    starts = starts_of(bytes(data))
    assert [index.line_number(start) for start in starts] == list(range(len(starts)))
    assert [index.offset_of(number) for number in range(len(starts))] == starts


def test_knows_no_line_number_before_all_is_counted() -> None:
    data = bytearray(b"x\n" * BLOCK)
    index = LineIndex(reading(data), 0, len(data))
    assert index.step(1)
    assert (index.newlines, index.line_number(0), index.offset_of(0)) == (None, None, None)
    assert index.progress == 0.5


def expected(data: bytes) -> list[Line]:
    lines = []
    for start in starts_of(data):
        stop = data.find(b"\n", start)
        torn = stop < 0
        text = data[start : len(data) if torn else stop]
        lines.append(Line(start, text[:SHOWN], max(0, len(text) - SHOWN), 0, torn))
    return lines


@settings(max_examples=60, deadline=None)
@given(data=TEXTS, indexed=st.booleans())
def test_finds_the_same_lines_in_both_directions(data: bytearray, indexed: bool) -> None:
    index = LineIndex(reading(data), 0, len(data))
    while indexed and index.step():
        pass
    view = Scan(reading(data), 0, len(data), index=index)
    lines = expected(bytes(data))
    count = len(lines)
    assert view.after(0, count + 1) == lines
    assert view.before(len(data), count + 1) == lines
    for number, line in enumerate(lines):
        assert view.after(line.offset, 2) == lines[number : number + 2]
        assert view.before(line.offset, 2) == lines[max(0, number - 2) : number]
        end = line.offset + len(line.data) + line.clipped_bytes - 1
        for offset in {line.offset, max(line.offset, end), (line.offset + max(line.offset, end)) // 2}:
            assert view.at(offset) == line
    assert view.at(len(data)) is None


def test_reads_nothing_of_a_giant_line_that_is_indexed() -> None:
    data = bytearray(b"a\n" + b"x" * (40 * BLOCK) + b"\n")
    reads: list[int] = []

    def read(offset: int, length: int) -> bytes:
        reads.append(length)
        return bytes(data[offset : offset + length])

    index = LineIndex(read, 0, len(data))
    while index.step():
        pass
    reads.clear()
    lines = Scan(read, 0, len(data), index=index).before(len(data), 2)
    assert [line.offset for line in lines] == [0, 2]
    assert sum(reads) <= 4 * BLOCK
