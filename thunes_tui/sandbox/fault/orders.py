"""`thunes-tui sandbox fault`: one fault made, one or all ended, all listed."""

from __future__ import annotations

from dataclasses import asdict

from thunes_tui.clock import Clock
from thunes_tui.errors import Unusable
from thunes_tui.sandbox.fault import catalogue
from thunes_tui.sandbox.place import Place
from thunes_tui.sandbox.report import Said, ended_line

LIST, CLEAR = "list", "clear"


def carry_out(place: Place, clock: Clock, name: str, which: str | None, seconds: float | None) -> Said:
    """`name` is a fault's, `list`, or `clear` with `which`. Raises UserError."""
    if name != CLEAR and which is not None:
        raise Unusable(f"only clear takes a second name: thunes-tui sandbox fault clear {which}")
    if name in (LIST, CLEAR) and seconds is not None:
        raise Unusable(f"{name} takes no --seconds")
    if name == LIST:
        return listed(place, clock)
    if name == CLEAR:
        ended = catalogue.end(place, clock, which or "")
        return Said(
            [asdict(each) for each in ended], [ended_line(e) for e in ended] or ["no fault was in force"]
        )
    made = catalogue.make(place, clock, name, seconds)
    how = f"end it with: thunes-tui sandbox fault clear {name}"
    return Said({"name": name, "does": made.does}, [f"{name} is in force: {made.does}", how])


def listed(place: Place, clock: Clock) -> Said:
    """Every fault there is, those in force marked with the time."""
    now = {fault.name: fault for fault in catalogue.in_force(place, clock)}
    facts, lines = [], []
    for kind in catalogue.KINDS.values():
        fault = now.get(kind.name)
        since = fault.since if fault is not None and not fault.lapsed else ""
        facts.append(
            {"name": kind.name, "does": kind.does, "seconds": kind.seconds or None, "since": since or None}
        )
        mark = f"! {since[11:19]}" if since else ""
        takes = f" (--seconds, {kind.seconds:g})" if kind.seconds else ""
        lines.append(f"{mark:10} {kind.name:22} {kind.does}{takes}")
    return Said(facts, lines)
