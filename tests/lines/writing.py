"""A writer that does to a log what bots and rotation do, and the list that a perfect follower delivers."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Content:
    """One content of the path: what was written to it and how much of that was delivered."""

    lines: list[bytes] = field(default_factory=list)
    partial: bytes = b""
    seen: int = 0
    was_read: bool = False
    """The follower has seen some of it; what nobody ever saw can vanish without a trace."""

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.partial


class Writer:
    """Writes unique lines to a real file; rotates as logrotate does (`.1` is the newest of the old ones)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.number = 0
        self.delivered: list[bytes] = []
        self.lost = False
        self.chain: list[Content] = [Content()]
        """First the content that the follower reads, last the one under the path."""
        path.touch()

    @property
    def current(self) -> Content:
        return self.chain[-1]

    def line(self, size: int = 0) -> bytes:
        self.number += 1
        return f"{self.number} ".encode() + b"x" * size

    def write(self, count: int, size: int = 0) -> None:
        data = b""
        for _ in range(count):
            whole = self.current.partial + (text := self.line(size))
            self.current.partial = b""
            self.current.lines.append(whole)
            data += text + b"\n"
        self._append(data)

    def write_partial(self) -> None:
        text = self.line()
        self.current.partial += text
        self._append(text)

    def _append(self, data: bytes) -> None:
        with self.path.open("ab") as file:
            file.write(data)

    def rename(self) -> None:
        for number in range(30, 0, -1):
            old = Path(f"{self.path}.{number}")
            if old.exists():
                old.rename(f"{self.path}.{number + 1}")
        self.path.rename(f"{self.path}.1")
        self.path.touch()
        self.chain.append(Content())

    def delete(self) -> None:
        """Delete and make anew; what the follower has open stays readable, the rest is gone."""
        keeper = self.path.with_name("keeps-the-inode-busy")
        os.link(self.path, keeper)
        self.path.unlink()
        self.path.touch()
        keeper.unlink()
        if len(self.chain) > 1:
            self.chain.pop()
        self.chain.append(Content())

    def truncate(self, lines: int) -> None:
        """`> log`, and perhaps grown beyond the old size at once."""
        with self.path.open("wb"):
            pass
        content = self.current
        if content.was_read and (content.seen < len(content.lines) or content.partial):
            self.lost = True
        self.chain[-1] = Content()
        self.write(lines, 40)

    def poll(self) -> None:
        """What a perfect follower delivers now."""
        while True:
            content = self.chain[0]
            self.delivered += content.lines[content.seen :]
            content.seen = len(content.lines)
            content.was_read = not content.is_empty
            if len(self.chain) == 1 or self.current.is_empty:
                return
            if content.partial:
                self.delivered.append(content.partial)
            self.chain.pop(0)
