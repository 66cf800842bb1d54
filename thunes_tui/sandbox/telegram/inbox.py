"""The phone: every message that arrived, one JSON line each, in the order of arrival."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Inbox:
    """Messages on disk. Opened again after a restart it goes on with the next message id."""

    path: Path
    messages: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path) -> Inbox:
        """Read what is there; a torn last line (a crash in mid-write) is cut off, for it was never shown."""
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = path.read_bytes() if path.exists() else b""
        whole = raw[: raw.rfind(b"\n") + 1]
        if whole != raw:
            os.truncate(path, len(whole))
        return cls(path, [json.loads(line) for line in whole.splitlines()])

    @property
    def next_id(self) -> int:
        return int(self.messages[-1]["message_id"]) + 1 if self.messages else 1

    def add(self, *, arrived_us: int, chat_id: int, text: str, raw: str, silent: bool) -> dict[str, Any]:
        """Keep one message and return it. `text` is what the phone shows, `raw` what the sender wrote."""
        message: dict[str, Any] = {
            "message_id": self.next_id,
            "date": arrived_us // 1_000_000,
            "arrived_us": arrived_us,
            "chat_id": chat_id,
            "text": text,
            "raw": raw,
            "silent": silent,
        }
        line = json.dumps(message, ensure_ascii=True).encode() + b"\n"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)
        self.messages.append(message)
        return message
