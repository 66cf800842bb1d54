"""The audit trail's reader tells tear from corruption, and an append from an edit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thunes_tui.lines.audit import AuditRow, rows_of
from thunes_tui.lines.integrity import AuditIntegrity, check, prefix_hash
from thunes_tui.lines.line import Line

EVENT = {"timestamp": "2025-10-09T10:42:15.123456", "event": "TRADE_REJECTED", "reason": "kill_switch_active"}
WHOLE = json.dumps(EVENT).encode()
OTHER = json.dumps(
    {**EVENT, "event": "KILL_SWITCH_ACTIVATED", "circuit": {"api": {"state": "closed"}}}
).encode()


def read(data: bytes, *, torn: bool = False, clipped: int = 0) -> list[AuditRow]:
    return rows_of(Line(1000, data, clipped, torn=torn))


def told(rows: list[AuditRow]) -> list[tuple[int, bool, str, str]]:
    return [(row.offset - 1000, row.ok, row.event, row.problem) for row in rows]


def test_reads_an_event() -> None:
    [row] = read(WHOLE)
    assert (row.ok, row.event, row.timestamp, row.problem) == (
        True,
        "TRADE_REJECTED",
        "2025-10-09T10:42:15.123456",
        "",
    )
    assert row.fields == EVENT
    assert row.raw == WHOLE


def test_knows_the_other_name_of_the_type_and_any_that_is_asked_for() -> None:
    assert read(b'{"event_type": "A"}')[0].event == "A"
    assert rows_of(Line(0, b'{"type": "B"}'), ["type"])[0].event == "B"


TORN = WHOLE[:40]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"", []),
        (b" \r", []),
        (WHOLE + b"\r", [(0, True, "TRADE_REJECTED", "")]),
        (
            WHOLE + OTHER,
            [(0, True, "TRADE_REJECTED", ""), (len(WHOLE), True, "KILL_SWITCH_ACTIVATED", "glued")],
        ),
        (TORN + OTHER, [(0, False, "", "torn"), (40, True, "KILL_SWITCH_ACTIVATED", "")]),
        (b"\0" * 9 + OTHER, [(0, False, "", "corrupt"), (9, True, "KILL_SWITCH_ACTIVATED", "")]),
        (TORN, [(0, False, "", "corrupt")]),
        (OTHER[:-1], [(0, False, "", "corrupt")]),
        (WHOLE + b"}", [(0, True, "TRADE_REJECTED", ""), (len(WHOLE), False, "", "corrupt")]),
        (b"12", [(0, False, "", "not an object")]),
        (b"[1]", [(0, False, "", "not an object")]),
        (b"12 13", [(0, False, "", "corrupt")]),
        (b'{"event":"\xff"}', [(0, False, "\ufffd", "invalid utf-8")]),
        (b"\xff\xfe" + WHOLE, [(0, False, "", "invalid utf-8"), (2, True, "TRADE_REJECTED", "")]),
        (b'{"event":"\\ud83d"}', [(0, False, "\ufffd", "invalid utf-8")]),
        (b'{"event":"A","event":"B"}', [(0, True, "B", "duplicate keys")]),
        (b'{"event" :"A","event" :"B"}', [(0, True, "B", "duplicate keys")]),
        (b'{"event":"A","x":{"y":1,"y":2}}', [(0, True, "A", "duplicate keys")]),
        (b'{"event":"A","x":"\\":"}', [(0, True, "A", "")]),
        (b'{"event":"A","x":9007199254740993}', [(0, True, "A", "huge number")]),
        (b'{"event":"A","x":1e999}', [(0, True, "A", "huge number")]),
        (b'{"event":"A","x":' + b"9" * 5000 + b"}", [(0, True, "A", "huge number")]),
        (b'{"event":"A","x":-0.30000000000000004}', [(0, True, "A", "")]),
        (b'{"event":"A","x":"12345678901234567890"}', [(0, True, "A", "")]),
        (b'{"event":"A","x":NaN}', [(0, True, "A", "not a number")]),
        (b'{"event":' + b"[" * 3000 + b"]" * 3000 + b"}", [(0, False, "", "too deep")]),
    ],
)
def test_tells_what_is_wrong_and_where(data: bytes, rows: list[tuple[int, bool, str, str]]) -> None:
    assert told(read(data)) == rows


def test_a_last_line_without_a_newline_is_torn_even_when_it_is_whole() -> None:
    assert told(read(TORN, torn=True)) == [(0, False, "", "torn")]
    assert told(read(WHOLE, torn=True)) == [(0, True, "TRADE_REJECTED", "torn")]


def test_says_of_a_giant_line_what_its_beginning_tells() -> None:
    [row] = read(WHOLE[:-1], clipped=64_000_000)
    assert (row.ok, row.event, row.timestamp, row.problem) == (
        False,
        "TRADE_REJECTED",
        "2025-10-09T10:42:15.123456",
        "too long",
    )


JSON_VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(
    fields=st.dictionaries(st.text(), JSON_VALUES, max_size=5),
    ascii_only=st.booleans(),
    cut=st.integers(0, 400),
)
def test_no_alarm_for_what_a_json_writer_writes(fields: dict[str, Any], ascii_only: bool, cut: int) -> None:
    """And any tear of it, with the next event glued on behind, is one finding and leaves that event whole."""
    record = {**fields, "event": "E", "timestamp": "t"}
    try:
        data = json.dumps(record, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    [row] = read(data)
    if "\\ud" not in data.decode().lower():
        assert (row.ok, row.event, row.fields, row.problem) == (True, "E", record, "")
    cut = 1 + cut % (len(data) - 1)
    rows = read(data[:cut] + WHOLE)
    assert rows[-1].fields == EVENT
    assert rows[-1].offset - 1000 == cut
    assert [row.problem for row in rows if row.problem] in (["torn"], ["invalid utf-8"])


PIECES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from(
        [WHOLE, OTHER, TORN, b'{"', b'":', b"{", b"}", b"NaN", b"1e999", b"\\ud800", b"[" * 50, b'"event"']
    ),
)


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(PIECES, max_size=6), torn=st.booleans(), clipped=st.sampled_from([0, 0, 5]))
def test_no_bytes_break_it_and_each_row_is_where_it_says(
    pieces: list[bytes], torn: bool, clipped: int
) -> None:
    data = b"".join(pieces)
    rows = read(data, torn=torn, clipped=clipped)
    left = 0
    for row in rows:
        start = row.offset - 1000
        assert not data[left:start].strip(b" \t\r\n")
        assert data[start : start + len(row.raw)] == row.raw
        left = start + len(row.raw)
    assert not data[left:].strip(b" \t\r\n")
    assert all(row.ok or row.problem for row in rows)
    json.dumps([row.fields for row in rows]).encode("ascii")
    assert all(row.event.encode() is not None and row.timestamp.encode() is not None for row in rows)


class TestIntegrity:
    def test_holds_while_the_file_is_only_appended_to(self, tmp_path: Path) -> None:
        path = tmp_path / "audit.jsonl"
        path.write_bytes(WHOLE + b"\n" + TORN)
        integrity = AuditIntegrity(path)
        anchor = integrity.note()
        assert anchor.size == len(WHOLE) + 1
        assert anchor.sha256 == prefix_hash(path, anchor.size)
        with path.open("ab") as file:
            file.write(WHOLE[40:] + b"\n" + OTHER + b"\n")
        assert integrity.check() is None
        assert integrity.note().sha256 == prefix_hash(path, path.stat().st_size)
        assert integrity.check() is None

    def test_finds_every_altered_byte(self, tmp_path: Path) -> None:
        path = tmp_path / "audit.jsonl"
        data = WHOLE + b"\n" + OTHER + b"\n"
        path.write_bytes(data)
        integrity = AuditIntegrity(path)
        integrity.note()
        for place in range(len(data)):
            path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] + b"more\n")
            assert (integrity.check() or "").startswith("changed: ")

    def test_says_that_it_was_cut_is_gone_or_can_not_be_read(self, tmp_path: Path) -> None:
        path = tmp_path / "audit.jsonl"
        path.write_bytes(b"12\n34\n")
        sha = prefix_hash(path, 6)
        path.write_bytes(b"12\n")
        assert check(path, 6, sha) == "cut: audit.jsonl has 3 bytes, not 6"
        path.unlink()
        assert check(path, 6, sha) == "gone: there is no audit.jsonl"
        path.mkdir()
        assert (check(path, 6, sha) or "").startswith("unreadable: audit.jsonl: ")
