"""One record, one line: what it must look like, and that no altered line passes."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journal.journals import T0
from thunes_tui.errors import Damaged
from thunes_tui.journal.codec import GENESIS, LONGEST, RecordDamaged, decode, encode, hash_of, peek_kind

LINE = encode(7, 2, T0, 123, "step.started", {"a": 1, "text": "é\n\x1b🛑"}, GENESIS)

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_the_line_looks_as_the_design_says() -> None:
    body = b'"a":1,"text":"\\u00e9\\n\\u001b\\ud83d\\uded1"'
    begin = (
        b'{"v":1,"n":7,"e":2,"t":"2025-10-09T10:42:15.123456Z","m":123,"k":"step.started","d":{' + body + b"}"
        b',"p":"' + GENESIS.encode() + b'"'
    )
    end = b',"h":"' + hashlib.sha256(begin).hexdigest().encode() + b'"}\n'
    assert begin + end == LINE


@given(st.dictionaries(st.text(max_size=5), plain, max_size=4))
def test_a_record_comes_back_as_it_was_written(data: dict[str, Any]) -> None:
    line = encode(3, 1, T0, 99, "note.added", data, "ab" * 32)
    assert line.isascii()
    assert line.count(b"\n") == 1
    record = decode(line)
    assert record.data == data
    assert (record.n, record.e, record.t, record.m, record.kind) == (3, 1, T0, 99, "note.added")
    assert record.prev == "ab" * 32
    assert record.hash == hash_of(line)
    assert record.line == line
    assert peek_kind(line) == "note.added"


def test_half_characters_are_written_out_so_that_every_reader_can_read_the_line() -> None:
    record = decode(encode(0, 0, T0, 1, "note.added", {"file": "x\udc80", "ok": "🛑 \\ud800"}, GENESIS))
    assert record.data == {"file": r"x\udc80", "ok": "🛑 \\ud800"}


def test_unknown_kinds_and_members_are_kept() -> None:
    record = decode(encode(0, 0, T0, 1, "kind.from_tomorrow", {"x": {"y": [1]}}, GENESIS))
    assert record.kind == "kind.from_tomorrow"
    assert record.data == {"x": {"y": [1]}}


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        ("Step.Started", {}, "no kind of record"),
        ("", {}, "no kind of record"),
        ('a","d":{', {}, "no kind of record"),
        ("a", {"x": b"bytes"}, "has no JSON form"),
        ("a", {"x": float("nan")}, "not JSON compliant|Out of range"),
        ("a", {"x": "y" * LONGEST}, "write it in chunks"),
    ],
)
def test_what_no_record_can_hold_is_refused(kind: str, data: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        encode(0, 0, T0, 1, kind, data, GENESIS)


def test_the_longest_record_fits_and_one_byte_more_does_not() -> None:
    room = LONGEST - len(encode(0, 0, T0, 1, "a", {"x": ""}, GENESIS))
    assert len(encode(0, 0, T0, 1, "a", {"x": "y" * room}, GENESIS)) == LONGEST
    with pytest.raises(ValueError, match="more than 65536"):
        encode(0, 0, T0, 1, "a", {"x": "y" * (room + 1)}, GENESIS)


def resealed(line: bytes, old: bytes, new: bytes) -> bytes:
    """The line changed by somebody who knows how to compute its hash."""
    body = line.replace(old, new)[:-73]
    return body + b',"h":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'


@pytest.mark.parametrize(
    ("line", "damage"),
    [
        (LINE[:-1], "unfinished"),
        (LINE[:40] + b"\n", "head"),
        (LINE[:-30] + b"\n", "end"),
        (LINE.replace(b'"a":1', b'"a":2'), "hash"),
        (LINE.replace(b'"a":1', b'"a":\xff'), "not ASCII"),
        (LINE.replace(b'{"v":1', b'{"v":2'), "format"),
        (b" " + LINE, "head"),
        (b"x" * (LONGEST + 1), "too long"),
        (b"\n", "head"),
        (b"", "unfinished"),
        (resealed(LINE, b'"a":1', b'"a":'), "data"),
        (resealed(LINE, b'"d":{"a":1', b'"d":{"a":1},"x":{"b":1'), "data"),
        (resealed(LINE, b"2025-10-09", b"2025-13-09"), "data"),
        (resealed(LINE, b'"n":7', b'"n":07'), "head"),
    ],
)
def test_damage_is_told_by_its_class(line: bytes, damage: str) -> None:
    with pytest.raises(Damaged) as caught:
        decode(line)
    assert isinstance(caught.value, RecordDamaged)
    assert caught.value.damage == damage


def test_no_single_altered_bit_or_byte_passes() -> None:
    for place in range(len(LINE)):
        for bit in range(8):
            altered = LINE[:place] + bytes([LINE[place] ^ (1 << bit)]) + LINE[place + 1 :]
            with pytest.raises(RecordDamaged):
                decode(altered)


def test_the_line_is_json_with_the_members_in_their_order() -> None:
    assert list(json.loads(LINE)) == ["v", "n", "e", "t", "m", "k", "d", "p", "h"]
    assert re.fullmatch(rb"[ -~]+\n", LINE)
