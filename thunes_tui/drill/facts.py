"""Parts of the state that tell of the box, the shell and the people: folded from events like the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from thunes_tui.clock import Moment


@dataclass(frozen=True, slots=True)
class SourceState:
    """A followed file, or anything else that yields."""

    name: str
    path: str = ""
    status: str = "open"
    """`open`, `missing`, or `down` with the reason in `detail`."""
    detail: str = ""
    file: int = 0
    recorded: int = 0
    """Byte offset up to which it is recorded."""
    lines: int = 0
    """Recorded in this session."""
    kept: int = 0
    """Bytes recorded whole in this session."""
    thinned: bool = False
    """Whether only spans are recorded any more."""
    place: dict[str, Any] | None = None
    """Where a later server goes on with the file; None before the first line was recorded."""
    loss: int = -1
    """Number of the last record that told of a possible loss; -1 while none did."""
    grew: Moment | None = None
    """When lines of it were seen last; None while none were."""


@dataclass(frozen=True, slots=True)
class ProcessState:
    """A watched process; the row stays after its death, for the next generation to follow."""

    role: str
    pid: int
    start: int
    argv: str = ""
    generation: int = 1
    inner: int = 0
    born: Moment | None = None
    """When it was found."""
    age_s: float = 0.0
    """Seconds for which it had run by then."""
    died: Moment | None = None
    exit: int | None = None
    signal: int | None = None
    switch: str = "UNKNOWN"
    """Kill switch as this process itself said: ON, OFF or UNKNOWN."""
    healthy: Moment | None = None
    logged: Moment | None = None
    parent: int = 0
    files: tuple[str, ...] = ()
    """What it has open: `log`, `audit`, `database`, others by path."""
    sockets: tuple[str, ...] = ()
    keeper: str = ""
    """Who starts it again when it ends."""
    frozen: bool = False
    """It stands still (state T), whoever stopped it."""

    @property
    def alive(self) -> bool:
        return self.died is None


@dataclass(frozen=True, slots=True)
class SignalState:
    """The last signal that a person asked for; there is one at a time."""

    attempt: int = 0
    pid: int = 0
    start: int = 0
    how: str = ""
    status: str = ""
    """`requested`, `held`, `running`; empty when nothing is under way."""
    by: str = ""
    """Who asked."""
    confirm: str = ""
    victims: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    earlier: str = ""
    """On which earlier proof of testnet it stands; empty where it is proven now."""
    step: str = ""
    """The step whose block it takes the place of; empty for a person's own."""
    wanted: int = 0
    """What that block would have sent."""
    signal: int = 0
    """The last one that was begun; 0 before the first."""
    begun: Moment | None = None
    """When the first one was."""
    since: Moment | None = None
    """When the last one was."""
    outcome: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class StartState:
    """The last step that starts the bot, and whether the bot runs."""

    step: str = ""
    attempt: int = 0
    words: tuple[str, ...] = ()
    """The bot's command line in its block."""
    most_s: float = 0.0
    awaited: bool = False
    verdict: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryState:
    """The stopwatch of the last death of the bot; seconds from death, None while the part has not come."""

    died: Moment | None = None
    command: float | None = None
    """The command that started it again; None where none was begun in the drill's shell after the death."""
    paused_s: float = 0.0
    """Pauses before that command: left out of it and of all that comes after."""
    pid: float | None = None
    log: float | None = None
    healthy: float | None = None
    audit: float | None = None
    positions: float | None = None
    before: tuple[tuple[str, str, str, str], ...] = ()
    """Open positions as last read before the death."""
    before_known: bool = False
    """Whether they had been read at all."""
    attempt: str = ""
    """The test and attempt in which it died, `T3#1`; empty outside any test."""
    successor: tuple[int, int] = (0, 0)
    """Pid and start of the first bot born after the death: only its words count as the recovery."""
    unwatched: bool = False
    """Nobody saw when it died, so its seconds say nothing."""


@dataclass(frozen=True, slots=True)
class SwitchState:
    """What the audit trail says of the kill switch."""

    audit: str = "UNKNOWN"
    at: Moment | None = None
    """When the record was seen."""
    reason: str = ""
    stamp_us: int | None = None
    """The record's own time, microseconds since the epoch; None where it tells none."""


@dataclass(frozen=True, slots=True)
class ShellState:
    pid: int = 0
    cols: int = 80
    rows: int = 24
    output: int = 0
    """Masked bytes so far."""
    running: str = ""
    """The command line in the foreground; empty at the prompt."""
    since: Moment | None = None
    """When the last command line began, whether or not it has ended."""
    seq: int = 0
    cwd: str = ""
    alive: bool = False
    opening: bool = False
    """A new one was asked for and is not there yet."""
    detail: str = ""
    """How the last one ended, or what a person should know of the one there is."""


@dataclass(frozen=True, slots=True)
class ClientState:
    id: int
    name: str
    role: str
    connected: bool = True
    asks_keys: bool = False


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A line that somebody holds as evidence, by where it stands; its words are in the remark beside it."""

    source: str
    file: int
    offset: int
    length: int
    sha256: str
    of: str
    """The step or the test that it is evidence of; empty for none."""
    number: int
    """Of its record in the journal."""
