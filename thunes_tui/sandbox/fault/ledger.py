"""What is wrong on purpose, on disk: a note a fault with what undoes it, and a line for all that was done."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thunes_tui.clock import Clock, boot_id, to_iso
from thunes_tui.errors import Unusable

Note = dict[str, Any]
"""What undoes a fault, as JSON; `boot` is the boot it was made in."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A fault that was made and not yet ended."""

    name: str
    since: str
    """ISO, UTC."""
    note: Note


class Ledger:
    """The folder `faults` of a sandbox."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self._clock = folder, clock

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """One command at a time makes or ends faults."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def entries(self) -> list[Entry]:
        """In the order in which they were made. Raises Unusable for a note that cannot be read."""
        found = []
        for path in self.folder.glob("*.note"):
            try:
                read = json.loads(path.read_text(encoding="utf-8"))
                found.append(Entry(path.stem, read["since"], read["note"]))
            except FileNotFoundError:
                continue  # ended this moment
            except (OSError, ValueError, KeyError) as error:
                raise Unusable(
                    f"{path} cannot be read ({error}): mend it or remove the sandbox's folder"
                ) from error
        return sorted(found, key=lambda entry: entry.since)

    def keep(self, name: str, note: Note) -> None:
        """On the disk before the fault is made, so that whatever happens in between can be undone."""
        path = self._note(name)
        beside = path.with_suffix(".new")
        known = {"since": to_iso(self._clock.now().t), "note": {**note, "boot": boot_id()}}
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(known, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)

    def forget(self, name: str) -> None:
        self._note(name).unlink(missing_ok=True)

    def record(self, name: str, what: str, remark: str = "") -> None:
        """One line behind those of before: `what` is begun, ended or failed."""
        line = {"time": to_iso(self._clock.now().t), "fault": name, "what": what, "remark": remark}
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self.folder / "record.jsonl", flags, 0o600)
        try:
            os.write(descriptor, json.dumps(line).encode() + b"\n")
        finally:
            os.close(descriptor)

    def aside(self, name: str) -> Path:
        """A file for what a fault must keep as it was."""
        return self.folder / f"{name}.aside"

    def _note(self, name: str) -> Path:
        return self.folder / f"{name}.note"
