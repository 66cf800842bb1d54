"""What can happen to a followed path besides that lines are appended to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from thunes_tui.lines.identity import FileId


class Turn(StrEnum):
    """What happened to the path."""

    ROTATED = "rotated"
    """The file went on under another name and a new one took its place."""
    TRUNCATED = "truncated"
    """Cut to nothing or overwritten in place (copytruncate, `> log`)."""
    RECREATED = "recreated"
    """The file was deleted or replaced, and a new one took its place."""
    SWITCHED = "switched"
    """A symbolic link points to another file."""
    MISSING = "missing"
    APPEARED = "appeared"
    UNREADABLE = "unreadable"
    LATE = "late"
    """The old file was written to after its successor: a second writer, or one that was slow to reopen."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A turn, in its place between the chunks."""

    kind: Turn
    detail: str
    possible_loss: bool = False
    """Lines may have been written that nobody can read any more."""
    file: FileId | None = None
    """What is read from here on; None while there is nothing new to read."""
