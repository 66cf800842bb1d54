"""What the shell printed: masked before anything sees it, cut into records, and read for the checks."""

from __future__ import annotations

import base64
import hashlib
import re

from thunes_tui.drill.effects import Look
from thunes_tui.drill.printed import Output, Reading
from thunes_tui.events.shell import ShellOutput
from thunes_tui.mask import Mask, MaskStream

CHUNK, LONG_CHUNK = 10 * 1024, 32 * 1024
"""Bytes of output in one record: escaped as JSON, any of the first size stay under the record's limit, and of
the second those that hold little to escape. A record costs as much as some kilobytes in it."""
ROOM = 60 * 1024
"""What the text of a record may take, escaped."""
TAIL = 64 * 1024
"""Bytes of a command's output that are kept, and by which two windows of it overlap: what spans more of it is
not found."""
WINDOW = 4 * TAIL
"""Bytes that are read for the checks at once: what this takes in memory, however much is printed."""
PLAIN = bytes(set(range(0x20, 0x7F)) - set(b'"\\'))
"""What JSON leaves as it is; of the rest a byte takes six at the most."""
CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])|\r"
)


class Printed:
    """Counts masked bytes from the session's start."""

    def __init__(self, mask: Mask, offset: int) -> None:
        self.offset = offset
        self._stream = MaskStream(mask)
        self.begin()

    def begin(self, looks: tuple[Look, ...] = ()) -> None:
        """The output of the running command, or of the next one, begins here: the marks may come later than
        the output, so it is the end of the command before, or where the step was typed."""
        self.begun = self.offset
        self._kept = bytearray()
        self._sha256 = hashlib.sha256()
        self._reading = Reading(looks)
        self._looks = bool(looks)

    def feed(self, data: bytes) -> list[tuple[ShellOutput, bytes]]:
        """Records of what may be shown now, each with its bytes; the rest may be secret and is held back."""
        return self._cut(self._stream.feed(data))

    def idle(self) -> list[tuple[ShellOutput, bytes]]:
        """Nothing came for a moment: short held-back tails are let go."""
        return self._cut(self._stream.idle())

    def flush(self) -> list[tuple[ShellOutput, bytes]]:
        """Nothing more will come: everything is let go."""
        return self._cut(self._stream.flush())

    def command(self) -> Output:
        """The command's output so far, without control sequences."""
        cut = self.offset - self.begun > TAIL
        if cut:
            self._reading.look(plain(self._kept))
        text = plain(self._kept[-TAIL:])
        return Output(text, self._sha256.hexdigest(), cut, self._reading.found if cut else ())

    def _cut(self, masked: bytes) -> list[tuple[ShellOutput, bytes]]:
        found = []
        start = 0
        while start < len(masked):
            part = masked[start : start + LONG_CHUNK]
            if len(part) > CHUNK and len(part) + 5 * len(part.translate(None, PLAIN)) > ROOM:
                part = part[:CHUNK]
            found.append((self._event(part), part))
            start += len(part)
            self.offset += len(part)
            self._keep(part)
        return found

    def _keep(self, part: bytes) -> None:
        """Read a window once it is full, in whole lines where it has any, and keep its end for the next."""
        self._sha256.update(part)
        self._kept += part
        if len(self._kept) < WINDOW:
            return
        lines = self._kept.rfind(b"\n") + 1
        if self._looks:
            self._reading.look(plain(self._kept[: lines or len(self._kept)]))
        begin = self._kept.find(b"\n", len(self._kept) - TAIL, lines) + 1
        del self._kept[: begin or len(self._kept) - TAIL]

    def _event(self, part: bytes) -> ShellOutput:
        try:
            return ShellOutput(self.offset, text=part.decode("utf-8"))
        except UnicodeDecodeError:
            return ShellOutput(self.offset, b64=base64.b64encode(part).decode("ascii"))


def plain(raw: bytes | bytearray) -> str:
    """Output as text, without what steers a terminal."""
    return CONTROL.sub("", raw.decode("utf-8", "backslashreplace"))
