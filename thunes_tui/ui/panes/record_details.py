"""The selected record in full: its tree, where it stands, and the hash of its bytes in the file."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

from textual.worker import Worker

from thunes_tui.lines.audit import AuditRow, rows_of
from thunes_tui.lines.contents import ContentStore
from thunes_tui.lines.line import Line as TextLine
from thunes_tui.lines.line import Position
from thunes_tui.text import LIMIT
from thunes_tui.ui.widgets.line import Line, spread
from thunes_tui.ui.widgets.record_rows import record_of
from thunes_tui.ui.widgets.record_tree import RecordTree
from thunes_tui.ui.widgets.record_words import readable, said

if TYPE_CHECKING:
    from thunes_tui.ui.panes.audit_stream import AuditStream

UNFOLDED = 1 << 20
"""Bytes of a record up to which it is read whole to be unfolded."""
SLICE = 1 << 18
"""Bytes that are hashed between two turns of the console."""
FEWEST_ROWS = 4
"""Rows of the pane that are left to the events."""


class RecordDetails:
    """Of one pane; open while a tree is."""

    def __init__(self, pane: AuditStream) -> None:
        self._pane = pane
        self.tree: RecordTree | None = None
        self.position: Position | None = None
        """The line whose record is open."""
        self.is_one = True
        """The line holds one record and nothing else; only then its paths are those of a filter."""
        self.sha256 = ""
        """Of the line's bytes, without its newline; empty while it is being computed."""
        self._size = 80, 10
        """Of the window on the tree."""

    @property
    def page(self) -> int:
        """Rows of the window."""
        return max(1, self._size[1] - 1)

    def scroll(self, by: int) -> None:
        """Move the cursor, or a value that is longer than the window."""
        if self.tree is not None:
            self.tree.scroll(by, *self._size, self.say)

    def open(self, position: Position, path: str = "") -> bool:
        """Open the record of a line, with the cursor at a path where it has it; False if it is gone."""
        pane = self._pane
        line = pane.view.store.at(position) if pane.view.store is not None else None
        if line is None:
            return False
        record = record_of(line)
        inner = pane.lens.inner(position)
        whole = (pane.lens.source.at(inner) if pane.lens.source is not None else None) or record
        self.position, self.sha256 = position, ""
        raw = self._raw(whole)
        self.tree = RecordTree(self._value(raw, whole), self._notes(raw, whole))
        self.tree.find(path)
        tree = self.tree

        async def hashing() -> None:
            await self._hash(tree, raw, whole)

        _worker: Worker[None] = pane.run_worker(
            hashing, name="hashing of a record", group="hash", exclusive=True, exit_on_error=False
        )
        return True

    def close(self) -> None:
        self.tree = self.position = None

    def _raw(self, line: TextLine) -> bytes:
        """The line's bytes, all of them unless they are too many to unfold, or not to be had."""
        source = self._pane.lens.source
        size = len(line.data) + line.clipped_bytes
        if not line.clipped_bytes or size > UNFOLDED or not isinstance(source, ContentStore):
            return line.data
        return source.read(line.position, size)

    def _value(self, raw: bytes, line: TextLine) -> Any:
        """The record, or what can be read of it; several where writes ran into each other."""
        mask = self._pane.desk.mask
        value = readable(raw, mask)
        self.is_one = value is not None
        if self.is_one:
            return value
        rows = rows_of(TextLine(line.offset, raw, max(0, line.clipped_bytes - (len(raw) - len(line.data)))))
        values = [self._part(row) for row in rows]
        return values[0] if len(values) == 1 else values

    def _part(self, row: AuditRow) -> Any:
        mask = self._pane.desk.mask
        value = readable(row.raw, mask)
        if value is not None:
            return value
        raw = mask.line(row.raw)
        shown = raw[:LIMIT].decode("utf-8", "surrogateescape")
        return f"{shown} …" if len(raw) > LIMIT else shown

    def _notes(self, raw: bytes, line: TextLine) -> list[tuple[str, str]]:
        size = len(line.data) + line.clipped_bytes
        unread = size - len(raw)
        missing = f"; {unread:,} of them are too many to be unfolded" if unread else ""
        return [("at byte", f"{line.offset:,}"), ("bytes", f"{size:,}{missing}"), ("SHA-256", "…")]

    async def _hash(self, tree: RecordTree, raw: bytes, line: TextLine) -> None:
        """In slices: a record can be as long as a file."""
        source, digest = self._pane.lens.source, hashlib.sha256(raw)
        size, done = len(line.data) + line.clipped_bytes, len(raw)
        while done < size and isinstance(source, ContentStore):
            at = Position(line.generation, line.offset + done)
            part = source.read(at, min(SLICE, size - done))
            if not part:
                break
            digest.update(part)
            done += len(part)
            await asyncio.sleep(0)
        self.sha256 = digest.hexdigest() if done == size else ""
        tree.note(2, self.sha256 or "the whole record is not here to be hashed")
        self._pane.changed()

    # What is seen.

    def height(self, width: int, room: int) -> int:
        """Rows that the details take of so many."""
        if self.tree is None:
            return 0
        most = max(0, min(room - FEWEST_ROWS, max(room * 3 // 5, 8)))
        return 1 + self.tree.height(width - 1, most - 1, self.say) if most else 0

    def say(self, parts: Line) -> Line:
        """Texts of the record, masked and safe."""
        return said(parts, self._pane.desk.mask)

    def rows(self, width: int, height: int) -> list[tuple[Line, bool]]:
        """The rule above, with the path under the cursor; then the window on the tree."""
        if self.tree is None or height < 1:
            return []
        node = self.tree.node
        path = self.say([(node.path, "accent")]) if node is not None and node.path else []
        hints = (("l", "unfold"), ("h", "fold, close"), ("< >", "record"), ("C", "value"), ("X", "path"),
                 ("i x", "filter by it"))  # fmt: skip
        keys: Line = [part for key, word in hints for part in ((f"{key} ", "key"), (f"{word}  ", "dim"))]
        head = spread([(" ── details ", "dim"), *path, (" ", "text")], keys if width > 110 else [], width)
        self._size = width - 1, height - 1
        body = self.tree.rows(*self._size, self.say)
        return [(head, False), *(([(" ", "text"), *row], here) for row, here in body)]
