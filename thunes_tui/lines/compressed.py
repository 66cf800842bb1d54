"""Packed logs (`.gz`, `.zst`), to be read after the fact: unpacked in slices into a nameless file on disk.

Going back in a packed file means unpacking it again from its beginning, at a few hundred megabytes a second;
a page of the unpacked file takes a millisecond, wherever it is. So the disk holds it, up to a cap, and gives
the space back when the store is closed, or the console dies.
"""

from __future__ import annotations

import importlib
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any

from thunes_tui.errors import Unusable
from thunes_tui.lines.content import Content
from thunes_tui.lines.contents import ContentStore
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.reader import BLOCK, KEEP, Chunk
from thunes_tui.lines.rotated import open_path

CAP = 4 << 30
"""Bytes that are unpacked at most."""
PACKED = 65_536
"""Bytes of the packed file that are read at a time."""
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
LONGEST_MAGIC = 4
_GZIP_BITS = 31


class CompressedStore(ContentStore):
    """A `BlockStore` of what is packed in a file; it fills from the beginning while it is stepped."""

    def __init__(self, path: Path, folder: Path | None = None, cap: int = CAP) -> None:
        """`folder` is where the unpacked file lies, None for the system's.

        Raises OSError, and Unusable for a file that is not packed or can't be unpacked here.
        """
        super().__init__()
        self.problem = ""
        """What is wrong with what was unpacked, in one line: damaged, cut short, more than the cap."""
        self.is_unpacked = False
        self._name = path.name
        self._cap = cap
        self._packed, status = open_path(path)
        self._size = status.st_size
        self._read = 0
        self._input = b""
        try:
            self._unpacker = _unpacker_for(os.pread(self._packed, LONGEST_MAGIC, 0), path)
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the store
        except BaseException:
            os.close(self._packed)
            raise
        self._written = 0
        self._line = bytearray()
        """What is unpacked behind the last newline, as far as it is kept."""
        self._id = FileId(status.st_dev, status.st_ino, 0)
        self._contents.append(Content(self._id, self._file.fileno(), 0))

    def close(self) -> None:
        super().close()
        self._file.close()
        os.close(self._packed)

    @property
    def share(self) -> float:
        """0 to 1: how much of the packed file is unpacked."""
        return 1.0 if self.is_unpacked or not self._size else min(1.0, self._read / self._size)

    def size_lines(self) -> int | None:
        return super().size_lines() if self.is_unpacked else None

    def step(self, budget: int = BLOCK) -> bool:
        """Unpack about `budget` more bytes; False when all is unpacked and counted."""
        while budget > 0 and not self.is_unpacked:
            try:
                data = self._unpack(min(budget, BLOCK))
                self._write(data)
            except OSError as error:
                self._end(f"{self._name} could not be unpacked further: {error.strerror or error}")
                break
            budget -= max(len(data), PACKED // 8)
        return not self.is_unpacked or super().step(budget)

    def _unpack(self, most: int) -> bytes:
        """The next bytes; none where more input is needed. Ends the unpacking. Raises OSError."""
        is_last = False
        is_hungry = self._unpacker.eof or getattr(self._unpacker, "needs_input", True)
        if len(self._input) < LONGEST_MAGIC and is_hungry:
            more = os.pread(self._packed, PACKED, self._read)
            self._read += len(more)
            self._input += more
            is_last = not more
        if self._unpacker.eof:
            if not self._input.strip(b"\0"):
                self.is_unpacked = is_last
                return b""
            try:
                self._unpacker = _unpacker_for(self._input, Path(self._name))
            except Unusable:
                self._end(f"{self._name} has something else behind its end, which is not shown")
                return b""
        try:
            data: bytes = self._unpacker.decompress(self._input, most)
        except Exception as error:  # noqa: BLE001 - each library has its own; all mean the same
            self._end(f"{self._name} is damaged after {self._written:,} unpacked bytes: {error}")
            return b""
        rest = getattr(self._unpacker, "unconsumed_tail", b"")
        self._input = self._unpacker.unused_data if self._unpacker.eof else rest
        if is_last and not data and not self._unpacker.eof:
            self._end(f"{self._name} ends in the middle, after {self._written:,} unpacked bytes")
        return data

    def _write(self, data: bytes) -> None:
        """Store what was unpacked, and show the complete lines of it. Raises OSError."""
        room = self._cap - self._written
        if len(data) > room:
            self._end(f"{self._name}: only the first {self._cap:,} unpacked bytes are shown")
            data = data[:room]
        start, self._written = self._written, self._written + len(data)
        view = memoryview(data)
        while view:
            view = view[os.pwrite(self._file.fileno(), view, start + len(data) - len(view)) :]
        end = data.rfind(b"\n") + 1
        if end:
            self._show(bytes(self._line) + data[:end], start + end, torn=False)
            self._line.clear()
        self._line += data[end : end + max(0, KEEP - len(self._line))]
        if self.is_unpacked and self._contents[0].scan.high < self._written:
            self._show(bytes(self._line), self._written, torn=True)

    def _show(self, lines: bytes, end: int, *, torn: bool) -> None:
        content = self._contents[0]
        high = content.scan.high
        content.add(Chunk(self._id, high, lines, end - high, torn))

    def _end(self, problem: str) -> None:
        self.is_unpacked, self.problem = True, problem


def is_packed(path: Path) -> bool:
    """Whether it begins as a packed file does. Raises OSError."""
    descriptor, _ = open_path(path)
    try:
        return os.pread(descriptor, LONGEST_MAGIC, 0).startswith((GZIP, ZSTD))
    finally:
        os.close(descriptor)


def _unpacker_for(magic: bytes, path: Path) -> Any:
    if magic.startswith(GZIP):
        return zlib.decompressobj(_GZIP_BITS)
    if not magic.startswith(ZSTD):
        raise Unusable(f"{path.name} is neither gzip nor zstd: look at it as it is")
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name).ZstdDecompressor()
        except ImportError:
            continue
    raise Unusable(f"{path.name} needs zstd: install backports.zstd, or unpack it with `zstd -d`")
