"""What the drill's bash says about itself on a descriptor of its own: what was typed, where, how it ended.

The marks never travel with the output, where anything printed could forge them. Children of the shell inherit
the descriptor, as bash offers no way to keep it from them; so each mark opens with a key that only the shell
and its keeper hold (a variable of the shell, in no environment and no argument), and whatever else a child
writes there is skipped. A program of the same user that reads the shell's memory could still forge one; it
could as well write the bot's files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, cast

MARKS_FD = 198
"""The number under which the shell finds the marks' descriptor."""

UNFINISHED_MAX = 1 << 20
"""Bytes without one mark in them that are kept, waiting for its end; a command line is shorter."""

Kind = Literal["start", "end", "exit", "prompt"]

MARK = re.compile(
    rb"\n([0-9a-f]{32}) (start|end|exit|prompt) (\d+) (\d+|-) (\d+)\0([^\0]*)\0([^\0]*)\0",
)
"""Key, kind, number, status, jobs, command line, directory. Neither of the last two can hold a NUL."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One fact from the shell. It carries no time: who reads it stamps it."""

    kind: Kind
    """`start`: a typed line begins; `end`: it is over; `prompt`: the shell waits; `exit`: it ends."""
    seq: int
    """Number of the typed line, from 1; at a prompt the last one's."""
    status: int | None
    """Exit status 0-255; None at a start."""
    command: str
    """The line as it was typed, at a start; else empty."""
    cwd: str
    """The shell's directory, as the shell (and a world of its own) names it."""
    jobs: int
    """Jobs the shell still lists; one that has just ended may be among them."""


def parse_marks(buffer: bytes, key: str = "") -> tuple[list[Mark], bytes]:
    """The marks in what was read so far, and the rest to put before what is read next.

    `key` is the one the keeper tells; without it any key is believed.
    """
    marks: list[Mark] = []
    end = 0
    for match in MARK.finditer(buffer):
        end = match.end()
        given, kind, seq, status, jobs, command, cwd = match.groups()
        if key and given != key.encode():
            continue
        marks.append(
            Mark(
                kind=cast("Kind", kind.decode()),
                seq=int(seq),
                status=None if status == b"-" else int(status),
                command=command.decode("utf-8", "replace"),
                cwd=cwd.decode("utf-8", "replace"),
                jobs=int(jobs),
            )
        )
    return marks, buffer[end:][-UNFINISHED_MAX:]
