"""The part of the state that tells what stopped a drill, and the one question that follows: may it go on?"""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.clock import Moment


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of time that belongs to no duration."""

    since: Moment
    by: str
    reason: str
    until: Moment | None = None
    """None while it lasts, and for ever where nobody ended it."""


@dataclass(frozen=True, slots=True)
class Abort:
    status: str = ""
    """`open` while it is being confirmed, `stopping` until the running command has ended, `aborted`."""
    by: str = ""
    reason: str = ""
    at: Moment | None = None
    line: str = ""
    """The command that was running and was told to end."""
    told: tuple[str, ...] = ()
    """What came of each signal, in words."""

    @property
    def confirmed(self) -> bool:
        return self.status in ("stopping", "aborted")


@dataclass(frozen=True, slots=True)
class Undo:
    """The latest step that was run to undo something."""

    attempt: int = 0
    step: str = ""
    status: str = ""
    """`requested`, `running`; empty when none is under way."""
    exit: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LeftSafe:
    """How the box was left, when it was last looked at."""

    attempt: int = 0
    asking: bool = False
    when: str = ""
    rows: tuple[tuple[str, str, str, str], ...] = ()
    at: Moment | None = None
    number: int = -1
    """Of the record that holds it."""

    @property
    def verdict(self) -> str:
        """The worst of its rows; empty before the first look."""
        given = {row[1] for row in self.rows}
        return next((worst for worst in ("FAIL", "UNKNOWN") if worst in given), "PASS" if given else "")


@dataclass(frozen=True, slots=True)
class Stops:
    """All of it, as a part of the drill's state."""

    pauses: tuple[Pause, ...] = ()
    abort: Abort = Abort()
    undo: Undo = Undo()
    left_safe: LeftSafe = LeftSafe()

    @property
    def pause(self) -> Pause | None:
        """The one that lasts."""
        return self.pauses[-1] if self.pauses and self.pauses[-1].until is None else None

    @property
    def why(self) -> str:
        """Why nothing new may begin; empty while it may."""
        abort, pause = self.abort, self.pause
        if abort.confirmed:
            return f"{abort.by} aborted the drill: {abort.reason}"
        if abort.status:
            return f"{abort.by} is about to abort the drill: ! goes back to it"
        return f"{pause.by} paused the drill: {pause.reason}" if pause is not None else ""

    def paused(self, start: Moment, end: Moment) -> float:
        """Seconds of pause between the two."""
        spans = ((_later(p.since, start), _earlier(p.until or end, end)) for p in self.pauses)
        return sum(last.since(first) for first, last in spans if first.t < last.t)

    def lasted(self, start: Moment, end: Moment) -> float:
        """Seconds from one to the other, pauses left out."""
        return max(0.0, end.since(start) - self.paused(start, end))


def _earlier(one: Moment, other: Moment) -> Moment:
    """By the wall's clock, for the monotonic one tells nothing over a reboot."""
    return one if one.t <= other.t else other


def _later(one: Moment, other: Moment) -> Moment:
    return other if one.t <= other.t else one
