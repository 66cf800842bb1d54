"""The lines of a file of the bot: followed as it grows, and kept readable after it was rotated."""

from __future__ import annotations

from pathlib import Path

from thunes_tui.lines.content import Content
from thunes_tui.lines.contents import ContentStore
from thunes_tui.lines.follow import Follower, Start
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.line import BEGINNING, END, Position
from thunes_tui.lines.questions import LineStore
from thunes_tui.lines.reader import BLOCK, Chunk
from thunes_tui.lines.turn import Marker, Turn

__all__ = ["END", "FileStore", "LineStore"]

CONTENTS = 16
"""Contents of one path that stay readable; an older one is let go of."""


class FileStore(ContentStore):
    """The file under a path and, after a rotation, what it held before, as far as it can still be read.

    `poll` follows the path; its answers tell what is new and where a marker row belongs (`turns`).
    """

    def __init__(self, path: Path, start: Start = Start.END) -> None:
        """`start`: where the new begins; with `END` the first poll makes visible what the file holds."""
        super().__init__()
        self.follower = Follower(path, start, opened=self._opened)
        self.turns: list[tuple[Position, Marker]] = []
        """Markers, each with the position before which its row stands."""

    def poll(self, budget: int = 4 * BLOCK) -> list[Chunk | Marker]:
        """What is new; it is visible afterwards. Call again at once while `follower.more`."""
        return self._take(self.follower.poll(budget))

    def drain(self) -> list[Chunk | Marker]:
        """Everything, an unfinished last line included: for a file that nobody writes any more."""
        return self._take(self.follower.drain())

    def close(self) -> None:
        self.follower.close()
        super().close()

    def _opened(self, file: FileId, descriptor: int) -> None:
        content = self._content(file.generation)
        if content:
            content.read_from(descriptor)
            return
        self._contents.append(Content(file, descriptor, self.follower.offset))
        if len(self._contents) > CONTENTS:
            self._contents.pop(0).close()

    def _take(self, found: list[Chunk | Marker]) -> list[Chunk | Marker]:
        for item in found:
            if isinstance(item, Chunk):
                content = self._content(item.file.generation)
                if content:
                    content.add(item)
            else:
                self._note(item)
        return found

    def _note(self, marker: Marker) -> None:
        if marker.file is None:
            last = self._contents[-1] if self._contents else None
            where = Position(last.file.generation, last.scan.high) if last else BEGINNING
        else:
            where = Position(marker.file.generation, 0)
        self.turns.append((where, marker))
        if marker.kind is Turn.TRUNCATED and marker.file is not None:
            old = self._content(marker.file.generation - 1)
            if old and not old.is_rescued:
                old.lose()
