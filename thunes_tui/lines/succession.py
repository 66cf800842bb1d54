"""What comes after the content that was read: the files that took the path's place, none of them skipped."""

from __future__ import annotations

import os
from pathlib import Path

from thunes_tui.lines import rotated
from thunes_tui.lines.identity import FileId, Place
from thunes_tui.lines.reader import KEEP, LineReader
from thunes_tui.lines.turn import Marker, Turn

TRIES = 5
"""Looks at a folder in which files are being renamed, before the next poll has its turn."""


class Succession:
    """Knows what lay beside the path when it was last looked at. All methods raise OSError."""

    def __init__(self, path: Path, keep: int = KEEP) -> None:
        self._path = path
        self._keep = keep
        self._known: list[rotated.Sibling] = []
        self._target = ""

    def open_first(self) -> tuple[int, os.stat_result]:
        """The descriptor of what is under the path, and what it leads to."""
        # In this order: what is renamed in between is unknown, and so it is not skipped later.
        self._known = rotated.siblings(self._path)
        self._target = os.path.realpath(self._path)
        return rotated.open_path(self._path)

    def resume(self, place: Place) -> tuple[LineReader, Marker | None]:
        """The reader that goes on from `place`, under the file's present name; else from the beginning."""
        descriptor, status = self.open_first()
        is_same = (status.st_dev, status.st_ino) == (place.device, place.inode)
        old: int | None
        if is_same:
            old = os.dup(descriptor)
        else:
            old = rotated.open_inode(Path(self._target), place.device, place.inode)
        if old is not None and place.fits(old):
            os.close(descriptor)
            if not is_same:
                # Whatever was written since stands between the old file and the one under the path.
                self._known = []
            file = FileId(place.device, place.inode, place.generation)
            return LineReader(old, file, place.offset, self._keep), None
        if old is not None:
            os.close(old)
        file = FileId(status.st_dev, status.st_ino, place.generation + 1)
        kind = Turn.TRUNCATED if is_same else Turn.RECREATED
        detail = f"{self._path.name} is not the file that was read up to byte {place.offset}"
        return LineReader(descriptor, file, 0, self._keep), Marker(
            kind, detail, possible_loss=True, file=file
        )

    def after(self, old: LineReader, previous: LineReader | None) -> list[tuple[LineReader, Marker]]:
        """The contents that follow `old`, oldest first; no empty ones, whose writer may still be in `old`.

        None while files are being renamed, or if the path leads to `old` again. `previous` was read before
        `old` and may still be written to by a slow writer.
        """
        for _ in range(TRIES):
            snapshot = self._snapshot()
            if snapshot is None:
                return []
            descriptor, status, siblings = snapshot
            if (status.st_dev, status.st_ino) == (old.file.device, old.file.inode):
                os.close(descriptor)
                return []
            kind, detail = self._reason(old)
            line, kind = self._missed(old, previous, kind, status, siblings)
            # While the path leads to the file that is held open here, no neighbour was deleted since the
            # look, and none of their inodes can hold anything newer.
            if self._leads_to_status(status):
                self._known = siblings
                return [*line, *self._newest(old, descriptor, status, len(line), kind, detail)]
            os.close(descriptor)
            for reader, _marker in line:
                reader.close()
        return []

    def _newest(
        self, old: LineReader, descriptor: int, status: os.stat_result, missed: int, kind: Turn, detail: str
    ) -> list[tuple[LineReader, Marker]]:
        """What is under the path, unless it is empty."""
        if not os.fstat(descriptor).st_size:
            os.close(descriptor)
            return []
        self._target = os.path.realpath(self._path)
        file = FileId(status.st_dev, status.st_ino, old.file.generation + 1 + missed)
        marker = Marker(kind, detail, possible_loss=kind is not Turn.ROTATED, file=file)
        return [(LineReader(descriptor, file, 0, self._keep), marker)]

    def truncated(self, old: LineReader) -> tuple[LineReader | None, LineReader, Marker]:
        """The copy that holds the end of the old content, if one was made; the new content; what to say."""
        place = old.place()
        file = FileId(place.device, place.inode, place.generation + 1)
        fresh = LineReader(os.dup(old.descriptor), file, 0, self._keep)
        copied = rotated.open_copy(self._path, place)
        known = rotated.siblings(self._path)
        # Else the neighbours hold successors of `old` that are still to be read.
        if self._leads_to(old):
            self._known = known
        name = self._path.name
        if copied is None:
            detail = f"{name} was cut or overwritten after byte {old.offset}"
            return None, fresh, Marker(Turn.TRUNCATED, detail, possible_loss=True, file=file)
        copy = LineReader(copied, old.file, old.offset, self._keep)
        detail = f"{name} was copied and cut after byte {os.fstat(copied).st_size}"
        return copy, fresh, Marker(Turn.TRUNCATED, detail, possible_loss=True, file=file)

    def _snapshot(self) -> tuple[int, os.stat_result, list[rotated.Sibling]] | None:
        """The path opened, and its neighbours at one moment; None if nothing stands still long enough."""
        for _ in range(TRIES):
            try:
                descriptor, status = rotated.open_path(self._path)
            except FileNotFoundError:
                return None
            first, siblings = rotated.siblings(self._path), rotated.siblings(self._path)
            names = [(one.path, one.inode) for one in siblings]
            if [(one.path, one.inode) for one in first] == names and self._leads_to_status(status):
                return descriptor, status, siblings
            os.close(descriptor)
        return None

    def _leads_to(self, old: LineReader) -> bool:
        return self._leads_to_status(os.fstat(old.descriptor))

    def _leads_to_status(self, status: os.stat_result) -> bool:
        try:
            now = self._path.stat()
        except OSError:
            return False
        return (now.st_dev, now.st_ino) == (status.st_dev, status.st_ino)

    def _reason(self, old: LineReader) -> tuple[Turn, str]:
        name = self._path.name
        if self._path.is_symlink() and os.path.realpath(self._path) != self._target:
            return Turn.SWITCHED, f"{name} points to another file"
        if os.fstat(old.descriptor).st_nlink == 0:
            return Turn.RECREATED, f"{name} was deleted and made anew"
        return Turn.ROTATED, f"{name} was renamed and made anew"

    def _missed(
        self,
        old: LineReader,
        previous: LineReader | None,
        kind: Turn,
        status: os.stat_result,
        siblings: list[rotated.Sibling],
    ) -> tuple[list[tuple[LineReader, Marker]], Turn]:
        """The generations between, and what to say of the one behind them.

        Where `old` was deleted, others may have been deleted behind it, before the first that is left.
        """
        line: list[tuple[LineReader, Marker]] = []
        if kind is Turn.SWITCHED:
            return line, kind
        seen = {(one.file.device, one.file.inode) for one in (old, previous) if one}
        seen.add((status.st_dev, status.st_ino))
        since = os.fstat(old.descriptor).st_mtime_ns
        for sibling in rotated.missed(siblings, self._known, since):
            if (sibling.device, sibling.inode) in seen or not sibling.size:
                continue
            descriptor = rotated.open_sibling(sibling)
            if descriptor is None:
                kind = Turn.RECREATED
                continue
            if old.resembles(descriptor):
                os.close(descriptor)
                continue
            file = FileId(sibling.device, sibling.inode, old.file.generation + 1 + len(line))
            detail = f"{self._path.name} was renamed twice between two looks, to {sibling.path.name}"
            marker = Marker(kind, detail, possible_loss=kind is not Turn.ROTATED, file=file)
            line.append((LineReader(descriptor, file, 0, self._keep), marker))
            kind = Turn.ROTATED
        return line, kind
