"""One record as a tree with a cursor: a fold for each node, nothing laid out that is out of sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from thunes_tui.lines.jq.exact import Members
from thunes_tui.ui.widgets.line import Line, cut, width_of
from thunes_tui.ui.widgets.record_nodes import Node, Place, children, preview
from thunes_tui.ui.widgets.record_words import value_style, value_text
from thunes_tui.ui.widgets.styled import folded

OPEN_AT_FIRST = 60
"""Nodes that are unfolded when a record is opened."""
DEEPEST = 60
MOST_ROWS = 400
"""Rows of one value."""
Say = Callable[[Line], Line]
"""From texts of the record to what may be printed of them."""


class RecordTree:
    """Its nodes as rows, a cursor, and what is unfolded."""

    def __init__(self, value: Any, notes: Iterable[tuple[str, str]] = ()) -> None:
        """`notes` are further nodes behind the record's own, such as where it stands."""
        self._value = value
        self._notes = [Node((-1, number), label, "", text) for number, (label, text) in enumerate(notes)]
        self._open: set[Place] = set()
        self._nodes: list[Node] = []
        self._laid_out: dict[tuple[Place, int], list[Line]] = {}
        self.at = 0
        """The node under the cursor."""
        self._skip = 0
        """Rows of it that stand above the window."""
        self._top = 0
        self._unfold_some()

    @property
    def node(self) -> Node | None:
        """Under the cursor."""
        return self._nodes[self.at] if self._nodes else None

    def note(self, number: int, text: str) -> None:
        """Another text for a note."""
        self._notes[number] = Node((-1, number), self._notes[number].label, "", text)
        self._list()

    # What the keys do.

    def move(self, by: int) -> None:
        self._go(self.at + by)

    def scroll(self, by: int, width: int, height: int, say: Say) -> None:
        """By so many rows: through a long value first, then on to the next node."""
        node = self.node
        rest = len(self._rows(node, width, say)) - height if node is not None else 0
        if rest > 0 and 0 <= self._skip + by <= rest + height // 2:
            self._skip = max(0, min(self._skip + by, rest))
        elif by < 0 < self._skip:
            self._skip = 0
        else:
            self.move(by if abs(by) == 1 else (height - 1 if by > 0 else 1 - height))

    def to_end(self) -> None:
        self._go(len(self._nodes) - 1)

    def to_beginning(self) -> None:
        self._go(0)

    def unfold(self) -> bool:
        """Unfold the node, or go into it; False if there is nothing to."""
        node = self.node
        if node is None or not node.can_unfold:
            return False
        if node.place in self._open:
            self.move(1)
        else:
            self._open.add(node.place)
            self._list()
        return True

    def toggle(self) -> bool:
        """Unfold the node, or fold it in; False if it is a single value."""
        node = self.node
        if node is None or not node.can_unfold:
            return False
        self._open ^= {node.place}
        self._list()
        return True

    def fold(self) -> bool:
        """Fold the node in, or go to the one it is in; False at the outermost ones."""
        node = self.node
        if node is not None and node.place in self._open:
            self._open.discard(node.place)
            self._list()
            return True
        if node is None or len(node.place) < 2 or node.place[0] < 0:
            return False
        self._go(next(at for at, other in enumerate(self._nodes) if other.place == node.place[:-1]))
        return True

    def find(self, path: str) -> None:
        """Go to the node with this path, if it is in sight."""
        self._go(next((at for at, node in enumerate(self._nodes) if node.path == path and path), 0))

    def _go(self, at: int) -> None:
        self.at = max(0, min(at, len(self._nodes) - 1))
        self._skip = 0

    # What is seen.

    def height(self, width: int, most: int, say: Say) -> int:
        """Rows that all of it takes, or `most`."""
        rows = 0
        for node in self._nodes[:most]:
            rows += len(self._rows(node, width, say))
            if rows >= most:
                break
        return min(rows, most)

    def rows(self, width: int, height: int, say: Say) -> list[tuple[Line, bool]]:
        """The window's rows, each with whether it is the cursor's; the window goes with the cursor."""
        self._bring(width, height, say)
        found: list[tuple[Line, bool]] = []
        for at in range(self._top, len(self._nodes)):
            rows = self._rows(self._nodes[at], width, say)
            rows = rows[self._skip if at == self.at and at == self._top else 0 :]
            found += [(row, at == self.at) for row in rows]
            if len(found) >= height:
                break
        return found[:height]

    def _bring(self, width: int, height: int, say: Say) -> None:
        if self.at <= self._top or self._skip:
            self._top = self.at
            return
        room = height
        for at in range(self.at, -1, -1):
            room -= len(self._rows(self._nodes[at], width, say))
            if room < 0:
                self._top = max(self._top, min(self.at, at + 1))
                return
            if at == self._top:
                return

    def _rows(self, node: Node, width: int, say: Say) -> list[Line]:
        known = self._laid_out.get((node.place, width))
        if known is None:
            known = self._laid_out[node.place, width] = self._lay_out(node, width, say)
        return known

    def _lay_out(self, node: Node, width: int, say: Say) -> list[Line]:
        depth = 0 if node.place[0] < 0 else len(node.place) - 1
        glyph = ("▾ " if node.place in self._open else "▸ ") if node.can_unfold else "  "
        head: Line = [("  " * min(depth, DEEPEST) + glyph, "dim")]
        if node.is_group:
            return [cut([*head, *say([(node.label, "dim")])], width)]
        head += say([(f"{node.label}: " if node.label else "", "dim")])
        if isinstance(node.value, (Members, list)):
            body = [] if node.place in self._open else [(preview(node.value), "dim")]
            return [cut([*head, *say(body)], width)]
        indent = min(width // 2, 2 * min(depth, DEEPEST) + 4)
        rows: list[Line] = []
        first, *more = value_text(node.value).split("\n") if node.place[0] >= 0 else [node.value]
        style = value_style(node.value) if node.place[0] >= 0 else "dim"
        if not more:
            rows = folded([*head, *say([(first, style)])], width, indent)
        else:  # a secret may go on in the next line, so they are masked as one
            rows = _broken(say([("\n".join([first, *more]), style)]), head, width, indent)
        left = len(rows) - MOST_ROWS
        return [*rows[:MOST_ROWS], [(f"    … {left:,} more rows", "dim")]] if left > 0 else rows

    # Which nodes there are.

    def _list(self) -> None:
        """Collect the nodes that are in sight of a fold."""
        self._laid_out.clear()
        self._nodes = [*self._walk(Node((), "", ".", self._value)), *self._notes]
        self._go(self.at)

    def _walk(self, parent: Node) -> Iterator[Node]:
        if parent.can_unfold:
            for node in children(parent):
                yield node
                if node.place in self._open:
                    yield from self._walk(node)
        elif not parent.place:
            yield Node((0,), "", ".", self._value)

    def _unfold_some(self) -> None:
        """Breadth first, as far as it stays at one look."""
        level, total = [Node((), "", ".", self._value)], 0
        while level:
            following: list[Node] = []
            for parent in level:
                inside = list(children(parent)) if parent.can_unfold else []
                if total + len(inside) > OPEN_AT_FIRST and parent.place:
                    continue
                total += len(inside)
                self._open.add(parent.place)
                following += [node for node in inside if node.is_small]
            level = following
        self._list()


def _broken(parts: Line, head: Line, width: int, indent: int) -> list[Line]:
    """Rows of a text of several lines; their ends are the pictures that the text was made safe with."""
    rows: list[Line] = []
    row: Line = [*head]
    for text, style in parts:
        first, *more = text.split("␊")
        row.append((first, style))
        for line in more:
            row.append(("␊", "dim"))
            rows += folded(row, width, indent)
            row = [(" " * indent, "text"), (line, style)]
    return [*rows, *folded(row, width, indent)] if width_of(row) else rows
