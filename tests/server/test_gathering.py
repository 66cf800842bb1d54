"""The shell's terminal is read a key at a time or in large pieces, and to its very end."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Iterator

import pytest

from thunes_tui.server.gathering import FLOOD, MOST, gather, read

Ends = tuple[int, int]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """The master's descriptor as the server reads it, and the other side."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    yield master, slave
    os.close(master)


def test_little_comes_at_once_and_nothing_is_nothing(ends: Ends) -> None:
    master, slave = ends
    assert gather(master) == b""
    os.write(slave, b"k")
    assert gather(master) == b"k"
    os.close(slave)
    assert gather(master) is None
    assert read(master) is None


def test_a_flood_comes_in_pieces_larger_than_the_kernels_and_whole(ends: Ends) -> None:
    master, slave = ends
    data = bytes(range(256)) * 4000

    def write() -> None:
        rest = data
        while rest:
            rest = rest[os.write(slave, rest) :]
        os.close(slave)

    writer = threading.Thread(target=write)
    writer.start()
    pieces: list[bytes] = []
    while (piece := gather(master)) is not None:
        pieces.append(piece)
    writer.join()
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) > 4 * FLOOD
    assert max(map(len, pieces)) < 2 * MOST
