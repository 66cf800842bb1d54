"""The box under drill: the guard, followed files, processes, positions, alerts."""

from __future__ import annotations

from typing import Any

from thunes_tui.events.base import Event, event


@event("guard.answered")
class GuardAnswered(Event):
    """What the production guard found: `proven` means proven testnet."""

    proven: bool
    reasons: tuple[str, ...] = ()
    asked_for: str = ""
    """`start`, `resume`, or the step and attempt it was asked for."""
    earlier: str = ""
    """Not proven now, and yet enough for a signal to the drilled bot: what was proven before, and when."""


@event("source.opened")
class SourceOpened(Event):
    """A followed file is being recorded from here on."""

    source: str
    """`log` or `audit`."""
    path: str
    """As shown: relative to the project."""
    file: int = 0
    """Counts the files that stood at this path, from 0."""
    offset: int = 0
    """Byte offset where recording begins."""


@event("source.lines", decision=False)
class SourceLines(Event):
    """Complete lines as they were appended, masked; `b64` where they are no UTF-8."""

    source: str
    file: int
    offset: int
    """Of the first of the lines, in bytes of the file."""
    count: int
    """How many lines."""
    end: int
    """Byte offset behind the last of them."""
    text: str | None = None
    b64: str | None = None
    length: int | None = None
    """Bytes of the file, if not those of the text."""
    at: tuple[int, ...] = ()
    """Where each line begins behind `offset`, if masking has moved them."""
    clipped: int = 0
    """Bytes that are missing at the end of the only line."""
    torn: bool = False
    """The last line has no newline and will get none."""
    place: dict[str, Any] | None = None
    """At the last lines of a look: where a later recording goes on (`lines.identity.Place`)."""


@event("source.thinned")
class SourceThinned(Event):
    """So much of this source was recorded whole; from here on only where lines lie and what they hash to."""

    source: str
    limit: int
    """Bytes."""


@event("source.span", decision=False)
class SourceSpan(Event):
    """Lines that were appended and not recorded whole: where they lie, and the proof of their bytes."""

    source: str
    file: int
    offset: int
    length: int
    """Bytes, from `offset` on."""
    count: int
    """How many lines."""
    sha256: str
    """Of the raw bytes as they were read."""
    place: dict[str, Any] | None = None
    """As in `SourceLines`."""


@event("source.marked")
class SourceMarked(Event):
    """The file was rotated, truncated, replaced, went missing or came back."""

    source: str
    what: str
    """`rotated`, `truncated`, `replaced`, `missing`, `back`."""
    file: int
    detail: str = ""
    possible_loss: bool = False


@event("source.down")
class SourceDown(Event):
    """A source cannot be read just now, and why; it is tried again."""

    source: str
    reason: str


@event("process.born")
class ProcessBorn(Event):
    """A process of the drilled project runs: born just now, or found running."""

    role: str
    """`bot`, `child`, `drill`, `console`, or `hidden` for what looks like the bot and is another user's."""
    pid: int
    start: int
    """Clock ticks since boot, as the kernel counts them: pid, start and boot together are the identity."""
    argv: str
    """Its command line, masked and clipped."""
    generation: int = 1
    """Counts the processes of this role, from 1."""
    inner: int = 0
    """The pid inside the sandbox's namespace; 0 when it is the same."""
    age_s: float = 0.0
    """Seconds for which it had run when it was found, by its own start and the kernel's uptime."""
    parent: int = 0
    """Pid of whoever was its parent when it was found."""


@event("process.looked")
class ProcessLooked(Event):
    """What a process has open and who starts it again, as far as this user may see; told when it changes."""

    pid: int
    start: int
    files: tuple[str, ...] = ()
    """`log`, `audit`, `database`, or a path of the project; what was open within the last minute counts."""
    sockets: tuple[str, ...] = ()
    """Peers of its TCP connections, and where it listens."""
    keeper: str = ""
    """Who starts it again when it ends: a systemd unit or a container; empty for nobody that is known."""


@event("process.froze")
class ProcessFroze(Event):
    """A watched process stands still, or runs again, whoever sent it the signal."""

    pid: int
    start: int
    frozen: bool
    """Its state is T or t, as the kernel says."""


@event("process.died")
class ProcessDied(Event):
    """A watched process is gone."""

    role: str
    pid: int
    start: int
    exit: int | None = None
    signal: int | None = None
    """What ended it; both None where the kernel does not tell."""
    detail: str = ""
    unwatched: bool = False
    """It was found dead: nobody saw when it died."""


@event("process.sampled", decision=False)
class ProcessesSampled(Event):
    """Load of the watched processes: rows of pid, cpu percent, resident bytes, threads, descriptors."""

    rows: tuple[tuple[int, float, int, int, int], ...] = ()


@event("kill_switch.seen")
class KillSwitchSeen(Event):
    """A process said so itself, or the audit trail did."""

    who: str
    """`audit` or the pid that said so."""
    on: bool
    offset: int = 0
    """Byte offset of the line that says so, in the audit trail or the log."""
    reason: str = ""
    stamp_us: int | None = None
    """The audit record's own time, microseconds since the epoch, read as UTC; None where it tells none."""


@event("bot.healthy")
class BotHealthy(Event):
    """A bot process said in the log, at byte `offset`, that it is up and sound."""

    pid: int
    offset: int
    text: str = ""


@event("bot.logged")
class BotLogged(Event):
    """First log line of a new bot process."""

    pid: int
    offset: int


@event("positions.read")
class PositionsRead(Event):
    """Open positions of the bot's database: rows of symbol, quantity, entry price, order id."""

    positions: tuple[tuple[str, str, str, str], ...] = ()
    problem: str = ""


@event("positions.compared")
class PositionsCompared(Event):
    """Reconciliation: rows of symbol, local, exchange, difference, remark."""

    against: str
    """`pre-crash` or `exchange`."""
    equal: bool
    rows: tuple[tuple[str, str, str, str, str], ...] = ()
    problem: str = ""


@event("alert.seen")
class AlertSeen(Event):
    """The phone showed an alert: the sandbox's inbox, or a person who looked."""

    text: str
    latency_s: float | None = None
    """Seconds since the kill switch went on; None for an alert that nothing timed waited for."""
    by_person: bool = False
    number: int = 0
    """Of the message on the sandbox's phone; 0 for what a person saw."""


@event("recovery.measured")
class RecoveryMeasured(Event):
    """Seconds from the bot's death to one part of its recovery."""

    part: str
    """`command`, `pid`, `log`, `healthy`, `audit` or `positions`."""
    seconds: float
    source: str = ""
    error_s: float = 0.0
    """By how many seconds it may be off."""
    paused_s: float = 0.0
    """Pauses that are left out of it and of all that comes after; a machine that runs knows no pause."""


@event("worker.failed")
class WorkerFailed(Event):
    """A worker of the server failed; what it did is tried again or stands still, and the screen says so."""

    worker: str
    reason: str
    """Empty once it works again."""
