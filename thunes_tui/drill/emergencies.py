"""The part of the state that tells of emergencies: what was sensed, what was done, how it was left."""

from __future__ import annotations

from dataclasses import dataclass, field

from thunes_tui.clock import Moment

SEVERITY = {"database": "critical", "audit": "critical", "hang": "serious", "telegram": "workaround"}
"""By kind; the first two veto the decision (seed: do not deploy until the root cause is found)."""
KINDS = tuple(SEVERITY)
"""The gravest first."""
OVER = ("mended", "false alarm")
"""Outcomes after which it touches nothing any more."""
FORCED = ("stop", "pkill", "restart")
"""Items after which how long a bot took, and that it lives, is no longer its own doing."""
STOPPED_IN = ("hang", "database")
"""Kinds whose checklist has the bot stopped."""
BESIDE = ("telegram",)
"""Kinds beside which the drill goes on by its runbook: they excuse no other command."""
AT_WORK = ("requested", "running")


def rank(kind: str) -> int:
    """Its place by severity, the gravest 0."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


@dataclass(frozen=True, slots=True)
class ItemState:
    """The latest attempt at one item of a checklist."""

    status: str = ""
    """Empty while untouched; `requested held running`, then `done failed refused unknown` or `skipped`."""
    attempt: int = 0
    ran: bool = False
    """An attempt reached the box, as far as anybody knows: one that was refused or held has not."""
    done: bool = False
    """An attempt did it; one that was refused since, and so did nothing, does not undo that."""
    exit: int | None = None
    detail: str = ""
    """What it found, why it was refused, or why it was skipped."""
    by: str = ""
    at: Moment | None = None
    confirm: str = ""
    """What a person must type while it is held."""
    victims: tuple[str, ...] = ()
    evidence: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Emergency:
    """One of them, from its first sign until it was closed; it stays in the state after that."""

    number: int
    kind: str
    since: Moment
    record: int
    """Number of the record that began it."""
    test: str = ""
    """The test that was running then."""
    causes: tuple[str, ...] = ()
    """What was sensed; empty for one that a person opened without a sign."""
    key: str = ""
    outage: bool = False
    criteria: tuple[str, ...] = ()
    """Named at its beginning: NOT VERIFIED because of it."""
    opened: Moment | None = None
    by: str = ""
    """Who opened it."""
    items: dict[str, ItemState] = field(default_factory=dict)
    closed: Moment | None = None
    outcome: str = ""
    reason: str = ""

    @property
    def severity(self) -> str:
        return SEVERITY.get(self.kind, "serious")

    @property
    def in_force(self) -> bool:
        """Whether what it touches cannot be verified now.

        Damage counts from when it was sensed, an outage of Telegram from when sending failed, and a hang once
        the bot was forced: a sign alone spoils nothing.
        """
        if self.closed is not None and self.outcome in OVER:
            return False
        if self.kind == "hang":
            return any(self.item(name).ran or self.item(name).status == "running" for name in FORCED)
        return bool(self.causes) and (self.outage or self.kind != "telegram")

    def item(self, name: str) -> ItemState:
        return self.items.get(name, ItemState())


@dataclass(frozen=True, slots=True)
class Emergencies:
    """All of a drill's, in order of their numbers."""

    known: tuple[Emergency, ...] = ()

    @property
    def active(self) -> tuple[Emergency, ...]:
        """Those that nobody has closed, the gravest first."""
        lasting = [each for each in self.known if each.closed is None]
        return tuple(sorted(lasting, key=lambda each: (rank(each.kind), each.number)))

    @property
    def handled(self) -> tuple[Emergency, ...]:
        """Those of them that a person goes through."""
        return tuple(each for each in self.active if each.opened is not None)

    def of(self, kind: str) -> Emergency | None:
        """The one of this kind that is not closed; there is one at a time."""
        return next((each for each in self.active if each.kind == kind), None)

    def last(self, kind: str) -> Emergency | None:
        """The latest of this kind, closed or not."""
        return next((each for each in reversed(self.known) if each.kind == kind), None)

    @property
    def at_work(self) -> tuple[Emergency, str] | None:
        """The item that is on its way: one at a time."""
        for each in self.active:
            for name, item in each.items.items():
                if item.status in AT_WORK:
                    return each, name
        return None
