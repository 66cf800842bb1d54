"""Lines over the contents that one path has had, whatever brings them: following, or unpacking."""

from __future__ import annotations

from thunes_tui.lines.blocks import Block, Key, Span, block_of, numbers_of
from thunes_tui.lines.content import Content
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.line import END, Line, Position
from thunes_tui.lines.reader import BLOCK


class ContentStore:
    """A `BlockStore` over contents in order; a subclass adds to them."""

    def __init__(self) -> None:
        self._contents: list[Content] = []

    def close(self) -> None:
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

    def read(self, position: Position, size: int) -> bytes:
        """Up to `size` bytes of the content from `position` on; none where they can't be read any more."""
        content = self._content(position.generation)
        try:
            return content.scan.read(position.offset, size) if content else b""
        except OSError:
            return b""

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

    def spans(self) -> list[Span]:
        scans = [content.scan for content in self._contents]
        return [Span(scan.generation, numbers_of(scan), scan.low, scan.high) for scan in scans]

    def key_of(self, position: Position) -> Key:
        return Key(position.generation, max(0, position.offset) // BLOCK)

    def block(self, key: Key) -> Block:
        content = self._content(key.span)
        try:
            if content is not None:
                return block_of(content.scan, key.number)
        except OSError:
            pass
        return Block(key.span, key.number * BLOCK, b"")

    def _content(self, generation: int) -> Content | None:
        for content in self._contents:
            if content.file.generation == generation:
                return content
        return None
