"""The next damaged line of an audit trail, and the one before: torn, corrupt, glued, whatever its class."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from thunes_tui.lines.audit import rows_of
from thunes_tui.lines.blocks import Block
from thunes_tui.lines.line import Position
from thunes_tui.lines.questions import LineStore
from thunes_tui.lines.search import Search


class Damage:
    """A probe for lines in which not everything is as a writer of audit trails would have it."""

    is_free = False
    """It answers at once, so nothing is ever under way."""

    def lines(self, _key: Hashable, block: Block, _wait_s: float = 0) -> list[int] | None:
        found, at, size = [], 0, len(block.data)
        while at < size:
            line = block.line(at)
            if line is None or any(row.problem for row in rows_of(line)):
                found.append(at)
            at = block.data.find(b"\n", at) + 1 or size
        return found

    def count(self, key: Hashable, block: Block, wait_s: float = 0) -> int | None:
        found = self.lines(key, block, wait_s)
        return None if found is None else len(found)

    def close(self) -> None:
        """Nothing is under way."""


def damage_search(
    store: LineStore,
    start: Position,
    *,
    forward: bool,
    accepts: Callable[[Position], bool] | None = None,
) -> Search:
    """The next damaged line behind `start`, or the one before it, to be stepped."""
    return Search(store, Damage(), start, forward=forward, accepts=accepts)
