"""One run of a jq engine over some records, in a process that can be killed. Nothing here ever waits.

The filter and the records reach it through memory files; its arguments are the same for every filter. It runs
without an environment, with limits of its own on time and memory, so that it ends even if we are gone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from thunes_tui.clock import Clock
from thunes_tui.lines.jq.compiled import BEYOND_FILTERS, Kind
from thunes_tui.lines.jq.complaint import complaint

DEADLINE_S = 1.5
"""From start to end of one run; a block takes some ten milliseconds."""
MOST_RESIDENT = 512 << 20
"""Bytes of memory, looked at in each poll."""
MOST_ADDRESSES = 4 << 30
"""Bytes that it may reserve, even when we are gone: allocators reserve a gigabyte and use little of it."""
MOST_OUTPUT = 16 << 20
"""Bytes; a block of records is 256 KiB."""
READ = 1 << 20
PAGE = resource.getpagesize()
NICENESS = 5
REFUSED = 3
"""Exit status of an engine that does not take the filter."""
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Engine(NamedTuple):
    path: str
    name: str
    """`jaq` or `jq`; their differences stand in `values`."""


class Row(NamedTuple):
    """An output or an error of the record with this number."""

    record: int
    kind: Kind
    text: str


def find_engine() -> Engine | None:
    """jaq from beside the interpreter or the path, else the system's jq; None if there is neither."""
    beside = Path(sys.executable).parent / "jaq"
    if os.access(beside, os.X_OK):
        return Engine(str(beside), "jaq")
    for name in ("jaq", "jq"):
        if path := shutil.which(name):
            return Engine(path, name)
    return None


def refusal(text: str) -> str | None:
    """Why a filter is not run at all: it would take other records, or end the engine."""
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|\.[A-Za-z_]\w*', " ", text)
    for word in _WORD.findall(bare):
        if word in BEYOND_FILTERS:
            return f"{word} has no meaning here: each record is filtered by itself"
    return None


class Run:
    """`poll` until `is_done`; then `rows`, or `failure`."""

    def __init__(
        self,
        engine: Engine,
        text: str,
        records: Sequence[bytes],
        clock: Clock,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """`records`: one JSON value each, without a newline in it. Raises OSError if there is no process."""
        self._deadline_s = deadline_s
        self.is_done = False
        self.failure = ""
        """Why there are no rows: one line for a person."""
        self.failed_at: int | None = None
        """Where in the filter, if the engine says."""
        self.rows: list[Row] = []
        self._text = text
        self._clock = clock
        self._started = clock.now()
        self._output = bytearray()
        self._process = self._start(engine, _program(text), _framed(records))
        self._out = self._process.stdout
        assert self._out is not None
        fcntl.fcntl(self._out, fcntl.F_SETFL, os.O_NONBLOCK)

    def fileno(self) -> int:
        """Readable when there is something to poll for."""
        assert self._out is not None
        return self._out.fileno()

    def poll(self) -> bool:
        """Take what is there, without waiting; True when the run is over, whatever its end."""
        if self.is_done:
            return True
        if self._clock.now().since(self._started) > self._deadline_s:
            return self._stop("the filter was stopped: it did not come to an end")
        if self._resident() > MOST_RESIDENT:
            return self._stop("the filter was stopped: it takes too much memory")
        while True:
            try:
                data = os.read(self.fileno(), READ)
            except BlockingIOError:
                return False
            if not data:
                return self._process.poll() is not None and self._finish()
            self._output += data
            if len(self._output) > MOST_OUTPUT:
                return self._stop("the filter was stopped: it gives too much for each record")

    def close(self) -> None:
        """Kill it if it runs; rows that were not taken are lost."""
        self.is_done = True
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._out is not None:
            self._out.close()
        os.close(self._errors)

    def _start(self, engine: Engine, program: bytes, given: bytes) -> subprocess.Popen[bytes]:
        script, records, self._errors = _memory(program), _memory(given), _memory(b"")
        try:
            process = subprocess.Popen(
                [engine.name, "-c", "-f", f"/dev/fd/{script}"],
                executable=engine.path,
                stdin=records,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                pass_fds=[script],
                env={},
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            os.close(self._errors)
            raise
        finally:
            os.close(script)
            os.close(records)
        with contextlib.suppress(OSError):
            seconds = int(DEADLINE_S) + 1
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (seconds, seconds))
            resource.prlimit(process.pid, resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        return process

    def _resident(self) -> int:
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_bytes().split()[1]
        except (OSError, IndexError):
            return 0
        return int(pages) * PAGE

    def _stop(self, why: str) -> bool:
        self.close()
        self.failure = why
        return True

    def _finish(self) -> bool:
        code = self._process.returncode
        printed = os.pread(self._errors, 4096, 0).decode("utf-8", "replace")
        self.close()
        if code == 0:
            self.rows = _rows(self._output.decode("utf-8", "replace"))
        elif code < 0:
            self.failure = "the filter was stopped: it was ended from outside, or ran out of memory"
        else:
            said = complaint(printed, self._text)
            self.failure = f"{'no such filter' if code == REFUSED else 'the filter failed'}: {said.words}"
            self.failed_at = said.at
        return True


def _program(text: str) -> bytes:
    """The filter put to `[number, record]`, giving `[number, "o", output]` and `[number, "e", message]`."""
    program = f'.[0] as $__n | .[1] | (try ((\n{text}\n) | [$__n, "o", .]) catch [$__n, "e", .])'
    return program.encode("utf-8", "replace")


def _framed(records: Sequence[bytes]) -> bytes:
    return b"".join(b"[%d,%s]\n" % (number, record) for number, record in enumerate(records))


def _rows(output: str) -> list[Row]:
    rows: list[Row] = []
    for line in output.removesuffix("\n").split("\n") if output else ():
        number, kind, text = line[1:-1].split(",", 2)
        is_output = kind == '"o"'
        rows.append(Row(int(number), Kind.OUTPUT if is_output else Kind.ERROR, text))
    return rows


def _memory(data: bytes) -> int:
    descriptor = os.memfd_create("records")
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
