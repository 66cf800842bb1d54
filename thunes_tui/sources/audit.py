"""The bot's audit trail: every record of it and every damage, with its place and its raw line's hash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from thunes_tui.clock import from_iso
from thunes_tui.lines.identity import FileId
from thunes_tui.lines.reader import Chunk
from thunes_tui.lines.watch import WatchHub
from thunes_tui.observations import AuditSeen, Observation
from thunes_tui.sources.behind import Times
from thunes_tui.sources.files import FollowedFile, LineMask, raw_lines, sha256

NAMES = ("event", "event_type")
"""Members that may hold the event's name; THUNES writes the first."""
SWITCH = "KILL_SWITCH_"
SLACK_S = 2.0
"""Two processes that write at once may overtake each other by as much as they wait for the file."""
CLIP = 2000
"""Characters of a record's text that are handed on."""


def wrong_with(line: bytes) -> str:
    """The class of damage of one raw line; empty for a good record."""
    if not line.strip():
        return "an empty line"
    if b"\0" in line:
        return "zero bytes"
    try:
        record = orjson.loads(line)
    except ValueError:
        return "glued records" if b"}{" in line else "no JSON"
    if not isinstance(record, dict):
        return "no object"
    if not any(isinstance(record.get(name), str) for name in NAMES):
        return "no event"
    return ""


def switch_event(line: bytes) -> str:
    """The event of a raw line that is a record on the kill switch; empty for any other line."""
    if SWITCH.encode() not in line or wrong_with(line):
        return ""
    record = _object(line)
    name = next((str(record[key]) for key in NAMES if isinstance(record.get(key), str)), "")
    return name if name.startswith(SWITCH) else ""


class Audit(FollowedFile):
    """Yields the recorded lines, and an `AuditSeen` for each of them."""

    def __init__(self, path: Path, shown: str, mask: LineMask, hub: WatchHub | None = None) -> None:
        super().__init__("audit", path, shown, mask, hub)
        self._times = Times(SLACK_S, _seconds)
        self._timed: FileId | None = None
        """Whose times these are: another file, or one that was cut, may begin long before them."""

    def context(self, data: bytes, offset: int) -> Iterator[Observation]:
        """The last word on the kill switch before we came."""
        last: AuditSeen | None = None
        for place, line in raw_lines(data, offset):
            if switch_event(line):
                last = self._seen(place, line, replayed=True)
        if last is not None:
            yield last

    def records(self, chunk: Chunk) -> Iterator[Observation]:
        if chunk.file != self._timed:
            self._times, self._timed = Times(SLACK_S, _seconds), chunk.file
        if chunk.torn:
            yield self._damaged(chunk.offset, chunk.data, "torn")
        elif chunk.clipped_bytes:
            yield self._damaged(chunk.offset, chunk.data, f"a line of {chunk.length} bytes")
        else:
            for place, line in raw_lines(chunk.data, chunk.offset):
                wrong = wrong_with(line)
                yield self._damaged(place, line, wrong) if wrong else self._seen(place, line)

    def _damaged(self, place: int, line: bytes, problem: str) -> AuditSeen:
        text = self._mask.line(line).decode("utf-8", "backslashreplace")[:CLIP]
        return AuditSeen(place, sha256(line), "", "", {}, self.shown, problem, text, identity=self.identity)

    def _seen(self, place: int, line: bytes, *, replayed: bool = False) -> AuditSeen:
        masked = self._mask.line(line)
        record = _object(masked)
        name = next((str(record[key]) for key in NAMES if isinstance(record.get(key), str)), "")
        fields = {key: value for key, value in record.items() if key not in (*NAMES, "timestamp")}
        text = masked.decode("utf-8", "backslashreplace")[:CLIP]
        stamp = str(record.get("timestamp", ""))
        behind = 0.0 if replayed else self._times.behind(stamp)
        return AuditSeen(
            place, sha256(line), name, stamp, fields, self.shown, "", text, replayed, self.identity, behind
        )


def _seconds(stamp: str) -> float:
    """Since the epoch; 0 for no time. One without a zone counts as UTC: only differences matter here."""
    try:
        return from_iso(stamp) / 1e6
    except (ValueError, OverflowError):
        return 0.0


def _object(masked: bytes) -> dict[str, Any]:
    """The members of a masked record; none where the mask cut through the JSON itself."""
    try:
        record = orjson.loads(masked)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
