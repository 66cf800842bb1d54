"""A step's output is read for the checks as it goes by, however long it is, in a bounded memory."""

from __future__ import annotations

import hashlib

import pytest

from thunes_tui.drill.effects import Look
from thunes_tui.events.base import encode
from thunes_tui.journal import codec
from thunes_tui.mask import Mask
from thunes_tui.server.printed import LONG_CHUNK, TAIL, WINDOW, Printed

FILLER = b"filler line that says nothing at all\r\n"


def printed(*parts: bytes, looks: tuple[Look, ...] = ()) -> Printed:
    made = Printed(Mask.of({}), 1000)
    made.feed(b"of the command before: NEEDLE\n")
    made.flush()
    made.begin(looks)
    for part in parts:
        for start in range(0, len(part), 30_011):
            made.feed(part[start : start + 30_011])
    made.flush()
    return made


def lots(size: int) -> bytes:
    return FILLER * (size // len(FILLER))


@pytest.mark.parametrize("before", [0, TAIL, WINDOW - 20, WINDOW - len(FILLER), 3 * WINDOW])
@pytest.mark.parametrize("after", [TAIL + 1000, 3 * WINDOW])
def test_a_line_is_found_wherever_it_stands_in_long_output(before: int, after: int) -> None:
    looks = (Look("^NEEDLE [0-9]+$"), Look("^line that", log_lines=True), Look("of the command before"))
    output = printed(lots(before), b"\x1b[31mNEEDLE\x1b[0m 42\r\n", lots(after), looks=looks).command()
    assert output.cut
    assert output.find("^NEEDLE [0-9]+$", log_lines=False) == "NEEDLE 42"
    assert output.find("^line that", log_lines=True) is None, "a window begins with a line, not within one"
    assert output.find("of the command before", log_lines=False) is None
    assert output.knows("^line that", log_lines=True)


def test_the_hash_is_of_all_of_it_and_the_memory_is_bounded() -> None:
    text = lots(5 * WINDOW)
    made = printed(text)
    output = made.command()
    assert output.sha256 == hashlib.sha256(text).hexdigest()
    assert len(output.text) <= TAIL
    assert len(made._kept) < 2 * WINDOW


def test_short_output_is_kept_whole() -> None:
    output = printed(b"one\r\ntwo\r\n", looks=(Look("one"),)).command()
    assert (output.text, output.cut, output.found) == ("one\ntwo\n", False, ())
    assert output.find("^two$", log_lines=False) == "two"


def test_log_records_in_it_count_only_where_they_may() -> None:
    record = b"2025-10-09 10:42:15 - bot - INFO - NEEDLE\r\n"
    looks = (Look("NEEDLE"), Look("NEEDLE", log_lines=True))
    output = printed(record, lots(2 * WINDOW), looks=looks).command()
    assert output.find("NEEDLE", log_lines=False) is None
    assert output.find("NEEDLE", log_lines=True) is not None


@pytest.mark.parametrize("pattern", [r"\Aone", r"end\Z", "(?s)one.*end", "(?is)one.*end"])
def test_what_only_the_whole_could_answer_is_not_looked_for(pattern: str) -> None:
    output = printed(b"one\n", lots(2 * WINDOW), b"end\n", looks=(Look(pattern),)).command()
    assert not output.knows(pattern, log_lines=False)


def test_a_line_without_end_is_read_too() -> None:
    looks = (Look("NEEDLE"),)
    output = printed(b"x" * WINDOW, b"NEEDLE", b"y" * WINDOW, looks=looks).command()
    assert output.find("NEEDLE", log_lines=False) is not None


@pytest.mark.parametrize(
    "unit", [b"\0", b"\x1b[m", b'"', "é".encode(), "漢".encode(), "👩".encode(), b"\xff", b"a"]
)
def test_whatever_is_printed_fits_its_records_and_plain_text_takes_few(unit: bytes) -> None:
    data = unit * (100_000 // len(unit))
    records = Printed(Mask.of({}), 0).feed(data)
    assert b"".join(part for _event, part in records) == data
    assert [event.offset for event, _part in records] == [
        sum(len(part) for _event, part in records[:number]) for number in range(len(records))
    ]
    for event, _part in records:
        codec.encode(10**9, 10**6, 10**15, 10**18, event.KIND, {"by": "server", **encode(event)}, "0" * 64)
    if unit == b"a":
        assert len(records) == -(-100_000 // LONG_CHUNK)
