"""The oracle of what reaches a terminal sees everything that has no business there."""

from __future__ import annotations

import random

import pytest

from tests.rig.tokenise import foreign, tokens


@pytest.mark.parametrize(
    "data",
    [
        b"\x1b]52;c;eA==\x07",
        b"\x1b]0;x\x1b\\",
        b"\x1bPq\x1b\\",
        b"\x1b[2;0;0t",
        "\x9b31m".encode(),
        b"\x07",
        b"\x00",
        "\u202e".encode(),
        "\u200b".encode(),
        b"\xff",
        b"\x1bc",
        b"\x1b[31",
        b"\x1b[?1049$p",
        b"\x1b]8;;u\x07",
    ],
)
def test_the_tokeniser_reports_what_has_no_business_there(data: bytes) -> None:
    found = foreign(b"\x1b[1;1Hsafe\x1b[0m" + data)
    assert found
    assert found[0].offset == 14


def test_the_tokeniser_loses_no_byte() -> None:
    data = random.Random(7).randbytes(20_000)
    assert b"".join(token.data for token in tokens(data)) == data
