"""One grammar of `.env` files, for what the guard judges by and what the mask hides."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thunes_tui.dotenv import assignments
from thunes_tui.secret_names import secrets_of
from thunes_tui.server.environment import dotenv


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1\nB = two words  \n", {"A": "1", "B": "two words"}),
        ("  export A=1 # why\n# B=2\n#C=3\nnothing\n", {"A": "1"}),
        ("A=a#b\nB=#gone\nC=\n", {"A": "a#b", "B": "", "C": ""}),
        ('A="x # y" # z\nB=\'p"q\'\n', {"A": "x # y", "B": 'p"q'}),
        ('A="x" trailing\n', {"A": "x"}),
        ('A="a\\"b\\n\\tc"\n', {"A": 'a"b\n\tc'}),
        ('A="one\ntwo"\nB=3\n', {"A": "one\ntwo", "B": "3"}),
        ("A='one\r\ntwo' # end\r\nB=3\r\n", {"A": "one\r\ntwo", "B": "3"}),
        ('A="never closed\nB="x"\n', {"A": '"never closed', "B": "x"}),
        ("A='never closed\nB=x\n", {"A": "'never closed", "B": "x"}),
    ],
)
def test_what_people_write_is_read(text: str, values: dict[str, str]) -> None:
    assert {each.name: each.value for each in assignments(text)} == values


def test_the_guard_and_the_mask_read_the_same_file_alike(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text('A_KEY="one\\ntwo"\nB_KEY=#hash-value\nC_KEY="unclosed\nD_KEY="closed-value"\n')
    masked = set(secrets_of([path], {}).values())
    assert masked == {"one\ntwo", "one\\ntwo", "#hash-value", '"unclosed', "closed-value"}
    assert {value for value in dotenv(path).values() if value} <= masked


@given(st.text(alphabet="AB=\"'\\ #\n\r\t\udc80", max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    for each in assignments(text):
        assert each.name
        assert each.value in text or "\\" in text
