"""The audit trail: every decision of the risk manager, one flat JSON object a line, only ever appended to."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from src.config import AUDIT_FILE
from src.models.position import utc_now
from src.risk.locking import TwoLevelLock


class AuditTrail:
    """Appends under two-level locking (a thread lock and fcntl), so that lines of many writers never mix."""

    def __init__(self, path: Path = AUDIT_FILE) -> None:
        self.path = path
        self._lock = TwoLevelLock(path)

    def append(self, event: str, **details: Any) -> None:
        """Write one record and have it on the disk. Raises OSError.

        The time is taken under the lock, so the times of the file never step back between writers.
        """
        with self._lock.held():
            record = {"timestamp": utc_now(), "event": event, **details}
            line = json.dumps(record, ensure_ascii=True).encode() + b"\n"
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                size = os.fstat(descriptor).st_size
                if size and os.pread(descriptor, 1, size - 1) != b"\n":
                    # Somebody died in mid-write: keep the torn line apart, so that it spoils no other.
                    line = b"\n" + line
                written = os.write(descriptor, line)
                if written != len(line):
                    os.ftruncate(descriptor, size)
                    raise OSError(f"short write to {self.path.name}: {written} of {len(line)} bytes")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
