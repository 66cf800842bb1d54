"""What a decision wants done: effects are data; the server acts after the event is on disk."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.events.steps import Evidence
from thunes_tui.runbook.model import Check


@dataclass(frozen=True, slots=True)
class Effect:
    """Base of all effects."""


@dataclass(frozen=True, slots=True)
class Look:
    """A regular expression to look for in what a step prints; with `log_lines` in log records too."""

    pattern: str
    log_lines: bool = False


@dataclass(frozen=True, slots=True)
class AskGuard(Effect):
    """Prove testnet, and for a step compute its blast radius; answered by `GuardSpoke`."""

    asked_for: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class AimSignal(Effect):
    """Prove testnet, and look at what a signal to this process would reach; answered by `Aimed`."""

    attempt: int
    pid: int
    start: int
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class SendSignal(Effect):
    """Signal exactly this process and wait for what it does; answered by two `SignalTold`.

    `token` is redeemed first. Without one it must be the next signal of an attempt that redeemed its own.
    """

    attempt: int
    pid: int
    start: int
    signal: int
    token: str
    patience_s: float
    """How long to wait until the process is dead, frozen or running, whichever the signal is for."""


@dataclass(frozen=True, slots=True)
class RunInShell(Effect):
    """Put the text into a neutral file and have the shell source it by its short name.

    `token` is redeemed first, whatever the command looks like; without a good one nothing runs. The project's
    own pre-flight alone needs none.
    """

    name: str
    """What is typed is `step NAME`: `2.3`, `preflight`, `position`."""
    text: str
    attempt: str = ""
    token: str = ""
    looks: tuple[Look, ...] = ()
    """What its output is asked for when it ends; looked for as it goes by, however long it is."""


@dataclass(frozen=True, slots=True)
class InterruptShell(Effect):
    """Tell the command that runs in the shell to end: SIGINT, later SIGTERM, to its foreground group alone.

    Never where a bot is in it. Answers `InterruptTold` for each; the last is `ended` or `alive`.
    """

    line: str
    """As it was typed; a shell that runs something else by then is left alone."""


@dataclass(frozen=True, slots=True)
class LookAround(Effect):
    """See how the box is left: orders, positions, jobs, files. Answers `LeftSafeSeen`."""

    attempt: int
    named: tuple[str, ...] = ()
    """Files outside the project that the steps which ran name."""
    since_us: int = 0
    """Wall time of the drill's opening."""


@dataclass(frozen=True, slots=True)
class SenseSections(Effect):
    """The native pre-flight; answers `SectionSensed` eight times and one `PreflightVerdict`."""

    run: int


@dataclass(frozen=True, slots=True)
class SetDeadline(Effect):
    """Wake the drill for a criterion, or for what it is named, after so many seconds: `DeadlinePassed`."""

    criterion: str
    attempt: int
    seconds: float


@dataclass(frozen=True, slots=True)
class AskProbe(Effect):
    """Look something up for a criterion; answered by `Probed`."""

    criterion: str
    check: Check
    step: str
    started_us: int
    """Wall time at which the step's command started."""
    audit_size: int = -1
    audit_sha256: str = ""
    before: tuple[tuple[str, str, str, str], ...] = ()
    """Open positions to compare with."""
    attempt: int = 0
    """Comes back in the answer, so that one of an earlier attempt settles nothing."""
    doubt: str = ""
    """Cause of a FAIL that an exchange which is down or was reset would explain: the answer is that FAIL with
    `evidence`, or NOT VERIFIED. Empty for a question about the check itself."""
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class TakeBaseline(Effect):
    """Size and hash of the audit trail as a test begins; answered by `BaselineTaken`."""

    test: str


@dataclass(frozen=True, slots=True)
class CompareRecovered(Effect):
    """After a restart: are the positions those of before the death? Answers `Happened`."""

    before: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class FindDead(Effect):
    """Which of these processes, by pid and start, died while no server watched? A `BotGone` for each."""

    processes: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ResizeShell(Effect):
    """Give the shell's terminal another size."""

    cols: int
    rows: int


@dataclass(frozen=True, slots=True)
class NewShell(Effect):
    """Open a shell in place of the one that ended; answers `ShellOpened`, or `ShellGone` with why not."""


@dataclass(frozen=True, slots=True)
class CloseShell(Effect):
    """The drill is closed: the keeper may end once no job is left."""


@dataclass(frozen=True, slots=True)
class StopServer(Effect):
    """End in order."""


@dataclass(frozen=True, slots=True)
class CheckEmergency(Effect):
    """Before an item's block runs: prove testnet, compute its blast radius, see that its conditions hold and
    hash what it is about. Answers `EmergencyChecked`."""

    asked_for: str
    command: str
    needs: tuple[str, ...] = ()
    """As in `emergency_catalogue.Item`."""
    evidence: tuple[str, ...] = ()
    """Paths; those that are not there are left out of the answer."""
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class LookEmergency(Effect):
    """The console's own look for an item: is Telegram reached, is its token good? An `EmergencyLooked`."""

    number: int
    item: str
    attempt: int
