"""What sources, shell and finished effects tell the hub: beside intents, all that `drill.decide` takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thunes_tui.events.base import Event
from thunes_tui.events.steps import Evidence


@dataclass(frozen=True, slots=True)
class Observation:
    """Base of all observations."""


@dataclass(frozen=True, slots=True)
class Happened(Observation):
    """A fact that needs no decision: it becomes these events as they are."""

    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class AuditSeen(Observation):
    """One record of the audit trail, masked."""

    offset: int
    sha256: str
    """Of the raw line."""
    event: str
    timestamp: str
    """As written: naive, and UTC at THUNES."""
    fields: dict[str, Any]
    file: str = ""
    problem: str = ""  # class of damage; empty for a good record
    text: str = ""
    replayed: bool = False
    """It stood in the file before the drill began: it sets what is known, and proves nothing."""
    identity: tuple[int, ...] = ()
    """Device and inode of the file."""
    behind_s: float = 0.0
    """By how many seconds its own time is behind that of a record before it; 0 for not."""


@dataclass(frozen=True, slots=True)
class LogSeen(Observation):
    """One record of the log that some pattern or level made interesting, masked."""

    offset: int
    sha256: str
    level: str
    logger: str
    message: str
    time: str = ""
    file: str = ""
    replayed: bool = False
    identity: tuple[int, ...] = ()
    behind_s: float = 0.0


@dataclass(frozen=True, slots=True)
class BotFound(Observation):
    """A process of the project runs: born just now, or there when we came."""

    role: str
    pid: int
    start: int
    argv: str
    inner: int = 0
    age_s: float = 0.0
    """Seconds for which it has run by now."""
    parent: int = 0


@dataclass(frozen=True, slots=True)
class BotGone(Observation):
    """A process that was found has died; exit and signal are None where the kernel does not tell."""

    pid: int
    start: int
    exit: int | None = None
    signal: int | None = None
    detail: str = ""
    unwatched: bool = False
    """It was found dead: nobody saw when it died."""


@dataclass(frozen=True, slots=True)
class PositionsSeen(Observation):
    """Open positions of the bot's database as rows of symbol, quantity, entry price, order id."""

    positions: tuple[tuple[str, str, str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class AlertArrived(Observation):
    """A message reached the sandbox's phone. `arrived_us` is the phone's own wall clock."""

    text: str
    arrived_us: int
    number: int
    offset: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class CommandStarted(Observation):
    """The shell's own mark: a command line began."""

    seq: int
    command: str
    cwd: str
    output: int


@dataclass(frozen=True, slots=True)
class CommandEnded(Observation):
    """The shell's own mark: it ended. `tail` is its output's masked end, 64 kB at most; `sha256` of all."""

    seq: int
    exit: int
    cwd: str
    jobs: int
    output: int
    tail: str = ""
    sha256: str = ""
    cut: bool = False
    """It printed more than `tail` holds: the beginning is missing."""
    command: str = ""
    """The line that ended, as it was typed, masked; empty where it is not known."""
    found: tuple[tuple[str, bool, str | None], ...] = ()
    """Where it is cut: each pattern that was looked for in all of it, whether in log records too, and the
    first line that shows it."""


@dataclass(frozen=True, slots=True)
class ShellGone(Observation):
    """The shell itself has ended, and with it whatever ran in it."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class GuardSpoke(Observation):
    """The production guard's answer, with the token for one attempt when it proved testnet."""

    asked_for: str
    proven: bool
    reasons: tuple[str, ...] = ()
    token: str = ""
    victims: tuple[str, ...] = ()
    """What the step's signals would hit, one line a process."""
    outside: tuple[str, ...] = ()
    """Those of them that lie outside the drilled project."""
    confirm: str = ""
    """What a person must type; empty when the step signals nothing."""


@dataclass(frozen=True, slots=True)
class Aimed(Observation):
    """The guard's answer for a signal to one process (`box.GuardAnswered`), and what that would reach."""

    attempt: int
    proven: bool
    reasons: tuple[str, ...] = ()
    token: str = ""
    problem: str = ""
    """Why it must not be sent whatever the guard says: the process is gone, is the console's own."""
    victims: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    confirm: str = ""
    confirmed: bool = False
    """It was asked for after the person had typed the name."""
    earlier: str = ""


@dataclass(frozen=True, slots=True)
class SignalTold(Observation):
    """What came of a signal: `sent gone refused` at once, later `dead frozen running alive`."""

    attempt: int
    signal: int
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Probed(Observation):
    """An asked probe answered for a criterion."""

    criterion: str
    verdict: str
    cause: str
    evidence: Evidence | None = None
    events: tuple[Event, ...] = ()
    """Facts that the probe found beside the verdict, recorded first."""
    attempt: int = 0
    """That of the question; 0 where it is not known."""
    veto: str = ""
    """Set to the damaged thing, `database` or `audit`, where a FAIL must veto the decision."""


@dataclass(frozen=True, slots=True)
class NotRun(Observation):
    """A step's text (attempt `T3.S3#1`) never reached the shell: no good token, or no shell."""

    attempt: str
    reason: str


@dataclass(frozen=True, slots=True)
class SectionSensed(Observation):
    """One section of the pre-flight."""

    run: int
    number: int
    title: str
    by: str
    verdict: str
    detail: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class PreflightVerdict(Observation):
    """All sections of one side, `native` or `script`, are in."""

    run: int
    by: str
    verdict: str


@dataclass(frozen=True, slots=True)
class DeadlinePassed(Observation):
    """The time that a sensed criterion had is over."""

    criterion: str
    attempt: int


@dataclass(frozen=True, slots=True)
class InterruptTold(Observation):
    """What came of telling the running command to end, as in `stops.AbortSignalled`."""

    signal: str
    outcome: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LeftSafeSeen(Observation):
    """How the box is left, as far as it had to be looked up."""

    attempt: int
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class BaselineTaken(Observation):
    """How the audit trail stood when a test began: size and hash of its prefix."""

    test: str
    size: int
    sha256: str
    lines: int = 0


@dataclass(frozen=True, slots=True)
class ServerCameBack(Observation):
    """The journal was resumed by a new server; what ran without a result is unknown."""

    boot: str


@dataclass(frozen=True, slots=True)
class RecordingCameBack(Observation):
    """The journal takes records again; what fell into the gap is told next, where it can be told late."""

    ended: bool = False
    """The end of a command or of the shell is among it."""
    lines: bool = False
    """Lines of the log or the audit trail are among it."""


@dataclass(frozen=True, slots=True)
class Joined(Observation):
    """A console connected, and the role that the server would give it."""

    client: int
    name: str
    want: str


@dataclass(frozen=True, slots=True)
class Left(Observation):
    """A console's connection is gone."""

    client: int
