"""The rows of blocks that were asked for last."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from thunes_tui.lines.blocks import Key
from thunes_tui.lines.jq.sieve import Hit

MOST_ROWS = 20_000
MOST_TEXT = 8 << 20
"""Bytes of outputs from a worker."""


class Rows(NamedTuple):
    """The rows of one block."""

    hits: list[Hit]
    read: int
    """Bytes of the block that they were made of."""
    is_cut: bool
    """The block's last line was longer than what could be read of it."""

    @property
    def text(self) -> int:
        """Bytes of outputs."""
        return sum(len(hit.text or "") for hit in self.hits)


class RowCache:
    """Bounded by rows and bytes; the last block asked for is always held."""

    def __init__(self) -> None:
        self._held: OrderedDict[Key, Rows] = OrderedDict()
        self._rows = self._text = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def get(self, key: Key) -> Rows | None:
        rows = self._held.get(key)
        if rows is not None:
            self._held.move_to_end(key)
        return rows

    def put(self, key: Key, rows: Rows) -> None:
        self._drop(self._held.pop(key, None))
        self._held[key] = rows
        self._rows += len(rows.hits)
        self._text += rows.text
        while len(self._held) > 1 and (self._rows > MOST_ROWS or self._text > MOST_TEXT):
            self._drop(self._held.popitem(last=False)[1])

    def _drop(self, rows: Rows | None) -> None:
        if rows is not None:
            self._rows -= len(rows.hits)
            self._text -= rows.text
