"""What comes after the content that was read: the files that took the path's place, none of them skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from thunes_tui.lines import rotated
from thunes_tui.lines.identity import FileId, Place
from thunes_tui.lines.reader import KEEP, LineReader
from thunes_tui.lines.turn import Marker, Turn


class Succession:
    """Knows what lay beside the path when it was last looked at. All methods raise OSError."""

    def __init__(self, path: Path, keep: int = KEEP) -> None:
        self._path = path
        self._keep = keep
        self._known: list[rotated.Sibling] = []
        self._target = ""

    def settle(self) -> None:
        """Remember the neighbours, so that a generation that was never seen is known as such."""
        self._target = os.path.realpath(self._path)
        self._known = rotated.siblings(self._path)

    def resume(self, place: Place) -> tuple[LineReader, Marker | None]:
        """The reader that goes on from `place`, under the file's present name; else from the beginning."""
        descriptor, status = rotated.open_path(self._path)
        is_same = (status.st_dev, status.st_ino) == (place.device, place.inode)
        if is_same:
            old: int | None = os.dup(descriptor)
        else:
            real = Path(os.path.realpath(self._path))
            old = rotated.open_inode(real, place.device, place.inode)
        if old is not None and place.fits(old):
            os.close(descriptor)
            self._target = os.path.realpath(self._path)
            file = FileId(place.device, place.inode, place.generation)
            return LineReader(old, file, place.offset, self._keep), None
        if old is not None:
            os.close(old)
        self.settle()
        file = FileId(status.st_dev, status.st_ino, place.generation + 1)
        kind = Turn.TRUNCATED if is_same else Turn.RECREATED
        detail = f"{self._path.name} is not the file that was read up to byte {place.offset}"
        return LineReader(descriptor, file, 0, self._keep), Marker(
            kind, detail, possible_loss=True, file=file
        )

    def after(self, old: LineReader, previous: LineReader | None) -> list[tuple[LineReader, Marker]]:
        """The contents that follow `old`, oldest first; empty if the path leads to `old` again.

        `previous` was read before `old` and may still be written to by a slow writer.
        """
        descriptor, status = rotated.open_path(self._path)
        if (status.st_dev, status.st_ino) == (old.file.device, old.file.inode):
            os.close(descriptor)
            return []
        generation = old.file.generation + 1
        line: list[tuple[LineReader, Marker]] = []
        kind, detail = self._reason(old)
        if kind is not Turn.SWITCHED:
            seen = {(one.file.device, one.file.inode) for one in (old, previous) if one}
            for missed in self._missed(old, {*seen, (status.st_dev, status.st_ino)}, generation):
                line.append(missed)
                generation += 1
        file = FileId(status.st_dev, status.st_ino, generation)
        marker = Marker(kind, detail, possible_loss=kind is not Turn.ROTATED, file=file)
        line.append((LineReader(descriptor, file, 0, self._keep), marker))
        self.settle()
        return line

    def truncated(self, old: LineReader) -> tuple[LineReader | None, LineReader, Marker]:
        """The copy that holds the end of the old content, if one was made; the new content; what to say."""
        place = old.place()
        file = FileId(place.device, place.inode, place.generation + 1)
        fresh = LineReader(os.dup(old.descriptor), file, 0, self._keep)
        copied = rotated.open_copy(self._path, place)
        if self._leads_to(old):
            self.settle()
        name = self._path.name
        if copied is None:
            detail = f"{name} was cut or overwritten after byte {old.offset}"
            return None, fresh, Marker(Turn.TRUNCATED, detail, possible_loss=True, file=file)
        copy = LineReader(copied, old.file, old.offset, self._keep)
        detail = f"{name} was copied and cut after byte {os.fstat(copied).st_size}"
        return copy, fresh, Marker(Turn.TRUNCATED, detail, possible_loss=True, file=file)

    def _leads_to(self, old: LineReader) -> bool:
        """Else the neighbours hold successors of `old` that are still to be read."""
        try:
            status = self._path.stat()
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == (old.file.device, old.file.inode)

    def _reason(self, old: LineReader) -> tuple[Turn, str]:
        name = self._path.name
        if self._path.is_symlink() and os.path.realpath(self._path) != self._target:
            return Turn.SWITCHED, f"{name} points to another file"
        if os.fstat(old.descriptor).st_nlink == 0:
            return Turn.RECREATED, f"{name} was deleted and made anew"
        return Turn.ROTATED, f"{name} was renamed and made anew"

    def _missed(
        self, old: LineReader, seen: set[tuple[int, int]], generation: int
    ) -> Iterator[tuple[LineReader, Marker]]:
        since = os.fstat(old.descriptor).st_mtime_ns
        for sibling in rotated.missed(self._path, self._known, since):
            if (sibling.device, sibling.inode) in seen:
                continue
            descriptor = rotated.open_regular(sibling.path)
            if descriptor is None:
                continue
            if old.resembles(descriptor):
                os.close(descriptor)
                continue
            file = FileId(sibling.device, sibling.inode, generation)
            detail = f"{self._path.name} was renamed twice between two looks, to {sibling.path.name}"
            marker = Marker(Turn.ROTATED, detail, file=file)
            yield LineReader(descriptor, file, 0, self._keep), marker
            generation += 1
