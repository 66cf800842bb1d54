"""Every fault that the sandbox knows, and what a person does with them: make, end, list."""

from __future__ import annotations

from dataclasses import dataclass

from thunes_tui.clock import Clock
from thunes_tui.errors import Refused, Unusable, UserError
from thunes_tui.sandbox.fault import audit, bot, database, disk, log, service
from thunes_tui.sandbox.fault.kind import Kind, Order
from thunes_tui.sandbox.fault.ledger import Entry, Ledger
from thunes_tui.sandbox.fault.scene import Scene
from thunes_tui.sandbox.place import Place

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (*service.KINDS, *bot.KINDS, *disk.KINDS, *database.KINDS, *audit.KINDS, *log.KINDS)
}
LONGEST_S = 600.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One that was made and not ended."""

    name: str
    since: str
    """ISO, UTC."""
    lapsed: str
    """Why it holds no longer although nobody ended it; empty while it is in force."""


@dataclass(frozen=True, slots=True)
class Ended:
    name: str
    remark: str


def make(place: Place, clock: Clock, name: str, seconds: float | None = None) -> Kind:
    """Make one fault. Raises Unusable for a name or a number that is none, Refused where it can't be made."""
    kind = known(name)
    if seconds is not None and not kind.seconds:
        raise Unusable(f"{name} takes no --seconds")
    if seconds is not None and not 0 < seconds <= LONGEST_S:
        raise Unusable(f"--seconds is a number above 0 and up to {LONGEST_S:.0f}")
    scene, ledger = Scene.of(place, clock), Ledger(place.faults, clock)
    scene.need_world()
    with ledger.held():
        _make_room(scene, ledger, kind)
        order = Order(
            scene, lambda note: ledger.keep(name, note), ledger.aside(name), seconds or kind.seconds
        )
        try:
            kind.begin(order)
        except BaseException as error:
            _take_back(scene, ledger, kind)
            ledger.record(name, "failed", str(error))
            if isinstance(error, OSError):
                raise Unusable(f"{name} cannot be made: {error}") from error
            raise
        ledger.record(name, "begun")
    return kind


def known(name: str) -> Kind:
    """Raises Unusable for a name that no fault has."""
    if name not in KINDS:
        raise Unusable(f"no fault is called {name}: thunes-tui sandbox fault list")
    return KINDS[name]


def _make_room(scene: Scene, ledger: Ledger, wanted: Kind) -> None:
    """End what holds no longer. Raises Refused when a fault in force touches the same thing."""
    for entry in ledger.entries():
        kind = known(entry.name)
        if not kind.touches & wanted.touches:
            continue
        if not kind.lapsed(scene, entry.note):
            how = f"thunes-tui sandbox fault clear {entry.name}"
            already = (
                "already in force" if kind is wanted else f"in force and touches the same as {wanted.name}"
            )
            raise Refused(f"{entry.name} is {already}: end it with {how}")
        _end(scene, ledger, entry)


def _take_back(scene: Scene, ledger: Ledger, kind: Kind) -> None:
    """What a fault that could not be made has begun already."""
    for entry in ledger.entries():
        if entry.name == kind.name:
            try:
                kind.end(scene, entry.note)
            except (UserError, OSError):
                return  # its note stays: clear says what is wrong
            ledger.forget(kind.name)


def end(place: Place, clock: Clock, name: str = "") -> list[Ended]:
    """End one fault, or all, the newest first.

    Raises Refused for one that is not in force or cannot be undone; of several each is tried before that.
    """
    if name:
        known(name)
    if not place.faults.is_dir():
        if name:
            raise Refused(f"{name} is not in force: thunes-tui sandbox fault list")
        return []
    scene, ledger = Scene.of(place, clock), Ledger(place.faults, clock)
    done: list[Ended] = []
    refused: list[UserError] = []
    with ledger.held():
        wanted = [entry for entry in ledger.entries() if not name or entry.name == name]
        if name and not wanted:
            raise Refused(f"{name} is not in force: thunes-tui sandbox fault list")
        for entry in reversed(wanted):
            try:
                done.append(Ended(entry.name, _end(scene, ledger, entry)))
            except UserError as error:
                refused.append(error)
    if refused:
        raise refused[0]
    return done


def _end(scene: Scene, ledger: Ledger, entry: Entry) -> str:
    try:
        remark = known(entry.name).end(scene, entry.note)
    except OSError as error:
        raise Unusable(f"{entry.name} cannot be ended: {error}") from error
    ledger.forget(entry.name)
    ledger.record(entry.name, "ended", remark)
    return remark


def in_force(place: Place, clock: Clock) -> list[Fault]:
    """What was made and not ended, the oldest first; without a running world only what is in files."""
    if not place.faults.is_dir():
        return []
    scene, ledger = Scene.of(place, clock), Ledger(place.faults, clock)
    found = []
    for entry in ledger.entries():
        kind = known(entry.name)
        if scene.world is None and not kind.in_files:
            continue
        try:
            lapsed = kind.lapsed(scene, entry.note)
        except (UserError, OSError) as error:
            lapsed = f"not known: {error}"
        found.append(Fault(entry.name, entry.since, lapsed))
    return found
