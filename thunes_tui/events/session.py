"""Clients, roles and the journal itself."""

from __future__ import annotations

from thunes_tui.events.base import Event, event


@event("client.joined")
class ClientJoined(Event):
    client: int
    name: str
    role: str
    """`driver` or `witness`."""


@event("client.left")
class ClientLeft(Event):
    client: int
    name: str


@event("keys.requested")
class KeysRequested(Event):
    client: int
    name: str


@event("keys.passed")
class KeysPassed(Event):
    """The keys went to another client, which is the driver now."""

    client: int
    name: str
    takeover: bool = False


@event("journal.resumed")
class JournalResumed(Event):
    epoch: int
    tail: str = "clean"
    torn_bytes: int = 0
    sidecar: str = ""
    sha256: str = ""
    boot: str = ""


@event("checkpoint.written")
class CheckpointWritten(Event):
    number: int
    sha256: str
    file: str


@event("gap")
class GapNoted(Event):
    """Something could not be recorded: what, and how much."""

    what: str
    lost: int = 0
    detail: str = ""
