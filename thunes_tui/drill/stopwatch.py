"""The recovery stopwatch: each part with its source and its error, the person apart from the machine."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.drill.facts import RecoveryState

FOLLOWED_S, TICK_S, MARK_S, ASKED_S = 0.02, 0.02, 0.01, 0.25
"""How late a followed line is read; how coarse a start time is; how late a mark of the shell comes; how late
a comparison that is made after the bot was healthy can be."""
PARTS: dict[str, tuple[str, str, float]] = {
    "command": ("start command", "the shell's own mark", MARK_S),
    "pid": ("new pid", "its start in /proc", TICK_S),
    "log": ("first log line", "the log", FOLLOWED_S),
    "healthy": ("healthy line", "the log", FOLLOWED_S),
    "audit": ("first audit event", "the audit trail", FOLLOWED_S),
    "positions": ("positions equal", "the database", ASKED_S),
}
"""In their usual order: words, source, and by how many seconds each may be off, the death's own included."""
DEATH_S = 0.005
"""A descriptor tells of a death at once."""


@dataclass(frozen=True, slots=True)
class Part:
    words: str
    seconds: float | None
    """Since the death; None while it has not come."""
    source: str
    error_s: float


def error_of(part: str) -> float:
    """By how many seconds a part may be off; 0 for one that is not known."""
    return PARTS[part][2] if part in PARTS else 0.0


def parts_of(recovery: RecoveryState) -> tuple[Part, ...]:
    """All of them; a command that the shell did not see is left out once the process is there."""
    found = []
    for name, (words, source, error_s) in PARTS.items():
        seconds: float | None = getattr(recovery, name)
        if name == "command" and seconds is None and recovery.pid is not None:
            continue
        found.append(Part(words, seconds, source, error_s))
    return tuple(found)


def person_s(recovery: RecoveryState) -> float | None:
    """From the death to the command that starts the bot again; None where nobody gave one in this shell."""
    return recovery.command


def machine_s(recovery: RecoveryState) -> float | None:
    """From that command to the healthy line; None before it, and where nobody knows who was waited for."""
    if recovery.healthy is None or recovery.command is None:
        return None
    return max(0.0, recovery.healthy - recovery.command)


def chain(recovery: RecoveryState) -> str:
    """`dead→command 2.1  command→pid 0.2  pid→log 0.9  log→healthy 2.4`: each from the one before it."""
    told, before, since = [], "dead", 0.0
    for name in ("command", "pid", "log", "healthy"):
        seconds: float | None = getattr(recovery, name)
        if seconds is not None:
            told.append(f"{before}→{name} {max(0.0, seconds - since):.1f}")
            before, since = name, max(seconds, since)
    return "  ".join(told)


def halves(recovery: RecoveryState) -> str:
    """`person 2.1 s, machine 3.5 s`; empty for a bot that nobody started here."""
    machine, person = machine_s(recovery), person_s(recovery)
    words = [f"person {person:.1f} s"] if person is not None else []
    if machine is not None:
        words.append(f"machine {machine:.1f} s")
    return ", ".join(words)
