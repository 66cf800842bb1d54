"""A record as it is written: nothing is rounded, dropped or put in another order."""

from __future__ import annotations

import pytest

from thunes_tui.lines.jq.exact import Members, Number, exact, written


def test_numbers_keep_every_digit_and_doubled_members_are_both_there() -> None:
    value = exact(b'{"a": 100.10, "a": 123456789012345678901234567890, "b": [NaN, 1e400, -0]}')
    assert isinstance(value, Members)
    assert value == (("a", "100.10"), ("a", "123456789012345678901234567890"), ("b", ["NaN", "1e400", "-0"]))
    assert all(isinstance(number, Number) for _, number in value[:2])
    assert written(value) == '{"a": 100.10, "a": 123456789012345678901234567890, "b": [NaN, 1e400, -0]}'


def test_text_that_looks_like_a_number_stays_text() -> None:
    assert written(exact(b'["1", 1, null, true, {}]')) == '["1", 1, null, true, {}]'


@pytest.mark.parametrize("raw", [b"", b"{", b"1 2", b'{"a":1}{"b":2}', b"[" * 100_000])
def test_what_is_not_one_value_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        exact(raw)


def test_bytes_that_are_no_utf8_are_kept() -> None:
    assert exact(b'"\xff"').encode("utf-8", "surrogateescape") == b"\xff"
