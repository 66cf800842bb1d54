"""Clients, roles and the journal itself."""

from __future__ import annotations

from thunes_tui.events.base import Event, event


@event("client.joined")
class ClientJoined(Event):
    """A console connected; its name is declared, not proven."""

    client: int
    name: str
    role: str
    """`driver` or `witness`."""


@event("client.left")
class ClientLeft(Event):
    """Its connection is gone."""

    client: int
    name: str


@event("keys.requested")
class KeysRequested(Event):
    """A witness asks the driver for the keys."""

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
    """A new server took the journal up, as its writer number `epoch`, and how it found the end."""

    epoch: int
    tail: str = "clean"
    torn_bytes: int = 0
    sidecar: str = ""
    sha256: str = ""
    boot: str = ""


@event("checkpoint.written")
class CheckpointWritten(Event):
    """State and screen as of record `number` lie in a side file with this hash."""

    number: int
    sha256: str
    file: str


@event("gap")
class GapNoted(Event):
    """Something could not be recorded: what, and how much."""

    what: str
    lost: int = 0
    detail: str = ""
