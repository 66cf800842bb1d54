"""What the session's shell printed, as lines with the times at which it was recorded.

There the standard error of a bot stands that a step has started: some of its warnings are in no log file.
"""

from __future__ import annotations

import base64
import os
import re
import tempfile
from pathlib import Path

import orjson

from thunes_tui.lines.content import Content
from thunes_tui.lines.contents import ContentStore
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.reader import BLOCK, Chunk

KIND = b'"k":"shell.output"'
STAMP = 28
"""Bytes in front of each line: its time and a blank."""
LONGEST = 16_384
"""Bytes of a line that are kept."""
_CONTROL = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[P^_X][^\x1b]*(?:\x1b\\)?|\x1b\[[0-?]*[ -/]*[@-~]?"
    rb"|\x1b[ -/]*[0-~]?|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
)


class ShellLines(ContentStore):
    """A `BlockStore` that `poll` fills from a journal; in a nameless file on disk."""

    def __init__(self, journal: Path) -> None:
        """Raises OSError."""
        super().__init__()
        self._journal = os.open(journal, os.O_RDONLY | os.O_CLOEXEC)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the store
        self._id = FileId(0, 0, 0)
        self._contents.append(Content(self._id, self._file.fileno(), 0))
        self._read = 0
        self._line = b""
        self.number = -1
        """Of the last record that was read."""

    def close(self) -> None:
        super().close()
        self._file.close()
        os.close(self._journal)

    def poll(self, upto: int) -> bool:
        """Read a block more of the journal, at most to record `upto`; True if there are new lines."""
        data = os.pread(self._journal, BLOCK, self._read)
        found: list[bytes] = []
        for line in data.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            if KIND in line and not self._take(line, upto, found):
                break
            self._read += len(line)
        if not found:
            return False
        lines = b"".join(found)
        content = self._contents[0]
        os.pwrite(self._file.fileno(), lines, content.scan.high)
        content.add(Chunk(self._id, content.scan.high, lines, len(lines)))
        return True

    def _take(self, line: bytes, upto: int, found: list[bytes]) -> bool:
        """False for a record that is not to be seen yet."""
        try:
            record = orjson.loads(line)
            number, time, data = int(record["n"]), str(record["t"]), record["d"]
            text = data.get("text")
            raw = text.encode() if text is not None else base64.b64decode(data.get("b64") or "")
        except (ValueError, TypeError, KeyError, AttributeError):
            return True
        if number > upto:
            return False
        self.number = number
        *whole, self._line = (self._line + raw).split(b"\n")
        self._line = self._line[-LONGEST:]
        found += [stamped(time, one) for one in whole]
        return True


def stamped(time: str, line: bytes) -> bytes:
    """A line of a terminal as a line of a log: its time, then what is left to be seen of it."""
    shown = _CONTROL.sub(b"", line.rstrip(b"\r"))
    return f"{time:<{STAMP - 1}.{STAMP - 1}} ".encode() + shown.rpartition(b"\r")[2][:LONGEST] + b"\n"
