"""A whole file under a fast filter: counted, or its outputs written out, by some processes side by side."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

from thunes_tui.lines.jq.compiled import Compiled
from thunes_tui.lines.jq.part import PIECE
from thunes_tui.lines.jq.sieve import Counts

PROCESSES = 2
INHERITED = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME")
"""All of the environment that a process gets: what it takes to start."""


class Whole:
    """`poll` until `is_done`; no call waits.

    `into` is a descriptor that outputs are written to, in order, one line of JSON each: an output that is the
    record as it is written there, in others a number may be written in another way.
    """

    def __init__(
        self, path: Path, compiled: Compiled, into: int | None = None, most: int = PROCESSES
    ) -> None:
        """`compiled` must be fast. Raises OSError if the file can't be read or no process be started."""
        assert compiled.is_fast
        self.is_done = False
        self.failure = ""
        """Why it ended before the end: one line for a person."""
        self._parts: list[_Part] = []
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        turns: list[tuple[int, int]] = []
        try:
            self.size = os.fstat(file).st_size
            count = max(1, min(most, -(-self.size // PIECE)))
            turns += [os.pipe() for _ in range(count)]
            os.write(turns[0][1], b"!")
            for first in range(count):
                order = {"text": compiled.text, "size": self.size, "first": first, "stride": count}
                given = {"file": file, "turn": turns[first][0], "next": turns[(first + 1) % count][1]}
                self._parts.append(_Part(order, given | ({} if into is None else {"into": into})))
        except OSError:
            self.close()
            raise
        finally:
            for one in (file, *(end for turn in turns for end in turn)):
                os.close(one)

    @property
    def counts(self) -> Counts:
        """Up to now."""
        return Counts(*map(sum, zip(*(part.counts for part in self._parts), strict=True)))

    @property
    def progress(self) -> float:
        """0 to 1."""
        return sum(part.read for part in self._parts) / self.size if self.size else 1.0

    def poll(self) -> bool:
        """Take what is there; True when it is over."""
        if self.is_done:
            return True
        for part in self._parts:
            part.poll()
        if any(part.is_lost for part in self._parts):
            self.failure = "a process that filters a part of the file was lost"
            self.close()
        elif all(part.is_done for part in self._parts):
            self.close()
        return self.is_done

    def close(self) -> None:
        """Stop it, if it is not over."""
        self.is_done = True
        for part in self._parts:
            part.close()


class _Part:
    """One process and how far it has come."""

    def __init__(self, order: dict[str, object], descriptors: dict[str, int]) -> None:
        self.counts = Counts()
        self.read = 0
        self.is_done = self.is_lost = False
        self._inbox = b""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "thunes_tui.lines.jq.part"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors.values(),
            start_new_session=True,
            env={name: os.environ[name] for name in INHERITED if name in os.environ},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._out = self._process.stdout
        fcntl.fcntl(self._out, fcntl.F_SETFL, os.O_NONBLOCK)
        line = json.dumps({"into": None, **order, **descriptors}).encode("ascii") + b"\n"
        with contextlib.suppress(BrokenPipeError), self._process.stdin as stdin:
            stdin.write(line)

    def poll(self) -> None:
        while not (self.is_done or self.is_lost):
            try:
                data = os.read(self._out.fileno(), 65_536)
            except BlockingIOError:
                return
            *lines, self._inbox = (self._inbox + data).split(b"\n")
            for line in lines:
                answer = json.loads(line)
                self.read, self.is_done = answer["read"], answer["done"]
                self.counts = Counts(answer["rows"], answer["errors"], answer["unreadable"])
            self.is_lost = not (data or self.is_done)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._out.close()
