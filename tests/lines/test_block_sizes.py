"""How many lines a block has is the same, known from the index or counted."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from thunes_tui.lines.blocks import keys
from thunes_tui.lines.reader import BLOCK
from thunes_tui.lines.store import FileStore

SIZES = (0, 1, 80, 4000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7)


def counted_by_hand(data: bytes) -> int:
    return data.count(b"\n") + (data[-1:] not in (b"", b"\n"))


@pytest.mark.parametrize("seed", range(12))
def test_the_index_and_the_bytes_say_the_same(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    path = tmp_path / "log"
    lines = [b"x" * dice.choice(SIZES) for _ in range(dice.randrange(1, 12))]
    lines += [b"y" * 79] * (2 * BLOCK // 80) * (seed % 2)  # newlines at the very ends of blocks
    dice.shuffle(lines)
    path.write_bytes(b"\n".join(lines) + b"\n" * dice.randrange(2))
    store = FileStore(path)
    store.poll()
    store.drain()
    assert all(store.block(key).counted is None for key in [*keys(store, forward=True)][:-1])
    while store.step():
        pass
    total = 0
    for key in keys(store, forward=True):
        block = store.block(key)
        assert block.size_lines == counted_by_hand(block.data)
        assert block.counted is not None or not block.data
        total += block.size_lines
    assert total == store.size_lines()
    with path.open("ab") as file:
        file.write(b"more\n" * 70_000)
    store.poll()
    store.drain()
    assert sum(store.block(key).size_lines for key in keys(store, forward=True)) == store.size_lines()
    store.close()
