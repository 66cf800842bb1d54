"""Log records out of lines."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.lines.line import Line, Position
from thunes_tui.lines.record import (
    MOST_LINES,
    Grouping,
    Head,
    LogRecord,
    begins_record,
    group,
    head_of,
    is_error,
)
from thunes_tui.lines.record import is_warning as warns

LOG = """2025-10-09 10:42:15 - src.risk.manager - CRITICAL - 🛑 KILL-SWITCH ACTIVATED
Reason: drill
Limit: -20.00
2025-10-09 10:42:16 - __main__ - INFO - order 5 - BTCUSDT - filled
 * Serving Flask app

2025-10-09 10:42:17 - httpx - no level here
""".encode()


def lines_of(text: bytes) -> list[Line]:
    lines, offset = [], 0
    for data in text.splitlines(keepends=True):
        lines.append(Line(offset, data.rstrip(b"\n")))
        offset += len(data)
    return lines


def test_continuation_lines_belong_to_their_record() -> None:
    records = group(lines_of(LOG))
    assert [(r.offset, r.time, r.logger, r.level, len(r.lines)) for r in records] == [
        (0, "2025-10-09 10:42:15", "src.risk.manager", "CRITICAL", 3),
        (LOG.index(b"2025-10-09 10:42:16"), "2025-10-09 10:42:16", "__main__", "INFO", 3),
        (LOG.index(b"2025-10-09 10:42:17"), "2025-10-09 10:42:17", "", "", 1),
    ]
    assert records[0].message == "🛑 KILL-SWITCH ACTIVATED"
    assert records[1].message == "order 5 - BTCUSDT - filled"
    assert records[2].message == "httpx - no level here"
    assert b"\n".join(line for record in records for line in record.lines) + b"\n" == LOG


def test_a_record_is_given_out_when_the_next_one_begins() -> None:
    grouping = Grouping()
    lines = lines_of(LOG)
    assert list(grouping.feed(lines[:3])) == []
    assert [len(record.lines) for record in grouping.feed(lines[3:4])] == [3]
    assert [record.level for record in grouping.flush()] == ["INFO"]
    assert list(grouping.flush()) == []


def test_reads_the_json_form() -> None:
    line = (
        b'{"asctime": "2025-10-09 10:42:15,123", "name": "bot", "levelname": "ERROR", "message": "no",'
        b' "timestamp": "2025-10-09T10:42:15.123+00:00"}'
    )
    assert head_of(line) == Head("2025-10-09 10:42:15.123", "bot", "ERROR", "no")
    assert head_of(b'{"event": "TRADE_REJECTED", "message": 5}') is None
    assert head_of(b'{"asctime": "2025') is None


def test_a_traceback_of_its_own_is_an_error() -> None:
    text = b'noise\nTraceback (most recent call last):\n  File "x"\nKeyError: 1\n'
    assert [(record.severity, len(record.lines)) for record in group(lines_of(text))] == [(0, 1), (40, 3)]


def test_a_traceback_in_a_record_stays_in_it() -> None:
    text = b"2025-10-09 10:42:15 - bot - INFO - failed\nTraceback (most recent call last):\nKeyError: 1\n"
    assert [record.level for record in group(lines_of(text))] == ["INFO"]


def test_an_endless_record_is_kept_in_part() -> None:
    [record] = group(Line(n, b"x") for n in range(MOST_LINES + 7))
    assert (len(record.lines), record.omitted) == (MOST_LINES, 7)


@pytest.mark.parametrize(
    ("level", "error", "warning"),
    [
        ("DEBUG", 0, 0),
        ("WARNING", 0, 1),
        ("warn", 0, 1),
        ("ERROR", 1, 0),
        ("FATAL", 1, 0),
        ("", 0, 0),
        ("ODD", 0, 0),
    ],
)
def test_levels_have_an_order(level: str, error: int, warning: int) -> None:
    assert (is_error(level), warns(level)) == (bool(error), bool(warning))


HEADISH = st.sampled_from(
    [
        b"2025-10-09 10:42:15 - ",
        b"2025-10-09 10:42:15 - a - INFO - ",
        b'{"message":',
        b'"asctime":"x"}',
        b" - ",
    ]
)


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(st.one_of(HEADISH, st.binary(max_size=20)), max_size=12))
def test_no_bytes_break_it_and_none_get_lost(pieces: list[bytes]) -> None:
    lines = [Line(n, data) for n, data in enumerate(b"".join(pieces).split(b"\n"))]
    records: list[LogRecord] = group(lines)
    assert [line for record in records for line in record.lines] == [line.data for line in lines]
    assert all(begins_record(line.data) == (head_of(line.data) is not None) for line in lines)
    assert records[0].position == Position(0, 0)
