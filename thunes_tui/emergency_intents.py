"""What a person asks about an emergency: to open its checklist, to go through it, to close it."""

from __future__ import annotations

from thunes_tui.intent import Intent, intent


@intent("emergency_open")
class OpenEmergency(Intent):
    """Begin with the checklist of one kind, sensed or not: `database`, `audit`, `hang`, `telegram`."""

    emergency: str


@intent("emergency_item")
class RunEmergencyItem(Intent):
    """Do an item: run its block, look, or signal. `sha256` is of the block that was shown."""

    emergency: str
    item: str
    sha256: str = ""


@intent("emergency_confirm")
class ConfirmEmergencyItem(Intent):
    """The typed name of the target, for an item that is held."""

    emergency: str
    item: str
    typed: str


@intent("emergency_tick")
class TickEmergencyItem(Intent):
    """A person has done what an item asks for; `words` is what there is to say about it."""

    emergency: str
    item: str
    words: str = ""


@intent("emergency_skip")
class SkipEmergencyItem(Intent):
    emergency: str
    item: str
    reason: str


@intent("emergency_close")
class CloseEmergency(Intent):
    """`outcome` as in `emergency.EmergencyClosed`."""

    emergency: str
    outcome: str
    reason: str = ""
