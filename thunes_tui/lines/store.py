"""What panes ask for lines, the same of a file on disk of any size and of a recording."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Protocol

from thunes_tui.lines.content import Content
from thunes_tui.lines.follow import Follower, Start
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.line import BEGINNING, Line, Position
from thunes_tui.lines.reader import BLOCK, Chunk
from thunes_tui.lines.turn import Marker, Turn

CONTENTS = 16
"""Contents of one path that stay readable; an older one is let go of."""
END = Position(sys.maxsize, sys.maxsize)
"""Behind every line."""


class LineStore(Protocol):
    """Lines of one source in order, found by position; no question needs a complete index.

    Complete lines only, and the torn ones that end a content. What can't be read is left out, never raised.
    """

    def size_lines(self) -> int | None:
        """How many lines there are; None while that is being counted."""

    def last(self, count: int) -> list[Line]:
        """The last lines, in order."""

    def before(self, position: Position, count: int) -> list[Line]:
        """The lines just before the one at `position`, in order."""

    def after(self, position: Position, count: int) -> list[Line]:
        """The lines just after the one at `position`, in order; `BEGINNING` asks for the first ones."""

    def at(self, position: Position) -> Line | None:
        """The line that holds the byte at `position`."""

    def line_number(self, position: Position) -> int | None:
        """How many lines stand before the one at `position`; None while that is being counted."""

    def progress(self, position: Position) -> float:
        """0 to 1: the share of the bytes that stand before `position`; known at once."""

    def step(self, budget: int = BLOCK) -> bool:
        """Count about `budget` more bytes in the background; False when everything is counted."""


class FileStore:
    """The file under a path and, after a rotation, what it held before, as far as it can still be read.

    `poll` follows the path; its answers tell what is new and where a marker row belongs (`turns`).
    """

    def __init__(self, path: Path, start: Start = Start.END) -> None:
        """`start`: where the new begins; with `END` the first poll makes visible what the file holds."""
        self.follower = Follower(path, start, opened=self._opened)
        self.turns: list[tuple[Position, Marker]] = []
        """Markers, each with the position before which its row stands."""
        self._contents: list[Content] = []

    def poll(self, budget: int = 4 * BLOCK) -> list[Chunk | Marker]:
        """What is new; it is visible afterwards. Call again at once while `follower.more`."""
        return self._take(self.follower.poll(budget))

    def drain(self) -> list[Chunk | Marker]:
        """Everything, an unfinished last line included: for a file that nobody writes any more."""
        return self._take(self.follower.drain())

    def close(self) -> None:
        self.follower.close()
        for content in self._contents:
            content.close()

    def file_of(self, position: Position) -> FileId | None:
        """Which file on disk the line at `position` is from."""
        content = self._content(position.generation)
        return content.file if content else None

    def size_lines(self) -> int | None:
        total = 0
        for content in self._contents:
            size = content.size_lines
            if size is None:
                return None
            total += size
        return total

    def last(self, count: int) -> list[Line]:
        return self.before(END, count)

    def before(self, position: Position, count: int) -> list[Line]:
        lines: list[Line] = []
        for content in reversed(self._contents):
            generation = content.file.generation
            if generation > position.generation or len(lines) >= count:
                continue
            stop = position.offset if generation == position.generation else content.scan.high
            try:
                lines = content.scan.before(stop, count - len(lines)) + lines
            except OSError:
                break
        return lines

    def after(self, position: Position, count: int) -> list[Line]:
        lines: list[Line] = []
        for content in self._contents:
            generation = content.file.generation
            if generation < position.generation or len(lines) >= count:
                continue
            scan = content.scan
            try:
                start = scan.ending(position.offset) if generation == position.generation else scan.low
                lines += scan.after(start, count - len(lines))
            except OSError:
                break
        return lines

    def at(self, position: Position) -> Line | None:
        content = self._content(position.generation)
        try:
            return content.scan.at(position.offset) if content else None
        except OSError:
            return None

    def line_number(self, position: Position) -> int | None:
        total = 0
        for content in self._contents:
            if content.file.generation < position.generation:
                number = content.size_lines
            elif content.file.generation == position.generation:
                number = content.index.line_number(position.offset)
            else:
                break
            if number is None:
                return None
            total += number
        return total

    def progress(self, position: Position) -> float:
        total = behind = 0
        for content in self._contents:
            low, high = content.scan.low, content.scan.high
            total += high - low
            if content.file.generation < position.generation:
                behind += high - low
            elif content.file.generation == position.generation:
                behind += min(max(position.offset - low, 0), high - low)
        return behind / total if total else 0.0

    def step(self, budget: int = BLOCK) -> bool:
        for content in reversed(self._contents):
            if not content.index.is_complete:
                try:
                    content.index.step(budget)
                except OSError:
                    return False
                break
        return any(not content.index.is_complete for content in self._contents)

    def _content(self, generation: int) -> Content | None:
        for content in self._contents:
            if content.file.generation == generation:
                return content
        return None

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
