"""What the shell printed: masked before anything sees it, cut into records, its end kept for the checks."""

from __future__ import annotations

import base64
import hashlib
import re

from thunes_tui.events.shell import ShellOutput
from thunes_tui.mask import Mask, MaskStream

CHUNK = 10 * 1024
"""Bytes of output in one record at the most; escaped as JSON they stay under the record's limit."""
TAIL = 64 * 1024
CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])|\r"
)


class Printed:
    """Counts masked bytes from the session's start."""

    def __init__(self, mask: Mask, offset: int) -> None:
        self.offset = offset
        self.begun = offset
        """Where the output of the running command, or of the next one, begins: the marks may come later than
        the output, so it is the end of the command before, or where the step was typed."""
        self._stream = MaskStream(mask)
        self._tail = bytearray()

    def feed(self, data: bytes) -> list[tuple[ShellOutput, bytes]]:
        """Records of what may be shown now, each with its bytes; the rest may be secret and is held back."""
        return self._cut(self._stream.feed(data))

    def idle(self) -> list[tuple[ShellOutput, bytes]]:
        """Nothing came for a moment: short held-back tails are let go."""
        return self._cut(self._stream.idle())

    def flush(self) -> list[tuple[ShellOutput, bytes]]:
        """Nothing more will come: everything is let go."""
        return self._cut(self._stream.flush())

    def begin(self) -> None:
        """The next command's output begins here."""
        self.begun = self.offset

    def command(self) -> tuple[str, str, bool]:
        """The command's output as plain text, its last 64 kB; their hash; whether there was more."""
        printed = min(self.offset - self.begun, len(self._tail))
        raw = bytes(self._tail[len(self._tail) - printed :])
        text = CONTROL.sub("", raw.decode("utf-8", "backslashreplace"))
        return text, hashlib.sha256(raw).hexdigest(), self.offset - self.begun > printed

    def _cut(self, masked: bytes) -> list[tuple[ShellOutput, bytes]]:
        found = []
        for start in range(0, len(masked), CHUNK):
            part = masked[start : start + CHUNK]
            found.append((self._event(part), part))
            self.offset += len(part)
            self._tail += part
        del self._tail[:-TAIL]
        return found

    def _event(self, part: bytes) -> ShellOutput:
        try:
            return ShellOutput(self.offset, text=part.decode("utf-8"))
        except UnicodeDecodeError:
            return ShellOutput(self.offset, b64=base64.b64encode(part).decode("ascii"))
